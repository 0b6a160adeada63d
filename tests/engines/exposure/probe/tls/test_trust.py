"""Where chains lead: to a root of the store, to themselves, to nobody, or to a lie."""

from benchmarks._tls_pki import Authority, Leaf
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

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
