"""Frameworks written by others, read into ours; the words and the rights of their authors stay theirs."""
