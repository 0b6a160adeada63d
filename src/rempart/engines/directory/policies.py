"""What the files of group policies say (SYSVOL), in the form that checks and graph read.

One `PolicyFiles` per policy folder, whatever brought it: a share, a copied folder, ORADAD. `Directory.sysvol` maps
`policy_key(domain, guid)` to it; an empty mapping with `Fact.SYSVOL` known is a SYSVOL without policies.
No secret is kept: of a password stored in a file, only where it is and for whom.
"""

import re
from dataclasses import dataclass, field
from typing import Final

_POLICY_DN: Final = re.compile(
    r"CN=\{([0-9A-F-]{36})\},CN=Policies,CN=System,(DC=.+)$", re.IGNORECASE
)

DEFAULT_DOMAIN_POLICY: Final = "31B2F340-016D-11D2-945F-00C04FB984F9"
DEFAULT_CONTROLLERS_POLICY: Final = "6AC1786C-016F-11D2-945F-00C04FB984F9"


@dataclass(frozen=True, slots=True)
class RegistryValue:
    """A registry value that a policy sets, from Registry.pol, GptTmpl.inf or Registry.xml.

    `key` has no hive and is lower case, as `name`; `value` is decimal text for a number, `;`-joined for a list.
    """

    key: str
    name: str
    value: str
    user: bool = False  # HKEY_CURRENT_USER
    file: str = ""

    @property
    def number(self) -> int | None:
        """The value as a number, or None when it is none."""
        return int(self.value) if re.fullmatch(r"\d{1,20}", self.value) else None


@dataclass(frozen=True, slots=True)
class GroupChange:
    """Members that a policy gives to a local or domain group (Restricted Groups, GPP Groups.xml).

    `group` and `members` are SIDs where the file gives them, else names as written. `replaces`: the policy empties
    the group first (Restricted Groups' "Members", GPP's "delete all members").
    """

    group: str
    members: tuple[str, ...]
    replaces: bool = False
    removed: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """A password that a file of SYSVOL gives to whoever reads it; its value is never kept."""

    file: str
    account: str
    kind: str  # groups, services, scheduledtasks, datasources, drives, printers, registry
    changed: str = ""  # date that the file states, as written


@dataclass(frozen=True, slots=True)
class Script:
    """A script that a policy runs; `when` is startup, shutdown, logon or logoff.

    Its parameters are not kept: administrators write passwords there.
    """

    when: str
    command: str


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """Everything that one policy folder sets. `guid` is upper case without braces, `domain` a lower-case DNS name."""

    domain: str
    guid: str
    registry: tuple[RegistryValue, ...] = ()
    privileges: dict[str, tuple[str, ...]] = field(default_factory=dict)  # SeXxx → SIDs or names
    system_access: dict[str, str] = field(default_factory=dict)  # lower-case name → value
    kerberos: dict[str, str] = field(default_factory=dict)  # [Kerberos Policy], same form
    services: dict[str, int] = field(
        default_factory=dict
    )  # lower-case → 2 auto, 3 manual, 4 disabled
    groups: tuple[GroupChange, ...] = ()
    passwords: tuple[StoredPassword, ...] = ()
    scripts: tuple[Script, ...] = ()
    unreadable: tuple[str, ...] = ()  # files that could not be read, each with its reason in French
    changed_at: int | None = None  # last modification of a file, Unix seconds
    # Of the descriptors of files, where they were read (Fact.SYSVOL_DESCRIPTORS).
    explicit_rights: tuple[str, ...] = ()  # files with access entries of their own
    protected_files: tuple[str, ...] = ()  # files whose access list does not inherit
    folder_protected: bool | None = None  # the folder has an access list of its own, as it should

    def registry_value(self, key: str, name: str) -> RegistryValue | None:
        """The last value that the policy gives to `key\\name` of the machine, or None."""
        found = None
        for item in self.registry:
            if not item.user and item.key == key.lower() and item.name == name.lower():
                found = item
        return found


def policy_key(domain: str, guid: str) -> str:
    """Key of `Directory.sysvol`: every domain has its own policy of one well-known GUID."""
    return f"{domain.lower()}/{guid.strip('{}').upper()}"


def policy_key_of_dn(dn: str) -> str:
    """Key of the policy whose groupPolicyContainer has this DN, or "" when it is none."""
    found = _POLICY_DN.match(dn.strip())
    if not found:
        return ""
    labels = [part.strip()[3:] for part in found.group(2).split(",") if part.strip()]
    return policy_key(".".join(labels), found.group(1))


def merged(first: PolicyFiles, second: PolicyFiles) -> PolicyFiles:
    """One policy read from two sources; equal statements are kept once."""
    return PolicyFiles(
        domain=first.domain,
        guid=first.guid,
        registry=tuple(dict.fromkeys(first.registry + second.registry)),
        privileges=first.privileges | second.privileges,
        system_access=first.system_access | second.system_access,
        kerberos=first.kerberos | second.kerberos,
        services=first.services | second.services,
        groups=tuple(dict.fromkeys(first.groups + second.groups)),
        passwords=tuple(dict.fromkeys(first.passwords + second.passwords)),
        scripts=tuple(dict.fromkeys(first.scripts + second.scripts)),
        unreadable=tuple(dict.fromkeys(first.unreadable + second.unreadable)),
        changed_at=max(filter(None, (first.changed_at, second.changed_at)), default=None),
        explicit_rights=tuple(dict.fromkeys(first.explicit_rights + second.explicit_rights)),
        protected_files=tuple(dict.fromkeys(first.protected_files + second.protected_files)),
        folder_protected=(
            second.folder_protected if first.folder_protected is None else first.folder_protected
        ),
    )
