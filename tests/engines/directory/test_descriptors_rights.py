"""From entries to rights, as SharpHound names them and beyond."""

import pytest

from rempart.engines.directory.descriptors_rights import principals_of, rights_of, specific
from rempart.engines.directory.examples.aces import RIGHT_AS_SDDL, right_as_sddl
from rempart.engines.directory.rights import Right
from rempart.engines.directory.sddl import read_sddl

DOMAIN = "S-1-5-21-1-2-3"
WHO = f"{DOMAIN}-1105"
FULL = "CCDCLCSWRPWPDTLOCRSDRCWDWO"
USER = "bf967aba-0de6-11d0-a285-00aa003049e2"
COMPUTER = "bf967a86-0de6-11d0-a285-00aa003049e2"
LAPS = "f3531ec6-6330-4f8e-8d39-7a671fbac605"
CLASS_OF = {
    Right.AddMember: "group",
    Right.AddSelf: "group",
    Right.GetChanges: "domaindns",
    Right.GetChangesAll: "domaindns",
    Right.GetChangesInFilteredSet: "domaindns",
    Right.AddAllowedToAct: "computer",
    Right.WriteGPLink: "organizationalunit",
    Right.Enroll: "pkicertificatetemplate",
    Right.AutoEnroll: "pkicertificatetemplate",
    Right.WritePKIEnrollmentFlag: "pkicertificatetemplate",
    Right.WritePKINameFlag: "pkicertificatetemplate",
    Right.WriteGMSAMembership: "msds-groupmanagedserviceaccount",
    Right.ReadSecret: "mskds-provrootkey",
    Right.ReadLAPSPassword: "computer",
}


def rights(dacl: str, object_class: str = "user", **more: object) -> list[str]:
    read = read_sddl(f"D:{dacl}", DOMAIN)
    found = rights_of(read, object_class, **more)  # type: ignore[arg-type]
    return [right.name for sid, right, _ in found if sid == WHO]


@pytest.mark.parametrize("right", list(RIGHT_AS_SDDL), ids=lambda right: right.name)
def test_each_right_is_read_from_the_entry_that_gives_it(right: Right) -> None:
    kind = CLASS_OF.get(right, "user")
    laps = frozenset({LAPS}) if right == Right.ReadLAPSPassword else None
    assert right.name in rights(right_as_sddl(right, WHO), kind, laps=laps)


@pytest.mark.parametrize("right", [r for r in CLASS_OF if r not in (Right.ReadSecret,)])
def test_a_right_of_one_class_is_not_said_of_a_contact(right: Right) -> None:
    assert right.name not in rights(right_as_sddl(right, WHO), "contact")


def test_full_control_says_everything_in_one_word() -> None:
    assert rights(f"(A;;{FULL};;;{WHO})") == ["GenericAll"]
    assert rights(f"(A;;GA;;;{WHO})") == ["GenericAll"]


def test_full_control_of_one_attribute_is_the_write_of_that_attribute() -> None:
    member = "bf9679c0-0de6-11d0-a285-00aa003049e2"
    assert rights(f"(OA;;{FULL};{member};;{WHO})", "group") == ["AddMember"]


def test_generic_write_includes_every_attribute() -> None:
    assert rights(f"(A;;GW;;;{WHO})", "group") == ["GenericWrite"]
    assert specific(0x80000000) == 0x20094


def test_an_entry_to_be_inherited_only_does_not_apply() -> None:
    assert rights(f"(A;CIIO;{FULL};;;{WHO})") == []


@pytest.mark.parametrize(("object_class", "expected"), [("computer", ["GenericAll"]), ("user", [])])
def test_an_inherited_entry_applies_to_its_class_only(
    object_class: str, expected: list[str]
) -> None:
    assert rights(f"(OA;CIID;{FULL};;{COMPUTER};{WHO})", object_class) == expected


def test_the_schema_tells_the_class_of_a_rare_object() -> None:
    entry = f"(OA;CIID;WD;;{COMPUTER};{WHO})"
    assert rights(entry, "x-rare") == ["WriteDacl"]
    assert rights(entry, "x-rare", class_guid=USER) == []


def test_an_inherited_entry_is_said_so() -> None:
    read = read_sddl(f"D:(A;CIID;WD;;;{WHO})(A;;WO;;;{WHO})", DOMAIN)
    assert rights_of(read, "user") == [
        (WHO, Right.WriteDacl, True),
        (WHO, Right.WriteOwner, False),
    ]


def test_the_owner_comes_first_and_system_is_left_out() -> None:
    read = read_sddl(f"O:{WHO}D:(A;;{FULL};;;SY)(A;;{FULL};;;CO)(A;;{FULL};;;PS)", DOMAIN)
    assert rights_of(read, "user") == [(WHO, Right.Owns, False)]
    assert rights_of(read_sddl("O:SYD:", DOMAIN), "user") == []


def test_an_earlier_denial_takes_the_right_away() -> None:
    reset = right_as_sddl(Right.ForceChangePassword, WHO)
    denied = right_as_sddl(Right.ForceChangePassword, WHO, deny=True)
    assert rights(denied + reset) == []
    assert rights(reset + denied) == ["ForceChangePassword"]


@pytest.mark.parametrize("everybody", ["WD", "AU"])
def test_a_denial_to_everybody_counts(everybody: str) -> None:
    assert rights(f"(D;;WP;;;{everybody})(A;;WPWD;;;{WHO})") == ["WriteDacl"]


def test_a_denial_to_somebody_else_does_not_count() -> None:
    assert rights(f"(D;;WP;;;BU)(A;;WP;;;{WHO})") == ["GenericWrite"]


def test_the_usual_denial_of_deletion_leaves_full_control() -> None:
    assert rights(f"(D;;SDDT;;;WD)(A;;{FULL};;;{WHO})") == ["GenericAll"]


def test_a_denial_of_the_dacl_breaks_full_control() -> None:
    assert "GenericAll" not in rights(f"(D;;WD;;;{WHO})(A;;{FULL};;;{WHO})")


def test_a_denial_that_is_inherited_only_counts_for_nothing() -> None:
    assert rights(f"(D;CIIO;WD;;;{WHO})(A;;WD;;;{WHO})") == ["WriteDacl"]


def test_extended_rights_on_a_machine_matter_with_laps_only() -> None:
    entry = f"(A;;CR;;;{WHO})"
    assert rights(entry, "computer") == []
    assert rights(entry, "computer", laps=frozenset({LAPS})) == ["AllExtendedRights"]


@pytest.mark.parametrize(
    ("property_set", "object_class", "expected"),
    [
        ("bc0ac240-79a9-11d0-9020-00c04fc2d4cf", "group", "AddMember"),
        ("5f202010-79a5-11d0-9020-00c04fc2d4cf", "user", "WriteLogonScript"),
        ("9b026da6-0d3c-465c-8bee-5199d7165cba", "computer", "AddKeyCredentialLink"),
    ],
)
def test_the_write_of_a_property_set_counts_as_its_attributes(
    property_set: str, object_class: str, expected: str
) -> None:
    assert rights(f"(OA;;WP;{property_set};;{WHO})", object_class) == [expected]


def test_every_validated_write_includes_adding_oneself_to_a_group() -> None:
    assert rights(f"(A;;SW;;;{WHO})", "group") == ["AddSelf"]
    assert rights(f"(A;;SW;;;{WHO})", "user") == []


def test_adminsdholder_has_the_rights_of_users_and_groups() -> None:
    for right in (Right.AddMember, Right.ForceChangePassword):
        assert right.name in rights(right_as_sddl(right, WHO), "adminsdholder")


def test_a_secret_is_read_by_who_may_read_its_value() -> None:
    assert rights(f"(A;;RP;;;{WHO})", "secret") == ["ReadSecret"]
    assert rights(f"(A;;RP;;;{WHO})", "mskds-provrootkey") == []


def test_no_dacl_gives_no_rights() -> None:
    assert rights_of(read_sddl("O:DA", DOMAIN), "user") == [(f"{DOMAIN}-512", Right.Owns, False)]


def test_the_principals_of_a_list_come_once_and_without_denials() -> None:
    read = read_sddl(f"D:(D;;CC;;;BU)(A;;CC;;;{WHO})(A;;LC;;;{WHO})(A;;CC;;;SY)", DOMAIN)
    assert principals_of(read) == [WHO]


def test_a_denial_to_a_group_reaches_its_members() -> None:
    groups = {WHO: {"S-1-5-32-545"}}
    read = read_sddl(f"D:(D;;WP;;;BU)(A;;WPWD;;;{WHO})(A;;WP;;;{DOMAIN}-1106)", DOMAIN)
    given = rights_of(read, "user", above=lambda sid: groups.get(sid, ()))
    assert given == [
        (WHO, Right.WriteDacl, False),
        (f"{DOMAIN}-1106", Right.GenericWrite, False),
    ]


def test_groups_are_looked_up_only_where_one_is_denied() -> None:
    def refuse(sid: str) -> tuple[str, ...]:
        raise AssertionError(sid)

    read = read_sddl(f"D:(D;;SDDT;;;WD)(D;;WP;;;{WHO})(A;;WPWD;;;{WHO})", DOMAIN)
    assert rights_of(read, "user", above=refuse) == [(WHO, Right.WriteDacl, False)]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("(A;;RC;;;OW)", []),
        ("(D;;WD;;;OW)(A;;WDWP;;;OW)", [(WHO, Right.GenericWrite, False)]),
        ("(A;;WD;;;OW)", [(WHO, Right.WriteDacl, False)]),
        ("(A;CIIO;RC;;;OW)", [(WHO, Right.Owns, False)]),
    ],
)
def test_owner_rights_replace_what_an_owner_may_do(
    entries: str, expected: list[tuple[str, Right, bool]]
) -> None:
    assert rights_of(read_sddl(f"O:{WHO}D:{entries}", DOMAIN), "user") == expected
    assert not rights_of(read_sddl(f"O:SYD:{entries}", DOMAIN), "user")
