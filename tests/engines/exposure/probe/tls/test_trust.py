"""Where chains lead: to a root of the store, to themselves, to nobody, or to a lie."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from benchmarks._tls_pki import Authority, Leaf, key
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from rempart.engines.exposure.probe.tls import trust
from rempart.engines.exposure.probe.tls.trust import (
    NO_STORE,
    TrustStore,
    read_chain,
    read_store,
    system_store,
)
from rempart.engines.exposure.seen.tls import Trust

OURS, OTHER = Authority(), Authority()  # of the same names, with other keys
LEAF = OURS.leaf(Leaf("ch.example", "ec"))
STORE = read_store("essais", OURS.root_pem)


def ders(*certificates: x509.Certificate) -> list[bytes]:
    return [one.public_bytes(Encoding.DER) for one in certificates]


def test_a_chain_to_a_root_of_the_store_is_trusted() -> None:
    chain = read_chain(ders(LEAF, OURS.intermediate), STORE)
    assert (chain.trust, chain.store, chain.in_order) == (Trust.TRUSTED, "essais", True)


def test_a_chain_in_disorder_is_still_followed() -> None:
    chain = read_chain(ders(LEAF, OURS.root, OURS.intermediate), STORE)
    assert (chain.trust, chain.in_order, chain.sends_root) == (Trust.TRUSTED, False, True)


def test_a_missing_intermediate_is_incomplete() -> None:
    assert read_chain(ders(LEAF), STORE).trust == Trust.INCOMPLETE


def test_a_root_that_the_store_lacks_is_unknown() -> None:
    store = read_store("une autre", Authority("Ailleurs").root_pem)
    chain = read_chain(ders(LEAF, OURS.intermediate, OURS.root), store)
    assert chain.trust == Trust.UNKNOWN_ROOT


def test_an_intermediate_of_the_right_name_and_the_wrong_key_is_broken() -> None:
    assert read_chain(ders(LEAF, OTHER.intermediate), STORE).trust == Trust.BROKEN


def test_a_certificate_that_signs_itself_is_told_unless_it_is_believed() -> None:
    own = OURS.leaf(Leaf("ch.example", "ec", is_self_signed=True))
    assert read_chain(ders(own), STORE).trust == Trust.SELF_SIGNED
    assert read_chain(ders(own), TrustStore.of("le sien", [own])).trust == Trust.TRUSTED


def test_without_a_store_nothing_is_concluded() -> None:
    chain = read_chain(ders(LEAF, OURS.intermediate), NO_STORE)
    assert chain.trust is None
    assert "magasin" in chain.reason


def test_an_unreadable_certificate_above_leaves_a_reason() -> None:
    chain = read_chain([*ders(LEAF), b"\x30\x03\x02\x01\x01"], STORE)
    assert chain.trust is None
    assert chain.reason == "Un certificat est illisible."


def test_the_store_of_this_machine_says_how_many_it_has() -> None:
    store = system_store()
    assert store is NO_STORE or "autorités" in store.name
    assert system_store() is store


def test_a_root_given_twice_counts_once() -> None:
    store = read_store("essais", OURS.root_pem + OURS.root_pem)
    assert len(store.fingerprints) == 1
    assert [len(roots) for roots in store.roots.values()] == [1]


def test_a_certificate_in_its_own_name_and_of_another_key_is_broken() -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ch.example")])
    made = (
        x509.CertificateBuilder(name, name, key("ec").public_key(), 1)
        .not_valid_before(OURS.now)
        .not_valid_after(OURS.now)
        .sign(key("2048"), hashes.SHA256())
    )
    assert read_chain(ders(made), STORE).trust == Trust.BROKEN


def test_a_signature_that_this_machine_cannot_check_concludes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trust, "is_issued_by", lambda certificate, issuer: None)
    chain = read_chain(ders(LEAF, OURS.intermediate), STORE)
    assert (chain.trust, "ne sait pas vérifier" in chain.reason) == (None, True)


def test_a_chain_of_too_many_steps_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "MOST_STEPS", 1)
    chain = read_chain(ders(LEAF, OURS.intermediate, OURS.root), STORE)
    assert (chain.trust, "trop longue" in chain.reason) == (None, True)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A machine whose store is read anew, before and after."""
    system_store.cache_clear()
    yield monkeypatch
    system_store.cache_clear()


def test_the_store_of_windows_is_read_without_what_is_no_certificate(
    machine: pytest.MonkeyPatch,
) -> None:
    entries = [
        (*ders(OURS.root), "x509_asn", True),
        (b"?", "pkcs_7_asn", True),
        (b"\x30\x03\x02\x01\x01", "x509_asn", True),
    ]
    machine.setattr(trust, "sys", SimpleNamespace(platform="win32"))
    machine.setattr(ssl, "enum_certificates", lambda store: entries, raising=False)
    assert system_store().name == "magasin de cette machine, 1 autorités"


@pytest.mark.parametrize(
    ("files", "count"), [(["ca-certificates.crt"], 1), (["a.pem", "b.pem"], 2)]
)
def test_a_folder_of_authorities_is_read_by_its_bundle_or_by_its_files(
    files: list[str], count: int, machine: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, authority in zip(files, (OURS, OTHER), strict=False):
        (tmp_path / name).write_bytes(authority.root_pem)
    found = SimpleNamespace(cafile=None, capath=str(tmp_path))
    machine.setattr(ssl, "get_default_verify_paths", lambda: found)
    assert len(system_store().fingerprints) == count


def test_a_machine_without_any_authority_has_no_store(machine: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(cafile=None, capath=None)
    machine.setattr(ssl, "get_default_verify_paths", lambda: found)
    assert system_store() is NO_STORE
