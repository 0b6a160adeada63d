"""Whether a certificate names a host: RFC 9525, with wildcards in the first label only, and names of other scripts."""

import ipaddress

from rempart.engines.exposure.seen.tls import CertificateSeen


def covers(certificate: CertificateSeen, host: str) -> bool:
    """Whether subjectAltName names this host or this address. The common name does not count any more."""
    try:
        address = str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        asked = wire_name(host)
        return any(_fits(wire_name(name), asked) for name in certificate.names)
    return address in certificate.addresses


def covers_by_common_name(certificate: CertificateSeen, host: str) -> bool:
    """Whether the common name is this host: what programs of before 2017 went by."""
    return _fits(wire_name(certificate.common_name), wire_name(host))


def wire_name(name: str) -> str:
    """A name in lower case, in its ASCII form, without the dot of the end; unchanged when it has none."""
    bare = name.rstrip(".").lower()
    if bare.isascii():
        return bare
    try:
        return bare.encode("idna").decode("ascii")
    except UnicodeError:
        return bare


def _fits(name: str, asked: str) -> bool:
    if not name.startswith("*."):
        return name == asked
    head, _, rest = asked.partition(".")
    # « *.fr » would name a whole country: a wildcard stands for one label under at least two.
    return bool(head) and rest == name[2:] and "." in rest
