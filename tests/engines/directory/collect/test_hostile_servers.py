"""Servers that hang, lie, redirect or talk nonsense."""

import time
from pathlib import Path

import pytest

from rempart.engines.directory.collect import ber, collector, gssapi, messages
from rempart.engines.directory.collect.collection_file import CollectionWriter
from rempart.engines.directory.collect.collector import Pace, Summary, collect
from rempart.engines.directory.collect.messages import Message, Tag
from rempart.engines.directory.collect.smb import SysvolUnavailableError
from rempart.engines.directory.collect.target import Protection, Target
from rempart.engines.directory.policies import PolicyFiles
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent
from support.ldap_server import ROOT_DSE, Answer, base_of, entry, polite, response, serving
from support.parts import LOOPBACK

pytestmark = pytest.mark.allow_hosts(LOOPBACK)
NOW = 1795262400  # the hour that `polite` gives


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, list[bytes]]] = {}
        self.notes: list[str] = []

    def header(self, header: object) -> None: ...

    def entry(self, dn: str, attributes: dict[str, list[bytes]]) -> None:
        self.entries[dn] = attributes

    def note(self, text: str) -> None:
        self.notes.append(text)


def collect_from(answer: Answer, *, now: int = NOW, timeout: float = 5) -> tuple[Summary, Kept]:
    sink = Kept()
    with serving(answer) as (port, _):
        target = Target("127.0.0.1", port, Protection.CLEAR, timeout=timeout, sysvol=False)
        return collect(target, now=now, observer=Silent(), sink=sink), sink


def on_search(*replies: bytes) -> Answer:
    """Polite until the domain is searched."""

    def answer(message: Message) -> list[bytes]:
        if message.tag == Tag.SEARCH_REQUEST and base_of(message):
            return list(replies)
        return polite(message)

    return answer


def test_a_polite_server_gives_its_entries() -> None:
    summary, sink = collect_from(polite)
    assert summary.total == 1
    assert sink.entries["DC=chu,DC=test"]["objectclass"] == [b"top", b"domainDNS"]


def test_a_server_that_hangs_ends_in_a_clear_error() -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableSource, match="n’a pas répondu en 0.2 s"):
        collect_from(on_search(), timeout=0.2)
    assert time.monotonic() - started < 3


def test_a_server_that_trickles_does_not_hold_us_longer() -> None:
    def answer(message: Message) -> list[bytes]:
        time.sleep(0.1)
        return [b"\x30\x84\x00\x00\x10\x00"] + [b"\x02"] * 3

    with pytest.raises(UnreadableSource, match="n’a pas répondu"):
        collect_from(answer, timeout=0.3)


def test_a_server_that_closes_is_said() -> None:
    garbage = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    with pytest.raises(UnreadableSource, match="n’est pas du LDAP"):
        collect_from(lambda _: [garbage])


def test_a_message_of_gigabytes_is_refused_before_it_is_read() -> None:
    with pytest.raises(UnreadableSource, match="annonce un message"):
        collect_from(lambda _: [b"\x30\x84\x7f\xff\xff\xff"])


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_message_whose_lengths_lie_is_refused(cut: int) -> None:
    whole = bytearray(entry(3, "DC=chu,DC=test", {"objectClass": ["top"]}))
    whole[cut] = 0x7F if whole[cut] != 0x7F else 0x60
    with pytest.raises(UnreadableSource, match="s’est interrompu"):
        collect_from(on_search(bytes(whole)), timeout=0.2)


def test_a_referral_is_counted_and_never_followed() -> None:
    reference = messages.request(
        3, ber.sequence(ber.octets("ldap://ailleurs.test/DC=ailleurs"), tag=Tag.SEARCH_REFERENCE)
    )
    answer = on_search(
        reference,
        entry(3, "DC=chu,DC=test", {"objectClass": ["top"]}),
        response(3, Tag.SEARCH_DONE),
    )
    summary, _ = collect_from(answer)
    assert summary.total == 1
    assert "non suivis : 1" in summary.notes[-1]


def test_a_domain_that_only_refers_elsewhere_is_an_error() -> None:
    with pytest.raises(UnreadableSource, match="renvoie vers un autre"):
        collect_from(on_search(response(3, Tag.SEARCH_DONE, 10)))


def test_a_secret_sent_unasked_is_dropped() -> None:
    sent = {"cn": ["x"], "ms-Mcs-AdmPwd": ["secret"], "unicodePwd": ["secret"], "mail": ["a@b"]}
    _, sink = collect_from(
        on_search(entry(3, "CN=x,DC=chu,DC=test", sent), response(3, Tag.SEARCH_DONE))
    )
    assert sink.entries == {"CN=x,DC=chu,DC=test": {"cn": [b"x"]}}


def test_ranged_members_are_completed() -> None:
    def answer(message: Message) -> list[bytes]:
        base = base_of(message) if message.tag == Tag.SEARCH_REQUEST else ""
        if not base:
            return polite(message)
        first = b"member;range=" not in message.data
        values = {"member;range=0-1": ["a", "b"]} if first else {"member;range=2-*": ["c"]}
        found = entry(message.id, "CN=g,DC=chu,DC=test", values)
        return [found, response(message.id, Tag.SEARCH_DONE)]

    _, sink = collect_from(answer)
    assert sink.entries["CN=g,DC=chu,DC=test"]["member"] == [b"a", b"b", b"c"]


def test_a_server_that_is_no_domain_controller_is_refused() -> None:
    def answer(message: Message) -> list[bytes]:
        if message.tag == Tag.SEARCH_REQUEST:
            return [entry(message.id, "", {}), response(message.id, Tag.SEARCH_DONE)]
        return polite(message)

    with pytest.raises(UnreadableSource, match="pas un contrôleur de domaine"):
        collect_from(answer)


def test_a_clock_that_differs_is_noted() -> None:
    _, sink = collect_from(polite, now=NOW - 3600)
    assert any("3600 s" in note for note in sink.notes)


def test_nobody_at_the_address_is_said_with_advice() -> None:
    target = Target("127.0.0.1", 1, Protection.CLEAR)
    with pytest.raises(UnreadableSource, match="rien n’écoute.*pare-feu"):
        collect(target, now=NOW, observer=Silent(), sink=Kept())


def test_a_server_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "chu.rempart-dir"
    with (
        pytest.raises(UnreadableSource),
        serving(on_search(b"\x00")) as (port, _),
        CollectionWriter(path) as writer,
    ):
        target = Target("127.0.0.1", port, Protection.CLEAR, timeout=1, sysvol=False)
        collect(target, now=NOW, observer=Silent(), sink=writer)
    assert not list(tmp_path.iterdir())


def test_the_pace_keeps_under_the_rate() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(100, clock=lambda: now[0], sleep=sleep)
    for _ in range(5):
        pace.spend(200)
    assert sum(slept) == pytest.approx(10)


def test_a_rate_that_is_not_reached_waits_for_nothing() -> None:
    slept: list[float] = []
    pace = Pace(100, clock=iter([0.0, 10.0, 10.0]).__next__, sleep=slept.append)
    pace.spend(1)
    assert slept == []


def test_a_slow_rate_asks_for_small_pages() -> None:
    with serving(polite) as (port, _):
        target = Target("127.0.0.1", port, Protection.CLEAR, rate=7, sysvol=False)
        assert collect(target, now=NOW, observer=Silent(), sink=Kept()).total == 1


@pytest.mark.parametrize("failed", [False, True])
def test_sysvol_is_kept_when_it_is_read_and_noted_when_it_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failed: bool
) -> None:
    def shared(*_: object) -> dict[str, PolicyFiles]:
        if failed:
            raise SysvolUnavailableError("rien ne répond")
        return {"x": PolicyFiles("chu.test", "x")}

    monkeypatch.setattr(collector, "read_sysvol", shared)
    with serving(polite) as (port, _), CollectionWriter(tmp_path / "c") as writer:
        target = Target("127.0.0.1", port, Protection.CLEAR, timeout=5)
        summary = collect(target, now=NOW, observer=Silent(), sink=writer)
        writer.finish(NOW)
    assert summary.policies == (None if failed else 1)
    assert any("SYSVOL n’a pas été lu" in note for note in summary.notes) is failed


def test_no_rate_means_no_wait() -> None:
    def sleep(_: float) -> None:
        raise AssertionError("slept")

    Pace(0, clock=lambda: 0.0, sleep=sleep).spend(10_000)


def starting_tls(answer: Answer) -> None:
    with serving(answer) as (port, _):
        target = Target("127.0.0.1", port, Protection.STARTTLS, timeout=1, sysvol=False)
        collect(target, now=NOW, observer=Silent(), sink=Kept())


def test_a_refused_starttls_sends_no_password() -> None:
    with (
        pytest.raises(UnreadableSource, match="refuse StartTLS.*--auth kerberos"),
        serving(lambda m: [response(m.id, Tag.EXTENDED_RESPONSE, 52)]) as (port, received),
    ):
        target = Target("127.0.0.1", port, Protection.STARTTLS, password="secret", timeout=1)
        collect(target, now=NOW, observer=Silent(), sink=Kept())
    assert received == [Tag.EXTENDED_REQUEST]


def test_what_comes_before_tls_is_not_believed() -> None:
    def answer(message: Message) -> list[bytes]:
        # The answer to a bind that was not sent yet, slipped in before the protection.
        early = response(2, Tag.BIND_RESPONSE)
        return [response(message.id, Tag.EXTENDED_RESPONSE) + early]

    with pytest.raises(UnreadableSource, match="avant la fin de la négociation TLS"):
        starting_tls(answer)


def test_a_starttls_that_is_no_tls_is_said() -> None:
    def answer(message: Message) -> list[bytes]:
        return [response(message.id, Tag.EXTENDED_RESPONSE)]

    with pytest.raises(UnreadableSource, match=r"127\.0\.0\.1"):
        starting_tls(answer)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (response(0, Tag.EXTENDED_RESPONSE), "mis fin à la session"),
        (response(77, Tag.SEARCH_DONE), "une autre question"),
        (response(3, Tag.BIND_RESPONSE), "autre chose qu’à une recherche"),
        (messages.request(3, ber.tlv(Tag.SEARCH_DONE, b"\x0a\x01")), "s’est interrompu"),
    ],
)
def test_an_answer_to_something_else_is_refused(reply: bytes, said: str) -> None:
    with pytest.raises(UnreadableSource, match=said):
        collect_from(on_search(reply))


@pytest.mark.parametrize(
    "reply", [response(1, Tag.SEARCH_DONE), messages.request(1, ber.tlv(Tag.BIND_RESPONSE, b""))]
)
def test_a_nonsense_answer_to_a_bind_is_refused(reply: bytes) -> None:
    with pytest.raises(UnreadableSource, match="s’est interrompu"):
        collect_from(lambda _: [reply])


def test_an_endless_run_of_empty_pages_ends() -> None:
    def answer(message: Message) -> list[bytes]:
        if message.tag != Tag.SEARCH_REQUEST or not base_of(message):
            return polite(message)
        done = ber.integer(0, ber.ENUMERATED) + ber.octets("") + ber.octets("")
        cookie = messages.paged(0, b"encore")
        return [messages.request(message.id, ber.tlv(Tag.SEARCH_DONE, done), [cookie])]

    with pytest.raises(UnreadableSource, match="sans fin la même page"):
        collect_from(answer)


def test_a_context_that_is_refused_is_noted_and_the_rest_is_read() -> None:
    def answer(message: Message) -> list[bytes]:
        if message.tag != Tag.SEARCH_REQUEST:
            return polite(message)
        if base_of(message) == "DC=DomainDnsZones":
            return [response(message.id, Tag.SEARCH_DONE, 50)]
        if not base_of(message):
            contexts = {**ROOT_DSE, "namingContexts": ["DC=DomainDnsZones", "DC=chu,DC=test"]}
            root = {**contexts, "supportedControl": [], "currentTime": ["hier"]}
            return [entry(message.id, "", root), response(message.id, Tag.SEARCH_DONE)]
        return polite(message)

    summary, sink = collect_from(answer)
    assert summary.entries == {"DC=chu,DC=test": 1, "DC=DomainDnsZones": 0}
    assert "droits insuffisants" in summary.refused["DC=DomainDnsZones"]
    assert any("SD_FLAGS" in note for note in sink.notes)


def test_a_server_that_refuses_to_introduce_itself_is_said() -> None:
    def answer(message: Message) -> list[bytes]:
        if message.tag == Tag.SEARCH_REQUEST:
            return [response(message.id, Tag.SEARCH_DONE, 1)]
        return polite(message)

    with pytest.raises(UnreadableSource, match="refuse de se présenter"):
        collect_from(answer)


def test_a_name_that_does_not_resolve_is_said() -> None:
    target = Target("dc1.invalid", 389, Protection.CLEAR)
    with pytest.raises(UnreadableSource, match="dc1.invalid"):
        collect(target, now=NOW, observer=Silent(), sink=Kept())


def test_kerberos_without_its_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gssapi, "_LIBRARIES", ("libabsente.so",))
    gssapi._library.cache_clear()
    with pytest.raises(gssapi.GssError, match="libgssapi-krb5-2"):
        gssapi.GssContext("ldap@dc1.chu.test")
    gssapi._library.cache_clear()


def test_the_other_domains_of_the_forest_are_named_and_not_visited() -> None:
    domains = [
        entry(3, f"CN={name}", {"nCName": [f"DC={name},DC=test"], "nETBIOSName": [name.upper()]})
        for name in ("chu", "filiale")
    ]
    summary, _ = collect_from(on_search(*domains, response(3, Tag.SEARCH_DONE)))
    assert any(note.endswith(": filiale.test.") for note in summary.notes)
    assert list(summary.entries) == ["DC=chu,DC=test"]
