"""What was seen of a port: who answers there, by banner or by a handshake without effect."""

from msgspec import Struct

from rempart.engines.exposure.seen.common import Endpoint, Seen


class Product(Struct, frozen=True, kw_only=True, gc=False):
    """A product recognised, and how. `version` is "" when nothing proves it; `packaged` when a distribution made it."""

    id: str  # of reference/exposure_products.yaml, or the vendor's name in lower case
    name: str
    vendor: str = ""
    version: str = ""
    cpe: str = ""  # CPE 2.3 without version, when known
    proof: str = ""  # what was seen: banner, header, hash…
    is_unique_build: bool = False  # a fingerprint that only this build has
    packaged: str = ""  # debian, ubuntu, rhel…: mends without changing the number


class ServiceSeen(Seen, frozen=True, kw_only=True, gc=False, tag="service"):
    """What answers on one port."""

    endpoint: Endpoint
    service: str = ""  # rdp, smb, dicom, mllp…; "" when not recognised
    banner: str = ""
    products: list[Product] = []
    details: dict[str, str] = {}

    @property
    def target(self) -> str:
        """The endpoint."""
        return self.endpoint.label
