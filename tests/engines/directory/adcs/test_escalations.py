"""Ways from certificate services to the domain, one rule after the other."""

import pytest

from rempart.engines.directory.adcs.escalations import EDGE_KINDS
from rempart.engines.directory.model import UNKNOWN, Fact, Kind, Relation
from rempart.engines.directory.rights import Right
from support.pki import AGENT, CLIENT, DNS, MAIL, SERVER, SID, SUPPLIED, UPN, Forest

ALICE = ("alice", Right.Enroll)
STAFF = ("staff", Right.Enroll)
PENDING, UNBOUND = 0x2, 0x80000


def test_a_supplied_subject_leads_to_the_domain() -> None:
    forest = Forest()
    forest.template("web", STAFF, names=SUPPLIED)
    found = [e for e in forest.escalations() if e.kind == "ADCSESC1"]
    assert [(e.principal, e.target) for e in found] == [
        (forest.rows["staff"], forest.rows["domain"])
    ]
    assert "« web »" in found[0].explanation
    assert "« ca »" in found[0].explanation


@pytest.mark.parametrize(
    "fault",
    [
        {"names": UPN},
        {"enrollment": PENDING},
        {"mspki_ra_signature": 1},
        {"ekus": MAIL},
        {"published": False},
    ],
    ids=["subject from the directory", "manager approval", "signature", "mail only", "unpublished"],
)
def test_each_missing_condition_closes_esc1(fault: dict[str, int]) -> None:
    forest = Forest()
    forest.template("web", STAFF, **{"names": SUPPLIED, **fault})
    assert forest.found() == set()


def test_a_version_1_template_ignores_signatures() -> None:
    forest = Forest()
    forest.template("old", STAFF, names=SUPPLIED, version=1, mspki_ra_signature=1)
    assert ("ADCSESC1", "staff") in forest.found()


def test_privileged_enrollers_gain_nothing() -> None:
    forest = Forest()
    forest.template("web", ("admins", Right.Enroll), names=SUPPLIED)
    assert forest.found() == set()


def test_the_authority_must_let_enrol_too() -> None:
    forest = Forest()
    forest.grant("ca", ALICE)
    forest.template("web", STAFF, ("bob", Right.Enroll), names=SUPPLIED)
    assert forest.found() == {("ADCSESC1", "alice")}


def test_an_authority_whose_object_names_nobody_refuses_nobody() -> None:
    forest = Forest()
    forest.grant("ca", ("admins", Right.GenericAll))
    forest.template("web", STAFF, names=SUPPLIED)
    assert forest.found() == {("ADCSESC1", "staff")}


def test_an_authority_that_was_asked_and_names_nobody_refuses_everybody() -> None:
    forest = Forest()
    forest.grant("ca", ("admins", Right.GenericAll))
    forest.say("ca", casecuritycollected="TRUE")
    forest.template("web", STAFF, names=SUPPLIED)
    assert forest.found() == set()


def test_two_groups_meet_in_their_common_accounts() -> None:
    forest = Forest()
    forest.named("nurses", Kind.GROUP)
    forest.relate(Relation.MEMBER, "alice", "nurses")
    forest.relate(Relation.MEMBER, "bob", "nurses")
    forest.grant("ca", ("nurses", Right.Enroll))
    forest.template("web", STAFF, names=SUPPLIED)
    assert forest.found() == {("ADCSESC1", "alice")}


def test_an_authority_outside_ntauth_opens_no_session() -> None:
    forest = Forest()
    forest.template("web", STAFF, names=SUPPLIED)
    forest.named("store", Kind.NTAUTH_STORE, "STORE-GUID")
    forest.say("store", certthumbprints="AA")
    forest.say("ca", certthumbprint="BB")
    assert forest.found(hosts=True) == set()


def test_the_certificate_itself_tells_the_thumbprint() -> None:
    forest = Forest()
    forest.template("web", STAFF, names=SUPPLIED)
    forest.named("store", Kind.NTAUTH_STORE, "STORE-GUID")
    for name in ("store", "ca"):
        forest.builder.blob(forest.rows[name], "cacertificate", [b"certificate"])
    assert ("ADCSESC1", "staff") in forest.found()


def test_without_pki_nothing_is_said() -> None:
    forest = Forest()
    forest.template("web", STAFF, names=SUPPLIED)
    forest.builder.facts.discard(Fact.PKI)
    assert forest.escalations() == []


def test_any_purpose_is_esc2_and_makes_an_agent() -> None:
    forest = Forest()
    forest.template("any", ALICE, ekus="2.5.29.37.0")
    forest.template("user", ALICE, version=1)
    assert forest.found() == {("ADCSESC2", "alice"), ("ADCSESC3", "alice")}


def test_an_agent_needs_a_template_to_ask_in_the_name_of_others() -> None:
    forest = Forest()
    forest.template("agent", ALICE, ekus=AGENT)
    assert forest.found() == set()


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        ({"mspki_ra_signature": 1, "mspki_ra_application_policies": AGENT}, True),
        ({"mspki_ra_signature": 1}, False),
        ({"mspki_ra_signature": 2, "mspki_ra_application_policies": AGENT}, False),
        ({"enrollment": PENDING, "version": 1}, False),
    ],
)
def test_an_agent_signs_only_where_the_template_asks_for_it(
    extra: dict[str, int], found: bool
) -> None:
    forest = Forest()
    forest.template("agent", ALICE, ekus=AGENT)
    forest.template("user", ALICE, **extra)
    assert (("ADCSESC3", "alice") in forest.found()) is found


ALICE_SID, STAFF_SID, EVERYBODY = f"{SID}-1103", f"{SID}-1108", "SAIN.TEST-S-1-5-11"


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([], True),
        ([f"allow {EVERYBODY} *"], True),
        ([f"allow {STAFF_SID} user-GUID"], True),
        ([f"allow {STAFF_SID} other-GUID"], False),
        ([f"allow {SID}-9999 *"], False),
        ([f"allow {EVERYBODY} *", f"deny {STAFF_SID} user-GUID"], False),
        ([f"allow {EVERYBODY} *", f"deny {EVERYBODY} *"], False),
        ([f"allow {EVERYBODY} *", f"deny {STAFF_SID} other-GUID"], True),
        ([f"allow {EVERYBODY} *", f"deny {SID}-9999 *"], True),
    ],
)
def test_an_authority_may_restrict_its_agents(rules: list[str], found: bool) -> None:
    forest = Forest()
    forest.template("agent", ALICE, ekus=AGENT)
    forest.template("user", ALICE, version=1)
    forest.builder.attribute(forest.rows["ca"], "enrollmentagentrestrictions", rules)
    ids = {row: name for name, row in forest.builder.index.items()}
    assert (ids[forest.rows["alice"]], ids[forest.rows["staff"]]) == (ALICE_SID, STAFF_SID)
    assert (("ADCSESC3", "alice") in forest.found()) is found


@pytest.mark.parametrize("right", [Right.Owns, Right.GenericAll, Right.WriteDacl, Right.WriteOwner])
def test_controlling_a_published_template_is_esc4(right: Right) -> None:
    forest = Forest()
    forest.template("user", ("bob", right), enrollment=PENDING)
    assert forest.found() == {("ADCSESC4", "bob")}


def test_writing_attributes_needs_the_right_to_enrol() -> None:
    forest = Forest()
    forest.template("user", ("bob", Right.GenericWrite), enrollment=PENDING)
    assert forest.found() == set()
    forest = Forest()
    forest.template("user", ("alice", Right.GenericWrite), STAFF, enrollment=PENDING)
    assert forest.found() == {("ADCSESC4", "alice")}


@pytest.mark.parametrize(
    ("rights", "settings", "found"),
    [
        ([Right.WritePKINameFlag], {}, True),
        ([Right.WritePKINameFlag], {"enrollment": PENDING}, False),
        ([Right.WritePKINameFlag, Right.WritePKIEnrollmentFlag], {"enrollment": PENDING}, True),
        ([Right.WritePKIEnrollmentFlag], {"enrollment": PENDING}, False),
        ([Right.WritePKIEnrollmentFlag], {"enrollment": PENDING, "names": SUPPLIED}, True),
        ([Right.WritePKINameFlag], {"mspki_ra_signature": 1}, False),
        ([Right.WritePKINameFlag], {"ekus": MAIL}, False),
    ],
)
def test_flags_are_enough_where_they_complete_esc1(
    rights: list[Right], settings: dict[str, int], found: bool
) -> None:
    forest = Forest()
    forest.template("user", ALICE, *(("alice", right) for right in rights), **settings)
    assert (("ADCSESC4", "alice") in forest.found()) is found


def unbound(names: int, victim: str, binding: int | None) -> Forest:
    forest = Forest()
    forest.template("weak", (victim, Right.Enroll), names=names, enrollment=UNBOUND)
    forest.grant(victim, ("bob", Right.GenericWrite))
    if binding is not None:
        forest.say("dc1", strongcertificatebindingenforcement=binding)
    return forest


@pytest.mark.parametrize(
    ("names", "victim", "binding", "found"),
    [
        (UPN, "alice", 1, {("ADCSESC9a", "bob")}),
        (DNS, "srv", 1, {("ADCSESC9b", "bob")}),
        (UPN, "srv", 1, set()),
        (UPN, "alice", 2, set()),
        (UPN, "alice", None, set()),
        (UPN, "alice", 0, {("ADCSESC9a", "bob"), ("ADCSESC10a", "bob")}),
        (DNS, "srv", 0, {("ADCSESC9b", "bob"), ("ADCSESC10b", "bob")}),
    ],
)
def test_renaming_an_account_counts_where_controllers_bind_weakly(
    names: int, victim: str, binding: int | None, found: set[tuple[str, str]]
) -> None:
    assert unbound(names, victim, binding).found() == found


def test_the_name_alone_over_tls_is_esc10() -> None:
    forest = Forest()
    forest.template("user", ALICE)
    forest.grant("alice", ("bob", Right.GenericAll))
    forest.say("dc1", certificatemappingmethods=0x1F)
    assert forest.found() == {("ADCSESC10a", "bob")}


def test_a_setting_of_a_member_server_binds_nothing() -> None:
    forest = unbound(UPN, "alice", None)
    forest.say("srv", strongcertificatebindingenforcement=0)
    assert forest.found() == set()


def test_a_disabled_victim_is_of_no_use() -> None:
    forest = unbound(UPN, "alice", 1)
    forest.builder.set_uac([forest.rows["alice"]], [0x2], [0x2])
    assert forest.found() == set()


def test_an_authority_that_binds_nothing_is_esc16() -> None:
    forest = Forest()
    forest.template("user", ("everyone", Right.Enroll))
    forest.grant("alice", ("bob", Right.WritePublicInformation))
    forest.say("dc1", strongcertificatebindingenforcement=1)
    forest.say("ca", disableextensionlist="1.3.6.1.4.1.311.25.2")
    assert forest.found() == {("ADCSESC16", "bob")}


def test_an_issuance_policy_stands_for_a_group() -> None:
    forest = Forest()
    forest.template("card", ALICE, mspki_certificate_policy="1.2.3")
    forest.named("policy", Kind.ISSUANCE_POLICY, "POLICY-GUID")
    forest.named("tier0", Kind.GROUP)
    forest.say("policy", mspki_cert_template_oid="1.2.3")
    forest.relate(Relation.OID_GROUP_LINK, "policy", "tier0")
    found = [e for e in forest.escalations() if e.kind == "ADCSESC13"]
    assert [(e.principal, e.target) for e in found] == [
        (forest.rows["alice"], forest.rows["tier0"])
    ]


def test_a_version_1_server_template_is_esc15_and_esc17() -> None:
    forest = Forest()
    forest.template("web", ALICE, names=SUPPLIED, ekus=SERVER, version=1)
    assert forest.found() == {("ADCSESC15", "alice"), ("ADCSESC17", "alice")}


def test_application_policies_override_usages_from_version_2() -> None:
    forest = Forest()
    forest.template(
        "web", ALICE, names=SUPPLIED, ekus=CLIENT, mspki_certificate_application_policy=SERVER
    )
    assert forest.found() == {("ADCSESC17", "alice")}


def test_kinds_that_are_edges_are_those_of_the_rules() -> None:
    assert "ADCSESC1" in EDGE_KINDS
    assert not EDGE_KINDS & {"ADCSESC2", "ADCSESC15", "ADCSESC17"}
    assert all(e.authority != UNKNOWN for e in Forest().escalations())


@pytest.mark.parametrize(
    "template",
    [
        {"ekus": "2.5.29.37.0", "enrollment": PENDING},
        {"ekus": AGENT, "enrollment": PENDING},
        {"names": SUPPLIED, "ekus": SERVER, "version": 1, "enrollment": PENDING},
        {"names": UPN, "ekus": SERVER},
    ],
)
def test_an_approval_or_a_name_from_the_directory_closes_the_others(
    template: dict[str, int],
) -> None:
    forest = Forest()
    forest.template("t", ALICE, **template)
    forest.template("user", ALICE, version=1)
    assert forest.found() == set()


@pytest.mark.parametrize("ekus", ["2.5.29.37.0", CLIENT])
def test_esc1_is_said_once_and_under_its_own_name(ekus: str) -> None:
    forest = Forest()
    forest.template("t", ALICE, names=SUPPLIED, version=1, ekus=ekus)
    kinds = {kind for kind, _ in forest.found()} - {"ADCSESC3"}
    assert kinds == {"ADCSESC1"}
