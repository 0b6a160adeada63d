"""Figures kept ready, and saved views."""
