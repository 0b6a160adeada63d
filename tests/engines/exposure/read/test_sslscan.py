"""XML of sslscan, from a real run of version 2.0.7 on nginx with poor settings; and what has the same root."""

from pathlib import Path
from typing import Final

import pytest

from rempart.engines.exposure.read.imports import Import, read_import
from rempart.kernel.errors import UnreadableSource

SAMPLE: Final = Path(__file__).parents[3] / "data" / "exposure" / "imports" / "sslscan.xml"


def told(found: Import) -> dict[str, tuple[str, str]]:
    """Rule → our check, and what it says."""
    return {claim.rule: (claim.check, claim.says) for claim in found.claims}


def changed(folder: Path, **words: str) -> dict[str, tuple[str, str]]:
    """What the sample says once these words of it are replaced."""
    text = SAMPLE.read_text("utf-8")
    for old, new in words.items():
        text = text.replace(PIECES[old], new)
    (folder / "a.xml").write_text(text, "utf-8")
    return told(read_import(folder / "a.xml"))


PIECES: Final = {
    "renegotiation": 'supported="1" secure="1"',
    "heartbleed": 'sslversion="TLSv1.2" vulnerable="0"',
    "key": 'type="EC" curve_name="prime256v1" bits="128"',
    "signature": "ecdsa-with-SHA256",
    "suite": "AECDH-AES256-SHA",
    "expired": "<expired>false",
    "extra": "<certificates>",
}


def test_versions_suites_and_certificate_are_told_of_our_checks() -> None:
    found = told(read_import(SAMPLE))
    assert found["protocol/SSLv3"] == ("tls_sslv3", "passed")
    assert found["protocol/TLSv1.0"] == ("tls_10_11", "failed")
    assert found["protocol/TLSv1.3"] == ("tls_no_tls13", "failed")
    assert found["cipher/NULL"] == ("tls_null", "failed")
    assert found["cipher/anonymous"] == ("tls_anonymous", "failed")
    assert found["certificate/self-signed"] == ("tls_self_signed", "failed")
    assert found["certificate/expired"] == ("tls_expired", "passed")
    assert "protocol/TLSv1.2" not in found


@pytest.mark.parametrize(
    ("piece", "new", "rule", "check", "says"),
    [
        ("renegotiation", 'supported="1" secure="0"', "renegotiation/secure", "tls_insecure_renegotiation", "failed"),
        ("key", 'type="RSA" bits="1024"', "certificate/size", "tls_key_size", "failed"),
        ("key", 'type="RSA" bits="2048"', "certificate/size", "tls_key_size", "passed"),
        ("signature", "sha1WithRSAEncryption", "certificate/signature", "tls_signature_hash", "failed"),
        ("suite", "DES-CBC3-SHA", "cipher/3DES", "tls_3des", "failed"),
        ("suite", "EXP-RC4-MD5", "cipher/EXPORT", "tls_export", "failed"),
        ("expired", "<expired>true", "certificate/expired", "tls_expired", "failed"),
        ("extra", '<compression supported="1" /><certificates>', "compression", "tls_compression", "failed"),
        ("extra", '<fallback supported="0" /><certificates>', "fallback", "tls_downgrade", "failed"),
    ],
)  # fmt: skip
def test_each_fault_is_told(
    tmp_path: Path, piece: str, new: str, rule: str, check: str, says: str
) -> None:
    assert changed(tmp_path, **{piece: new})[rule] == (check, says)


def test_a_hole_has_its_number_and_its_weight(tmp_path: Path) -> None:
    text = SAMPLE.read_text("utf-8").replace(
        PIECES["heartbleed"], 'sslversion="TLSv1.2" vulnerable="1"'
    )
    (tmp_path / "a.xml").write_text(text, "utf-8")
    (hole,) = [c for c in read_import(tmp_path / "a.xml").claims if c.cves]
    assert (hole.cves, hole.severity, hole.evidence) == (["CVE-2014-0160"], "critical", "TLSv1.2")


def test_a_target_that_could_not_be_reached_is_counted(tmp_path: Path) -> None:
    text = SAMPLE.read_text("utf-8").replace("<ssltest", "<error>x</error><ssltest", 1)
    (tmp_path / "a.xml").write_text(text, "utf-8")
    assert sum(read_import(tmp_path / "a.xml").left.values()) == 1


@pytest.mark.parametrize(
    ("title", "says"),
    [("SSLyze Scan Results", "--json_out"), ("Autre chose", "aucun outil connu")],
)
def test_what_has_the_same_root_is_refused_in_its_own_words(
    tmp_path: Path, title: str, says: str
) -> None:
    (tmp_path / "a.xml").write_text(f'<document title="{title}"><results/></document>', "utf-8")
    with pytest.raises(UnreadableSource, match=says):
        read_import(tmp_path / "a.xml")


def test_elements_without_end_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text('<document title="SSLScan">' + "<a>" * 200, "utf-8")
    with pytest.raises(UnreadableSource, match="emboîtés sans fin"):
        read_import(tmp_path / "a.xml")
