"""The headers of a web site: HTTPS, HSTS, CSP, frames, types, referrer, CORS, versions said."""

import re
from collections.abc import Iterator
from typing import Final

from rempart.engines.exposure.registry import (
    Context,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.http import PASSING, HttpSeen
from rempart.kernel.french import counted

_VERSION: Final = re.compile(r"\d+\.\d+")
_TALKING: Final = (
    "server",
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
)
_SAFE_REFERRERS: Final = frozenset(
    {
        "no-referrer",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
        "origin",
        "origin-when-cross-origin",
        "no-referrer-when-downgrade",
    }
)
_STRICT_REFERRERS: Final = _SAFE_REFERRERS - {"no-referrer-when-downgrade", "origin"}
Policy = dict[str, list[str]]


def without_page(seen: HttpSeen) -> Verdict | None:
    """Why the headers of a page have no sense here, or None."""
    if seen.leaves_to:
        return not_applicable(f"Ce site renvoie vers {seen.leaves_to}, jugé à part.")
    if seen.steps and seen.steps[-1].refused:
        return unmeasured(seen.steps[-1].refused)
    if passing := passing_error(seen):
        return passing
    if seen.status >= 400:
        reason = f"Le site répond par une erreur ({seen.status}) : il n’y a pas de page à juger."
        return not_applicable(reason)
    if seen.page_type and "html" not in seen.page_type:
        return not_applicable(f"Ce n’est pas une page ({seen.page_type}).")
    return None


def passing_error(seen: HttpSeen) -> Verdict | None:
    """Why what the front page does not show may be there all the same, or None: a site that is busy proves nothing."""
    if seen.status not in PASSING:
        return None
    return unmeasured(f"Le site répond par une erreur passagère ({seen.status}).")


def header(seen: HttpSeen, name: str) -> str:
    """The values of a header joined by commas, as the protocol allows; "" without one."""
    return ", ".join(seen.headers.get(name, []))


def policies(seen: HttpSeen) -> list[Policy]:
    """The content security policies of a page, each as directive → sources."""
    found = []
    for value in seen.headers.get("content-security-policy", []):
        for text in value.split(","):
            policy: Policy = {}
            for directive in text.split(";"):
                name, *sources = directive.split()[:200] or [""]
                if name:
                    policy.setdefault(name.lower(), [s.lower() for s in sources])
            if policy:
                found.append(policy)
    return found


@check("http_no_https", HttpSeen)
def no_https(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """A site in clear that serves its pages instead of sending to HTTPS."""
    if seen.is_tls:
        yield passed("Le site est servi en HTTPS.")
    elif seen.leaves_to.startswith("https://"):
        yield passed(f"Le site renvoie vers {seen.leaves_to}.")
    elif seen.leaves_to:
        yield failed(f"Le site renvoie en clair vers {seen.leaves_to}.", _way(seen))
    elif seen.status == 401 or seen.has_password_field:
        yield failed("Le site demande un mot de passe en clair.", _way(seen), severity="high")
    elif passing := passing_error(seen):
        yield passing
    elif seen.status >= 400:
        yield not_applicable(f"Le site répond en clair par une erreur ({seen.status}).")
    else:
        yield failed("Le site sert ses pages en clair, sans renvoyer vers HTTPS.", _way(seen))


def _way(seen: HttpSeen) -> str:
    return " → ".join(f"{step.url} ({step.status})" for step in seen.steps[:4])[:300]


@check("http_hsts", HttpSeen)
def hsts(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Whether browsers are told to come back over HTTPS only, for how long and for which names."""
    if not seen.is_tls:
        yield not_applicable("L’en-tête n’a de sens qu’en HTTPS.")
        return
    if not seen.endpoint.name:
        yield not_applicable("L’en-tête n’a pas d’effet sur une adresse sans nom.")
        return
    value = header(seen, "strict-transport-security")
    age = re.search(r"max-age\s*=\s*\"?(\d{1,12})", value, re.IGNORECASE)
    wanted = int(context.params["age_seconds"])
    if not value:
        yield failed("L’en-tête Strict-Transport-Security manque.")
    elif age is None or int(age[1]) == 0:
        yield failed("L’en-tête Strict-Transport-Security est vide ou annulé.", value[:160])
    elif int(age[1]) < wanted:
        days = int(age[1]) // 86400
        said = counted(days, "jour") if days else "moins d’un jour"
        yield failed(f"La durée annoncée est trop courte : {said}.", value[:160], severity="low")
    elif "includesubdomains" not in value.lower():
        yield failed("Les sous-domaines ne sont pas couverts.", value[:160], severity="low")
    else:
        yield passed(value[:160])


@check("http_csp_missing", HttpSeen, unless=without_page)
def csp_missing(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """A page without a content security policy."""
    if policies(seen):
        yield passed(header(seen, "content-security-policy")[:160])
    elif "content-security-policy-report-only" in seen.headers:
        yield failed("La politique n’est qu’à l’essai (Report-Only) : elle ne bloque rien.")
    else:
        yield failed("L’en-tête Content-Security-Policy manque.")


@check("http_csp_weak", HttpSeen, unless=without_page)
def csp_weak(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """A content security policy that lets a stolen line of script run all the same."""
    found = policies(seen)
    if not found:
        yield not_applicable("Il n’y a pas de politique à juger.")
    else:
        # Every policy applies: one that holds is enough.
        faults = min((_faults(policy) for policy in found), key=len)
        if faults:
            yield failed(" ".join(faults), header(seen, "content-security-policy")[:300])
        else:
            yield passed(header(seen, "content-security-policy")[:160])


def _faults(policy: Policy) -> list[str]:
    sources = policy.get("script-src", policy.get("default-src"))
    if sources is None:
        return ["La politique ne dit rien des scripts (ni script-src, ni default-src)."]
    is_guarded = any(s.startswith(("'nonce-", "'sha256-", "'sha384-", "'sha512-")) for s in sources)
    faults = []
    if "'unsafe-inline'" in sources and not is_guarded:
        faults.append("Les scripts écrits dans la page sont permis ('unsafe-inline').")
    if "'unsafe-eval'" in sources:
        faults.append("Le code fabriqué en cours de route est permis ('unsafe-eval').")
    if {"*", "http:", "https:", "data:"} & set(sources) and "'strict-dynamic'" not in sources:
        faults.append("Les scripts de n’importe quel site sont permis.")
    return faults


@check("http_frames", HttpSeen, unless=without_page)
def frames(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """A page that any site may show inside its own, to have a click stolen."""
    ancestors = [p["frame-ancestors"] for p in policies(seen) if "frame-ancestors" in p]
    option = header(seen, "x-frame-options").strip().lower()
    if any("*" not in sources for sources in ancestors) or option in {"deny", "sameorigin"}:
        yield passed(option or "frame-ancestors")
    else:
        yield failed("N’importe quel site peut afficher cette page dans la sienne.", option)


@check("http_nosniff", HttpSeen, unless=without_page)
def nosniff(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Browsers that may guess the type of a file, and run what was only given to read."""
    if header(seen, "x-content-type-options").strip().lower().startswith("nosniff"):
        yield passed("nosniff")
    else:
        yield failed("L’en-tête X-Content-Type-Options: nosniff manque.")


@check("http_referrer", HttpSeen, unless=without_page)
def referrer(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Addresses of pages given to other sites, with what they may hold."""
    said = [v.strip().lower() for v in header(seen, "referrer-policy").split(",") if v.strip()]
    known = [v for v in said if v in _SAFE_REFERRERS or v == "unsafe-url"]
    if not said:
        yield failed("L’en-tête Referrer-Policy manque.")
    elif known and known[-1] in _STRICT_REFERRERS:
        yield passed(known[-1])
    else:
        yield failed(
            "La politique annoncée laisse partir l’adresse des pages.", ", ".join(said)[:100]
        )


@check("http_cors", HttpSeen)
def cors(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Answers that a script of any site may read."""
    if seen.leaves_to or seen.status >= 400:
        yield not_applicable("Le site n’a pas été interrogé depuis une autre origine.")
    elif seen.cors in {"https://origine-inventee.example", "null"} and seen.cors_credentials:
        said = f"Access-Control-Allow-Origin: {seen.cors} ; Allow-Credentials: true"
        yield failed("Tout site peut lire les réponses au nom de la personne connectée.", said)
    elif seen.cors == "https://origine-inventee.example":
        yield failed(
            "Le site accepte toute origine, en la recopiant.", seen.cors, severity="medium"
        )
    elif seen.cors == "*":
        yield failed("Le site laisse tout autre site lire ses réponses.", "*", severity="low")
    else:
        yield passed(seen.cors or "aucune ouverture")


@check("http_version_told", HttpSeen)
def version_told(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """A server that says its exact version to whoever asks."""
    if not seen.headers:
        yield unmeasured("Le site n’a pas donné d’en-têtes.")
        return
    said = [
        f"{name}: {value}"
        for name in _TALKING
        for value in seen.headers.get(name, [])
        if _VERSION.search(value)
    ]
    if said:
        yield failed("Le site dit la version exacte de ses logiciels.", " ; ".join(said)[:300])
    else:
        yield passed("Aucune version n’est annoncée.")
