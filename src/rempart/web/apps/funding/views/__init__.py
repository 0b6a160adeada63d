"""The pages of files of programmes."""
