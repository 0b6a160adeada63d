"""Who may invite whom, where a role can be held, what a session is recognised by. Pure: no rows, no clock."""

import ipaddress
from typing import Final

from rempart.web.core.scope import Act, Grant, Level, Role

_SITE: Final = frozenset({Level.ESTABLISHMENT, Level.OPERATOR})

ROLE_LEVELS: Final[dict[Role, frozenset[Level]]] = {
    Role.REFERENT: _SITE,
    Role.DIRECTION: _SITE,
    Role.READER: _SITE,
    Role.RSSI: _SITE | {Level.GROUPING},
    Role.REGIONAL_OFFICER: frozenset({Level.REGION}),
    Role.ADVISER: frozenset({Level.REGION}),
    Role.NATIONAL_CERT: frozenset({Level.NATIONAL}),
    Role.DELEGATE: frozenset(),
}
"""Where each role is held. Nobody is invited to be a delegate: a mandate makes one."""

_TEAM: Final = frozenset({Role.REFERENT, Role.RSSI, Role.DIRECTION, Role.READER})
_FIRST: Final = frozenset({Role.REFERENT, Role.DIRECTION})

MAY_INVITE: Final[dict[Role, frozenset[Role]]] = {
    Role.REFERENT: _TEAM,
    Role.DIRECTION: _TEAM,
    Role.RSSI: frozenset({Role.RSSI, Role.READER}),
    Role.READER: frozenset(),
    Role.REGIONAL_OFFICER: _FIRST | {Role.RSSI, Role.REGIONAL_OFFICER, Role.ADVISER},
    Role.ADVISER: frozenset(),
    Role.NATIONAL_CERT: _FIRST
    | {Role.RSSI, Role.REGIONAL_OFFICER, Role.ADVISER, Role.NATIONAL_CERT},
    Role.DELEGATE: frozenset(),
}
"""Role → those it may invite, on its own level or under it. An authority opens the first account of an establishment,
and sees no finding by it."""

OUTSIDERS: Final = frozenset({Role.REGIONAL_OFFICER, Role.NATIONAL_CERT})
"""Those who appoint on an establishment only while nobody there can do it."""

APPOINTERS: Final = _FIRST

_WIDTH: Final = {
    Level.ESTABLISHMENT: 0,
    Level.OPERATOR: 1,
    Level.GROUPING: 2,
    Level.REGION: 3,
    Level.NATIONAL: 4,
}


def may_invite(grant: Grant, role: Role, level: Level) -> bool:
    """Whether a grant lets its holder invite to `role` on a level of that width; where exactly is for `places`."""
    return (
        grant.allows(Act.INVITE)
        and role in MAY_INVITE[grant.role]
        and level in ROLE_LEVELS[role]
        and _WIDTH[level] <= _WIDTH[grant.level]
    )


_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_words(agent: str) -> str:
    """What a person recognises a browser by: « Firefox sur Windows ». The first name found wins: each of them also
    names older ones."""
    browser = next((words for mark, words in _BROWSERS if mark in agent), "Navigateur inconnu")
    system = next((words for mark, words in _SYSTEMS if mark in agent), "")
    return f"{browser} sur {system}" if system else browser


def shortened(address: str) -> str:
    """An address of which the last part is forgotten: enough to recognise a network, too little for a machine."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.version == 4:
        return f"{address.rpartition('.')[0]}.x"
    return str(ipaddress.ip_network(f"{address}/48", strict=False))
