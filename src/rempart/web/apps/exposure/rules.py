"""What a perimeter of the platform may hold, and how long a sweep stands. No clock, no database."""

import hashlib
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from rempart.engines.exposure.hours import DAYS, Hours, Slot, check_hours
from rempart.engines.exposure.names import address_of, special
from rempart.engines.exposure.perimeter import (
    Asset,
    AssetKind,
    check_asset,
    check_ranges as check_sum,
    network_of,
    normal_value,
)
from rempart.web.core.errors import Refused

COVERED_FOR: Final = timedelta(days=35)
"""An establishment is covered while its last sweep is not older: a month, and the days of a late one."""

LONGEST_CONSENT: Final = timedelta(days=366)
MOST_ASSETS: Final = 60_000
"""A region: thirty thousand names, and as many that wait for a person."""
LEAST_CONNECTIONS: Final = 2
"""A look may hold one connection and want another."""

FRENCH_DAYS: Final = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")
_DAY: Final = "|".join(FRENCH_DAYS)
_HOURS: Final = re.compile(
    rf"(?P<first>{_DAY})(?:-(?P<last>{_DAY}))? (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)"
)


def asset_value(
    kind: str, text: str, *, with_subdomains: bool = False, may_be_private: bool = False
) -> str:
    """The value of an asset in its one spelling. Raises Refused.

    An address that is not of the internet is refused: the server would be made to look into its own network.
    """
    said = text.strip()
    try:
        is_domain = kind == AssetKind.DOMAIN
        asset = Asset(AssetKind(kind), said, subdomains=with_subdomains and is_domain)
        check_asset(asset)
        value = normal_value(asset)
        if not may_be_private:
            _check_public(kind, value)
    except ValueError as fault:
        raise Refused(
            f"« {said[:80]} » ne convient pas : {str(fault)[:200]}.",
            expected="Un domaine (hopital.example), un nom (www.hopital.example), une adresse (203.0.113.10) ou une "
            "plage (203.0.113.0/28).",
        ) from fault
    return value


def _check_public(kind: str, value: str) -> None:
    if kind == AssetKind.ADDRESS:
        ends = [address_of(value)]
    elif kind == AssetKind.RANGE:
        network = network_of(value)
        ends = [network.network_address, network.broadcast_address]
    else:
        return
    for address in ends:
        if reason := special(address):
            raise ValueError(f"{reason}, que ce serveur ne sonde pas")


def hours_of(text: str) -> Hours:
    """The hours without any probe that the lines of a text name, in the time of Paris. Raises Refused."""
    slots = []
    for line in filter(None, (part.strip().lower() for part in text.splitlines())):
        match = _HOURS.fullmatch(line)
        if match is None:
            raise _not_hours(line)
        first = FRENCH_DAYS.index(match["first"])
        last = FRENCH_DAYS.index(match["last"] or match["first"])
        count = (last - first) % 7
        days = [DAYS[(first + k) % 7] for k in range(count + 1)]
        slots.append(Slot(match["start"], match["end"], days))
    hours = Hours(forbidden=slots)
    try:
        check_hours(hours)
    except ValueError as fault:
        raise Refused(f"Ces heures ne conviennent pas : {fault}.") from fault
    return hours


def _not_hours(line: str) -> Refused:
    return Refused(
        f"« {line[:80]} » n’est pas une plage d’heures.",
        expected="Une plage par ligne, comme « lun-ven 08:00-18:00 » ou « dim 00:00-24:00 ».",
    )


def check_ranges(values: Iterable[str]) -> None:
    """Refuse ranges that have too many addresses together: each may be fine, and the sweep too long."""
    try:
        check_sum(Asset(AssetKind.RANGE, value) for value in values)
    except ValueError as fault:
        raise Refused(f"Ces plages ne conviennent pas ensemble : {fault}.") from fault


def mark_of(*values: object) -> str:
    """A short mark of some values: two people who write at once are told from it."""
    return hashlib.sha256(repr(values).encode("utf-8")).hexdigest()[:16]


def check_consent(on: date, until: date, today: date) -> None:
    """Refuse a consent that is not one: to come, past, or for ever."""
    if on > today:
        raise Refused("Le consentement ne peut pas être daté d’un jour à venir.")
    if until < today or until < on:
        raise Refused("Ce consentement serait déjà terminé : donnez une date de fin à venir.")
    if until - on > LONGEST_CONSENT:
        raise Refused(
            "Un consentement dure un an au plus.",
            todo="Choisissez une fin dans l’année : Rempart prévient avant.",
        )


def is_fresh(swept_on: date | None, today: date) -> bool:
    """Whether a sweep still says what is exposed."""
    return swept_on is not None and today - swept_on <= COVERED_FOR
