"""The example directory of the content files, and running their examples."""
