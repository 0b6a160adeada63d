"""The registry as tables: what is stored, what a file would change of it, and the writing of it."""
