"""Looking at real servers, and at servers that would rather we never ended."""

import asyncio
import socket
import time

import pytest
from benchmarks._tls_lab import threaded

from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.probe.tls import TrustStore, look_at_tls, survey
from rempart.engines.exposure.probe.tls.look import ascii_name
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.tls import Trust, VersionState
from rempart.kernel.outcome import Outcome
from support import tls_hostile
from support.gates import OpenGate
from support.parts import LOOPBACK
from support.tls_choosers import Chooser
from support.tls_servers import Lab, judge, look

pytestmark = pytest.mark.allow_hosts(LOOPBACK)
NGINX = pytest.mark.needs("nginx", "openssl")


@NGINX
def test_a_server_with_two_keys_shows_both_chains(tls_lab: Lab) -> None:
    seen = tls_lab.seen("two_keys")
    kinds = {chain.certificates[0].key_kind for chain in seen.chains}
    assert kinds == {"rsa", "ec"}
    assert {chain.trust for chain in seen.chains} == {Trust.TRUSTED}


@NGINX
def test_the_chain_of_a_server_of_tls13_alone_is_read(tls_lab: Lab) -> None:
    seen = tls_lab.seen("only_tls13")
    assert [v.version for v in seen.offered] == ["TLSv1.3"]
    assert len(seen.chains[0].certificates) == 2
    assert seen.groups and seen.groups[0] == "x25519"
    assert seen.early_data_bytes == 0


@NGINX
def test_the_good_server_gives_every_fact(tls_lab: Lab) -> None:
    seen = tls_lab.seen("good")
    assert seen.gaps == {}
    assert seen.has_secure_renegotiation and seen.has_extended_master_secret
    assert seen.refuses_downgrade and seen.accepts_client_renegotiation is False
    assert seen.chains[0].has_staple
    assert 0 < seen.connections <= 40


@NGINX
def test_an_address_is_asked_without_a_name(tls_lab: Lab) -> None:
    seen = look(tls_lab.ports["good"], name="", trust=tls_lab.store)
    assert seen.reach == Reach.ANSWERED
    assert judge("tls_name_mismatch", seen).outcome == Outcome.NOT_APPLICABLE


def test_an_endpoint_of_ipv6_is_looked_at() -> None:
    with threaded(Chooser().serve, "::1") as port:
        seen = look(port, address="::1")
    assert (seen.reach, seen.target) == (Reach.ANSWERED, f"www.ch-essai.example:{port}")
    assert [v.version for v in seen.offered] == ["TLSv1.2"]


def test_nothing_listens_and_it_is_said_closed() -> None:
    with threaded(tls_hostile.rude) as port:
        pass
    assert look(port).reach == Reach.CLOSED


@pytest.mark.slow
@pytest.mark.parametrize("serve", [tls_hostile.tarpit, tls_hostile.drip])
def test_a_silent_server_costs_one_deadline(serve: tls_hostile.Serve) -> None:
    start = time.monotonic()
    with threaded(serve) as port:
        seen = look(port, seconds=0.4)
        took = time.monotonic() - start
    assert (seen.reach, seen.versions) == (Reach.SILENT, [])
    assert took < 3
    assert seen.connections == 1


@pytest.mark.parametrize(
    ("serve", "said"),
    [
        (tls_hostile.clear_text, "en clair"),
        (tls_hostile.garbage, "pas du TLS"),
        (tls_hostile.wrong_length, "trop long"),
        (tls_hostile.lying_hello, "dépassent"),
        (tls_hostile.rude, "sans rien répondre"),
    ],
)
def test_what_is_not_tls_is_said_broken(serve: tls_hostile.Serve, said: str) -> None:
    with threaded(serve) as port:
        seen = look(port, seconds=1.0)
    assert seen.reach is (Reach.NOT_OFFERED if said == "en clair" else Reach.BROKEN)
    assert said in seen.reason


@pytest.mark.parametrize("serve", [tls_hostile.huge_certificate, tls_hostile.endless])
def test_a_certificate_or_a_flight_without_end_is_left(serve: tls_hostile.Serve) -> None:
    start = time.monotonic()
    with threaded(serve) as port:
        seen = look(port, seconds=2.0)
    assert time.monotonic() - start < 6
    assert seen.chains == []
    assert judge("tls_expired", seen).outcome == Outcome.NOT_MEASURED


def test_a_server_that_always_says_the_same_is_not_believed() -> None:
    with threaded(tls_hostile.same_choice) as port:
        seen = look(port, seconds=1.0)
    version = seen.version("TLSv1.2")
    assert version is not None and not version.is_complete
    assert judge("tls_rc4", seen).outcome == Outcome.NOT_MEASURED


@pytest.mark.slow
@pytest.mark.parametrize("then", [tls_hostile.tarpit, tls_hostile.rude])
def test_a_server_that_tires_is_neither_good_nor_bad(then: tls_hostile.Serve) -> None:
    suites = (0x009C, 0x009D, 0x003C, 0x003D, 0x002F, 0x0035)
    tired = tls_hostile.Tired(Chooser(suites=suites).serve, 8, then)
    with threaded(tired) as port:
        seen = look(port, seconds=0.5)
    assert seen.reach == Reach.ANSWERED
    assert judge("tls_rc4", seen).outcome == Outcome.NOT_MEASURED
    assert judge("tls_3des", seen).outcome == Outcome.NOT_MEASURED


def test_an_old_device_that_drops_long_hellos_is_asked_by_short_ones() -> None:
    with threaded(tls_hostile.shy) as port:
        seen = look(port)
    version = seen.version("TLSv1.0")
    assert version is not None and version.is_complete
    assert version.suites == ["TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"]
    assert judge("tls_rc4", seen).outcome == Outcome.FAILED


class BusyGate:
    """Makes each connection wait its turn."""

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        await asyncio.sleep(0.15)

    def leave(self, address: str) -> None:
        """Nothing is kept."""


@pytest.mark.slow
@pytest.mark.parametrize(("gate", "is_whole"), [(OpenGate(), False), (BusyGate(), True)])
def test_a_slow_server_is_left_and_a_busy_host_is_not(
    gate: OpenGate | BusyGate, is_whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "SECONDS", 1.0)

    def slow(connection: socket.socket) -> None:
        time.sleep(0.0 if is_whole else 0.3)
        Chooser().serve(connection)

    with threaded(slow) as port:
        endpoint = Endpoint("127.0.0.1", port)
        seen = asyncio.run(look_at_tls(endpoint, dial=Dial(gate), trust=TrustStore("")))
    # On a busy machine the second may pass before anything is seen at all.
    assert (bool(seen.versions) and all(v.is_complete for v in seen.versions)) == is_whole
    assert is_whole or "trop lent" in str(judge("tls_rc4", seen).detail)


class ShutGate:
    """Lets nothing through."""

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        raise NotReached(Reach.OUTSIDE, "Hors du périmètre.")

    def leave(self, address: str) -> None:
        raise AssertionError("nothing was entered")


def test_a_target_outside_the_perimeter_is_not_touched() -> None:
    touched = []
    with threaded(touched.append) as port:
        endpoint = Endpoint("127.0.0.1", port)
        seen = asyncio.run(look_at_tls(endpoint, dial=Dial(ShutGate()), trust=TrustStore("")))
    assert (seen.reach, seen.reason) == (Reach.OUTSIDE, "Hors du périmètre.")
    assert touched == []


class LateGate:
    """Lets a few through, then stops all."""

    def __init__(self, most: int) -> None:
        self.left = most

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        self.left -= 1
        if self.left < 0:
            raise NotReached(Reach.STOPPED, "Arrêt demandé.")

    def leave(self, address: str) -> None:
        """Nothing is kept."""


@NGINX
def test_the_kill_switch_in_the_middle_leaves_gaps(tls_lab: Lab) -> None:
    endpoint = Endpoint("127.0.0.1", tls_lab.ports["good"], "www.ch-essai.example")
    seen = asyncio.run(look_at_tls(endpoint, dial=Dial(LateGate(4)), trust=tls_lab.store))
    states = {v.state for v in seen.versions}
    assert VersionState.UNKNOWN in states
    assert judge("tls_rc4", seen).outcome == Outcome.NOT_MEASURED
    assert "Arrêt demandé." in str(judge("tls_rc4", seen).detail)


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("hôpital.example", "xn--hpital-ixa.example"),
        ("www.ch.example.", "www.ch.example"),
        ("192.0.2.1", ""),
        ("[2001:db8::1]", ""),
        ("", ""),
    ],
)
def test_a_name_goes_in_its_ascii_form(name: str, wire: str) -> None:
    assert ascii_name(name) == wire
