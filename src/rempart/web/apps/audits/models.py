"""Audits: what an establishment deposits, and what it shows."""
