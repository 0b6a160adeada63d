"""How an account ends, how a lost second factor is taken away: by whoever manages the people of the organisation.

Nothing that the person did is deleted: the row of the account stays, closed, and the journal with it. Mandates that
the person gave were given by the establishment, and hold.
"""

from collections.abc import Callable
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from rempart.web.apps.accounts import leads, mails, notices
from rempart.web.apps.accounts.actions import refuse_if_last
from rempart.web.apps.accounts.models import Delegation, Invitation, Membership, User
from rempart.web.apps.accounts.places import may_appoint, names_of
from rempart.web.core import journal, mail, sessions
from rempart.web.core.errors import Refused
from rempart.web.core.scope import ROLE_WORDS, Level, Role, Scope

ENDINGS: Final[list[Callable[[User], None]]] = []
"""What outer apps end with an account (the tokens of the API); they add theirs in ready()."""


def roles_in_reach(person: User, scope: Scope) -> tuple[list[Membership], int]:
    """The roles of a person that this scope may end, and how many others there are."""
    held = list(Membership.objects.in_force().filter(user=person).order_by("id"))
    mine = [m for m in held if may_appoint(scope, Role(m.role), Level(m.level), m.code)]
    return mine, len(held) - len(mine)


@transaction.atomic
def close_account(*, person: User, scope: Scope, by: User, is_acknowledged: bool = False) -> None:
    """Close an account now: one's own, or that of somebody all of whose roles this scope may end.

    `is_acknowledged`: whoever closes knows that a place is left without référent nor direction. Raises Refused.
    """
    if person.pk != by.pk:
        _refuse_unless_managed(person, scope)
    roles = list(Membership.objects.in_force().filter(user=person).order_by("id"))
    for held in roles:
        refuse_if_last(held)
    unled = leads.left_without_lead(person, is_locked=True)
    if unled and not is_acknowledged:
        raise Refused(
            f"Sans ce compte, il n’y a plus ni référent ni direction pour : {', '.join(map(str, unled))}.",
            todo="Invitez d’abord quelqu’un qui prenne la suite, ou cochez que vous le savez.",
        )
    now, unusable = timezone.now(), make_password(None)
    # One UPDATE decides between two who close the same account.
    still_open = User.objects.filter(pk=person.pk, is_active=True)
    if not still_open.update(is_active=False, closed_at=now, closed_by=by, password=unusable):
        raise Refused("Ce compte est déjà fermé.", todo="Il n’y a plus rien à faire.")
    _end_roles(roles, by)
    _end_mandates_received(person, by)
    ended = _end_ways_in(person)
    for ending in ENDINGS:
        ending(person)
    journal.record(
        "close_account",
        by=by,
        object_kind="account",
        object_id=person.pk,
        object_label=person.email,
        details={"sessions": ended},
    )
    mails.account_closed(person.email, "vous-même" if by.pk == person.pk else f"{by} ({by.email})")
    for place in unled:
        leads.tell_authority(place)


@transaction.atomic
def reset_second_factor(*, person: User, scope: Scope, by: User) -> None:
    """Take away the second factor that somebody has lost; they sign in again, with their password. Raises Refused."""
    if person.pk == by.pk:
        raise Refused(
            "Personne ne réinitialise son propre second facteur.",
            todo="Employez un code de secours, ou demandez-le à une autre personne de votre organisation.",
        )
    _refuse_unless_managed(person, scope)
    gone, _ = Authenticator.objects.filter(user=person).delete()
    if not gone:
        raise Refused(f"{person} n’a pas de second facteur.", todo="Il n’y a rien à réinitialiser.")
    ended = sessions.close(person.pk)
    journal.record(
        "reset_second_factor",
        by=by,
        object_kind="account",
        object_id=person.pk,
        object_label=person.email,
        establishment=_own_establishment(person),
        details={"sessions": ended},
    )
    mails.second_factor_reset(person.email, f"{by} ({by.email})")


def _refuse_unless_managed(person: User, scope: Scope) -> None:
    mine, others = roles_in_reach(person, scope)
    if not mine or others:
        raise Refused(
            f"{person} a aussi un rôle hors de votre ressort : son compte n’est pas à vous seul.",
            todo="Mettez fin à son rôle chez vous, et adressez-vous au CERT national pour le reste.",
        )


def _own_establishment(person: User) -> str:
    """The establishment in whose journal an act on an account is read, when there is one alone."""
    codes = {
        m.code for m in Membership.objects.in_force().filter(user=person, level=Level.ESTABLISHMENT)
    }
    return codes.pop() if len(codes) == 1 else ""


def _end_roles(roles: list[Membership], by: User) -> None:
    Membership.objects.filter(pk__in=[held.pk for held in roles]).update(ended_at=timezone.now())
    names = names_of({(held.level, held.code) for held in roles})
    for held in roles:
        where = names[held.level, held.code]
        journal.record(
            "end_membership",
            by=by,
            object_kind="membership",
            object_id=held.pk,
            object_label=f"{held.user.email} : {ROLE_WORDS[Role(held.role)]}, {where}",
            establishment=held.code if held.level == Level.ESTABLISHMENT else "",
        )


def _end_mandates_received(person: User, by: User) -> None:
    """A mandate given to the person by name has nobody left to exercise it: the establishment is told."""
    given = Delegation.objects.filter(to=Delegation.To.PERSON, code=person.email)
    for row in given.filter(revoked_at__isnull=True, until_on__gte=timezone.localdate()):
        Delegation.objects.filter(pk=row.pk).update(revoked_at=timezone.now(), revoked_by=by)
        notices.tell(
            row.establishment_id,
            subject="Un mandat a pris fin",
            words=f"Le compte de {person} ({person.email}) est fermé : le mandat que vous lui aviez donné a pris fin.",
        )
        journal.record(
            "revoke_delegation",
            by=by,
            object_kind="delegation",
            object_id=row.pk,
            object_label=f"{row.get_to_display()} {row.code}",
            establishment=row.establishment_id,
        )


def _end_ways_in(person: User) -> int:
    """Nothing that opened the account opens it any more; gives how many sessions there were."""
    Authenticator.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()
    Invitation.objects.pending().filter(email=person.email, role="").update(
        revoked_at=timezone.now()
    )
    mail.prefer(recipient=person.email, at_once=False)
    return sessions.close(person.pk)
