"""The checks, by theme; importing this package registers them all."""
