"""References between entries, and their access lists."""

import pytest

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.entries.attributes import LINKS
from rempart.engines.directory.entries.reader import EntryReader
from rempart.engines.directory.model import UNKNOWN, Fact, Kind, Relation
from rempart.engines.directory.rights import Right
from rempart.engines.directory.sddl import sddl_bytes
from support.entries import (
    BASE,
    CONFIGURATION,
    SID,
    Notes,
    account,
    entry,
    read,
    root,
    row,
)

USERS = f"CN=Users,{BASE}"
PKI = f"CN=Public Key Services,CN=Services,{CONFIGURATION}"


def dn(name: str) -> str:
    return f"CN={name},{USERS}"


def test_members_come_in_ranges_and_in_any_order() -> None:
    group_dn, group = account("g", 1110, "group")
    group["member;range=0-1"] = [dn("anne").encode(), dn("paul").upper().encode()]
    group["member;range=2-*"] = [dn("lise").encode()]
    d = read(root(), account("anne", 1), (group_dn, group), account("paul", 2), account("lise", 3))
    members = d.pairs(Relation.MEMBER).to(row(d, "g"))
    assert d.labels(members) == ["ANNE@CHU.TEST", "PAUL@CHU.TEST", "LISE@CHU.TEST"]


def test_memberof_says_the_same_once() -> None:
    d = read(
        root(),
        account("anne", 1, memberof=dn("g")),
        account("g", 1110, "group", member=dn("anne")),
    )
    assert list(d.pairs(Relation.MEMBER)) == [(row(d, "anne"), row(d, "g"))]


def test_a_foreign_principal_is_the_sid_itself() -> None:
    foreign = f"CN=S-1-5-11,CN=ForeignSecurityPrincipals,{BASE}"
    d = read(root(), account("g", 1110, "group", member=foreign))
    everybody = d.index["CHU.TEST-S-1-5-11"]
    assert list(d.pairs(Relation.MEMBER)) == [(everybody, row(d, "g"))]
    assert d.names[everybody] == "AUTHENTICATED USERS@CHU.TEST"


def test_a_foreign_principal_of_another_forest_has_no_name() -> None:
    other = "S-1-5-21-9-9-9-1000"
    foreign = entry(
        "foreignSecurityPrincipal", f"CN={other},CN=ForeignSecurityPrincipals,{BASE}", sid=other
    )
    d = read(root(), foreign, account("g", 1110, "group", member=foreign[0]))
    assert (d.names[d.index[other]], d.kind[d.index[other]]) == ("", Kind.UNKNOWN)
    assert d.pairs(Relation.MEMBER).to(row(d, "g")) == [d.index[other]]


def test_links_to_what_was_not_read_are_counted() -> None:
    notes = Notes()
    read(root(), account("g", 1110, "group", member=dn("inconnu")), observer=notes)
    assert notes.told == ["1 lien désigne un objet absent de la collecte."]


def test_group_policies_are_linked_unless_disabled() -> None:
    policies = [f"cn={{{n}}},cn=policies,cn=system,{BASE}" for n in "ABC"]
    link = "".join(f"[LDAP://{p};{o}]" for p, o in zip(policies, (0, 1, 2), strict=True))
    d = read(root(gplink=link), *(entry("groupPolicyContainer", p) for p in policies))
    linked = [d.dns[gpo] for gpo, _ in d.pairs(Relation.GP_LINK)]
    enforced = [d.dns[gpo] for gpo, _ in d.pairs(Relation.GP_LINK_ENFORCED)]
    assert (linked, enforced) == ([policies[0], policies[2]], [policies[2]])


def test_templates_are_published_by_the_authority_that_names_them() -> None:
    d = read(
        root(),
        account("PKI$", 1111, "computer", dnshostname="pki.chu.test"),
        entry("pKICertificateTemplate", f"CN=Web,CN=Certificate Templates,{PKI}"),
        entry("pKICertificateTemplate", f"CN=Autre,CN=Certificate Templates,{PKI}"),
        entry(
            "pKIEnrollmentService",
            f"CN=CA,CN=Enrollment Services,{PKI}",
            certificatetemplates=["web", "Absent"],
            dnshostname="PKI.chu.test",
        ),
    )
    assert list(d.pairs(Relation.PUBLISHED)) == [(row(d, "Web"), row(d, "CA"))]
    assert list(d.pairs(Relation.HOSTS_CA)) == [(d.index[f"{SID}-1111"], row(d, "CA"))]


def test_delegation_leads_to_the_machine_behind_the_service() -> None:
    d = read(
        root(),
        account("DC1$", 1112, "computer", dnshostname="dc1.chu.test"),
        account("krbtgt", 502),
        account(
            "svc",
            1113,
            msds_allowedtodelegateto=[
                "ldap/dc1.chu.test:389/x",
                "krbtgt/CHU.TEST",
                "cifs/dc1",
                "x/y",
            ],
        ),
    )
    targets = d.pairs(Relation.ALLOWED_TO_DELEGATE).of(row(d, "svc"))
    assert sorted(targets) == sorted([d.index[f"{SID}-1112"], row(d, "krbtgt")])


def test_delegation_follows_the_account_that_carries_the_service() -> None:
    d = read(
        root(),
        account("web", 1119, serviceprincipalname="HTTP/intranet.chu.fr"),
        account("svc", 1113, msds_allowedtodelegateto="http/Intranet.chu.fr"),
    )
    assert list(d.pairs(Relation.ALLOWED_TO_DELEGATE)) == [(row(d, "svc"), row(d, "web"))]


LINKED = {name: pair for name, pair in LINKS.items() if name not in ("member", "memberof")}


@pytest.mark.parametrize("attribute", list(LINKED))
def test_a_link_becomes_its_relation(attribute: str) -> None:
    relation, _ = LINKED[attribute]
    d = read(root(), account("source", 1, **{attribute: dn("cible")}), account("cible", 2))
    assert list(d.pairs(relation)) == [(row(d, "source"), row(d, "cible"))]


def test_resource_based_delegation_names_its_principals() -> None:
    allowed = sddl_bytes(f"O:BAD:(A;;CC;;;{SID}-1114)", SID)
    name = {"msds_allowedtoactonbehalfofotheridentity": allowed}
    d = read(root(), account("SRV$", 1115, "computer", **name), account("PC$", 1114, "computer"))
    expected = [(d.index[f"{SID}-1114"], d.index[f"{SID}-1115"])]
    assert list(d.pairs(Relation.ALLOWED_TO_ACT)) == expected


def test_sid_history_leads_to_the_principal_and_keeps_its_text() -> None:
    d = read(root(), account("anne", 1, sidhistory=[f"{SID}-512", "S-1-5-32-544"]))
    targets = {d.ids[x] for x in d.pairs(Relation.SID_HISTORY).of(row(d, "anne"))}
    assert targets == {f"{SID}-512", "CHU.TEST-S-1-5-32-544"}
    assert d.values(row(d, "anne"), "sidhistory") == [f"{SID}-512", "S-1-5-32-544"]


def test_a_trust_is_read_with_its_attributes() -> None:
    trusted = entry(
        "trustedDomain",
        f"CN=x.test,CN=System,{BASE}",
        trustpartner="X.test",
        trustdirection=2,
        trusttype=2,
        trustattributes=4,
        securityidentifier="S-1-5-21-7-8-9",
    )
    (trust,) = read(root(), trusted).trusts
    assert (trust.partner, trust.partner_sid) == ("x.test", "S-1-5-21-7-8-9")
    assert (trust.inbound, trust.outbound, trust.bit(4)) == (False, True, True)


def test_read_only_controllers_keep_their_lists() -> None:
    rodc = account(
        "RODC$",
        1116,
        "computer",
        msds_revealedusers=f"B:8:00000000:{dn('anne')}",
        msds_neverrevealgroup=dn("g"),
        msds_krbtgtlink=dn("krbtgt_1"),
    )
    d = read(root(), rodc, account("anne", 1), account("g", 2, "group"), account("krbtgt_1", 3))
    machine = d.index[f"{SID}-1116"]
    assert d.pairs(Relation.RODC_REVEALED).of(machine) == [row(d, "anne")]
    assert d.pairs(Relation.RODC_NEVER_REVEAL).of(machine) == [row(d, "g")]
    assert d.pairs(Relation.KRBTGT_LINK).of(machine) == [row(d, "krbtgt_1")]


def test_equal_descriptors_share_one_access_list() -> None:
    text = f"O:DAD:P(A;;WD;;;{SID}-5)"
    d = read(root(), account("anne", 1, sddl=text), account("paul", 2, sddl=text))
    anne, paul = row(d, "anne"), row(d, "paul")
    assert d.acls.of[anne] == d.acls.of[paul] >= 0
    assert (d.index[f"{SID}-5"], Right.WriteDacl, False) in d.acls.entries(anne)
    assert (d.owner[anne], d.acls.protected[anne]) == (d.index[f"{SID}-512"], 1)


def test_one_descriptor_means_other_rights_on_another_class() -> None:
    text = f"D:(OA;;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;;{SID}-5)"
    d = read(root(), account("anne", 1, sddl=text), account("g", 2, "group", sddl=text))
    assert d.acls.entries(row(d, "anne")) == []
    assert [right for _, right, _ in d.acls.entries(row(d, "g"))] == [Right.AddMember]


def test_a_descriptor_that_was_not_read_or_is_damaged_gives_no_list() -> None:
    notes = Notes()
    damaged = account("paul", 2, ntsecuritydescriptor=b"\1\0\4")
    d = read(root(), account("anne", 1), damaged, observer=notes)
    assert d.acls.of[row(d, "anne")] == d.acls.of[row(d, "paul")] == UNKNOWN
    assert notes.told == ["1 descripteur de sécurité est illisible."]


def test_the_readers_of_a_managed_password_are_in_its_list() -> None:
    readers = sddl_bytes(f"D:(A;;CC;;;{SID}-1117)", SID)
    gmsa = account(
        "g$",
        1118,
        "msDS-GroupManagedServiceAccount",
        msds_groupmsamembership=readers,
        sddl="O:DAD:",
    )
    d = read(root(), gmsa)
    expected = (d.index[f"{SID}-1117"], Right.ReadGMSAPassword, False)
    assert expected in d.acls.entries(row(d, "g$"))


def test_laps_gives_a_meaning_to_the_schema_guid() -> None:
    guid = "f3531ec6-6330-4f8e-8d39-7a671fbac605"
    schema = entry(
        "attributeSchema",
        f"CN=ms-LAPS-Password,CN=Schema,{CONFIGURATION}",
        ldapdisplayname="msLAPS-Password",
        schemaidguid=guid,
    )
    text = f"D:(OA;;CR;{guid};;{SID}-5)"
    machines = [
        account("PC1$", 1, "computer", sddl=text, mslaps_passwordexpirationtime=133),
        account("PC2$", 2, "computer", sddl=text),
    ]
    d = read(root(), schema, *machines)
    with_laps, without = (d.acls.entries(d.index[f"{SID}-{n}"]) for n in (1, 2))
    assert [right for _, right, _ in with_laps] == [Right.ReadLAPSPassword]
    assert without == []


def test_enterprise_controllers_belong_to_the_forest() -> None:
    child = "S-1-5-21-4-5-6"
    d = read(
        root(),
        entry("configuration", CONFIGURATION),
        entry("domainDNS", f"DC=sud,{BASE}", sid=child, sddl="D:(A;;WD;;;ED)(A;;WD;;;BA)"),
    )
    principals = {d.ids[p] for p, _, _ in d.acls.entries(d.index[child])}
    assert principals == {"CHU.TEST-S-1-5-9", "SUD.CHU.TEST-S-1-5-32-544"}


def test_a_descriptor_without_its_dacl_gives_the_owner_only() -> None:
    given = bytearray(sddl_bytes("O:DAD:", SID))
    given[2:4] = (0x8000).to_bytes(2, "little")
    d = read(root(), account("anne", 1, ntsecuritydescriptor=bytes(given)))
    anne = row(d, "anne")
    assert (d.acls.of[anne], d.owner[anne]) == (UNKNOWN, d.index[f"{SID}-512"])
    assert Fact.ACL not in d.facts
    assert Fact.OWNERS in d.facts


def test_two_streams_in_one_builder_keep_their_lists_apart() -> None:
    builder = Builder()
    for rid, right in ((1, "WD"), (2, "WO")):
        reader = EntryReader(builder, complete=True, observer=Notes())
        reader.add(*account(f"u{rid}", rid, sddl=f"D:(A;;{right};;;{SID}-5)"))
        reader.finish()
        del reader
    d = builder.build()
    rights = [d.acls.entries(row(d, f"u{rid}"))[0][1] for rid in (1, 2)]
    assert rights == [Right.WriteDacl, Right.WriteOwner]


def trust(**attributes: object) -> tuple[str, dict[str, list[bytes]]]:
    """A trust towards ailleurs.test."""
    name = f"CN=ailleurs.test,CN=System,{BASE}"
    return entry("trustedDomain", name, trustpartner="ailleurs.test", **attributes)


def test_a_trust_whose_numbers_cannot_be_read_is_kept_without_them() -> None:
    [found] = read(root(), trust(trustdirection="les deux", trusttype="x")).trusts
    assert (found.partner, found.inbound, found.trust_type) == ("ailleurs.test", False, None)


def test_a_trust_without_its_domain_is_left_out() -> None:
    assert read(trust(trustdirection=3)).trusts == ()


def test_a_second_file_leaves_what_the_first_said() -> None:
    builder = Builder()
    for entries in ((account("anne", 1), account("paul", 2), root(), trust()), (root(),)):
        reader = EntryReader(builder, complete=True, observer=Notes())
        for name, attributes in entries:
            reader.add(name, attributes)
        reader.finish()
    assert [one.partner for one in builder.build().trusts] == ["ailleurs.test"]


def test_a_right_of_an_unknown_principal_keeps_its_sid() -> None:
    d = read(root(), account("anne", 1, sddl="D:(A;;GA;;;S-1-15-2-1)"))
    (principal,) = {who for who, _, _ in d.acls.entries(row(d, "anne"))}
    assert (d.ids[principal], d.names[principal]) == ("CHU.TEST-S-1-15-2-1", "")


@pytest.mark.parametrize(
    ("denied", "left"),
    [
        (f"{SID}-1112", {"paul", "lise"}),  # the group above the group
        (f"{SID}-513", {"lise"}),  # the primary group
        ("S-1-5-32-545", set()),  # where everybody is
        (f"{SID}-1199", {"anne", "paul", "lise"}),  # a group that nobody is in
    ],
)
def test_what_a_group_is_denied_its_members_are_denied(denied: str, left: set[str]) -> None:
    everybody = f"CN=S-1-5-11,CN=ForeignSecurityPrincipals,{BASE}"
    users = entry("group", f"CN=Users,CN=Builtin,{BASE}", sid="S-1-5-32-545", member=everybody)
    allowed = "".join(f"(A;;WD;;;{SID}-{rid})" for rid in (1, 2, 3))
    d = read(
        root(),
        users,
        account("anne", 1, primarygroupid=513),
        account("paul", 2, primarygroupid=513),
        account("lise", 3),
        account("Domain Users", 513, "group"),
        account("inner", 1111, "group", member=dn("anne")),
        account("outer", 1112, "group", member=dn("inner")),
        account("cible", 9, sddl=f"D:(D;;WD;;;{denied}){allowed}"),
    )
    able = {d.names[who].partition("@")[0].lower() for who, _, _ in d.acls.entries(row(d, "cible"))}
    assert able == left
