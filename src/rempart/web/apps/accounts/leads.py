"""Who leads a place: its référents and its direction. None may leave it without anybody unless it is said."""

from typing import Final

from rempart.web.apps.accounts import mails
from rempart.web.apps.accounts.models import Membership, MembershipQuerySet, User
from rempart.web.apps.accounts.places import Place, place_of
from rempart.web.apps.accounts.rules import APPOINTERS
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.scope import Level, Role

LED: Final = (Level.ESTABLISHMENT, Level.OPERATOR)


def leading(level: str, code: str) -> MembershipQuerySet:
    """Those who lead a place; a site is led from its operator too."""
    leaders = Membership.objects.in_force().filter(role__in=APPOINTERS).order_by("id")
    here = leaders.filter(level=level, code=code)
    if level != Level.ESTABLISHMENT:
        return here
    runs = Establishment.objects.filter(pk=code, operator__isnull=False).values("operator")
    return here | leaders.filter(level=Level.OPERATOR, code__in=runs)


def left_without_lead(person: User, *, is_locked: bool = False) -> list[Place]:
    """The establishments and operators that would have neither référent nor direction without this person.

    `is_locked`: inside a transaction, so that two who leave at once do not each count on the other.
    """
    held = Membership.objects.in_force().filter(user=person, role__in=APPOINTERS, level__in=LED)
    left = []
    for level, code in held.order_by("id").values_list("level", "code").distinct():
        place = place_of(Level(level), code)
        rows = leading(level, code)
        if is_locked:
            rows = rows.select_for_update(of=("self",), no_key=True)
        if not place.is_closed and all(row.user_id == person.pk for row in rows):
            left.append(place)
    return left


def tell_if_unled(place: Place) -> None:
    """Once a role has ended: tell the authority when nobody leads the place any more."""
    if place.level in LED and not place.is_closed and not leading(place.level, place.code).exists():
        tell_authority(place)


def tell_authority(place: Place) -> None:
    """The officers of the region, who may invite the next référent; the nation where a region has none."""
    held = Membership.objects.in_force().select_related("user")
    officers = held.filter(role=Role.REGIONAL_OFFICER, level=Level.REGION, code=place.region)
    told = officers or held.filter(role=Role.NATIONAL_CERT)
    for address in sorted({row.user.email for row in told}):
        mails.left_unled(address, place)
