"""The collector against a real domain controller."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.collect import messages, transport
from rempart.engines.directory.collect.client import Client
from rempart.engines.directory.collect.collection_file import CollectionWriter
from rempart.engines.directory.collect.collector import ENTRIES, Summary, collect
from rempart.engines.directory.collect.messages import Tag
from rempart.engines.directory.collect.target import Auth, Protection, Target
from rempart.engines.directory.entries.attributes import SECRETS
from rempart.engines.directory.model import Directory, Fact, Kind
from rempart.engines.directory.read import collection
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent
from support.samba import Controller

pytestmark = pytest.mark.needs("samba")
NOW = 1_795_000_000
BASE = "DC=chu,DC=test"


def target_of(controller: Controller, **changes: object) -> Target:
    base = Target(
        host=controller.host,
        port=636,
        protection=Protection.LDAPS,
        user=controller.administrator,
        password=controller.password,
        ca_file=controller.ca_file,
        timeout=20,
        sysvol=False,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def collected(target: Target, path: Path) -> tuple[Summary, Directory]:
    with CollectionWriter(path) as writer:
        summary = collect(target, now=NOW, observer=Silent(), sink=writer)
        writer.finish(NOW + 1)
    builder = Builder()
    collection.read(path, builder, Silent())
    return summary, builder.build()


@pytest.fixture(scope="module")
def whole(
    weak_controller: Controller, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Summary, Directory]:
    """The weak directory as its administrator reads it over LDAPS."""
    return collected(target_of(weak_controller), tmp_path_factory.mktemp("whole") / "c")


def count(target: Target) -> int:
    """Entries of the domain that come with their descriptor."""
    with Client(target) as client:
        client.bind()
        found = client.search(BASE, ENTRIES, ["nTSecurityDescriptor"], [messages.sd_flags()])
        return sum(bool(attributes) for _, attributes in found)


def test_an_administrator_over_ldaps_reads_every_naming_context(
    whole: tuple[Summary, Directory],
) -> None:
    summary, directory = whole
    assert len(summary.entries) == 5
    assert summary.descriptors == summary.total > 3000
    assert summary.server == "dc1.chu.test"
    assert {"SOIN01@CHU.TEST", "ADM_ALICE@CHU.TEST"} <= set(directory.names)
    wanted = {Fact.UAC, Fact.ACL, Fact.DESCRIPTORS, Fact.SCHEMA, Fact.DSHEURISTICS, Fact.DNS_ZONES}
    assert directory.facts >= wanted


def test_an_ordinary_account_still_reads_the_descriptors(
    weak_controller: Controller, tmp_path: Path
) -> None:
    target = target_of(weak_controller, user=weak_controller.plain_user)
    summary, directory = collected(target, tmp_path / "c")
    assert summary.descriptors > 0.95 * summary.total
    assert any("descripteur" in note for note in summary.notes)
    assert Fact.ACL in directory.facts


@pytest.mark.parametrize(
    ("port", "changes"),
    [
        (389, {"protection": Protection.STARTTLS}),
        (389, {"protection": Protection.SEALED, "auth": Auth.NTLM}),
    ],
    ids=["starttls", "ntlm sealed"],
)
def test_every_protection_reads_the_same_domain(
    weak_controller: Controller,
    whole: tuple[Summary, Directory],
    port: int,
    changes: dict[str, object],
) -> None:
    assert count(target_of(weak_controller, port=port, **changes)) == whole[0].entries[BASE]


@pytest.fixture
def kerberos(
    weak_controller: Controller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Target:
    monkeypatch.setenv("KRB5_CONFIG", str(weak_controller.kerberos_configuration()))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'tickets'}")
    return target_of(
        weak_controller,
        port=389,
        protection=Protection.SEALED,
        auth=Auth.KERBEROS,
        server_name=weak_controller.name,
    )


def test_kerberos_seals_with_a_password(kerberos: Target, whole: tuple[Summary, Directory]) -> None:
    assert count(kerberos) == whole[0].entries[BASE]


def test_kerberos_uses_the_ticket_that_is_there(
    kerberos: Target, whole: tuple[Summary, Directory]
) -> None:
    subprocess.run(
        ["kinit", kerberos.user], input=kerberos.password.encode(), capture_output=True, check=True
    )
    assert count(replace(kerberos, user="", password="")) == whole[0].entries[BASE]


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "faux"},
        {"user": "personne@CHU.TEST"},
        {"server_name": "dc9.chu.test"},
        {"user": "", "password": ""},
    ],
    ids=["wrong password", "unknown account", "unknown server", "no ticket"],
)
def test_kerberos_that_fails_says_what_to_check(
    kerberos: Target, changes: dict[str, object]
) -> None:
    kerberos = replace(kerberos, **changes)  # type: ignore[arg-type]
    with pytest.raises(UnreadableSource, match="kerberos a échoué.*kinit"):
        count(kerberos)


def test_only_operations_that_read_are_sent(
    weak_controller: Controller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: set[int] = set()
    send = transport.Transport.send

    def spy(self: transport.Transport, data: bytes) -> None:
        sent.add(transport_operation(data))
        send(self, data)

    monkeypatch.setattr(transport.Transport, "send", spy)
    target = target_of(weak_controller, port=389, protection=Protection.STARTTLS)
    collected(target, tmp_path / "c")
    assert sent == {Tag.EXTENDED_REQUEST, Tag.BIND_REQUEST, Tag.SEARCH_REQUEST, Tag.UNBIND_REQUEST}


def transport_operation(data: bytes) -> int:
    length = data[1]
    at = 2 + (length & 0x7F if length & 0x80 else 0)
    return data[at + 2 + data[at + 1]]


@pytest.mark.parametrize(
    "changes",
    [{}, {"port": 389, "protection": Protection.SEALED, "auth": Auth.NTLM}],
    ids=["simple", "ntlm"],
)
def test_a_wrong_password_is_said(
    weak_controller: Controller, tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(UnreadableSource, match="refuse la connexion.*(mot de passe|compte)"):
        collected(target_of(weak_controller, password="faux", **changes), tmp_path / "c")
    assert not list(tmp_path.iterdir())


def test_a_server_that_wants_protection_refuses_a_clear_password(
    weak_controller: Controller, tmp_path: Path
) -> None:
    target = target_of(weak_controller, port=389, protection=Protection.CLEAR)
    with pytest.raises(UnreadableSource, match="signée ou chiffrée"):
        collected(target, tmp_path / "c")


def test_an_unknown_authority_is_refused_with_advice(
    weak_controller: Controller, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableSource, match="certificat.*--ca-file"):
        collected(target_of(weak_controller, ca_file=None), tmp_path / "c")


def test_a_certificate_for_another_name_is_refused(
    weak_controller: Controller, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableSource, match="certificat"):
        collected(target_of(weak_controller, server_name="autre.chu.test"), tmp_path / "c")


def test_a_name_in_the_certificate_may_differ_from_the_address(
    weak_controller: Controller, whole: tuple[Summary, Directory]
) -> None:
    found = count(target_of(weak_controller, server_name="dc1.chu.test"))
    assert found == whole[0].entries[BASE]


def test_small_pages_bring_the_same_entries(
    weak_controller: Controller, whole: tuple[Summary, Directory]
) -> None:
    assert count(target_of(weak_controller, page=7)) == whole[0].entries[BASE]


def test_no_secret_is_written(whole: tuple[Summary, Directory]) -> None:
    assert not SECRETS & set(whole[1].attributes)
    assert len(whole[1].rows(Kind.USER)) > 20
