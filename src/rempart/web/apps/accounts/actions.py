"""What changes who may do what: invitations, memberships, delegations. Each is journalled with the act."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from rempart.web.apps.accounts import leads, mails
from rempart.web.apps.accounts.models import Delegation, Invitation, Membership, User
from rempart.web.apps.accounts.places import Place, covers, place_of
from rempart.web.apps.accounts.rules import APPOINTERS, OUTSIDERS, may_invite
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core import journal
from rempart.web.core.errors import Refused
from rempart.web.core.scope import DELEGABLE, ROLE_WORDS, Act, Grant, Level, Role, Scope

DAYS_TO_ACCEPT: Final = 14
LONGEST_DELEGATION: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Sent:
    """An invitation, and the token of its link: the only moment at which it is known."""

    invitation: Invitation
    token: str


def hash_of(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


@transaction.atomic
def invite(*, email: str, role: Role, level: Level, code: str, scope: Scope, by: User) -> Sent:
    """Ask somebody to hold a role on a place; a pending invitation to the same thing is replaced."""
    place = place_of(level, code)
    grant = _grant_to_invite(scope, role, place)
    email = email.strip().lower()
    held = Membership.objects.in_force().filter(role=role, level=level, code=code)
    if held.filter(user__email=email).exists():
        raise Refused(f"{email} a déjà ce rôle ici.", todo="Il n’y a rien à faire.")
    led = _led_inside(role, place) if grant.role in OUTSIDERS else []
    if grant.role in OUTSIDERS:
        _refuse_if_led(role, place)
        if led and grant.level is not Level.NATIONAL:
            raise Refused(
                f"Des établissements de {place} ont déjà leur référent : ce rôle verrait leurs constats.",
                todo="Adressez-vous au CERT national, ou demandez un mandat à ces établissements.",
            )
    sent = _send(email, role, place, by)
    for address in led:
        mails.appointed_above(address, email, role, place)
    journal.record(
        "invite",
        by=by,
        object_kind="invitation",
        object_id=sent.invitation.pk,
        object_label=f"{email} : {ROLE_WORDS[role]}, {place}",
        establishment=code if level is Level.ESTABLISHMENT else "",
        details={"email": email, "role": role, "level": level, "code": code},
    )
    return sent


@transaction.atomic
def open_first_account(*, email: str) -> Sent:
    """The first invitation of an installation, made from the command line: a national account."""
    place = place_of(Level.NATIONAL, "")
    sent = _send(email.strip().lower(), Role.NATIONAL_CERT, place, None)
    journal.record(
        "invite",
        by=None,
        object_kind="invitation",
        object_id=sent.invitation.pk,
        object_label=f"{email} : {ROLE_WORDS[Role.NATIONAL_CERT]}, {place}",
        details={"email": email, "role": Role.NATIONAL_CERT, "level": Level.NATIONAL, "code": ""},
    )
    return sent


@transaction.atomic
def accept_invitation(
    *,
    invitation: Invitation,
    by: User | None,
    first_name: str = "",
    last_name: str = "",
    password: str | None = None,
) -> User:
    """Use an invitation, once: for the person who is signed in, or by opening the account that it offers."""
    user = by or _opened(invitation.email, first_name, last_name, password)
    if user.email != invitation.email:
        raise Refused(
            f"Cette invitation est pour {invitation.email}, et vous êtes {user.email}.",
            todo="Déconnectez-vous, puis ouvrez de nouveau le lien du message.",
        )
    now = timezone.now()
    # One UPDATE decides: of two people with the same link at the same instant, one finds no row left.
    taken = Invitation.objects.pending().filter(pk=invitation.pk, expires_at__gt=now)
    if not taken.update(accepted_at=now, accepted_by=user):
        raise Refused("Cette invitation a déjà servi.", todo="Connectez-vous avec votre compte.")
    level = Level(invitation.level)
    if invitation.role:
        Membership.objects.get_or_create(
            user=user, role=invitation.role, level=level, code=invitation.code, ended_at=None
        )
    journal.record(
        "accept_invitation",
        by=user,
        object_kind="invitation",
        object_id=invitation.pk,
        object_label=f"{user.email} : {role_words(invitation.role)}",
        establishment=invitation.code if level is Level.ESTABLISHMENT else "",
    )
    return user


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, scope: Scope, by: User) -> None:
    """Make the link of an invitation useless."""
    place = place_of(Level(invitation.level), invitation.code)
    if invitation.role:
        _grant_to_invite(scope, Role(invitation.role), place)
    if not Invitation.objects.pending().filter(pk=invitation.pk).update(revoked_at=timezone.now()):
        raise Refused(
            "Cette invitation a déjà servi, ou a déjà été annulée.",
            todo="Si la personne ne doit plus avoir accès, mettez fin à son rôle.",
        )
    journal.record(
        "revoke_invitation",
        by=by,
        object_kind="invitation",
        object_id=invitation.pk,
        object_label=invitation.email,
        establishment=place.code if place.level is Level.ESTABLISHMENT else "",
    )


@transaction.atomic
@journal.gathered()
def end_membership(*, membership: Membership, scope: Scope, by: User) -> None:
    """Take a role back from somebody; what they did stays under their name."""
    role, level = Role(membership.role), Level(membership.level)
    place = place_of(level, membership.code)
    if membership.user_id != by.pk:
        _grant_to_invite(scope, role, place)
    refuse_if_last(membership)
    ended = Membership.objects.filter(pk=membership.pk, ended_at__isnull=True)
    if not ended.update(ended_at=timezone.now()):
        raise Refused("Ce rôle a déjà pris fin.", todo="Rechargez la page.")
    journal.record(
        "end_membership",
        by=by,
        object_kind="membership",
        object_id=membership.pk,
        object_label=f"{membership.user.email} : {ROLE_WORDS[role]}, {place}",
        establishment=membership.code if level is Level.ESTABLISHMENT else "",
    )
    mails.membership_ended(membership.user.email, role, place)
    if role in APPOINTERS:
        leads.tell_if_unled(place)


@transaction.atomic
@journal.gathered()
def grant_delegation(
    *,
    establishment: Establishment,
    to: Delegation.To,
    code: str,
    acts: Collection[Act],
    from_on: date,
    until_on: date,
    reason: str,
    scope: Scope,
    by: User,
) -> Delegation:
    """Mandate somebody for some acts on one establishment, for a period of a year at most."""
    wanted = frozenset(acts)
    _refuse_acts(establishment, wanted, scope)
    _refuse_period(from_on, until_on)
    code = _mandated(establishment, to, code)
    made = Delegation.objects.create(
        establishment=establishment,
        to=to,
        code=code,
        acts=sorted(wanted),
        from_on=from_on,
        until_on=until_on,
        reason=reason[:300],
        made_by=by,
    )
    journal.record(
        "grant_delegation",
        by=by,
        object_kind="delegation",
        object_id=made.pk,
        object_label=f"{made.get_to_display()} {code}",
        establishment=establishment.pk,
        details={
            "to": to,
            "code": code,
            "acts": made.acts,
            "from_on": from_on.isoformat(),
            "until_on": until_on.isoformat(),
        },
    )
    if to == Delegation.To.PERSON:
        mails.delegation_given(code, made)
        if not User.objects.filter(email=code).exists():
            _send(code, None, place_of(Level.ESTABLISHMENT, establishment.pk), by)
    return made


@transaction.atomic
@journal.gathered()
def revoke_delegation(*, delegation: Delegation, by: User) -> None:
    """End a delegation now."""
    ended = Delegation.objects.filter(pk=delegation.pk, revoked_at__isnull=True)
    if not ended.update(revoked_at=timezone.now(), revoked_by=by):
        raise Refused("Ce mandat a déjà pris fin.", todo="Rechargez la page.")
    journal.record(
        "revoke_delegation",
        by=by,
        object_kind="delegation",
        object_id=delegation.pk,
        object_label=f"{delegation.get_to_display()} {delegation.code}",
        establishment=delegation.establishment_id,
    )
    if delegation.to == Delegation.To.PERSON:
        mails.delegation_revoked(delegation.code, delegation)
        # The account that was to be opened for this mandate has no purpose any more.
        unused = Invitation.objects.pending().filter(email=delegation.code, role="")
        unused.filter(code=delegation.establishment_id).update(revoked_at=timezone.now())


def role_words(role: str) -> str:
    """The French words of a role, or of an account that only serves a mandate."""
    return ROLE_WORDS[Role(role)] if role else ROLE_WORDS[Role.DELEGATE]


def _grant_to_invite(scope: Scope, role: Role, place: Place) -> Grant:
    """The grant by which this person appoints to this role here, or a refusal."""
    for grant in scope.grants:
        if may_invite(grant, role, place.level) and covers(grant, place):
            return grant
    raise Refused(
        f"Votre rôle ne permet pas de donner ou de reprendre le rôle « {ROLE_WORDS[role]} » pour {place}.",
        todo="Adressez-vous au référent ou à la direction de l’établissement.",
    )


def _refuse_if_led(role: Role, place: Place) -> None:
    """An authority appoints only where nobody can: otherwise it would give itself what it may not see."""
    if place.level in (Level.REGION, Level.NATIONAL):
        return
    held = Membership.objects.in_force().filter(level=place.level, code=place.code)
    if held.filter(role__in=APPOINTERS | {role}).exists():
        raise Refused(
            f"{place} a déjà un référent, une direction ou un RSSI, à qui il revient d’inviter.",
            todo="Si cette personne est partie, mettez d’abord fin à son rôle : elle en sera prévenue.",
        )


def _led_inside(role: Role, place: Place) -> list[str]:
    """The addresses of those who lead an establishment that a wider role would cover."""
    if place.level not in (Level.OPERATOR, Level.GROUPING):
        return []
    above = Scope(grants=(Grant(role, place.level, place.code),))
    inside = Establishment.objects.visible_to(above, Act.SEE_ESTABLISHMENT)
    led = Membership.objects.in_force().filter(
        level=Level.ESTABLISHMENT, role__in=APPOINTERS, code__in=inside.values("pk")
    )
    return sorted(set(led.values_list("user__email", flat=True)))


def refuse_if_last(membership: Membership) -> None:
    """The nation keeps one account at least. Raises Refused."""
    if membership.role != Role.NATIONAL_CERT:
        return
    others = Membership.objects.in_force().filter(role=Role.NATIONAL_CERT)
    if not others.exclude(pk=membership.pk).exists():
        raise Refused(
            "C’est le dernier compte national : plus personne ne pourrait en ouvrir.",
            todo="Invitez d’abord une autre personne.",
        )


def _refuse_acts(establishment: Establishment, wanted: frozenset[Act], scope: Scope) -> None:
    if not wanted or not wanted <= DELEGABLE:
        raise Refused(
            "Ce mandat ne donne rien qui puisse l’être.", todo="Cochez un droit au moins."
        )
    one = Establishment.objects.filter(pk=establishment.pk)
    for act in (Act.DELEGATE, *sorted(wanted)):
        if not one.visible_to(scope, act).exists():
            raise Refused(
                "Vous ne pouvez pas donner un droit que vous n’avez pas sur cet établissement.",
                todo="Demandez au référent de donner ce mandat.",
            )


def _refuse_period(from_on: date, until_on: date) -> None:
    if until_on < max(from_on, timezone.localdate()) or until_on - from_on > LONGEST_DELEGATION:
        raise Refused(
            "La période ne convient pas.",
            expected="Un mandat finit après son début, pas avant aujourd’hui, et dure un an au plus.",
            todo="Corrigez les dates ; un mandat se renouvelle.",
        )


def _mandated(establishment: Establishment, to: Delegation.To, code: str) -> str:
    """The code of the one who is mandated: an address, a known grouping, or the establishment's own region."""
    if to == Delegation.To.PERSON:
        return code.strip().lower()
    if to == Delegation.To.GROUPING:
        return place_of(Level.GROUPING, code).code
    return establishment.region


def _send(email: str, role: Role | None, place: Place, by: User | None) -> Sent:
    """Write the invitation, in the place of a pending one, and post its link once all is written."""
    if place.is_closed:
        raise Refused(
            f"{place} est fermé d’après le registre.",
            todo="Choisissez un établissement ouvert, ou mettez le registre à jour.",
        )
    same = Invitation.objects.pending().filter(
        email=email, role=role or "", level=place.level, code=place.code
    )
    same.update(revoked_at=timezone.now())
    token = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        email=email,
        role=role or "",
        level=place.level,
        code=place.code,
        token_hash=hash_of(token),
        made_by=by,
        expires_at=timezone.now() + timedelta(days=DAYS_TO_ACCEPT),
    )
    mails.invited(made, token, place)
    return Sent(made, token)


def _opened(email: str, first_name: str, last_name: str, password: str | None) -> User:
    """A new account, or a closed one that opens again without any of its roles; its address is proven by the link
    that was posted there."""
    known = User.objects.filter(email=email).first()
    if known and known.is_active:
        raise Refused(
            f"Un compte existe déjà pour {email}.", todo="Connectez-vous, puis rouvrez le lien."
        )
    if known:
        known.first_name, known.last_name = first_name, last_name
        known.set_password(password)
        known.is_active, known.closed_at, known.closed_by = True, None, None
        known.save()
        journal.record("reopen_account", by=known, object_kind="account", object_id=known.pk)
        return known
    user = User.objects.create_user(email, password, first_name=first_name, last_name=last_name)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user
