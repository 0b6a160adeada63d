"""A clock that is wrong accuses nobody: what the targets say of the time decides what dates are worth."""

from datetime import UTC, date, datetime
from email.utils import format_datetime

import msgspec
import pytest
from hypothesis import given, strategies as st

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.content.exposure_rules import held_rules
from rempart.engines.exposure.clock import Clock, clock_of, faults_of
from rempart.engines.exposure.held import reaches_level
from rempart.engines.exposure.registry import Dated
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.retest import Retested, retested
from rempart.engines.exposure.run import run
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.mail import ExchangerSeen, MailSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import CertificateSeen, ChainSeen, TlsSeen, Trust
from rempart.engines.exposure.snapshot import AnySeen
from rempart.kernel.outcome import Outcome
from rempart.render.exposure import view
from support.exposure import AT, TODAY, snapshot

DAY = 86400.0
YEARS = 3 * 365 * DAY


def said(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)


def site(number: int, says: float | None, *, at: float = AT, **headers: str) -> HttpSeen:
    """A site at an address of its own, that says what time it is."""
    told = {name: [value] for name, value in headers.items()}
    if says is not None:
        told["date"] = [said(says)]
    place = Endpoint(f"192.0.2.{number}", 443, f"s{number}.example")
    return HttpSeen(reach=Reach.ANSWERED, endpoint=place, at=at, headers=told, status=200)


def certificate(number: int, *, begins: float, ends: float, trust: Trust) -> TlsSeen:
    own = CertificateSeen(
        subject="CN=x",
        issuer="CN=y",
        not_before=int(begins),
        not_after=int(ends),
        sha256=str(number),
    )
    place = Endpoint(f"192.0.2.{number}", 443, f"s{number}.example")
    chain = ChainSeen(certificates=[own], trust=trust)
    return TlsSeen(reach=Reach.ANSWERED, endpoint=place, at=AT, chains=[chain])


def audited(*seen: AnySeen, today: date = TODAY) -> ExposureReport:
    return run(snapshot(*seen), catalogue=exposure_catalogue(), today=today, tool_version="1")


@pytest.mark.parametrize(
    ("ahead", "is_wrong", "doubtful"),
    [
        ((0, 0, 0), False, False),
        ((YEARS, YEARS, YEARS), True, False),
        ((-YEARS, -YEARS, -YEARS), True, False),
        ((YEARS, YEARS + 600, 0), True, False),
        ((YEARS, 0, 0), False, False),
        ((YEARS, YEARS), False, True),
        ((YEARS, 0), False, False),
        ((0.9 * DAY,) * 3, False, False),
        ((1.1 * DAY,) * 3, True, False),
        ((56 * 365 * DAY, 26 * 365 * DAY, 0), False, False),
        ((56 * 365 * DAY, 26 * 365 * DAY, 9 * DAY), False, False),
    ],
    ids=str,
)
def test_it_takes_a_majority_of_three_that_agree(
    ahead: tuple[float, ...], is_wrong: bool, doubtful: bool
) -> None:
    found = clock_of(site(n, AT - one) for n, one in enumerate(ahead))
    assert (found.sites, found.is_wrong) == (len(ahead), is_wrong)
    assert found.is_doubtful is doubtful or len(ahead) >= 3


def test_many_names_of_one_machine_have_one_voice() -> None:
    one = [msgspec.structs.replace(site(1, AT - YEARS), status=code) for code in range(9)]
    assert clock_of([*one, site(2, AT), site(3, AT)]).is_wrong is False


def test_a_page_kept_in_a_cache_is_as_old_as_it_says() -> None:
    kept = [site(n, AT - 40 * DAY, age=str(int(40 * DAY))) for n in range(3)]
    assert clock_of(kept).ahead == 0


def test_greetings_of_mail_servers_say_the_time_too() -> None:
    banner = f"mx.example ESMTP ready at {said(AT - YEARS)}"
    mail = MailSeen(
        reach=Reach.ANSWERED, domain="a.example", at=AT,
        servers=[ExchangerSeen(name="mx", address=f"192.0.2.{n}", banner=banner) for n in (1, 2)],
    )  # fmt: skip
    port = ServiceSeen(
        reach=Reach.ANSWERED, endpoint=Endpoint("192.0.2.3", 25), at=AT, banner=banner
    )
    assert clock_of([mail, port]).is_wrong is True


@given(st.text(max_size=60))
def test_a_date_that_cannot_be_read_says_nothing(text: str) -> None:
    strange = ["Sun, 99 Foo 2026 99:99:99 GMT", "Sun, 06 Nov 0000 00:00:00 +9999", text]
    seen = [
        msgspec.structs.replace(site(n, None), headers={"date": [t]}) for n, t in enumerate(strange)
    ]
    assert clock_of(seen).is_wrong is False


@pytest.mark.parametrize(
    ("trust", "count", "is_wrong"),
    [(Trust.TRUSTED, 3, True), (Trust.TRUSTED, 2, False), (Trust.SELF_SIGNED, 3, False)],
)
def test_certificates_that_begin_later_tell_where_no_machine_does(
    trust: Trust, count: int, is_wrong: bool
) -> None:
    late = [
        certificate(n, begins=AT + 90 * DAY, ends=AT + 200 * DAY, trust=trust) for n in range(count)
    ]
    found = clock_of(late)
    assert (found.is_wrong, found.true_day(AT)) == (is_wrong, None)


def test_machines_that_say_the_right_time_clear_certificates_that_begin_later() -> None:
    late = [
        certificate(n, begins=AT + 90 * DAY, ends=AT + 200 * DAY, trust=Trust.TRUSTED)
        for n in range(3)
    ]
    found = clock_of([*late, *(site(n, AT) for n in range(3))])
    assert found.is_wrong is False


def sweep_of_a_wrong_clock() -> list[AnySeen]:
    """A clock three years ahead: what is good until next year looks expired."""
    true = AT - YEARS
    good = [
        certificate(n, begins=true - DAY, ends=true + 300 * DAY, trust=Trust.TRUSTED)
        for n in range(3)
    ]
    return [*good, *(site(n, true) for n in range(3))]


def test_a_wrong_clock_accuses_no_certificate_and_clears_none() -> None:
    report = audited(*sweep_of_a_wrong_clock())
    dated = {c.id: c for c in report.checks if c.id in ("tls_expired", "tls_not_yet_valid")}
    assert {c.outcome for c in dated.values()} == {Outcome.NOT_MEASURED}
    assert all("avance de 1 095 jours" in c.reason.replace("\u202f", " ") for c in dated.values())
    assert not any(c.cleared for c in dated.values())


def test_what_rests_on_no_date_is_judged_all_the_same() -> None:
    report = audited(*sweep_of_a_wrong_clock())
    (hsts,) = [c for c in report.checks if c.id == "http_no_https"]
    assert hsts.outcome in (Outcome.FAILED, Outcome.PASSED)


def test_the_same_sweep_is_judged_on_the_day_that_the_targets_say() -> None:
    day = datetime.fromtimestamp(AT - YEARS, UTC).date()
    report = audited(*sweep_of_a_wrong_clock(), today=day)
    (expired,) = [c for c in report.checks if c.id == "tls_expired"]
    assert (expired.outcome, expired.passed) == (Outcome.PASSED, 3)
    assert report.clock_fault and f"--today {day.isoformat()}" in report.clock_fault


def test_the_clock_of_the_sweep_is_not_mended_by_the_day_of_the_judgement() -> None:
    clock = clock_of(sweep_of_a_wrong_clock())
    right = datetime.fromtimestamp(AT - YEARS, UTC).date()
    assert set(faults_of(clock, today=right, at=AT)) == {Dated.SWEEP}
    assert set(faults_of(clock, today=TODAY, at=AT)) == {Dated.SWEEP, Dated.DAY}
    assert faults_of(Clock(), today=TODAY, at=AT) == {}


def test_the_report_says_it_first_and_proves_nothing() -> None:
    report = audited(*sweep_of_a_wrong_clock())
    assert view.headline(report).startswith("Horloge fausse")
    assert view.lead(report).startswith("L’horloge de ce poste avance")
    found = reaches_level(report, held_rules())
    assert found.outcome is Outcome.NOT_MEASURED and "horloge" in found.reasons[0]


def test_too_few_machines_leave_a_note_and_every_verdict() -> None:
    report = audited(
        certificate(1, begins=AT - DAY, ends=AT + 300 * DAY, trust=Trust.TRUSTED),
        site(1, AT - YEARS),
    )
    (expired,) = [c for c in report.checks if c.id == "tls_expired"]
    assert (expired.outcome, report.clock_fault) == (Outcome.PASSED, "")
    assert any("vérifiez l’horloge" in note for note in report.notes)


def test_a_retest_closes_no_finding_of_dates_against_the_clock_of_its_target() -> None:
    ended = certificate(1, begins=AT - 300 * DAY, ends=AT - DAY, trust=Trust.TRUSTED)
    (finding,) = [f for f in audited(ended).findings if f.check == "tls_expired"]
    renewed = certificate(1, begins=AT - 300 * DAY, ends=AT + 300 * DAY, trust=Trust.TRUSTED)

    def again(*seen: AnySeen) -> Retested:
        return retested(
            finding, snapshot(*seen), catalogue=exposure_catalogue(), today=TODAY, tool_version="1"
        ).outcome

    assert again(renewed, site(1, AT)) is Retested.MENDED
    assert again(renewed, site(1, AT - YEARS)) is Retested.UNMEASURED


def test_a_retest_under_a_wrong_clock_proves_nothing_at_all() -> None:
    (finding,) = [f for f in audited(site(1, AT)).findings if f.check == "http_no_https"]
    after = [site(n, AT - YEARS) for n in range(3)]
    found = retested(
        finding, snapshot(*after), catalogue=exposure_catalogue(), today=TODAY, tool_version="1"
    )
    assert (found.outcome, "Réglez l’horloge" in found.detail) == (Retested.UNMEASURED, True)
