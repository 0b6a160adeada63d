"""Ways through authorities and through the objects that make them believed."""

import pytest

from rempart.engines.directory.model import Kind, Relation, Trust
from rempart.engines.directory.rights import Right
from support.pki import DNS, MAIL, SID, UPN, Forest

ALICE = ("alice", Right.Enroll)
PENDING, UNBOUND = 0x2, 0x80000


@pytest.mark.parametrize(
    ("settings", "enrollment", "found"),
    [
        ({"strongcertificatebindingenforcement": 0}, 0, {("ADCSESC6a", "alice")}),
        ({"strongcertificatebindingenforcement": 1}, 0, set()),
        ({"strongcertificatebindingenforcement": 1}, UNBOUND, {("ADCSESC6a", "alice")}),
        ({"certificatemappingmethods": 4}, 0, {("ADCSESC6b", "alice")}),
        ({}, 0, set()),
    ],
)
def test_a_name_copied_from_the_request_is_esc6(
    settings: dict[str, int], enrollment: int, found: set[tuple[str, str]]
) -> None:
    forest = Forest()
    forest.template("user", ALICE, enrollment=enrollment)
    forest.say("ca", isuserspecifiessanenabled="TRUE")
    forest.say("dc1", **settings)
    assert forest.found() == found


def test_officers_count_only_when_the_authority_was_asked() -> None:
    forest = Forest()
    forest.grant("ca", ("bob", Right.ManageCA), ("alice", Right.ManageCertificates))
    assert forest.found() == set()
    forest = Forest()
    forest.grant("ca", ("bob", Right.ManageCA), ("pki", Right.ManageCA), ALICE)
    forest.say("ca", casecuritycollected="TRUE")
    assert forest.found() == {("ADCSESC7", "bob")}


def test_a_local_group_of_the_host_is_nobody_of_the_domain() -> None:
    forest = Forest()
    host = f"{SID}-{1100 + 6}"
    assert forest.builder.row(host) == forest.rows["pki"]
    forest.named("local", Kind.UNKNOWN, f"{host}-544")
    forest.grant("ca", ("local", Right.ManageCA))
    forest.say("ca", casecuritycollected="TRUE")
    assert forest.found() == set()


ENDPOINT = '{"Result":{"Url":"http://ca/certsrv/","Status":"%sVulnerable_NtlmHttpEndpoint"}}'


@pytest.mark.parametrize(("endpoint", "found"), [(ENDPOINT % "", True), (ENDPOINT % "Not", False)])
def test_web_enrolment_that_takes_ntlm_is_esc8(endpoint: str, found: bool) -> None:
    forest = Forest()
    forest.template("machine", ("srv", Right.Enroll), names=DNS)
    forest.say("ca", httpenrollmentendpoints=endpoint)
    assert (("ADCSESC8", "everyone") in forest.found()) is found


def test_relay_needs_a_template_for_machines() -> None:
    forest = Forest()
    forest.template("user", ALICE)
    forest.say("ca", httpenrollmentendpoints=ENDPOINT % "")
    assert forest.found() == set()


@pytest.mark.parametrize(("flags", "found"), [(0x0, True), (0x200, False)])
def test_rpc_without_encryption_is_esc11(flags: int, found: bool) -> None:
    forest = Forest()
    forest.template("machine", ("srv", Right.Enroll), names=DNS)
    forest.say("ca", interfaceflags=flags)
    assert (("ADCSESC11", "everyone") in forest.found()) is found


def test_writing_both_stores_is_esc5() -> None:
    forest = Forest()
    forest.named("store", Kind.NTAUTH_STORE, "STORE-GUID")
    forest.named("root", Kind.ROOT_CA, "ROOT-GUID")
    forest.grant("store", ("bob", Right.GenericAll), ("alice", Right.GenericAll))
    forest.grant("root", ("bob", Right.WriteDacl))
    assert forest.found() == {("ADCSESC5", "bob")}


def test_the_machine_of_the_authority_signs_anything() -> None:
    assert Forest().found(hosts=True) == {("GoldenCert", "pki")}


def test_every_domain_of_the_forest_believes_the_authority() -> None:
    forest = Forest()
    b = forest.builder
    child = b.row("S-1-5-21-4-5-6")
    b.describe(child, Kind.DOMAIN, name="ENFANT.SAIN.TEST", dn="DC=enfant,DC=sain,DC=test")
    other = b.row("S-1-5-21-7-8-9")
    b.describe(other, Kind.DOMAIN, name="AILLEURS.TEST", dn="DC=ailleurs,DC=test")
    for partner, attributes in (("S-1-5-21-4-5-6", 0x20), ("S-1-5-21-7-8-9", 0x8)):
        name = partner.lower()
        b.trust(Trust(forest.rows["domain"], name, partner, True, True, 2, attributes))
    targets = {e.target for e in forest.escalations() if e.kind == "GoldenCert"}
    assert targets == {forest.rows["domain"], child}


def weak_forest(**template: int) -> Forest:
    """Everything that makes names forgeable, and one template for alice and srv, both controlled by bob."""
    forest = Forest()
    members = (ALICE, ("srv", Right.Enroll))
    forest.template("t", *members, **{"names": UPN | DNS, "enrollment": UNBOUND, **template})
    for victim in ("alice", "srv"):
        forest.grant(victim, ("bob", Right.GenericWrite))
    forest.say("dc1", strongcertificatebindingenforcement=0, certificatemappingmethods=4)
    forest.say(
        "ca",
        disableextensionlist="1.3.6.1.4.1.311.25.2",
        isuserspecifiessanenabled="TRUE",
        httpenrollmentendpoints=ENDPOINT % "",
        interfaceflags=0,
    )
    forest.named("policy", Kind.ISSUANCE_POLICY, "POLICY-GUID")
    forest.say("policy", mspki_cert_template_oid="1.2.3")
    forest.say("t", mspki_certificate_policy="1.2.3")
    forest.relate(Relation.OID_GROUP_LINK, "policy", "staff")
    return forest


def test_a_template_that_opens_sessions_unattended_gives_every_way() -> None:
    kinds = {kind.removeprefix("ADCSESC") for kind, _ in weak_forest().found()}
    assert kinds == {"6a", "6b", "8", "9a", "9b", "10a", "10b", "11", "13", "16"}


@pytest.mark.parametrize("closed", [{"enrollment": UNBOUND | PENDING}, {"ekus": MAIL}])
def test_a_template_that_does_not_gives_none(closed: dict[str, int]) -> None:
    assert weak_forest(**closed).found() == set()


def test_strict_controllers_close_esc6() -> None:
    forest = Forest()
    forest.template("user", ALICE, enrollment=UNBOUND)
    forest.say("ca", isuserspecifiessanenabled="TRUE")
    forest.say("dc1", strongcertificatebindingenforcement=2)
    assert forest.found() == set()


def test_an_authority_without_a_known_host_has_no_golden_certificate() -> None:
    forest = Forest()
    forest.named("orphan", Kind.ENTERPRISE_CA, "ORPHAN-GUID")
    assert forest.found(hosts=True) == {("GoldenCert", "pki")}


def test_relay_is_not_shown_in_a_domain_whose_accounts_have_no_group() -> None:
    forest = Forest()
    b = forest.builder
    child = b.row("S-1-5-21-4-5-6")
    b.describe(child, Kind.DOMAIN, name="ENFANT.SAIN.TEST", dn="DC=enfant,DC=sain,DC=test")
    b.trust(Trust(forest.rows["domain"], "enfant.sain.test", "S-1-5-21-4-5-6", True, True, 2, 0x20))
    forest.template("machine", ("srv", Right.Enroll), names=DNS)
    forest.say("ca", httpenrollmentendpoints=ENDPOINT % "")
    ways = [e for e in forest.escalations() if e.kind == "ADCSESC8"]
    assert [way.target for way in ways] == [forest.rows["domain"]]
