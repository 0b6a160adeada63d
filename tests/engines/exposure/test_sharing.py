"""What observations say alike is held once, and is the same as before."""

import msgspec

from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.tls import (
    CertificateSeen,
    ChainSeen,
    TlsSeen,
    VersionSeen,
    VersionState,
)
from rempart.engines.exposure.snapshot_file import packed, unpacked
from support.exposure import snapshot


def ports(number: int) -> PortsSeen:
    tried = list(range(1000, 1100))
    return PortsSeen(address=f"127.0.9.{number}", open=[443], closed=tried, reach=Reach.ANSWERED)


def certificate(name: str) -> CertificateSeen:
    return CertificateSeen(subject=f"CN={name}", issuer="CN=Autorité", not_before=1, not_after=2)


def tls(number: int) -> TlsSeen:
    offered = VersionSeen(version="TLSv1.2", state=VersionState.OFFERED, suites=["TLS_A", "TLS_B"])
    chain = ChainSeen(certificates=[certificate(f"s{number}"), certificate("Autorité")])
    where = Endpoint("127.0.9.1", 443, f"s{number}.example")
    return TlsSeen(endpoint=where, reach=Reach.ANSWERED, versions=[offered], chains=[chain])


def site(number: int) -> HttpSeen:
    headers = {"server": ["nginx"], "x-request": [f"{number}"]}
    where = Endpoint("127.0.9.1", 443, f"s{number}.example")
    return HttpSeen(endpoint=where, reach=Reach.ANSWERED, headers=headers)


def test_a_snapshot_is_the_same_once_what_is_alike_is_held_once() -> None:
    whole = snapshot(*map(ports, range(5)), *map(tls, range(5)), *map(site, range(5)))
    assert unpacked(packed(whole)) == whole
    assert packed(unpacked(packed(whole))) == packed(whole)


def test_the_same_ports_of_two_addresses_are_one_list() -> None:
    first, second = unpacked(packed(snapshot(ports(1), ports(2)))).seen
    assert isinstance(first, PortsSeen)
    assert isinstance(second, PortsSeen)
    assert first.closed is second.closed
    assert first.address != second.address


def test_authorities_suites_and_headers_are_held_once_and_what_is_its_own_stays() -> None:
    seen = unpacked(packed(snapshot(tls(1), tls(2), site(1), site(2)))).seen
    (a, b), (c, d) = (
        [one for one in seen if isinstance(one, kind)] for kind in (TlsSeen, HttpSeen)
    )
    assert isinstance(a, TlsSeen)
    assert isinstance(b, TlsSeen)
    assert a.versions is b.versions
    assert a.chains[0].certificates[1] is b.chains[0].certificates[1]
    assert a.chains[0].certificates[0] != b.chains[0].certificates[0]
    assert isinstance(c, HttpSeen)
    assert isinstance(d, HttpSeen)
    assert c.headers["server"] is d.headers["server"]
    assert msgspec.to_builtins(c.headers) != msgspec.to_builtins(d.headers)
    assert c.endpoint is a.endpoint
