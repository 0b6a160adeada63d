"""What the API answers when it cannot: a problem document (RFC 9457), in French, that says what to do."""

import logging
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from rempart.kernel.errors import RempartError
from rempart.web.core.errors import NoRoom, Refused, is_no_room

log = logging.getLogger(__name__)

TITLES: Final = {
    400: "Demande incompréhensible",
    401: "Il faut s’identifier",
    403: "Droits insuffisants",
    404: "Introuvable",
    409: "Impossible dans cet état",
    412: "L’objet a changé depuis votre lecture",
    413: "Fichier trop grand",
    422: "Demande refusée",
    429: "Trop d’appels",
    503: "Momentanément indisponible",
    507: "Le serveur n’a plus de place",
}

SENTENCES: Final = {
    "missing": "Ce champ est nécessaire.",
    "string_too_long": "Ce texte est trop long.",
    "string_too_short": "Ce texte est trop court.",
    "int_parsing": "Un nombre entier est attendu.",
    "bool_parsing": "Oui ou non (true, false) est attendu.",
    "date_from_datetime_parsing": "Une date est attendue (AAAA-MM-JJ).",
    "date_parsing": "Une date est attendue (AAAA-MM-JJ).",
    "greater_than_equal": "Ce nombre est trop petit.",
    "less_than_equal": "Ce nombre est trop grand.",
    "extra_forbidden": "Ce champ n’existe pas.",
    "enum": "Cette valeur n’est pas admise.",
    "literal_error": "Cette valeur n’est pas admise.",
    "string_pattern_mismatch": "Ce texte n’a pas la forme attendue.",
    "json_invalid": "Ce n’est pas du JSON.",
}
"""Kind of fault of the validation library → our sentence."""


def problem(status: int, detail: str, *, todo: str = "", **more: Any) -> HttpResponse:
    """One problem document."""
    content: dict[str, Any] = {"title": TITLES.get(status, "Erreur"), "status": status}
    content |= {"detail": detail}
    if todo:
        content["todo"] = todo
    answer = JsonResponse(
        content | more,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
    if status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="rempart"'
    return answer


def install(api: NinjaAPI) -> None:
    """Hang the answers on the API."""
    api.add_exception_handler(AuthenticationError, _unknown)
    api.add_exception_handler(Throttled, _throttled)
    api.add_exception_handler(HttpError, _worded)
    api.add_exception_handler(Http404, _absent)
    api.add_exception_handler(PermissionDenied, _forbidden)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Refused, _refused)
    api.add_exception_handler(RempartError, _unreadable)
    api.add_exception_handler(OperationalError, _busy)


# The library types a fault as an instance or a class: only instances are ever given.
def _unknown(request: HttpRequest, fault: Any) -> HttpResponse:
    said = fault.message if fault.message != "Unauthorized" else "Cet appel demande un jeton."
    return problem(
        401,
        said,
        todo="Faites un jeton dans Rempart (Mon compte, Jetons), et envoyez-le ainsi : "
        "Authorization: Bearer rempart_…",
    )


def _throttled(request: HttpRequest, fault: Any) -> HttpResponse:
    answer = problem(429, "Cet appelant a dépassé son nombre d’appels par minute.")
    answer["Retry-After"] = str(fault.wait or 60)
    return answer


def _worded(request: HttpRequest, fault: Any) -> HttpResponse:
    said = "Ce n’est pas du JSON." if fault.status_code == 400 else fault.message
    return problem(fault.status_code, said)


def _absent(request: HttpRequest, fault: Any) -> HttpResponse:
    return problem(404, str(fault) or "Cet objet n’existe pas, ou n’est pas de votre périmètre.")


def _forbidden(request: HttpRequest, fault: Any) -> HttpResponse:
    return problem(403, str(fault) or "Vos droits ne permettent pas cet appel.")


def _invalid(request: HttpRequest, fault: Any) -> HttpResponse:
    errors = [
        {
            "field": ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]),
            "detail": SENTENCES.get(one["type"], "Cette valeur n’est pas admise."),
        }
        for one in fault.errors
    ]
    return problem(422, "Des champs manquent ou ne se lisent pas.", errors=errors)


def _refused(request: HttpRequest, fault: Any) -> HttpResponse:
    return _sentence(fault, 409)


def _unreadable(request: HttpRequest, fault: Any) -> HttpResponse:
    return _sentence(fault, 422)


def _busy(request: HttpRequest, fault: Any) -> HttpResponse:
    log.error("%s %s: %s", request.method, request.path, fault)
    if is_no_room(fault):
        full = NoRoom()
        return problem(507, full.found, todo=full.todo)
    answer = problem(
        503, "La base de données est occupée ou redémarre ; rien n’a été écrit.",
        todo="Recommencez dans quelques secondes.",
    )  # fmt: skip
    answer["Retry-After"] = "5"
    return answer


def _sentence(fault: RempartError, status: int) -> HttpResponse:
    said = " ".join(part for part in (fault.found, fault.expected) if part)
    return problem(getattr(fault, "status", status), said, todo=fault.todo)
