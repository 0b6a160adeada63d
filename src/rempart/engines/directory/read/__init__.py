"""Readers of the formats, a module each; `rempart.engines.directory.reading` reads whatever is given."""
