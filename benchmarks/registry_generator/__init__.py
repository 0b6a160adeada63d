"""A national registry that nobody lives in, in the format of the official FINESS files."""
