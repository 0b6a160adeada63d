"""The probe of services: who answers on a port, by its banner or by a handshake without effect."""

from rempart.engines.exposure.probe.services.look import look_at_service

__all__ = ["look_at_service"]
