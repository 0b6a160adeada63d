"""The records of mail: what they say, what is wrong in them, and no text that breaks their readers."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, strategies as st

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.mail.dkim import read_key
from rempart.engines.exposure.probe.mail.dmarc import is_dmarc, read_dmarc
from rempart.engines.exposure.probe.mail.smtp import compare, read_reply
from rempart.engines.exposure.probe.mail.spf import Term, is_spf, read_spf
from rempart.engines.exposure.probe.mail.sts import read_policy, read_response
from rempart.engines.exposure.probe.mail.tags import read_tags

POLICY = "version: STSv1\r\nmode: enforce\r\nmx: mx.example\r\nmx: *.secours.example\r\nmax_age: 86400\r\n"


def test_every_kind_of_term_of_spf_is_read() -> None:
    text = "v=spf1 +a -mx:mx.example/24//64 ?include:%{d}.example ~exists:x.example ip4:192.0.2.0/24 ip6:2001:db8::/32 ptr redirect=b.example exp=c.example new=thing -all"
    terms, faults = read_spf(text)
    assert faults == []
    assert terms[0] == Term("a")
    assert terms[1] == Term("mx", "-", "mx.example")
    assert [t.name for t in terms] == ["a", "mx", "include", "exists", "ip4", "ip6", "ptr", "redirect", "exp", "all"]  # fmt: skip
    assert terms[-1] == Term("all", "-")


@pytest.mark.parametrize("word", ["alll", "include", "ip4", "mx:", "-", "all:x", "ip4:"])
def test_a_word_that_is_no_term_is_told(word: str) -> None:
    assert read_spf(f"v=spf1 {word} -all")[1] != []


@pytest.mark.parametrize(
    ("text", "said"),
    [("v=spf1", True), ("V=SPF1 -all", True), ("v=spf10 -all", False), ("spf1", False)],
)
def test_only_the_first_version_is_spf(text: str, said: bool) -> None:
    assert is_spf(text) is said


def test_a_whole_dmarc_is_read() -> None:
    seen = read_dmarc(
        "v=DMARC1; p=Quarantine; sp=none; pct=25; t=y; rua=mailto:A@b.example!10m, mailto:c@d.example"
    )
    assert (seen.policy, seen.sub_policy, seen.percent, seen.is_test) == (
        "quarantine",
        "none",
        25,
        True,
    )
    assert seen.report_to == ["a@b.example", "c@d.example"]
    assert seen.faults == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("v=DMARC1", "manque"),
        ("v=DMARC1; p=rejet", "rejet"),
        ("v=DMARC1; p=none; sp=rien", "rien"),
        ("v=DMARC1; p=none; pct=120", "pct"),
        ("v=DMARC1; p=none; pct=²", "pct"),
        ("v=DMARC1; p=none; rua=https://a.example", "rapport"),
        ("v=DMARC1; p=none; p=reject", "deux fois"),
        ("v=DMARC1; n’importe quoi", "ne se lit pas"),
    ],
)
def test_what_is_wrong_in_a_dmarc_is_said(text: str, word: str) -> None:
    assert word in " ".join(read_dmarc(text).faults)


def test_what_only_looks_like_dmarc_is_not() -> None:
    assert is_dmarc("v=DMARC1;p=none")
    assert is_dmarc("v = DMARC1 ; p=none")
    assert not is_dmarc("v=DMARC12; p=none")


def _public(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    data = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(data).decode()


def test_keys_of_dkim_are_measured() -> None:
    short = _public(rsa.generate_private_key(65537, 1024))  # noqa: S505 (what the check finds)
    key = read_key("s", f"v=DKIM1; t=s:y; p={short}")
    assert (key.kind, key.bits, key.is_test, key.fault) == ("rsa", 1024, True, "")
    edwards = read_key("s", "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    assert (edwards.kind, edwards.bits) == ("ed25519", 256)


@pytest.mark.parametrize("text", ["v=DKIM1", "p=@@@", "p=AAAA", "k=ed25519; p=AAAA", "p=a; p=b", f"p={_public(ec.generate_private_key(ec.SECP256R1()))}"])  # fmt: skip
def test_a_key_that_is_none_is_told(text: str) -> None:
    assert read_key("s", text).fault


def test_an_empty_key_is_a_key_taken_back() -> None:
    assert read_key("s", "v=DKIM1; p=").is_revoked


def test_a_policy_of_mta_sts_is_read() -> None:
    seen = read_policy(POLICY)
    assert (seen.mode, seen.max_age, seen.hosts, seen.faults) == ("enforce", 86400, ["mx.example", "*.secours.example"], [])  # fmt: skip


@pytest.mark.parametrize("change", [("STSv1", "STSv2"), ("enforce", "ferme"), ("86400", "un jour"), ("86400", "²"), ("mx: ", "mix: "), ("mode: ", "mode ")])  # fmt: skip
def test_what_is_wrong_in_a_policy_is_said(change: tuple[str, str]) -> None:
    assert read_policy(POLICY.replace(*change)).faults


def test_a_response_is_read_whole_or_in_chunks() -> None:
    assert read_response(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc") == (200, "", "ab")
    chunks = (
        b"HTTP/1.1 404 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n"
    )
    assert read_response(chunks) == (404, "", "abc")


@pytest.mark.parametrize("data", [b"", b"SSH-2.0\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nab", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz"])  # fmt: skip
def test_what_is_not_a_response_is_a_fault(data: bytes) -> None:
    with pytest.raises(ProtocolFault):
        read_response(data)


def test_replies_of_smtp_are_taken_one_at_a_time() -> None:
    assert read_reply(b"250-mx\r\n250 STARTTLS\r\n220 go\r\n") == (250, ["mx", "STARTTLS"], 22)
    assert read_reply(b"250-mx\r\n") is None
    assert read_reply(b"220\r\n") == (220, [""], 5)


@pytest.mark.parametrize("data", [b"SSH-2.0-x\r\n", b"250-x\r\n" * 100, b"2" * 4000, b"250_x\r\n"])
def test_what_is_not_smtp_is_a_fault(data: bytes) -> None:
    with pytest.raises(ProtocolFault):
        read_reply(data)


def test_a_certificate_that_does_not_read_is_not_compared() -> None:
    assert compare([(3, 1, 1, "00")], b"rien")[0] == ""
    assert compare([(2, 1, 1, "00")], b"rien")[0] == ""


@given(st.text(max_size=300))
def test_no_text_breaks_the_readers_of_records(text: str) -> None:
    read_spf(f"v=spf1 {text}")
    read_dmarc(text)
    read_key("s", text)
    assert read_policy(text).faults
    try:
        assert all(name == name.lower() for name in read_tags(text))
    except ProtocolFault as fault:
        assert str(fault)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_readers_of_exchanges(data: bytes) -> None:
    for reader in (read_reply, read_response, lambda d: read_response(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + d)):  # fmt: skip
        try:
            reader(data)
        except ProtocolFault as fault:
            assert str(fault)
