"""The words of files in templates."""
