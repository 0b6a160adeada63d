"""The TLS of one endpoint, by raw hellos: no cryptography on our side but a handshake or two."""

from rempart.engines.exposure.probe.tls.look import look_at_tls
from rempart.engines.exposure.probe.tls.starttls import PORTS as STARTTLS_PORTS
from rempart.engines.exposure.probe.tls.trust import TrustStore, read_store, system_store

__all__ = ["STARTTLS_PORTS", "TrustStore", "look_at_tls", "read_store", "system_store"]
