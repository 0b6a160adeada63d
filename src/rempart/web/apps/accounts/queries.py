"""What the pages of accounts show: who has access, who is invited, who is mandated, who looked."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from rempart.web.apps.accounts.actions import hash_of, role_words
from rempart.web.apps.accounts.models import (
    AccessRecord,
    Delegation,
    Invitation,
    Membership,
    User,
)
from rempart.web.apps.accounts.places import NATION, may_appoint, names_of
from rempart.web.apps.accounts.rules import APPOINTERS, may_invite
from rempart.web.apps.establishments.models import (
    Establishment,
    Grouping,
    GroupingMember,
)
from rempart.web.core.errors import Refused
from rempart.web.core.scope import (
    ACT_WORDS,
    ROLE_WORDS,
    Act,
    Level,
    Role,
    Scope,
)

IN_SESSION = "invitation"
"""Where the session keeps the invitation that somebody opened, until they come back from an identity provider."""


@dataclass(frozen=True, slots=True)
class Held:
    """A role as a list shows it."""

    pk: int
    user_id: int
    person: str
    email: str
    role: str
    through: str
    since_on: date
    can_end: bool
    can_manage: bool
    is_last_lead: bool


def invitation_of(place: str, token: str) -> Invitation:
    """The invitation that a link opens, or a refusal that says why it does not."""
    found = Invitation.objects.select_related("made_by").filter(token_hash=hash_of(token)).first()
    if found is None:
        raise Refused(
            "Cette invitation n’existe pas.",
            todo="Ouvrez le lien entier, tel que le message le donne, ou demandez une nouvelle invitation.",
        )
    if place != (found.code or NATION):
        raise Refused(
            f"Ce lien a été modifié : l’invitation ne vaut pas pour « {place} ».",
            todo="Ouvrez le lien tel que le message le donne.",
        )
    if found.accepted_at:
        raise Refused("Cette invitation a déjà servi.", todo="Connectez-vous avec votre compte.")
    again = "Demandez une nouvelle invitation à la personne qui vous a invité."
    if found.revoked_at:
        raise Refused("Cette invitation a été annulée ou remplacée.", todo=again)
    if found.expires_at <= timezone.now():
        ended = timezone.localtime(found.expires_at).strftime("%d/%m/%Y")
        raise Refused(f"Cette invitation a expiré le {ended}.", todo=again)
    return found


def people_of(establishment: Establishment, scope: Scope, by: User) -> list[Held]:
    """Who has access to an establishment by a role, nearest first, and whether this person may end it."""
    reaching = _reaching(establishment)
    rows = list(Membership.objects.in_force().filter(reaching).select_related("user"))
    names = names_of({(row.level, row.code) for row in rows})
    # What may be ended depends on the role and the place alone: asked once for each, however many people.
    keys = {(Role(row.role), Level(row.level), row.code) for row in rows}
    endable = {key for key in keys if may_appoint(scope, *key)}
    leaders = {row.user_id for row in rows if row.role in APPOINTERS and is_on_site(row)}
    width = {level.value: k for k, level in enumerate(reversed(Level))}
    ordered = sorted(rows, key=lambda r: (width[r.level], r.role, r.user.email))
    return [
        Held(
            pk=row.pk,
            user_id=row.user_id,
            person=str(row.user),
            email=row.user.email,
            role=ROLE_WORDS[Role(row.role)],
            through=names[row.level, row.code],
            since_on=row.since_on,
            can_end=row.user_id == by.pk or (Role(row.role), Level(row.level), row.code) in endable,
            can_manage=(Role(row.role), Level(row.level), row.code) in endable
            and row.user_id != by.pk,
            is_last_lead=leaders == {row.user_id} and row.role in APPOINTERS,
        )
        for row in ordered
    ]


def is_on_site(row: Membership) -> bool:
    """Whether a role is held by somebody of the house: on the site, or on its operator."""
    return row.level in (Level.ESTABLISHMENT, Level.OPERATOR)


def _reaching(establishment: Establishment) -> Q:
    members = GroupingMember.objects.filter(
        Q(establishment=establishment) | Q(operator=establishment.operator_id)
    )
    return (
        Q(level=Level.ESTABLISHMENT, code=establishment.pk)
        | Q(level=Level.OPERATOR, code=establishment.operator_id or "")
        | Q(level=Level.GROUPING, code__in=members.values("grouping_id"))
        | Q(level=Level.REGION, code=establishment.region)
        | Q(level=Level.NATIONAL)
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation as a list shows it."""

    pk: int
    email: str
    role: str
    place: str
    made_at: Any
    expires_at: Any
    is_expired: bool


def asked(rows: QuerySet[Invitation]) -> list[Asked]:
    """Pending invitations with the names of their places, each name asked once."""
    now = timezone.now()
    found = list(rows.order_by("-made_at"))
    names = names_of({(row.level, row.code) for row in found})
    return [
        Asked(
            pk=row.pk,
            email=row.email,
            role=role_words(row.role),
            place=names[row.level, row.code],
            made_at=row.made_at,
            expires_at=row.expires_at,
            is_expired=row.expires_at <= now,
        )
        for row in found
    ]


def invitations_here(establishment: Establishment) -> list[Asked]:
    """The pending invitations to an establishment."""
    return asked(
        Invitation.objects.pending().filter(level=Level.ESTABLISHMENT, code=establishment.pk)
    )


def invitations_by(user: User) -> list[Asked]:
    """The pending invitations that a person made."""
    return asked(Invitation.objects.pending().filter(made_by=user))


def roles_to_invite(scope: Scope, level: Level) -> list[Role]:
    """The roles that this person may give on a level of that width, somewhere."""
    return [role for role in Role if any(may_invite(g, role, level) for g in scope.grants)]


def levels_to_invite(scope: Scope) -> list[Level]:
    """The levels on which this person may give a role, somewhere."""
    return [level for level in Level if roles_to_invite(scope, level)]


@dataclass(frozen=True, slots=True)
class Mandate:
    """A delegation as a list shows it."""

    pk: int
    establishment: Establishment
    to: str
    acts: list[str]
    from_on: date
    until_on: date
    reason: str
    by: str
    state: str
    tone: str
    can_end: bool


def mandates_of(establishment: Establishment, today: date) -> list[Mandate]:
    """The delegations that an establishment gave, the last first."""
    rows = Delegation.objects.filter(establishment=establishment)
    return [_mandate(row, today) for row in rows.select_related("establishment", "made_by")]


def mandates_to(scope: Scope, today: date) -> list[Mandate]:
    """The delegations in force that this scope has."""
    numbers = [grant.delegation for grant in scope.grants if grant.delegation]
    rows = Delegation.objects.filter(pk__in=numbers)
    return [_mandate(row, today) for row in rows.select_related("establishment", "made_by")]


def _mandate(row: Delegation, today: date) -> Mandate:
    state, tone = _state(row, today)
    to = row.code if row.to == Delegation.To.PERSON else f"{row.get_to_display()} ({row.code})"
    return Mandate(
        pk=row.pk,
        establishment=row.establishment,
        to=to,
        acts=[ACT_WORDS[Act(act)] for act in row.acts],
        from_on=row.from_on,
        until_on=row.until_on,
        reason=row.reason,
        by=_giver(row),
        state=state,
        tone=tone,
        can_end=tone in ("ok", "said"),
    )


def _giver(row: Delegation) -> str:
    """Who gave a mandate: the establishment itself, once the account of the person who did is closed."""
    if row.made_by.is_active:
        return str(row.made_by)
    return f"{row.establishment} ({row.made_by}, compte fermé)"


def _state(row: Delegation, today: date) -> tuple[str, str]:
    if row.revoked_at:
        return "révoqué", "none"
    if row.until_on < today:
        return "terminé", "none"
    return ("à venir", "said") if row.from_on > today else ("en cours", "ok")


def groupings_of_region(establishment: Establishment) -> QuerySet[Grouping]:
    """The groupings that an establishment may mandate: those of its region."""
    return Grouping.objects.filter(region=establishment.region).order_by("name")


def records_of(establishment: Establishment) -> QuerySet[AccessRecord]:
    """Who looked, the last first."""
    return AccessRecord.objects.filter(establishment=establishment).select_related("user")


@dataclass(frozen=True, slots=True)
class Own:
    """A role that a person holds, as their own page shows it."""

    role: str
    place: str
    code: str
    acts: list[str]


def own_roles(scope: Scope) -> list[Own]:
    """The roles of the person, without the mandates."""
    held = [grant for grant in scope.grants if grant.delegation is None]
    names = names_of({(grant.level, grant.code) for grant in held})
    return [
        Own(
            ROLE_WORDS[grant.role],
            names[grant.level, grant.code],
            grant.code,
            [ACT_WORDS[act] for act in Act if grant.allows(act)],
        )
        for grant in held
    ]


def roles_as_shown(rows: list[Membership]) -> list[Own]:
    """Some roles of a person, as somebody who manages them reads them."""
    names = names_of({(row.level, row.code) for row in rows})
    return [
        Own(ROLE_WORDS[Role(row.role)], names[row.level, row.code], row.code, []) for row in rows
    ]
