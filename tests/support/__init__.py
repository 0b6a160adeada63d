"""Helpers that several folders of tests share: `from support.parts import …`."""
