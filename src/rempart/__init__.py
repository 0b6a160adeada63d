"""Rempart: cyber-resilience of French health and medico-social establishments."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("rempart")
except PackageNotFoundError:  # a source tree that was not installed
    __version__ = "0"
