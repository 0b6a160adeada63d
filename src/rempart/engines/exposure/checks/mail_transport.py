"""How mail travels: servers that exist and speak TLS, and what obliges others to use it (ANSSI-PA-066 R42, RFC 8461, RFC 7672)."""

from collections.abc import Iterator
from typing import Final

from rempart.engines.exposure.checks.dns import NOT_READ, no_domain, unknown
from rempart.engines.exposure.checks.mail import product_of, published
from rempart.engines.exposure.registry import (
    Context,
    Dated,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.mail import ExchangerSeen, MailSeen

NO_MAIL: Final = "Ce domaine dit qu’il ne reçoit aucun courriel."
NO_SERVER: Final = "Ce domaine n’annonce aucun serveur de messagerie."


def before(seen: MailSeen) -> Verdict | None:
    """Why the reception of mail cannot be judged, or None."""
    if seen.is_missing:
        return no_domain(seen)
    if not seen.exchangers.is_known:
        return unknown(seen.exchangers)
    if seen.is_null:
        return not_applicable(NO_MAIL)
    return None if seen.exchangers.values else not_applicable(NO_SERVER)


@check("mail_exchanger_broken", MailSeen, unless=before)
def exchanger_broken(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """A mail server of the domain leads nowhere, or by an alias."""
    missing = sorted({s.name for s in seen.servers if s.is_missing})
    alias = sorted({s.name for s in seen.servers if s.is_alias} - set(missing))
    said = [f"{name} ne mène à aucune adresse" for name in missing]
    said += [f"{name} est un alias, ce que le protocole refuse" for name in alias]
    unsure = [s for s in seen.servers if not s.address and not s.is_missing]
    if said:
        names = ", ".join(missing + alias)
        yield failed(
            f"{' ; '.join(said)}.",
            names,
            severity="" if missing else "low",
            product=product_of(seen),
        )
    elif unsure:
        yield unmeasured(unsure[0].reason or NOT_READ)
    else:
        yield passed(", ".join(seen.exchangers.values))


@check("mail_null_absent", MailSeen, unless=no_domain)
def null_absent(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """The domain has no mail server, and does not say that it wants none."""
    if not seen.exchangers.is_known:
        yield unknown(seen.exchangers)
    elif seen.is_null:
        yield passed("MX 0 .")
    elif seen.exchangers.values:
        yield not_applicable("Ce domaine reçoit du courriel.")
    else:
        yield failed("Aucun serveur de messagerie, et aucun « MX nul » pour le dire.")


@check("mail_starttls_absent", MailSeen, unless=before)
def starttls_absent(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """A mail server takes messages in clear only."""
    for server in seen.servers:
        yield _starttls(server, seen)


def _starttls(server: ExchangerSeen, seen: MailSeen) -> Verdict:
    target = f"{server.name}:{server.port}"
    if server.reach is Reach.CLOSED:
        return not_applicable("Rien n’écoute sur ce port.", target=target)
    if server.reach is not Reach.ANSWERED or not server.starttls:
        return unmeasured(server.reason or NOT_READ, target=target)
    evidence = f"220 {server.banner} ; {server.tls_version or 'sans TLS'}"
    if server.starttls == "absent":
        said = f"{target} ne propose pas STARTTLS : les messages voyagent en clair."
        return failed(said, evidence, target=target, product=product_of(seen))
    if server.starttls == "fails":
        said = f"{target} propose STARTTLS, mais la négociation échoue. {server.reason}"
        return failed(said.strip(), evidence, target=target, product=product_of(seen))
    return passed(evidence, target=target)


@check("mail_sts_absent", MailSeen, unless=before)
def sts_absent(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """Nothing obliges other servers to use TLS towards ours (MTA-STS)."""
    yield published(seen, seen.sts.record, "Aucune politique MTA-STS.")


@check("mail_sts_broken", MailSeen, unless=before, dated=Dated.SWEEP)
def sts_broken(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """MTA-STS is announced, and its policy cannot be used."""
    sts = seen.sts
    if not sts.record.is_known:
        yield unknown(sts.record)
        return
    if not sts.record.values:
        yield not_applicable("MTA-STS n’est pas annoncé.")
        return
    faults = [fault.rstrip(".") for fault in sts.faults]
    if len(sts.record.values) > 1:
        faults.append(f"{len(sts.record.values)} enregistrements au lieu d’un")
    if sts.mode in ("enforce", "testing") and sts.hosts:
        names = sorted({server.name for server in seen.servers})
        out = [name for name in names if not any(_fits(name, host) for host in sts.hosts)]
        faults += [f"{name} n’est pas dans la politique : son courrier sera refusé" for name in out]
    if faults:
        yield failed(f"{' ; '.join(faults)}.", ", ".join(sts.hosts), product=product_of(seen))
    elif sts.policy_reach is not Reach.ANSWERED:
        yield unmeasured(sts.policy_reason or NOT_READ)
    else:
        yield passed(f"mode {sts.mode}, {sts.max_age} s")


def _fits(name: str, pattern: str) -> bool:
    """Whether a server is one that the policy names; `*.` stands for one label (RFC 8461 §4.1)."""
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:]
    return name == pattern.rstrip(".")


@check("mail_sts_testing", MailSeen, unless=before)
def sts_testing(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """MTA-STS is there, and obliges nobody yet."""
    sts = seen.sts
    if not sts.record.values:
        yield (
            unknown(sts.record)
            if not sts.record.is_known
            else not_applicable("MTA-STS n’est pas annoncé.")
        )
    elif not sts.mode:
        yield unmeasured(sts.policy_reason or "La politique MTA-STS ne se lit pas.")
    elif sts.mode == "enforce":
        yield passed("mode enforce")
    else:
        yield failed(
            f"La politique MTA-STS est en mode « {sts.mode} » : elle n’oblige personne.",
            f"mode: {sts.mode}",
        )


@check("mail_tls_report_absent", MailSeen, unless=before)
def tls_report_absent(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """Nobody is told when mail cannot come in over TLS (TLS-RPT)."""
    yield published(seen, seen.tls_report, "Aucune adresse pour les rapports TLS (TLS-RPT).")


@check("mail_dane_absent", MailSeen, unless=before, dated=Dated.SWEEP)
def dane_absent(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """The zone is signed, and does not say which certificate its mail servers have (DANE)."""
    if not seen.has_secure_names:
        yield not_applicable(
            "DANE demande DNSSEC pour le domaine et pour ses serveurs de messagerie."
        )
        return
    servers = {server.name: server.tlsa for server in seen.servers}
    missing = sorted(name for name, tlsa in servers.items() if tlsa.is_absent)
    unsure = [tlsa for tlsa in servers.values() if not tlsa.is_known]
    if missing:
        yield failed(
            f"Aucun enregistrement TLSA pour {', '.join(missing)}.", product=product_of(seen)
        )
    elif unsure:
        yield unknown(unsure[0])
    else:
        yield passed(", ".join(servers))


@check("mail_dane_broken", MailSeen, unless=before)
def dane_broken(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """What DANE says is not the certificate that is there: those who verify refuse to deliver."""
    told = [s for s in seen.servers if s.tlsa.values]
    if not told:
        yield not_applicable("Aucun enregistrement TLSA.")
    for server in told:
        target = f"{server.name}:{server.port}"
        evidence = "TLSA " + ", ".join(server.tlsa.values)[:200]
        if server.dane == "differs":
            yield failed(
                f"Le certificat de {target} n’est pas celui que DANE annonce.",
                evidence,
                target=target,
                product=product_of(seen),
            )
        elif server.dane == "matches":
            yield passed(evidence, target=target)
        elif server.port == 25:
            yield unmeasured(server.dane_reason or server.reason or NOT_READ, target=target)
