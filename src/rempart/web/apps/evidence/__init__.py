"""The evidence vault: documents kept once, that prove several things."""
