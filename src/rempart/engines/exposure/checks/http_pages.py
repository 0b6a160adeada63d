"""The pages of a web site: cookies, forms, what they load from elsewhere, and pages that should not answer."""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import Final

from rempart.content.fingerprints import ExposedPath, PageKind, exposed_paths
from rempart.content.severity import SEVERITIES
from rempart.engines.exposure.checks.http_headers import passing_error, without_page
from rempart.engines.exposure.registry import (
    Context,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.http import Cookie, HttpSeen
from rempart.kernel.french import counted

CUT: Final = "La page n’a pas été lue jusqu’à sa fin : elle est trop longue, ou sa compression n’est pas connue."
NO_SESSION: Final = "Aucun cookie de session n’a été posé par la page d’accueil."
NOT_ASKED: Final = "La page d’accueil ne demande pas de mot de passe."
_ADDRESS: Final = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_DEFAULT_TITLES: Final = re.compile(
    r"^(welcome to nginx|apache2 (debian|ubuntu) default page|iis windows( server)?|test page for|"
    r"welcome to centos|http server test page|apache tomcat/|it works|plesk default page|default web site page)",
    re.IGNORECASE,
)
_LISTING: Final = re.compile(
    r"^(index of /|directory listing for /|répertoire de /)", re.IGNORECASE
)


def _named(cookies: Iterable[Cookie]) -> str:
    return ", ".join(cookie.name for cookie in cookies)[:200]


@check("http_session_cookie", HttpSeen)
def session_cookie(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Cookies that open a session, and that a network or a script may read."""
    sessions = [cookie for cookie in seen.cookies if cookie.is_session]
    if not sessions:
        yield passing_error(seen) or not_applicable(NO_SESSION)
        return
    clear = [cookie for cookie in sessions if not cookie.is_secure]
    read = [cookie for cookie in sessions if not cookie.is_http_only]
    if clear:
        detail = f"Un cookie de session peut partir en clair (Secure absent) : {_named(clear)}."
        yield failed(detail, severity="high" if seen.is_tls else "")
    if read:
        yield failed(
            f"Un script peut lire un cookie de session (HttpOnly absent) : {_named(read)}."
        )
    if not clear and not read:
        yield passed(_named(sessions))


@check("http_cookie_same_site", HttpSeen)
def cookie_same_site(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Cookies of session that follow a request made by another site."""
    sessions = [cookie for cookie in seen.cookies if cookie.is_session]
    loose = [cookie for cookie in sessions if cookie.same_site not in {"lax", "strict"}]
    if not sessions:
        yield passing_error(seen) or not_applicable(NO_SESSION)
    elif loose:
        yield failed(f"Un cookie de session suit les demandes d’autres sites : {_named(loose)}.")
    else:
        yield passed(_named(sessions))


@check("http_script_integrity", HttpSeen, unless=without_page)
def script_integrity(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Scripts of other sites that the page runs without checking what they hold."""
    if not seen.scripts:
        yield (
            unmeasured(CUT)
            if seen.is_cut
            else passed("La page ne charge aucun script d’un autre site.")
        )
    elif loose := [script for script in seen.scripts if not script.integrity]:
        hosts = sorted({script.host for script in loose})
        detail = f"Fichiers chargés sans empreinte depuis : {', '.join(hosts)[:300]}."
        yield failed(detail, loose[0].url)
    elif seen.is_cut:
        yield unmeasured(CUT)
    else:
        yield passed("Chaque fichier d’un autre site porte son empreinte.")


@check("http_mixed_content", HttpSeen, unless=without_page)
def mixed_content(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """A page over TLS that loads files in clear."""
    if not seen.is_tls:
        yield not_applicable("La page elle-même est servie en clair.")
    elif seen.mixed:
        loaded = counted(len(seen.mixed), "fichier")
        yield failed(f"La page charge en clair {loaded} au moins.", seen.mixed[0])
    elif seen.is_cut:
        yield unmeasured(CUT)
    else:
        yield passed("Aucun fichier n’est chargé en clair.")


@check("http_password_in_clear", HttpSeen)
def password_in_clear(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """A password typed in a page, and sent in clear."""
    if not seen.has_password_field:
        cut = unmeasured(CUT) if seen.is_cut else None
        yield cut or passing_error(seen) or not_applicable(NOT_ASKED)
    elif seen.insecure_forms:
        yield failed("Le formulaire envoie le mot de passe en clair.", seen.insecure_forms[0])
    elif not seen.is_tls:
        yield failed("La page qui demande le mot de passe est elle-même servie en clair.")
    elif seen.is_cut:
        yield unmeasured(CUT)
    else:
        yield passed("Le mot de passe est demandé et envoyé en HTTPS.")


def _exposed(seen: HttpSeen, kinds: frozenset[PageKind], good: str) -> Iterator[Verdict]:
    """The pages of some kinds that answered, the worst first; what was not asked is not measured."""
    known: dict[str, ExposedPath] = {path.id: path for path in exposed_paths()}
    pages = [page for page in seen.exposed if page.id in known and known[page.id].kind in kinds]
    for page in sorted(pages, key=lambda p: (SEVERITIES.index(known[p.id].severity), p.path)):
        path = known[page.id]
        yield failed(
            f"{path.label} : {page.path} répond ({page.status}).",
            page.proof,
            severity=path.severity,
            product=path.product,
        )
    if pages:
        return
    if seen.paths_reason:
        yield unmeasured(seen.paths_reason)
    elif seen.paths_asked:
        yield passed(good)
    else:
        yield unmeasured("La liste des pages n’a pas été demandée.")


@check("http_exposed_secret", HttpSeen)
def exposed_secret(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Files that give away passwords, keys, sources or data."""
    yield from _exposed(seen, frozenset({PageKind.LEAK}), "Aucun fichier sensible n’a répondu.")


@check("http_exposed_console", HttpSeen)
def exposed_console(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Consoles and installers that anyone may open."""
    kinds = frozenset({PageKind.CONSOLE, PageKind.INSTALL})
    yield from _exposed(seen, kinds, "Aucune console n’a répondu.")


@check("http_exposed_state", HttpSeen)
def exposed_state(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Pages that tell how the server is doing and how it is made."""
    yield from _exposed(seen, frozenset({PageKind.STATE}), "Aucune page technique n’a répondu.")


@check("http_exposed_interface", HttpSeen)
def exposed_interface(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Interfaces that give data without asking who comes."""
    yield from _exposed(seen, frozenset({PageKind.API}), "Aucune interface ouverte n’a répondu.")


@check("http_directory_listing", HttpSeen, unless=without_page)
def directory_listing(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """A front page that is the list of the files."""
    if _LISTING.match(seen.title):
        yield failed("La page d’accueil montre la liste des fichiers.", seen.title)
    elif seen.is_cut and not seen.title:
        yield unmeasured(CUT)
    else:
        yield passed(seen.title[:100])


@check("http_default_page", HttpSeen, unless=without_page)
def default_page(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """The page of a server that nobody set up, or that was forgotten."""
    if _DEFAULT_TITLES.match(seen.title):
        yield failed("Le serveur montre la page d’origine de son éditeur.", seen.title)
    elif seen.is_cut and not seen.title:
        yield unmeasured(CUT)
    else:
        yield passed(seen.title[:100])


@check("http_inner_address", HttpSeen)
def inner_address(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """Addresses of the inner network that a site gives away in its headers or redirections."""
    texts = [step.location for step in seen.steps]
    texts += [value for values in seen.headers.values() for value in values]
    inner = sorted({a for text in texts for a in _ADDRESS.findall(text) if _is_inner(a)})
    inner = [address for address in inner if address != seen.endpoint.address]
    if inner:
        yield failed("Le site donne des adresses du réseau interne.", ", ".join(inner)[:200])
    else:
        yield passing_error(seen) or passed("Aucune adresse interne n’est donnée.")


def _is_inner(text: str) -> bool:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return address.is_private and not address.is_loopback and not address.is_unspecified
