"""What is answered when a request cannot be: a French page that says what to do, with the status that machines read."""

import logging
import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404

from rempart.kernel.errors import RempartError
from rempart.web.core.errors import LAST_RESORT, NoRoom, Refused, TooLarge, is_no_room

log = logging.getLogger(__name__)


def page(
    request: HttpRequest | None, status: int, title: str, found: str, todo: str = ""
) -> HttpResponse:
    """One page of refusal; without a request it asks nothing of the database."""
    said = {"title": title, "found": found, "todo": todo, "status": status, "is_bare": True}
    try:
        if request is None:
            text = render_to_string("core/error.html", said)
            return HttpResponse(text, status=status)
        return render(request, "core/error.html", said, status=status)
    except Exception:  # this page must come out whatever else is broken
        log.exception("the page of an error cannot be drawn")
        return HttpResponse(LAST_RESORT.format(**said), status=status)


def refused(request: HttpRequest | None, fault: BaseException | None) -> HttpResponse | None:
    """The page of a refusal that we foresaw; None for any other fault."""
    if is_no_room(fault):
        fault = NoRoom()
    for kind, status, title in (
        (Refused, 409, "Impossible pour l’instant"),
        (TooLarge, 413, "C’est trop gros"),
        (NoRoom, 507, "Le serveur n’a plus de place"),
    ):
        if isinstance(fault, kind) and isinstance(fault, RempartError):
            found = f"{fault.found} {fault.expected}".strip()
            return page(request, status, title, found, fault.todo)
    return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when more was sent than a form may hold."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return page(
            request, 413, "C’est trop gros", "Ce formulaire contient plus de données qu’il ne peut."
        )
    return page(
        request,
        400,
        "Cette demande ne se comprend pas",
        "Le navigateur a envoyé une demande incomplète ou mal formée.",
        "Revenez à la page précédente, rechargez-la, et recommencez.",
    )


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the reason that the view gave."""
    return page(
        request,
        403,
        "Cette page n’est pas pour votre rôle",
        str(exception) or "Votre rôle ne permet pas cette page.",
        "Si vous en avez besoin, demandez-le à la personne qui vous a invité.",
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when the proof that a form is ours is missing."""
    return page(
        request,
        403,
        "Ce formulaire a expiré",
        "Il a été ouvert il y a trop longtemps, ou dans une autre session.",
        "Rechargez la page et envoyez-le de nouveau.",
    )


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, with the sentence of the view, never the list of our addresses."""
    sentence = "" if isinstance(exception, Resolver404) else _sentence(exception)
    return page(
        request,
        404,
        "Cette page n’existe pas",
        sentence or "L’adresse est fausse, ou ce qu’elle montrait n’est pas de votre périmètre.",
        "Revenez à l’accueil.",
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500 and its kin, drawn without the database, which may be what is broken."""
    if found := refused(None, sys.exc_info()[1]):
        return found
    return page(
        None,
        500,
        "Rempart n’a pas pu répondre",
        "Un défaut a interrompu cette demande. Rien n’a été enregistré à moitié.",
        "Recommencez dans une minute. Si cela continue, prévenez la personne qui exploite Rempart : le détail est "
        "dans le journal du serveur.",
    )


def _sentence(exception: Exception) -> str:
    said: Any = exception.args[0] if exception.args else ""
    # Django's own are English: « No Job matches the given query. »
    return said if isinstance(said, str) and not said.startswith(("No ", "Invalid ")) else ""
