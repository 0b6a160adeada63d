"""What policies and machines leave open to relay, interception and theft of passwords."""

from collections.abc import Callable, Iterator

import numpy as np

from rempart.engines.directory.checks.advice_policies import policy_files
from rempart.engines.directory.checks.common import enabled, in_collection
from rempart.engines.directory.checks.places import Tree
from rempart.engines.directory.model import Fact, Kind, Relation
from rempart.engines.directory.policies import PolicyFiles
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotApplicable,
    NotMeasured,
    Unmeasured,
    check,
)
from rempart.kernel.french import counted, plural

_NTDS = r"system\currentcontrolset\services\ntds\parameters"
_SMB = r"system\currentcontrolset\services\lanmanserver\parameters"
_UPDATES = r"software\policies\microsoft\windows\windowsupdate"


class Settings:
    """What policies set on a machine: the nearest container wins, an enforced link wins over all."""

    def __init__(self, ctx: Context) -> None:
        d = ctx.directory
        self._tree = Tree(d)
        self._files = dict(policy_files(ctx))
        if not self._files:
            raise NotMeasured("Aucun dossier de stratégie de SYSVOL n’a été lu.")
        self._linked: dict[int, list[int]] = {}
        for policy, place in d.pairs(Relation.GP_LINK):
            self._linked.setdefault(place, []).append(policy)
        self._enforced = set(d.pairs(Relation.GP_LINK_ENFORCED))
        self._blocks = {
            row for row, v in d.attributes.get("gpoptions", {}).items() if v and v[0] == "1"
        }
        self._known: dict[tuple[int, str], int | None] = {}

    def value(self, row: int, name: str, read: Callable[[PolicyFiles], int | None]) -> int | None:
        """The value that applies to the machine, the lowest where one container links several; None: not set."""
        place = self._tree.parent(row)
        if (place, name) not in self._known:
            self._known[place, name] = self._search(row, read)
        return self._known[place, name]

    def _search(self, row: int, read: Callable[[PolicyFiles], int | None]) -> int | None:
        nearest: int | None = None
        enforced: int | None = None
        blocked = False
        for place in self._tree.above(row):
            given, forced = [], []
            for policy in self._linked.get(place, []):
                files = self._files.get(policy)
                value = read(files) if files is not None else None
                if value is not None:
                    given.append(value)
                    if (policy, place) in self._enforced:
                        forced.append(value)
            if nearest is None and given and not blocked:
                nearest = min(given)
            enforced = min(forced) if forced else enforced
            blocked = blocked or place in self._blocks
        return enforced if enforced is not None else nearest


def _registry(key: str, name: str) -> Callable[[PolicyFiles], int | None]:
    def read(files: PolicyFiles) -> int | None:
        found = files.registry_value(key, name)
        return found.number if found is not None else None

    return read


def _controllers(ctx: Context) -> list[int]:
    rows = np.flatnonzero(ctx.groups.domain_controllers & in_collection(ctx.directory)).tolist()
    if not rows:
        raise NotMeasured("La collecte ne contient aucun contrôleur de domaine.")
    return [int(row) for row in rows]


def _required(
    ctx: Context, rows: list[int], setting: tuple[str, str], least: int, what: str
) -> Iterator[Hit]:
    settings = Settings(ctx)
    for row in rows:
        value = settings.value(row, setting[1], _registry(*setting))
        if value is None:
            yield Hit(row, f"aucune stratégie n’impose {what}")
        elif value < least:
            yield Hit(row, f"une stratégie règle {setting[1]} à {value} : {what} n’est pas exigée")


@check("extra_ldap_signing", Fact.ACCOUNTS, Fact.SYSVOL, Fact.GPO_LINKS)
def ldap_signing(ctx: Context) -> Iterator[Hit]:
    """LDAPServerIntegrity 2 on every controller."""
    setting = (_NTDS, "ldapserverintegrity")
    yield from _required(ctx, _controllers(ctx), setting, 2, "la signature LDAP")


@check("extra_ldap_channel_binding", Fact.ACCOUNTS, Fact.SYSVOL, Fact.GPO_LINKS)
def channel_binding(ctx: Context) -> Iterator[Hit]:
    """LdapEnforceChannelBinding 2 on every controller."""
    setting = (_NTDS, "ldapenforcechannelbinding")
    yield from _required(ctx, _controllers(ctx), setting, 2, "la liaison de canal LDAPS")


@check("extra_smb_signing", Fact.ACCOUNTS)
def smb_signing(ctx: Context) -> Findings:
    """Machines seen without required SMB signing; without that, those on which no policy asks for it."""
    d = ctx.directory
    rows = np.flatnonzero(enabled(ctx, Kind.COMPUTER)).tolist()
    seen = d.attributes.get("smbsigning", {})
    measured = [row for row in rows if row in seen]
    for row in measured:
        if seen[row] == ["FALSE"]:
            yield Hit(row, "signature SMB non exigée, vu sur la machine")
    rest = [row for row in rows if row not in seen]
    if not d.has(Fact.SYSVOL, Fact.GPO_LINKS):
        if not measured:
            raise NotMeasured("La collecte n’a interrogé aucune machine et n’a pas lu SYSVOL.")
        if rest:
            yield Unmeasured(
                f"La signature SMB de {counted(len(rest), 'machine')} n’a pas été observée."
            )
        return
    if rest:
        setting = (_SMB, "requiresecuritysignature")
        yield from _required(ctx, rest, setting, 1, "la signature SMB")


@check("extra_spooler_dc", Fact.ACCOUNTS, Fact.SYSVOL, Fact.GPO_LINKS)
def spooler(ctx: Context) -> Iterator[Hit]:
    """Controllers on which no policy disables the print spooler."""
    rows = _controllers(ctx)
    settings = Settings(ctx)
    for row in rows:
        start = settings.value(row, "spooler", lambda files: files.services.get("spooler"))
        if start is None:
            yield Hit(row, "aucune stratégie ne désactive le spouleur d’impression")
        elif start != 4:
            yield Hit(row, "une stratégie laisse démarrer le spouleur d’impression")


@check("extra_webclient", Fact.ACCOUNTS)
def web_client(ctx: Context) -> Findings:
    """Machines where the collector saw the WebClient service run."""
    d = ctx.directory
    seen = d.attributes.get("webclientrunning", {})
    rows = np.flatnonzero(enabled(ctx, Kind.COMPUTER)).tolist()
    measured = [row for row in rows if row in seen]
    if not measured:
        raise NotMeasured("Aucune machine n’a été interrogée sur son service WebClient.")
    for row in measured:
        if seen[row] == ["TRUE"]:
            yield Hit(row, "service WebClient démarré")
    if len(measured) < len(rows):
        silent = len(rows) - len(measured)
        asked = plural(silent, "n’a pas été interrogée", "n’ont pas été interrogées")
        yield Unmeasured(f"{counted(silent, 'machine')} {asked}.")


@check("extra_wsus_http", Fact.SYSVOL)
def clear_updates(ctx: Context) -> Iterator[Hit]:
    """Policies that fetch updates over plain HTTP."""
    found = list(policy_files(ctx))
    if not found:
        raise NotMeasured("Aucun dossier de stratégie de SYSVOL n’a été lu.")
    stated = False
    for row, files in found:
        server = files.registry_value(_UPDATES, "wuserver")
        stated = stated or server is not None
        if server is not None and server.value.lower().startswith("http://"):
            yield Hit(row, f"serveur de mises à jour {server.value}")
    if not stated:
        raise NotApplicable("Aucune stratégie ne désigne de serveur de mises à jour.")


@check("extra_gpp_password", Fact.SYSVOL)
def published_passwords(ctx: Context) -> Iterator[Hit]:
    """Passwords that files of SYSVOL give to every account; their values were not kept."""
    found = list(policy_files(ctx))
    if not found:
        raise NotMeasured("Aucun dossier de stratégie de SYSVOL n’a été lu.")
    for row, files in found:
        for stored in files.passwords:
            whom = f" du compte {stored.account}" if stored.account else ""
            yield Hit(row, f"mot de passe{whom} dans {stored.file}")
