"""Makes rows for tests: everything has a default, and a test says only what matters to it."""
