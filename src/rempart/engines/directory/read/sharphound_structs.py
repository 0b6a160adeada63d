"""What is read of SharpHound's objects, every field optional and every type loose: versions 3 to 6 differ.

Source: SharpHoundCommon output types and BloodHound's ingest models; see docs/dev/directory-formats.md.
Access lists stay raw bytes: the same few thousand entries stand behind millions, so each is decoded once. So do the
members of groups, which are read all at once.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

Flag = bool | int | str | None
Number = int | float | str | None
Text = str | int | None

EMPTY = Raw(b"")


class AccountProperties(Struct, gc=False):
    """The properties that have a column or a use, of accounts and groups."""

    name: Text = None
    distinguishedname: Text = None
    samaccountname: Text = None
    description: Text = None
    enabled: Flag = None
    sensitive: Flag = None
    dontreqpreauth: Flag = None
    passwordnotreqd: Flag = None
    unconstraineddelegation: Flag = None
    pwdneverexpires: Flag = None
    trustedtoauth: Flag = None
    usedeskeyonly: Flag = None
    encryptedtextpwdallowed: Flag = None
    smartcardrequired: Flag = None
    useraccountcontrol: Number = None
    supportedencryptiontypes: Any = None
    hasspn: Flag = None
    haslaps: Flag = None
    isdc: Flag = None
    gmsa: Flag = None
    msa: Flag = None
    admincount: Flag = None
    pwdlastset: Number = None
    lastlogon: Number = None
    lastlogontimestamp: Number = None
    whencreated: Number = None
    operatingsystem: Text = None
    serviceprincipalnames: list[str] | str | None = None
    sidhistory: list[str] | str | None = None
    allowedtodelegate: list[str] | str | None = None
    email: Text = None
    smbsigning: Flag = None
    ldapsigning: Flag = None
    ldapsepa: Flag = None
    webclientrunning: Flag = None


class Ace(Struct, gc=False):
    """One entry of an access list."""

    PrincipalSID: str = ""
    RightName: str = ""
    AceType: str | None = ""
    IsInherited: bool | None = False


class Ref(Struct, gc=False):
    """A reference to an object; v3 says MemberId."""

    ObjectIdentifier: str | None = None
    MemberId: str | None = None


class Container(Struct, gc=False):
    """ContainedBy of version 6."""

    ObjectIdentifier: str | None = None


class User(Struct, gc=False):
    """A user, or a managed service account."""

    ObjectIdentifier: str = ""
    Properties: AccountProperties | None = None
    Aces: Raw = EMPTY
    PrimaryGroupSID: str | None = None
    PrimaryGroupSid: str | None = None
    AllowedToDelegate: list[Any] | None = None
    SPNTargets: list[Any] | None = None
    HasSIDHistory: list[Any] | None = None
    IsACLProtected: bool | None = None
    IsDeleted: bool | None = None
    ContainedBy: Container | None = None


class Computer(User, gc=False):
    """A computer, with what the collector saw on it."""

    AllowedToAct: list[Any] | None = None
    DumpSMSAPassword: list[Any] | None = None
    Sessions: Raw = EMPTY
    PrivilegedSessions: Raw = EMPTY
    RegistrySessions: Raw = EMPTY
    LocalGroups: Raw = EMPTY
    UserRights: Raw = EMPTY
    LocalAdmins: Raw = EMPTY
    RemoteDesktopUsers: Raw = EMPTY
    DcomUsers: Raw = EMPTY
    PSRemoteUsers: Raw = EMPTY
    IsDC: bool | None = None
    IsWebClientRunning: Any = None
    SmbInfo: Any = None
    NTLMRegistryData: Any = None
    DCRegistryData: Any = None
    Status: Any = None


class Group(Struct, gc=False):
    """A group and its direct members."""

    ObjectIdentifier: str = ""
    Properties: AccountProperties | None = None
    Aces: Raw = EMPTY
    Members: Raw = EMPTY
    HasSIDHistory: list[Any] | None = None
    IsACLProtected: bool | None = None
    IsDeleted: bool | None = None
    ContainedBy: Container | None = None


USERS = msgspec.json.Decoder(list[User])
COMPUTERS = msgspec.json.Decoder(list[Computer])
GROUPS = msgspec.json.Decoder(list[Group])
REFS = msgspec.json.Decoder(list[Ref] | None)
REF = msgspec.json.Decoder(Ref)
OBJECTS = msgspec.json.Decoder(list[Any])
ACE = msgspec.json.Decoder(Ace)
ANY = msgspec.json.Decoder()
