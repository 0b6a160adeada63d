"""Rights over directory objects, under the names that SharpHound and BloodHound CE give them.

Source: BloodHound CE schema (ad.cue) and SharpHound's ACE processor for the names; MS-ADTS 5.1.3.2 for the
access mask and MS-ADTS 5.1.3.2.1, 3.1.1.2.3.3 for the GUIDs of control rights and property sets.
"""

from enum import IntEnum, IntFlag
from typing import Final


class Right(IntEnum):
    """A right that one ACE (or the ownership) gives on one object; values are stored as uint8."""

    Owns = 1
    GenericAll = 2
    GenericWrite = 3
    WriteDacl = 4
    WriteOwner = 5
    AllExtendedRights = 6
    ForceChangePassword = 7
    AddMember = 8
    AddSelf = 9
    GetChanges = 10
    GetChangesAll = 11
    GetChangesInFilteredSet = 12
    AddAllowedToAct = 13
    AddKeyCredentialLink = 14
    WriteSPN = 15
    WriteAccountRestrictions = 16
    WriteGPLink = 17
    ReadLAPSPassword = 18
    ReadGMSAPassword = 19
    SQLAdmin = 20
    ManageCA = 21
    ManageCertificates = 22
    Enroll = 23
    WritePKIEnrollmentFlag = 24
    WritePKINameFlag = 25
    OwnsRaw = 26
    WriteOwnerRaw = 27
    SyncLAPSPassword = 28
    # Not emitted by SharpHound; read from raw descriptors only.
    WriteAltSecurityIdentities = 40
    WritePublicInformation = 41
    WriteUserAccountControl = 42
    WriteLogonScript = 43
    WriteManagedBy = 44
    WriteAllowedToDelegateTo = 45
    WriteGMSAMembership = 46
    CreateChild = 47  # any class
    CreateComputer = 48
    CreateUser = 49
    CreateGroup = 50
    CreateDMSA = 51  # msDS-DelegatedManagedServiceAccount, or any class where that one exists
    DeleteChild = 52
    Delete = 53
    AutoEnroll = 54
    ReadSecret = 55  # read of a BCKUPKEY secret or of a KDS root key


CONTROL_RIGHTS: Final = frozenset(
    {
        Right.Owns,
        Right.GenericAll,
        Right.GenericWrite,
        Right.WriteDacl,
        Right.WriteOwner,
        Right.AllExtendedRights,
        Right.ForceChangePassword,
        Right.AddMember,
        Right.AddSelf,
        Right.AddAllowedToAct,
        Right.AddKeyCredentialLink,
        Right.WriteSPN,
        Right.WriteAccountRestrictions,
        Right.WriteGPLink,
        Right.WriteAltSecurityIdentities,
        Right.WritePublicInformation,
        Right.WriteUserAccountControl,
        Right.WriteLogonScript,
        Right.WriteManagedBy,
        Right.WriteAllowedToDelegateTo,
        Right.WriteGMSAMembership,
        Right.WritePKIEnrollmentFlag,
        Right.WritePKINameFlag,
        Right.ReadGMSAPassword,
        Right.ReadLAPSPassword,
    }
)
"""Rights by which a principal takes, or prepares to take, control of the object (ANSSI control-path rows)."""

REPLICATION_RIGHTS: Final = frozenset(
    {Right.GetChanges, Right.GetChangesAll, Right.GetChangesInFilteredSet}
)


class Mask(IntFlag):
    """Access mask bits of a directory object (MS-ADTS 5.1.3.2)."""

    CREATE_CHILD = 0x1
    DELETE_CHILD = 0x2
    LIST_CHILDREN = 0x4
    SELF = 0x8
    READ_PROPERTY = 0x10
    WRITE_PROPERTY = 0x20
    DELETE_TREE = 0x40
    LIST_OBJECT = 0x80
    CONTROL_ACCESS = 0x100
    DELETE = 0x10000
    READ_CONTROL = 0x20000
    WRITE_DAC = 0x40000
    WRITE_OWNER = 0x80000
    SYNCHRONIZE = 0x100000
    GENERIC_ALL = 0x10000000
    GENERIC_EXECUTE = 0x20000000
    GENERIC_WRITE = 0x40000000
    GENERIC_READ = 0x80000000
    FULL_CONTROL = 0xF01FF


class AceFlag(IntFlag):
    """Header flags of an ACE (MS-DTYP 2.4.4.1)."""

    OBJECT_INHERIT = 0x1
    CONTAINER_INHERIT = 0x2
    NO_PROPAGATE = 0x4
    INHERIT_ONLY = 0x8
    INHERITED = 0x10
