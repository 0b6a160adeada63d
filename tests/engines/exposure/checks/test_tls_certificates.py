"""Dates, chains and strengths, at the days where the verdict changes."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.tls import CertificateSeen, ChainSeen, TlsSeen, Trust
from rempart.kernel.outcome import Outcome
from support.tls_servers import judge

TODAY = date(2026, 6, 1)


def instant(days: float) -> int:
    return int((datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=days)).timestamp())


def seen(*, starttls: str = "", trust: Trust | None = Trust.TRUSTED, **changes: object) -> TlsSeen:
    facts = {
        "subject": "CN=www.ch.example",
        "issuer": "CN=autorité",
        "not_before": instant(-60),
        "not_after": instant(305),
        "names": ["www.ch.example"],
        "key_kind": "rsa",
        "key_bits": 3072,
        "signature_hash": "sha256",
    }
    own = CertificateSeen(**(facts | changes))  # type: ignore[arg-type]
    chain = ChainSeen(certificates=[own], trust=trust, store="essais", reason="" if trust else "?")
    endpoint = Endpoint("192.0.2.1", 443, "www.ch.example")
    return TlsSeen(endpoint=endpoint, reach=Reach.ANSWERED, chains=[chain], starttls=starttls)


@pytest.mark.parametrize(
    ("days", "outcome", "severity"),
    [
        (-1, Outcome.NOT_APPLICABLE, ""),
        (0, Outcome.FAILED, "high"),
        (6, Outcome.FAILED, "high"),
        (7, Outcome.FAILED, ""),
        (29, Outcome.FAILED, ""),
        (30, Outcome.PASSED, ""),
    ],
)
def test_a_certificate_that_ends_is_told_by_its_days(
    days: int, outcome: Outcome, severity: str
) -> None:
    year = seen(not_before=instant(-300), not_after=instant(days))
    verdict = judge("tls_expires_soon", year, TODAY)
    assert (verdict.outcome, verdict.severity) == (outcome, severity)


def test_a_certificate_renewed_by_a_program_is_not_cried_over() -> None:
    short = seen(not_before=instant(-3), not_after=instant(4))
    assert judge("tls_expires_soon", short, TODAY).outcome == Outcome.PASSED
    late = seen(not_before=instant(-69), not_after=instant(21))
    assert judge("tls_expires_soon", late, TODAY).outcome == Outcome.FAILED


def test_the_last_day_of_a_certificate_is_still_good() -> None:
    assert judge("tls_expired", seen(not_after=instant(0.5)), TODAY).outcome == Outcome.PASSED
    ended = judge("tls_expired", seen(not_after=instant(-0.5)), TODAY)
    assert ended.detail == "Le certificat est expiré depuis le 31/05/2026 (1 jour)."


def test_a_mail_server_is_judged_less_hard_than_a_site() -> None:
    site = judge("tls_name_mismatch", seen(names=["autre.example"]), TODAY)
    mail = judge("tls_name_mismatch", seen(names=["autre.example"], starttls="smtp"), TODAY)
    assert (site.severity, mail.severity) == ("", "medium")


@pytest.mark.parametrize(
    ("common_name", "said"),
    [
        ("www.ch.example", "www.ch.example n’y est que le nom principal (CN)"),
        ("vieux.ch.example", "est vieux.ch.example, et ce n’est pas www.ch.example"),
        ("", "noms alternatifs (SAN)."),
    ],
)
def test_a_certificate_without_alternative_names_is_one_finding(
    common_name: str, said: str
) -> None:
    bare = seen(names=[], common_name=common_name)
    mismatch, none = (
        judge(f"tls_{x}", bare, TODAY) for x in ("name_mismatch", "no_alternative_name")
    )
    assert (mismatch.outcome, none.outcome) == (Outcome.NOT_APPLICABLE, Outcome.FAILED)
    assert "voir ce constat" in mismatch.detail and said in none.detail
    assert not any("ne nomme pas" in x.detail for x in (mismatch, none))


def test_a_second_certificate_that_names_another_host_is_still_told() -> None:
    bare, other = seen(names=[]), seen(names=["autre.example"])
    both = msgspec.structs.replace(bare, chains=[*bare.chains, *other.chains])
    for identifier in ("tls_name_mismatch", "tls_no_alternative_name"):
        assert judge(identifier, both, TODAY).outcome == Outcome.FAILED


@pytest.mark.parametrize(
    ("bits", "kind", "outcome", "severity"),
    [
        (1024, "rsa", Outcome.FAILED, ""),
        (2048, "rsa", Outcome.FAILED, "info"),
        (3072, "rsa", Outcome.PASSED, ""),
        (256, "ec", Outcome.PASSED, ""),
        (192, "ec", Outcome.FAILED, ""),
        (0, "1.2.3", Outcome.NOT_MEASURED, ""),
    ],
)
def test_a_key_is_judged_by_its_kind_and_size(
    bits: int, kind: str, outcome: Outcome, severity: str
) -> None:
    verdict = judge("tls_key_size", seen(key_bits=bits, key_kind=kind), TODAY)
    assert (verdict.outcome, verdict.severity) == (outcome, severity)


@pytest.mark.parametrize("trust", [None, Trust.INCOMPLETE])
def test_a_chain_that_tells_nothing_is_not_called_good(trust: Trust | None) -> None:
    assert judge("tls_untrusted", seen(trust=trust), TODAY).outcome == Outcome.NOT_MEASURED


def test_an_unknown_authority_is_told_to_mail_in_the_words_of_mail() -> None:
    site, mail, broken = (
        judge("tls_untrusted", seen(trust=trust, starttls=starttls), TODAY)
        for trust, starttls in (
            (Trust.UNKNOWN_ROOT, ""),
            (Trust.UNKNOWN_ROOT, "smtp"),
            (Trust.BROKEN, "smtp"),
        )
    )
    assert "navigateurs" in site.detail and "refusent de livrer" not in site.detail
    assert "navigateurs" not in mail.detail and "refusent de livrer" in mail.detail
    assert "ne tient pas" in broken.detail
    fixes = {fix.product: fix for fix in exposure_checks()["tls_untrusted"].fixes}
    assert "TLSA 3 1 1" in fixes["postfix"].commands
    assert all("autorité reconnue" in fixes[x].steps for x in ("postfix", "exchange", "any"))


def test_a_signature_that_does_not_hold_is_said() -> None:
    verdict = judge("tls_untrusted", seen(trust=Trust.BROKEN), TODAY)
    assert verdict.outcome == Outcome.FAILED
    assert "ne tient pas" in verdict.detail


def test_without_a_certificate_nothing_is_concluded() -> None:
    empty = TlsSeen(endpoint=Endpoint("192.0.2.1", 443), reach=Reach.ANSWERED)
    for identifier in ("tls_expired", "tls_untrusted", "tls_key_size", "tls_signature_hash"):
        assert judge(identifier, empty, TODAY).outcome == Outcome.NOT_MEASURED
