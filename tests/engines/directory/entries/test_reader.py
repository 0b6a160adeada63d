"""LDAP entries into rows and columns."""

from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from rempart.engines.directory.examples.directory import example_entries
from rempart.engines.directory.model import NEVER, UNKNOWN, Kind, Managed, Uac
from support.entries import BASE, CONFIGURATION, SID, account, entry, read, root, row

USERS = f"CN=Users,{BASE}"


def test_an_account_gets_the_id_and_the_name_of_sharphound() -> None:
    d = read(root(), account("anne", 1105), account("PC1$", 1106, "computer"))
    assert d.ids[row(d, "anne")] == f"{SID}-1105"
    assert d.names[d.index[f"{SID}-1106"]] == "PC1.CHU.TEST"
    assert d.names[d.index[SID]] == "CHU.TEST"


def test_a_computer_is_named_by_its_host_name() -> None:
    d = read(root(), account("PC1$", 1106, "computer", dnshostname="pc1.annexe.test"))
    assert d.names[d.index[f"{SID}-1106"]] == "PC1.ANNEXE.TEST"


def test_a_built_in_group_is_prefixed_by_its_domain() -> None:
    d = read(
        root(), entry("group", f"CN=A,CN=Builtin,{BASE}", sid="S-1-5-32-544", samaccountname="A")
    )
    assert d.kind[d.index["CHU.TEST-S-1-5-32-544"]] == Kind.GROUP
    assert d.domain[d.index["CHU.TEST-S-1-5-32-544"]] == d.index[SID]


def test_what_has_no_sid_is_known_by_its_guid() -> None:
    guid = bytes.fromhex("709529006d24d011a76800aa006e0529")
    d = read(root(), entry("organizationalUnit", f"OU=Soins,{BASE}", objectguid=guid))
    unit = d.index["00299570-246D-11D0-A768-00AA006E0529"]
    assert (d.names[unit], d.kind[unit]) == ("SOINS@CHU.TEST", Kind.OU)
    assert d.parent[unit] == d.index[SID]


def test_without_sid_nor_guid_the_dn_is_the_id() -> None:
    d = read(root(), entry("container", f"CN=System,{BASE}"))
    assert d.index[f"DN:CN=SYSTEM,{BASE}".upper()] == row(d, "System")


def test_columns_hold_the_account() -> None:
    d = read(
        root(),
        account(
            "anne",
            1105,
            useraccountcontrol=66048,
            pwdlastset="132000000000000000",
            lastlogontimestamp=0,
            whencreated="20240101000000.0Z",
            admincount=1,
            primarygroupid=513,
            msds_supportedencryptiontypes=24,
            description="Médecin",
        ),
    )
    anne = row(d, "anne")
    assert d.uac[anne] & Uac.DONT_EXPIRE_PASSWORD
    assert d.uac_known[anne] & Uac.DISABLED
    assert d.password_set[anne] == 1_555_526_400
    assert d.last_logon[anne] == NEVER
    assert d.created[anne] == 1_704_067_200
    assert (d.admin_count[anne], d.primary_group_rid[anne]) == (1, 513)
    assert d.encryption_types[anne] == 24
    assert d.value(anne, "description") == "Médecin"


def test_an_attribute_that_was_asked_and_is_absent_has_its_meaning() -> None:
    d = read(root(), account("anne", 1105))
    anne = row(d, "anne")
    assert (d.encryption_types[anne], d.admin_count[anne], d.last_logon[anne]) == (0, 0, NEVER)


def test_an_attribute_that_was_not_asked_stays_unknown() -> None:
    d = read(root(), account("anne", 1105), complete=frozenset({"objectsid", "samaccountname"}))
    anne = row(d, "anne")
    assert (d.encryption_types[anne], d.admin_count[anne]) == (UNKNOWN, UNKNOWN)
    assert d.last_logon[anne] == UNKNOWN


@pytest.mark.parametrize(
    "secret",
    ["ms-mcs-admpwd", "unicodepwd", "mslaps-password", "msds-managedpassword", "currentvalue"],
)
def test_a_secret_leaves_only_its_presence(secret: str) -> None:
    dn, attributes = account("PC1$", 1106, "computer")
    attributes[secret] = [b"S3cret!"]
    d = read(root(), (dn, attributes))
    assert d.attributes[secret] == {d.index[f"{SID}-1106"]: ["TRUE"]}
    assert "S3cret" not in repr(d.attributes) + repr(d.blobs)


def test_deleted_objects_are_left_out() -> None:
    gone = account("parti", 1107, isdeleted="TRUE")
    d = read(root(), gone, entry("user", f"CN=x,CN=Deleted Objects,{BASE}", sid=1108))
    assert f"{SID}-1107" not in d.index
    assert f"{SID}-1108" not in d.index


def test_a_dn_given_twice_completes_itself() -> None:
    d = read(
        root(),
        account("anne", 1105, pwdlastset=0),
        (f"CN=anne,{USERS}", {"description": [b"Interne"], "objectclass": [b"top", b"user"]}),
    )
    assert d.value(row(d, "anne"), "description") == "Interne"
    assert d.password_set[row(d, "anne")] == NEVER


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"grouptype": "2", "samaccountname": "g"}, Kind.GROUP),
        ({"useraccountcontrol": "512", "samaccountname": "u"}, Kind.USER),
        (
            {"useraccountcontrol": "4096", "samaccountname": "p$", "primarygroupid": "515"},
            Kind.COMPUTER,
        ),
        ({"trustpartner": "x.test"}, Kind.TRUST),
        ({"gpcfilesyspath": "x"}, Kind.GPO),
        ({"name": "x"}, Kind.OTHER),
    ],
)
def test_a_class_that_is_not_given_is_guessed(given: dict[str, str], kind: Kind) -> None:
    attributes = {name: [value.encode()] for name, value in given.items()}
    d = read(root(), (f"CN=x,{USERS}", attributes))
    assert d.kind[d.dns.index(f"CN=x,{USERS}")] == kind


def test_a_managed_account_is_a_user_of_its_kind() -> None:
    d = read(root(), account("g$", 1109, "msDS-GroupManagedServiceAccount"))
    assert d.kind[row(d, "g$")] == Kind.USER
    assert d.managed[row(d, "g$")] == Managed.GMSA


PKI = f"CN=Public Key Services,CN=Services,{CONFIGURATION}"


@pytest.mark.parametrize(
    ("dn", "object_class", "kind"),
    [
        (f"CN=NTAuthCertificates,{PKI}", "certificationAuthority", Kind.NTAUTH_STORE),
        (f"CN=CA,CN=AIA,{PKI}", "certificationAuthority", Kind.AIA_CA),
        (f"CN=CA,CN=Certification Authorities,{PKI}", "certificationAuthority", Kind.ROOT_CA),
        (f"CN=CA,CN=Enrollment Services,{PKI}", "pKIEnrollmentService", Kind.ENTERPRISE_CA),
        (CONFIGURATION, "configuration", Kind.NAMING_CONTEXT),
        (f"DC=DomainDnsZones,{BASE}", "domainDNS", Kind.NAMING_CONTEXT),
        (f"CN=x,CN=System,{BASE}", "msDFSR-Subscriber", Kind.DFSR),
        (f"CN=o,CN=OID,{PKI}", "msPKI-Enterprise-Oid", Kind.OTHER),
    ],
)
def test_the_place_of_an_object_tells_its_kind(dn: str, object_class: str, kind: Kind) -> None:
    d = read(root(), entry(object_class, dn))
    found = d.dns.index(dn)
    assert d.kind[found] == kind
    assert d.domain[found] == d.index[SID]


def test_an_issuance_policy_is_told_by_its_flags() -> None:
    d = read(root(), entry("msPKI-Enterprise-Oid", f"CN=o,CN=OID,{PKI}", flags=2))
    assert d.kind[row(d, "o")] == Kind.ISSUANCE_POLICY


def test_two_domains_of_a_forest_keep_their_own_well_known_principals() -> None:
    child = "S-1-5-21-4-5-6"
    d = read(
        root(),
        entry("domainDNS", f"DC=sud,{BASE}", sid=child),
        entry("group", f"CN=A,CN=Builtin,DC=sud,{BASE}", sid="S-1-5-32-544", samaccountname="A"),
        entry("user", f"CN=u,DC=sud,{BASE}", sid=f"{child}-1105", samaccountname="u"),
    )
    assert d.domain[d.index["SUD.CHU.TEST-S-1-5-32-544"]] == d.index[child]
    assert d.names[d.index[f"{child}-1105"]] == "U@SUD.CHU.TEST"
    assert d.domain[d.index[f"{child}-1105"]] == d.index[child]


def test_a_domain_whose_root_was_not_read_still_exists() -> None:
    d = read(account("anne", 1105))
    assert d.kind[d.index[SID]] == Kind.DOMAIN
    assert d.names[d.index[SID]] == "CHU.TEST"


def test_certificates_are_kept_as_bytes_and_not_those_of_accounts() -> None:
    ca = entry("certificationAuthority", f"CN=CA,CN=AIA,{PKI}", cacertificate=b"\x30\x82")
    dn, person = account("anne", 1105)
    person["usercertificate;binary"] = [b"\x30"]
    d = read(root(), ca, (dn, person))
    assert d.blobs == {"cacertificate": {row(d, "CA"): [b"\x30\x82"]}}


def test_keys_are_counted_and_not_kept() -> None:
    keys = [f"B:828:{n * 414}:CN=anne,{USERS}" for n in ("0A", "0B")]
    d = read(root(), account("anne", 1105, msds_keycredentiallink=keys))
    kept = d.values(row(d, "anne"), "msds-keycredentiallink")
    assert len(set(kept)) == 2
    assert max(map(len, kept)) == 16


def test_dns_nodes_are_not_rows() -> None:
    d = read(root(), entry("dnsNode", f"DC=www,DC=z,CN=MicrosoftDNS,DC=DomainDnsZones,{BASE}"))
    assert len(d) == 1


HEALTHY = list(example_entries())
damages = st.tuples(
    st.integers(0, len(HEALTHY) - 1),
    st.integers(0, 40),
    st.sampled_from([[], [b""], [b"\xff\xfe"], [b"-1"], [b"9" * 30], [b"[LDAP://;7777777777]"]])
    | st.binary(max_size=40).map(lambda data: [data]),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(damages, min_size=1, max_size=200), st.randoms(use_true_random=False))
def test_damaged_values_never_break_the_reading(
    changes: list[tuple[int, int, list[bytes]]], random: Random
) -> None:
    entries = [(dn, dict(attributes)) for dn, attributes in HEALTHY]
    for at, which, value in changes:
        attributes = entries[at][1]
        attributes[sorted(attributes)[which % len(attributes)]] = value
    random.shuffle(entries)
    d = read(*entries)
    assert len(d) >= len(HEALTHY) // 2


@pytest.mark.parametrize("dn", ["", ",", "=", "CN=a\\", "CN=a,DC=", "DC=", "texte"])
def test_a_strange_dn_never_breaks_the_reading(dn: str) -> None:
    d = read(root(), (dn, {"objectclass": [b"top", b"container"]}))
    assert d.index[SID] == 0


def test_the_root_of_a_domain_is_known_without_its_classes() -> None:
    name, attributes = root(minpwdlength=7)
    del attributes["objectclass"]
    d = read((name, attributes))
    assert d.kind[d.index[SID]] == Kind.DOMAIN


def test_numbers_that_are_none_are_those_of_an_absent_attribute() -> None:
    nonsense = {"msds-supportedencryptiontypes": "x", "whenchanged": "20260101000000.0Z"}
    d = read(root(), account("anne", 1, useraccountcontrol="x", admincount="x", **nonsense))
    anne = row(d, "anne")
    assert (d.uac_known[anne], d.admin_count[anne]) == (0, 0)
    assert "whenchanged" not in d.attributes
