"""The zone: enough servers, all of them answering, the registry and the zone of one mind, nothing left hanging."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Final

from rempart.engines.exposure.registry import (
    Confidence,
    Context,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import AliasSeen, Fact, ServerSeen, ZoneSeen
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.kernel.french import counted

NO_DOMAIN: Final = "Ce domaine n’existe pas."
NO_ZONE: Final = "Ce nom n’est pas une zone à part entière : sa zone est jugée à part."
NOT_READ: Final = "Cette information n’a pas été lue."
OTHERS: Final = (
    "Les serveurs de cette zone ne sont pas dans le périmètre : ils n’ont pas été sollicités."
)
OWN_TARGET: Final = (
    " ; ce nom est dans votre propre zone : personne d’autre ne peut le reprendre, et le défaut est donc mineur, alors "
    "que le catalogue le dit grave pour une cible que d’autres peuvent prendre. Supprimez l’alias, ou recréez dans la "
    "zone le nom vers lequel il renvoie"
)
OTHER_TARGET: Final = (
    " ; rien ne dit que d’autres peuvent reprendre ce nom : le défaut est donc moyen, alors que le catalogue le dit "
    "grave quand ils le peuvent"
)
# Names of servers → the host of the zone, so that the fix is the one of its console.
HOSTS: Final = {
    ".ovh.net": "ovh", ".ovh.ca": "ovh", ".anycast.me": "ovh", ".gandi.net": "gandi", ".cloudflare.com": "cloudflare",
}  # fmt: skip


def no_domain(seen: ZoneSeen | MailSeen) -> Verdict | None:
    """That there is no such domain, or None."""
    return not_applicable(NO_DOMAIN) if seen.is_missing else None


def nothing_to_judge(seen: ZoneSeen) -> Verdict | None:
    """Why a zone's delegation has no sense here, or None."""
    if seen.is_missing:
        return no_domain(seen)
    if seen.apex and seen.apex != seen.domain:
        return not_applicable(NO_ZONE)
    return None


def host_of(seen: ZoneSeen) -> str:
    """The product that holds the zone, by the names of its servers; "" when they tell nothing."""
    names = [*seen.child_servers.values, *seen.parent_servers.values]
    return next((p for n in names for end, p in HOSTS.items() if n.endswith(end)), "")


def sentence(said: list[str]) -> str:
    """Several remarks as one sentence."""
    text = " ; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def remarks(seen: ZoneSeen, said: list[str], evidence: str) -> Verdict:
    """Failed with these remarks, passed without any."""
    if said:
        return failed(sentence(said), evidence, product=host_of(seen))
    return passed(evidence)


def unknown(fact: Fact) -> Verdict:
    """Not measured, with the reason of the fact."""
    return unmeasured(fact.reason or NOT_READ)


@check("dns_one_server", ZoneSeen, unless=nothing_to_judge)
def one_server(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """The zone stands on a single name server."""
    told = seen.child_servers if seen.child_servers.values else seen.parent_servers
    if not told.is_known:
        yield unknown(told)
    elif len(told.values) < 2:
        names = ", ".join(told.values)
        yield failed(f"Un seul serveur de noms : {names}.", names, product=host_of(seen))
    else:
        yield passed(", ".join(told.values))


@check("dns_lame_server", ZoneSeen, unless=nothing_to_judge)
def lame_server(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """A server is named for the zone, and does not answer for it."""
    lame = [s for s in seen.servers if _is_lame(s)]
    silent = [s for s in seen.servers if s.reach is not Reach.ANSWERED]
    ailing = [s.name for s in seen.servers if s.rcode == 2 and not s.is_authoritative]
    if lame:
        said = [f"{s.name} ({_why_lame(s)})" for s in lame]
        yield failed(
            f"{counted(len(lame), 'serveur annoncé ne répond', 'serveurs annoncés ne répondent')} pas de la zone : "
            + ", ".join(said) + ".",
            ", ".join(said),
            severity="high" if any(s.is_missing for s in lame) else "",
            product=host_of(seen),
        )  # fmt: skip
    elif silent or not seen.servers:
        yield unmeasured(next((s.reason for s in silent if s.reason), NOT_READ))
    elif ailing:
        # A failure may be over in a minute: it is not held against the delegation.
        names = ", ".join(ailing)
        yield unmeasured(f"En panne au moment de l’audit (« SERVFAIL ») : {names}.")
    else:
        yield passed(", ".join(s.name for s in seen.servers))


def _is_lame(server: ServerSeen) -> bool:
    if server.is_missing:
        return True
    return server.reach is Reach.ANSWERED and not server.is_authoritative and server.rcode != 2


def _why_lame(server: ServerSeen) -> str:
    if server.is_missing:
        return "ce nom ne mène nulle part"
    return "il refuse" if server.rcode == 5 else "il ne dit pas en être responsable"


@check("dns_same_network", ZoneSeen, unless=nothing_to_judge)
def same_network(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """All the servers stand in one network: one failure takes the whole zone away."""
    addresses = {s.address for s in seen.servers if s.address}
    if len({s.name for s in seen.servers}) < 2:
        yield not_applicable("La zone n’a qu’un serveur.")
        return
    if not addresses or any(not s.address and not s.is_missing for s in seen.servers):
        yield unmeasured("L’adresse d’un des serveurs n’a pas pu être lue.")
        return
    networks = {_network(a, context) for a in addresses}
    if len(networks) == 1:
        yield failed(
            f"Tous les serveurs de noms sont dans le réseau {networks.pop()}.",
            ", ".join(sorted(addresses)),
            product=host_of(seen),
        )
    else:
        yield passed(", ".join(sorted(networks)))


def _network(address: str, context: Context) -> str:
    bits = context.params["bits_four" if ip_address(address).version == 4 else "bits_six"]
    return str(ip_network(f"{address}/{bits}", strict=False))


@check("dns_delegation_differs", ZoneSeen, unless=nothing_to_judge)
def delegation_differs(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """The registry and the zone do not name the same servers."""
    for fact in (seen.parent_servers, seen.child_servers):
        if not fact.is_known:
            yield unknown(fact)
            return
    parent, child = set(seen.parent_servers.values), set(seen.child_servers.values)
    if parent == child:
        yield passed(", ".join(sorted(child)))
        return
    said = []
    if parent - child:
        said.append("au bureau d’enregistrement seulement : " + ", ".join(sorted(parent - child)))
    if child - parent:
        said.append("dans la zone seulement : " + ", ".join(sorted(child - parent)))
    text = " ; ".join(said)
    yield failed(f"Serveurs de noms nommés {text}.", text, product=host_of(seen))


@check("dns_serials_differ", ZoneSeen, unless=nothing_to_judge)
def serials_differ(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """Servers give different versions of the zone: one of them is not brought up to date."""
    told = {s.name: s.serial for s in seen.servers if s.is_authoritative}
    if len(told) < 2:
        yield unmeasured("Moins de deux serveurs ont donné leur version de la zone.")
    elif len(set(told.values())) > 1:
        text = ", ".join(f"{name} : {serial}" for name, serial in sorted(told.items()))
        yield failed(
            f"Les serveurs n’ont pas la même version de la zone ({text}).",
            text,
            confidence=Confidence.PROBABLE,  # a change may have been under way
            product=host_of(seen),
        )
    else:
        yield passed(str(next(iter(told.values()))))


@check("dns_soa_values", ZoneSeen, unless=nothing_to_judge)
def soa_values(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """The delays of the zone are such that a failure, or a mistake, lasts longer than it should."""
    if seen.soa is None:
        yield unmeasured(NOT_READ)
        return
    soa, said = seen.soa, []
    if soa.expire < context.params["expire_at_least"]:
        said.append(
            f"« expire » à {soa.expire} s : un serveur coupé du principal abandonne trop tôt"
        )
    if soa.minimum > context.params["minimum_at_most"]:
        said.append(f"« minimum » à {soa.minimum} s : une absence reste mémorisée trop longtemps")
    if soa.retry >= soa.refresh:
        said.append(
            f"« retry » ({soa.retry} s) n’est pas plus court que « refresh » ({soa.refresh} s)"
        )
    evidence = f"{soa.refresh} {soa.retry} {soa.expire} {soa.minimum}"
    yield remarks(seen, said, evidence)


@check("dns_transfer_open", ZoneSeen, unless=nothing_to_judge)
def transfer_open(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """Anyone may take a whole copy of the zone."""
    given = [s for s in seen.servers if s.transfer == "open"]
    asked = [s for s in seen.servers if s.transfer]
    if given:
        names = ", ".join(f"{s.name} ({s.address})" for s in given)
        yield failed(
            f"Une copie de la zone est donnée à qui la demande par {names}.",
            f"AXFR {seen.domain} @{given[0].address} : {given[0].transfer_records} enregistrements lus",
            product="bind",
        )
    elif asked:
        yield passed(", ".join(s.name for s in asked))
    else:
        reason = next((s.transfer_reason for s in seen.servers if s.transfer_reason), "")
        yield unmeasured(reason or OTHERS)


@check("dns_open_resolver", ZoneSeen, unless=nothing_to_judge)
def open_resolver(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """A server resolves any name for anyone, and lends itself to floods."""
    asked = [s for s in seen.servers if s.recursion]
    if not asked:
        reason = next((s.recursion_reason for s in seen.servers if s.recursion_reason), "")
        yield unmeasured(reason or OTHERS)
    for server in asked:
        target = f"{server.address}:53"
        if server.recursion == "open":
            yield failed(
                f"Le serveur {server.name} cherche pour n’importe qui des noms qui ne sont pas les siens.",
                f"question récursive acceptée par {server.address}",
                target=target,
                product="bind",
            )
        else:
            yield passed(server.name, target=target)


@check("dns_dangling_alias", ZoneSeen, unless=no_domain)
def dangling_alias(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """An alias leads to something that is no longer there, and that someone else may take."""
    dead = [a for a in seen.aliases if a.state == "missing"]
    unsure = [a for a in seen.aliases if a.state == "unknown"]
    for alias in dead:
        service, as_of = _service(alias, context)
        said = f"{alias.name} renvoie vers {alias.target}, qui n’existe plus"
        severity = ""
        if alias.is_free:
            said += " ; ce domaine est libre, chacun peut l’acheter"
        elif service:
            said += f" ; chacun peut reprendre ce nom chez {service}"
        elif _is_in(alias.target, seen.apex or seen.domain):
            severity, said = "low", said + OWN_TARGET
        else:
            severity, said = "medium", said + OTHER_TARGET
        yield failed(
            f"{said}.",
            f"{alias.name} CNAME {alias.target}",
            target=alias.name,
            severity=severity,
            data_as_of=as_of,
        )
    for alias in unsure:
        yield unmeasured(alias.reason or NOT_READ, target=alias.name)
    if seen.unread:
        names = f"{seen.unread[0]} et d’autres" if len(seen.unread) > 1 else seen.unread[0]
        yield unmeasured(f"{names} : {seen.unread_reason or NOT_READ}")
    if not dead and not unsure and not seen.unread:
        yield passed(f"{counted(len(seen.aliases), 'alias suivi')}")


def _service(alias: AliasSeen, context: Context) -> tuple[str, str]:
    """The service on which anybody may take the name, when it is one of those known, and the day of the list that a
    bundle brought."""
    for suffix, name in context.params["services"].items():
        if _is_in(alias.target, suffix):
            return str(name), ""
    for known in context.holes.contents.takeovers if context.holes else ():
        if known.is_vulnerable and any(_is_in(alias.target, s) for s in known.suffixes):
            return known.service, context.holes.as_of("takeovers")
    return "", ""


def _is_in(target: str, suffix: str) -> bool:
    suffix = suffix.removeprefix("*").strip(".")
    # A suffix of one label would be a whole country.
    return "." in suffix and f".{target}".endswith(f".{suffix}")


@check("dns_wildcard", ZoneSeen, unless=nothing_to_judge)
def wildcard(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """The zone answers for names that nobody made."""
    if not seen.wildcard.is_known:
        yield unknown(seen.wildcard)
    elif seen.wildcard.values:
        where = ", ".join(seen.wildcard.values)
        yield failed(
            f"N’importe quel nom sous {seen.domain} mène à {where}.", where, product=host_of(seen)
        )
    else:
        yield passed("aucune adresse pour un nom inventé")


@check("dns_no_ipv6", ZoneSeen, unless=no_domain)
def no_ipv6(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """The domain leads to IPv4 addresses only."""
    if not seen.six_addresses.is_known or not seen.addresses.is_known:
        yield unknown(seen.addresses if seen.six_addresses.is_known else seen.six_addresses)
    elif seen.six_addresses.values:
        yield passed(", ".join(seen.six_addresses.values))
    elif not seen.addresses.values:
        yield not_applicable("Ce nom ne mène à aucune adresse.")
    else:
        yield failed("Aucune adresse IPv6.", ", ".join(seen.addresses.values))
