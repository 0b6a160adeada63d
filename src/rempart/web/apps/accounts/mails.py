"""The messages of accounts; each leaves once the act that it tells is written.

Their text is sealed in the queue: whoever reads the database finds no link that opens an account.
"""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from rempart.web.apps.accounts.models import Delegation, Invitation
from rempart.web.apps.accounts.places import Place
from rempart.web.core.jobs import Run, enqueue, job
from rempart.web.core.scope import ACT_WORDS, ROLE_WORDS, Act, Role
from rempart.web.core.sealing import seal, unseal


@job("account_mail", title="Envoyer un message de compte", tries=8)
def post(run: Run, *, to: str, subject: str, sealed: str) -> None:
    """Give a message to the mail server; tried again when it does not answer."""
    EmailMessage(subject, unseal(sealed), settings.DEFAULT_FROM_EMAIL, [to]).send()


def link_of(invitation: Invitation, token: str, place: Place) -> str:
    """The whole address of an invitation."""
    return settings.PUBLIC_URL + reverse("invitation", args=[place.address, token])


def invited(invitation: Invitation, token: str, place: Place) -> None:
    """The link that opens an account, or adds a role to one."""
    said = {
        "role": ROLE_WORDS[Role(invitation.role)] if invitation.role else "",
        "place": str(place),
        "code": place.code,
        "until": timezone.localtime(invitation.expires_at).strftime("%d/%m/%Y"),
        "link": link_of(invitation, token, place),
        "by": str(invitation.made_by or "l’équipe qui exploite Rempart"),
    }
    subject = f"Rempart : invitation pour {place}"
    _queue(invitation.email, subject, "invited", said)


def membership_ended(email: str, role: Role, place: Place) -> None:
    """A role was taken back."""
    said = {"role": ROLE_WORDS[role], "place": str(place)}
    _queue(email, f"Rempart : votre rôle pour {place} a pris fin", "membership_ended", said)


def appointed_above(email: str, who: str, role: Role, place: Place) -> None:
    """Somebody is invited to a role that covers an establishment which has its own people."""
    said = {"who": who, "role": ROLE_WORDS[role], "place": str(place)}
    _queue(email, f"Rempart : un nouveau rôle pour {place}", "appointed_above", said)


def account_closed(email: str, by: str) -> None:
    """An account is closed: by its owner, or by somebody of the organisation."""
    _queue(email, "Rempart : votre compte est fermé", "account_closed", {"by": by})


def second_factor_reset(email: str, by: str) -> None:
    """Somebody took the second factor away, because the person has lost it."""
    subject = "Rempart : votre second facteur a été réinitialisé"
    said = {"by": by, "address": settings.PUBLIC_URL + reverse("mfa_index")}
    _queue(email, subject, "second_factor_reset", said)


def left_unled(email: str, place: Place) -> None:
    """A place has nobody left who invites: the authority that may do it is told."""
    said = {"place": str(place), "code": place.code, "address": settings.PUBLIC_URL}
    _queue(email, f"Rempart : {place} n’a plus de référent", "left_unled", said)


def delegation_given(email: str, delegation: Delegation) -> None:
    """A person is mandated."""
    subject = f"Rempart : {delegation.establishment} vous donne un mandat"
    _queue(email, subject, "delegation_given", _said(delegation))


def delegation_revoked(email: str, delegation: Delegation) -> None:
    """A mandate ended before its day."""
    subject = f"Rempart : le mandat de {delegation.establishment} a pris fin"
    _queue(email, subject, "delegation_revoked", _said(delegation))


def account_message(email: str, subject: str, text: str) -> None:
    """A message of the account library: a new password asked for, a second factor added."""
    enqueue(post, to=email, subject=subject, sealed=seal(text))


def _said(delegation: Delegation) -> dict[str, Any]:
    return {
        "place": str(delegation.establishment),
        "acts": [ACT_WORDS[Act(act)] for act in delegation.acts],
        "from": delegation.from_on.strftime("%d/%m/%Y"),
        "until": delegation.until_on.strftime("%d/%m/%Y"),
        "address": settings.PUBLIC_URL,
    }


def _queue(to: str, subject: str, template: str, said: dict[str, Any]) -> None:
    account_message(to, subject, render_to_string(f"accounts/mail/{template}.txt", said))
