"""Who may write in the establishment's name: SPF, DKIM, DMARC (ANSSI-PA-066, RFC 7208, RFC 6376, RFC 7489)."""

from collections.abc import Iterator
from typing import Final

from rempart.engines.exposure.checks.dns import NOT_READ, no_domain, sentence, unknown
from rempart.engines.exposure.registry import (
    Context,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.dns import Fact
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.kernel.french import counted

NO_SPF: Final = "Ce domaine n’a pas de SPF : voir le contrôle de sa présence."
NO_DMARC: Final = "Ce domaine n’a pas de DMARC : voir le contrôle de sa présence."
NO_KEY: Final = "Aucune clé DKIM n’a été trouvée."
_STRENGTH: Final = {"none": 0, "quarantine": 1, "reject": 2}
SERVERS: Final = {".mail.protection.outlook.com": "microsoft365", ".mx.microsoft": "microsoft365"}
BANNERS: Final = {
    "postfix": "postfix", "microsoft esmtp": "exchange", "exim": "exim", "sendmail": "sendmail", "zimbra": "zimbra",
}  # fmt: skip


def product_of(seen: MailSeen) -> str:
    """The mail product of a domain, by the names of its servers, else by their banners; "" when they tell nothing."""
    for server in seen.servers:
        for end, product in SERVERS.items():
            if server.name.endswith(end):
                return product
    banners = " ".join(server.banner.lower() for server in seen.servers)
    return next((product for word, product in BANNERS.items() if word in banners), "")


def published(seen: MailSeen, fact: Fact, said: str) -> Verdict:
    """Passed when there is a record, failed with `said` when there is none, not measured when nobody could say."""
    if not fact.is_known:
        return unknown(fact)
    if fact.values:
        return passed(fact.values[0][:200])
    return failed(said, product=product_of(seen))


def before_spf(seen: MailSeen) -> Verdict | None:
    """Why the content of SPF cannot be judged, or None."""
    if seen.is_missing:
        return no_domain(seen)
    if not seen.spf.records.is_known:
        return unknown(seen.spf.records)
    return None if seen.spf.records.values else not_applicable(NO_SPF)


def before_dmarc(seen: MailSeen) -> Verdict | None:
    """Why the content of DMARC cannot be judged, or None."""
    if seen.is_missing:
        return no_domain(seen)
    if not seen.dmarc.records.is_known:
        return unknown(seen.dmarc.records)
    return None if seen.dmarc.records.values else not_applicable(NO_DMARC)


@check("mail_spf_absent", MailSeen, unless=no_domain)
def spf_absent(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """Nothing says which servers may write for the domain."""
    yield published(seen, seen.spf.records, "Aucun enregistrement SPF.")


@check("mail_spf_open", MailSeen, unless=before_spf)
def spf_open(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """The SPF lets anyone write, or does not end."""
    spf, text = seen.spf, seen.spf.records.values[0][:200]
    if spf.ending in ("-", "~"):
        yield passed(text)
    elif spf.ending == "+":
        yield failed("Le SPF finit par « +all » : il autorise la terre entière.", text, severity="high", product=product_of(seen))  # fmt: skip
    elif spf.ending == "?":
        yield failed(
            "Le SPF finit par « ?all » : il ne se prononce pas.", text, product=product_of(seen)
        )
    elif not spf.is_whole:
        yield unmeasured(spf.reason or NOT_READ)
    else:
        yield failed(
            "Le SPF ne finit par aucun « all » : il ne refuse personne.",
            text,
            product=product_of(seen),
        )


@check("mail_spf_broken", MailSeen, unless=before_spf)
def spf_broken(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """Receivers give up on the SPF: too many lookups, several records, a mistake."""
    spf, said = seen.spf, []
    if len(spf.records.values) > 1:
        said.append(f"{len(spf.records.values)} enregistrements SPF au lieu d’un")
    if spf.lookups > context.params["lookups_at_most"]:
        said.append(
            f"{counted(spf.lookups, 'recherche')} dans le DNS au lieu de {context.params['lookups_at_most']}"
        )
    if spf.void_lookups > context.params["void_at_most"]:
        said.append(
            f"{counted(spf.void_lookups, 'recherche')} sans réponse au lieu de {context.params['void_at_most']}"
        )
    said += [fault.rstrip(".") for fault in spf.faults]
    evidence = " | ".join(spf.records.values)[:300]
    if said:
        yield failed(sentence(said), evidence, product=product_of(seen))
    elif not spf.is_whole:
        yield unmeasured(spf.reason or NOT_READ)
    else:
        yield passed(f"{counted(spf.lookups, 'recherche')} : {evidence}")


@check("mail_dkim_absent", MailSeen, unless=no_domain)
def dkim_absent(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """Messages are not signed. Only a proof, or a selector given that leads nowhere, makes it a finding."""
    live = [key.selector for key in seen.dkim.keys if not key.is_revoked]
    if live:
        yield passed(", ".join(live))
    elif seen.dkim.missing:
        names = ", ".join(seen.dkim.missing)
        yield failed(
            f"Aucune clé à l’emplacement donné pour DKIM : {names}.",
            names,
            product=product_of(seen),
        )
    elif _sends_nothing(seen):
        yield not_applicable("Ce domaine dit qu’il n’envoie aucun courriel.")
    elif seen.dkim.is_none:
        yield failed("La zone prouve qu’elle ne publie aucune clé DKIM.", product=product_of(seen))
    else:
        yield unmeasured(
            seen.dkim.reason
            or "L’emplacement d’une clé DKIM ne se devine pas : donnez les sélecteurs de votre messagerie dans le périmètre."
        )


def _sends_nothing(seen: MailSeen) -> bool:
    """Whether the SPF lets nobody write; a null MX without SPF says as much (RFC 7505 §4.2)."""
    records = seen.spf.records.values
    if not records:
        return seen.is_null
    return [text.lower().split() for text in records] == [["v=spf1", "-all"]]


def _no_key(seen: MailSeen) -> Verdict:
    """Why there is no key to judge: none was found, or nobody could look."""
    return unmeasured(seen.dkim.reason) if seen.dkim.reason else not_applicable(NO_KEY)


@check("mail_dkim_weak", MailSeen, unless=no_domain)
def dkim_weak(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """A DKIM key is too short, or cannot be read."""
    keys = [key for key in seen.dkim.keys if not key.is_revoked]
    if not keys:
        yield _no_key(seen)
        return
    said, is_short = [], False
    for key in keys:
        if key.fault:
            said.append(f"{key.selector} : {key.fault.rstrip('.')}")
        elif key.kind == "rsa" and key.bits < context.params["bits_at_least"]:
            said.append(f"{key.selector} : {key.bits} bits")
            is_short |= key.bits < context.params["bits_breakable"]
    evidence = ", ".join(f"{key.selector} {key.kind} {key.bits}" for key in keys)
    if said:
        yield failed(f"Clé DKIM trop faible ou illisible ({' ; '.join(said)}).", evidence, severity="high" if is_short else "", product=product_of(seen))  # fmt: skip
    else:
        yield passed(evidence)


@check("mail_dkim_test", MailSeen, unless=no_domain)
def dkim_test(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """A key says that it is a trial: receivers may ignore its signatures."""
    keys = [key for key in seen.dkim.keys if not key.is_revoked and not key.fault]
    if not keys:
        yield _no_key(seen)
        return
    trial = ", ".join(key.selector for key in keys if key.is_test)
    if trial:
        yield failed(
            f"La clé DKIM se dit en essai (t=y) : {trial}.", trial, product=product_of(seen)
        )
    else:
        yield passed(", ".join(key.selector for key in keys))


@check("mail_dmarc_absent", MailSeen, unless=no_domain)
def dmarc_absent(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """Nothing says what to do with a message that lies about its origin."""
    yield published(seen, seen.dmarc.records, "Aucun enregistrement DMARC.")


@check("mail_dmarc_broken", MailSeen, unless=before_dmarc)
def dmarc_broken(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """The DMARC record is written so that receivers ignore it."""
    records, faults = seen.dmarc.records.values, [f.rstrip(".") for f in seen.dmarc.faults]
    if len(records) > 1:
        faults.append(f"{len(records)} enregistrements DMARC au lieu d’un : aucun ne compte")
    evidence = " | ".join(records)[:300]
    if faults:
        yield failed(f"{' ; '.join(faults)}.", evidence, product=product_of(seen))
    else:
        yield passed(evidence)


@check("mail_dmarc_none", MailSeen, unless=before_dmarc)
def dmarc_none(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """The policy lets lying messages through."""
    if not seen.dmarc.policy:
        yield not_applicable("Le DMARC ne se lit pas : voir le contrôle de son écriture.")
    elif _policy(seen) == "none":
        whose = "" if seen.dmarc.found_at == seen.domain else f" (celui de {seen.dmarc.found_at})"
        yield failed(
            f"Le DMARC{whose} laisse passer les messages usurpés (politique « none »).",
            seen.dmarc.records.values[0][:200],
            product=product_of(seen),
        )
    else:
        yield passed(seen.dmarc.records.values[0][:200])


def _policy(seen: MailSeen) -> str:
    """The policy that applies here: that of sub-domains when the record is the one of the domain above."""
    dmarc = seen.dmarc
    is_own = not dmarc.found_at or dmarc.found_at == seen.domain
    return dmarc.policy if is_own else dmarc.sub_policy or dmarc.policy


@check("mail_dmarc_partial", MailSeen, unless=before_dmarc)
def dmarc_partial(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """The policy applies to some of the messages, or less to sub-domains."""
    dmarc, said = seen.dmarc, []
    if not dmarc.policy or dmarc.policy == "none":
        yield not_applicable("La politique ne bloque rien : voir le contrôle de sa fermeté.")
        return
    if dmarc.percent < 100:
        said.append(f"à {dmarc.percent} % des messages seulement (pct)")
    if dmarc.is_test:
        said.append("à l’essai (t=y)")
    if dmarc.sub_policy and _STRENGTH[dmarc.sub_policy] < _STRENGTH[dmarc.policy]:
        said.append(f"moins aux sous-domaines (sp={dmarc.sub_policy})")
    evidence = dmarc.records.values[0][:200]
    if said:
        yield failed(f"Le DMARC s’applique {' ; '.join(said)}.", evidence, product=product_of(seen))
    else:
        yield passed(evidence)


@check("mail_dmarc_reports", MailSeen, unless=before_dmarc)
def dmarc_reports(seen: MailSeen, context: Context) -> Iterator[Verdict]:
    """Nobody receives the reports, or whoever should has not said so."""
    dmarc = seen.dmarc
    if not dmarc.report_to:
        yield failed(
            "Le DMARC ne demande aucun rapport (rua).",
            dmarc.records.values[0][:200],
            product=product_of(seen),
        )
    elif dmarc.refused_by:
        names = ", ".join(dmarc.refused_by)
        yield failed(
            f"Les rapports n’arrivent pas : {names} ne publie pas son accord pour ceux de {dmarc.found_at}.",
            ", ".join(f"{dmarc.found_at}._report._dmarc.{name}" for name in dmarc.refused_by),
            product=product_of(seen),
        )
    elif dmarc.unknown_at:
        yield unmeasured(f"L’accord de {', '.join(dmarc.unknown_at)} n’a pas pu être lu.")
    else:
        yield passed(", ".join(dmarc.report_to))
