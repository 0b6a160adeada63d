"""The national registry of establishments (FINESS): reading its published files, and comparing two states of it."""
