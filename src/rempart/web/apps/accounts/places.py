"""A place is a level and a code: does it exist, what is it called, and is it inside what a grant covers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from rempart.content.places import regions
from rempart.web.apps.accounts.rules import may_invite
from rempart.web.apps.establishments.models import (
    Establishment,
    Grouping,
    GroupingMember,
    Operator,
)
from rempart.web.core.errors import Refused
from rempart.web.core.scope import Act, Grant, Level, Role, Scope

NATION: Final = "france"
_KINDS: Final[dict[Level, Any]] = {
    Level.ESTABLISHMENT: Establishment,
    Level.OPERATOR: Operator,
    Level.GROUPING: Grouping,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a role is held."""

    level: Level
    code: str
    name: str
    region: str = ""
    is_closed: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The code as addresses write it: the nation has none."""
        return self.code or NATION


def place_of(level: Level, code: str) -> Place:
    """The place, or a refusal when the registry does not have it."""
    if level is Level.NATIONAL:
        return Place(level, "", _plain(level, ""))
    if level is Level.REGION:
        if not Establishment.objects.filter(region=code).exists():
            raise _unknown("Cette région n’a aucun établissement au registre.")
        return Place(level, code, _plain(level, code), code)
    if level is Level.GROUPING:
        grouping = Grouping.objects.filter(pk=code).first()
        if grouping is None:
            raise _unknown(f"Le groupement {code} n’est pas au registre.")
        return Place(level, code, grouping.name, grouping.region)
    found = _KINDS[level].objects.filter(pk=code).first()
    if found is None:
        raise _unknown(f"Le numéro FINESS {code} n’est pas au registre.")
    return Place(level, code, str(found), found.region, found.closed_on is not None)


def names_of(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The names of many places, in a query a level; the code itself where the registry has lost one."""
    wanted: dict[Level, set[str]] = {}
    for level, code in pairs:
        wanted.setdefault(Level(level), set()).add(code)
    found: dict[tuple[str, str], str] = {}
    for level, codes in wanted.items():
        rows: dict[str, object] = {}
        if kind := _KINDS.get(level):
            rows = {row.pk: row for row in kind.objects.filter(pk__in=codes)}
        for code in codes:
            found[level, code] = str(rows.get(code) or _plain(level, code))
    return found


def _plain(level: Level, code: str) -> str:
    """The name of a place that has no row."""
    if level is Level.NATIONAL:
        return "France entière"
    if level is Level.REGION:
        known = regions().get(code)
        return f"Région {known.name}" if known else f"Région {code}"
    return code


def covers(grant: Grant, place: Place) -> bool:
    """Whether a place is what a grant covers, or inside it."""
    if grant.level is Level.NATIONAL or (grant.level, grant.code) == (place.level, place.code):
        return True
    if place.level is Level.ESTABLISHMENT:
        only = Scope(grants=(grant,))
        act = next((a for a in Act if grant.allows(a)), Act.SEE_ESTABLISHMENT)
        return Establishment.objects.visible_to(only, act).filter(pk=place.code).exists()
    if grant.level is Level.REGION and place.level is not Level.NATIONAL:
        return bool(place.region) and place.region == grant.code
    if grant.level is Level.GROUPING and place.level is Level.OPERATOR:
        members = GroupingMember.objects.filter(grouping=grant.code, operator=place.code)
        return members.exists()
    return False


def may_appoint(scope: Scope, role: Role, level: Level, code: str) -> bool:
    """Whether this scope gives and takes back that role there."""
    able = [grant for grant in scope.grants if may_invite(grant, role, level)]
    return bool(able) and any(covers(grant, place_of(level, code)) for grant in able)


def _unknown(found: str) -> Refused:
    return Refused(found, todo="Vérifiez le code, ou demandez l’import du registre à jour.")
