"""Rempart: cyber-resilience of French health and medico-social establishments."""

import importlib


def __getattr__(name: str) -> str:
    """`__version__`, looked for when it is asked: each process that reads a collection would wait for it."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    metadata = importlib.import_module("importlib.metadata")
    try:
        found: str = metadata.version("rempart")
    except metadata.PackageNotFoundError:  # a source tree that was not installed
        found = "0"
    return found
