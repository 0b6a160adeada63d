"""Unscored items on password settings objects, group policies and what SYSVOL holds."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.checks.common import ago, days_text, privileged
from rempart.engines.directory.checks.policy import Policies, interval_days
from rempart.engines.directory.model import Fact, Kind, Relation
from rempart.engines.directory.policies import PolicyFiles, policy_key_of_dn
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotApplicable,
    NotMeasured,
    Unmeasured,
    check,
)
from rempart.kernel.french import counted


@check("warning_password_policy_pso_missing", Fact.ACCOUNTS, Fact.PASSWORD_SETTINGS)
def settings_not_collected(ctx: Context) -> Findings:
    """Accounts to which a settings object applies that the collection could not read."""
    d = ctx.directory
    read = {d.dns[row].lower() for row in d.rows(Kind.PASSWORD_SETTINGS).tolist()}
    applied = d.attributes.get("msds-resultantpso", {})
    for row, names in applied.items():
        if names and names[0].lower() not in read:
            yield Hit(row, f"stratégie absente de la collecte : {names[0]}")
    if not applied and not read:
        yield Unmeasured(
            "Aucune stratégie affinée n’a été lue, et la collecte ne dit pas si des comptes en ont une."
        )


def weaknesses(ctx: Context, row: int) -> list[str]:
    """What a settings object lacks, against the figures of the check (French)."""
    d = ctx.directory
    length = d.integer(row, "msds-minimumpasswordlength")
    age = interval_days(d.value(row, "msds-maximumpasswordage"))
    found = []
    if length is not None and length < ctx.param("min_length"):
        found.append(f"longueur minimale {length}")
    if age is not None and age > ctx.param("max_age_days"):
        found.append(
            "sans expiration" if age == float("inf") else f"âge maximal {days_text(int(age))}"
        )
    if d.value(row, "msds-passwordcomplexityenabled") == "FALSE":
        found.append("sans complexité")
    if d.value(row, "msds-passwordreversibleencryptionenabled") == "TRUE":
        found.append("conservation réversible")
    return found


def _settings(ctx: Context) -> list[int]:
    rows = [int(row) for row in ctx.directory.rows(Kind.PASSWORD_SETTINGS)]
    if not rows:
        raise NotApplicable("L’annuaire ne montre aucune stratégie de mot de passe affinée.")
    return rows


@check("warning_password_policy_pso_weak", Fact.PASSWORD_SETTINGS)
def weak_settings(ctx: Context) -> Iterator[Hit]:
    """Settings objects below the figures, whoever they apply to."""
    for row in _settings(ctx):
        if found := weaknesses(ctx, row):
            yield Hit(row, ", ".join(found))


@check("warning_password_policy_pso_weak2", Fact.PASSWORD_SETTINGS, Fact.ACCOUNTS, Fact.MEMBERS)
def weak_settings_of_administrators(ctx: Context) -> Iterator[Hit]:
    """Settings objects that hold for a privileged account, below stricter figures."""
    _settings(ctx)
    policies = Policies(ctx)
    holders: dict[int, list[int]] = {}
    for row in privileged(ctx).tolist():
        if found := policies.settings_of(row):
            holders.setdefault(found.row, []).append(row)
    for settings, accounts in holders.items():
        if found_faults := weaknesses(ctx, settings):
            names = ", ".join(ctx.directory.labels(accounts[:3]))
            yield Hit(settings, f"{', '.join(found_faults)} ; s’applique à {names}")


@check("info_password_policy_pso", Fact.PASSWORD_SETTINGS)
def settings_inventory(ctx: Context) -> Iterator[Hit]:
    """Every settings object: its figures, and to how many principals it is linked."""
    d = ctx.directory
    links = d.pairs(Relation.PSO_APPLIES_TO)
    for row in d.rows(Kind.PASSWORD_SETTINGS).tolist():
        length = d.integer(row, "msds-minimumpasswordlength")
        age = interval_days(d.value(row, "msds-maximumpasswordage"))
        limit = "sans limite" if age in (None, float("inf")) else days_text(int(age or 0))
        count = int((links.src == row).sum())
        yield Hit(row, f"longueur {length}, durée {limit}, liée à {counted(count, 'objet')}")


@check("info_gpo", Fact.GPO_LINKS)
def recent_policies(ctx: Context) -> Findings:
    """Group policies changed in the last days."""
    d = ctx.directory
    rows = d.rows(Kind.GPO).tolist()
    if not rows:
        raise NotMeasured("La collecte ne contient aucune stratégie de groupe.")
    dates = {row: d.integer(row, "whenchanged") for row in rows}
    for row, changed in dates.items():
        if changed is not None and ctx.days_since(changed) <= ctx.param("days"):
            yield Hit(row, f"modifiée {ago(ctx, changed)}")
    unread = sum(changed is None for changed in dates.values())
    if unread:
        yield Unmeasured(
            f"La date de modification de {counted(unread, 'stratégie')} n’a pas été lue."
        )


def policy_files(ctx: Context) -> Iterator[tuple[int, PolicyFiles]]:
    """(row of the policy, its files) of every policy whose folder was read."""
    d = ctx.directory
    for row in d.rows(Kind.GPO).tolist():
        files = d.sysvol.get(policy_key_of_dn(d.dns[row]))
        if files is not None:
            yield int(row), files


@check("info_gpo_sysvol", Fact.SYSVOL)
def recent_files(ctx: Context) -> Findings:
    """Policies whose files changed in the last days."""
    found = list(policy_files(ctx))
    if not found:
        raise NotMeasured("Aucun dossier de stratégie de SYSVOL n’a été lu.")
    for row, files in found:
        if files.changed_at is not None and ctx.days_since(files.changed_at) <= ctx.param("days"):
            yield Hit(row, f"fichiers modifiés {ago(ctx, files.changed_at)}")
    unread = sum(files.changed_at is None for _, files in found)
    if unread:
        yield Unmeasured(f"La date des fichiers de {counted(unread, 'stratégie')} n’a pas été lue.")


@check("warning_sysvol_no_repl", Fact.DFSR)
def no_replication(ctx: Context) -> Iterator[Hit]:
    """Domains with several controllers where neither DFSR nor NTFRS replicates SYSVOL."""
    d = ctx.directory
    homes = set(d.domain[d.rows(Kind.DFSR)].tolist())
    controllers = d.domain[ctx.groups.domain_controllers]
    for domain, count in zip(*np.unique(controllers, return_counts=True), strict=True):
        if domain >= 0 and int(domain) not in homes:
            yield Hit(
                int(domain), f"aucun objet de réplication pour {counted(int(count), 'contrôleur')}"
            )


def _described(ctx: Context) -> list[tuple[int, PolicyFiles]]:
    found = list(policy_files(ctx))
    if not found:
        raise NotMeasured("Aucun dossier de stratégie de SYSVOL n’a été lu.")
    return found


@check("warning_sysvol_files_acl", Fact.SYSVOL, Fact.SYSVOL_DESCRIPTORS)
def explicit_rights_on_files(ctx: Context) -> Iterator[Hit]:
    """Files of policies with access entries that their folder does not give."""
    for row, files in _described(ctx):
        for name in files.explicit_rights:
            yield Hit(row, f"droits propres au fichier {name}")


@check("warning_sysvol_files_sd", Fact.SYSVOL, Fact.SYSVOL_DESCRIPTORS)
def unusual_options_on_files(ctx: Context) -> Iterator[Hit]:
    """Files of policies whose access list does not inherit from their folder."""
    for row, files in _described(ctx):
        for name in files.protected_files:
            yield Hit(row, f"le fichier {name} n’hérite pas des droits de son dossier")


@check("warning_sysvol_root_sd", Fact.SYSVOL, Fact.SYSVOL_DESCRIPTORS)
def unusual_options_on_folders(ctx: Context) -> Findings:
    """Folders of policies whose access list inherits from SYSVOL: normally each has its own."""
    found = _described(ctx)
    for row, files in found:
        if files.folder_protected is False:
            yield Hit(row, "le dossier de la stratégie hérite des droits de SYSVOL")
    unread = sum(files.folder_protected is None for _, files in found)
    if unread:
        yield Unmeasured(
            f"Les droits du dossier de {counted(unread, 'stratégie')} n’ont pas été lus."
        )
