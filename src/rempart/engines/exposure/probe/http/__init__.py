"""The probe of web sites: pages asked for and read, nothing sent but questions."""

from rempart.engines.exposure.probe.http.site import look_at_http

__all__ = ["look_at_http"]
