"""Whether the clock of the machine that swept was right, by what the targets themselves say of the time.

Every web server dates its answers (RFC 9110 §6.6.1), some mail servers their greeting, and no recognised authority
issues a certificate that begins later than the day. One machine may be wrong, and often is: it takes a majority of
three addresses or more, which agree with one another, to say that the clock of the sweep is not to be believed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from statistics import median
from typing import Final

from rempart.engines.exposure.registry import Dated
from rempart.engines.exposure.seen.common import Reach, Seen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen, Trust
from rempart.kernel.french import counted, grouped

SLACK: Final = 86400.0  # seconds: an hour badly set, a time zone taken for another, are no reason to doubt a date
LEAST_SITES: Final = 3
_DATE: Final = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), {1,2}\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}(?: (?:GMT|UT|UTC|[+-]\d{4}))?"
)
_AGE: Final = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Clock:
    """What the targets say of the clock of the sweep.

    `ahead` is by how many seconds it is ahead of theirs, the middle one (negative: behind), None when nobody says;
    `against` the addresses, out of `sites`, that put it off by more than a day; `is_wrong` whether they carry it.
    """

    sites: int = 0
    against: int = 0
    ahead: float | None = None
    is_wrong: bool = False
    is_floor: bool = False  # certificates alone tell, and they only say « not before »

    @property
    def is_doubtful(self) -> bool:
        """Whether all those that say something are against it, too few to carry it."""
        return not self.is_wrong and 0 < self.against == self.sites

    def true_day(self, at: float) -> date | None:
        """The day that the targets give to an instant of this clock, None when they give none."""
        if self.ahead is None or self.is_floor:
            return None
        try:
            return datetime.fromtimestamp(at - self.ahead, UTC).date()
        except (OverflowError, OSError, ValueError):
            return None


def clock_of(seen: Iterable[Seen]) -> Clock:
    """What the observations of a sweep say of its own clock: one voice an address, its middle one."""
    seen = list(seen)
    voices: dict[str, list[float]] = {}
    for place, ahead in _said(seen):
        voices.setdefault(place, []).append(ahead)
    votes = [median(found) for found in voices.values()]
    if not votes:
        return _by_certificates(seen)
    middle = median(votes)
    # Machines without a clock say 1970 or 2000: they are many, and agree with nobody.
    together = sum(abs(vote - middle) <= SLACK for vote in votes)
    is_wrong = len(votes) >= LEAST_SITES and abs(middle) > SLACK and 2 * together > len(votes)
    against = sum(abs(vote) > SLACK for vote in votes)
    return Clock(len(votes), against, middle, is_wrong)


def faults_of(clock: Clock, *, today: date, at: float) -> Mapping[Dated, str]:
    """Why dates cannot be judged (French), by what a verdict rests on; empty when nothing says so.

    The day of the judgement may be given by a person: when it is the day that the targets say, it is relied on. `at` is
    an instant of the sweep by its own clock.
    """
    if not clock.is_wrong:
        return {}
    reason = f"{difference(clock)} Ce qui dépend d’une date ne peut pas être jugé."
    true_day = clock.true_day(at)
    if true_day is not None and abs((today - true_day).days) <= 1:
        return {Dated.SWEEP: reason}
    return {Dated.SWEEP: reason, Dated.DAY: reason}


def difference(clock: Clock) -> str:
    """« L’horloge de ce poste avance de 3 jours sur celle de 4 machines sur 5. » ; "" when nobody says anything."""
    if clock.ahead is None:
        return ""
    days = max(1, round(abs(clock.ahead) / SLACK))
    by = f"de {grouped(days)} jour{'s' if days > 1 else ''}"
    if clock.is_floor:
        return f"L’horloge de ce poste retarde d’au moins {grouped(days)} jours sur le début de {counted(clock.against, 'certificat')}."
    word = "avance" if clock.ahead > 0 else "retarde"
    of = "celle de la seule machine qui donne l’heure"
    if clock.sites > 1:
        of = f"celle de {clock.against} des {grouped(clock.sites)} machines qui donnent l’heure"
    return f"L’horloge de ce poste {word} {by} sur {of}."


def _by_certificates(seen: Iterable[Seen]) -> Clock:
    """Where no machine says the time: certificates of recognised authorities that begin after the sweep."""
    late: dict[str, float] = {}
    known: set[str] = set()
    for one in seen:
        for chain in one.chains if isinstance(one, TlsSeen) and one.at else ():
            if chain.trust is Trust.TRUSTED and chain.certificates:
                own = chain.certificates[0]
                known.add(own.sha256)
                if own.not_before > one.at + SLACK:
                    late[own.sha256] = one.at - own.not_before
    if len(late) < LEAST_SITES or 2 * len(late) <= len(known):
        return Clock()
    return Clock(len(known), len(late), min(late.values()), is_wrong=True, is_floor=True)


def _said(seen: Iterable[Seen]) -> Iterator[tuple[str, float]]:
    """(address, by how many seconds the clock of the sweep is ahead of what is said there)."""
    for one in seen:
        if not one.at or one.reach is not Reach.ANSWERED:
            continue
        if isinstance(one, HttpSeen):
            said = _of_answer(one)
            if said is not None:
                yield one.endpoint.address, one.at - said
        elif isinstance(one, ServiceSeen):
            said = _moment(one.banner)
            if said is not None:
                yield one.endpoint.address, one.at - said
        elif isinstance(one, MailSeen):
            for server in one.servers:
                said = _moment(server.banner)
                if said is not None and server.address:
                    yield server.address, one.at - said


def _of_answer(seen: HttpSeen) -> float | None:
    """When an answer was made, its age in a cache added."""
    said = _moment(next(iter(seen.headers.get("date", [])), ""))
    age = _AGE.fullmatch(next(iter(seen.headers.get("age", [])), "").strip())
    return None if said is None else said + (int(age[0]) if age else 0)


def _moment(text: str) -> float | None:
    """The instant that a text holds, Unix seconds (UTC); None without one."""
    found = _DATE.search(text)
    if found is None:
        return None
    try:
        moment = parsedate_to_datetime(found[0])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return None
