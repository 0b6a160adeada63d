"""The probe of ports: a connection that is opened and closed at once, and nothing said."""

from rempart.engines.exposure.probe.ports.scan import open_ports

__all__ = ["open_ports"]
