"""SYSVOL copied by hand: what each file says, and what is never kept of it."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from rempart.engines.directory import policy_folders
from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import Fact
from rempart.engines.directory.policies import (
    DEFAULT_DOMAIN_POLICY,
    GroupChange,
    PolicyFiles,
    policy_key,
    policy_key_of_dn,
)
from rempart.engines.directory.policy_files import registry_pol, security_template
from rempart.engines.directory.policy_folders import policies_of
from rempart.engines.directory.policy_preferences import BadPolicyFileError
from rempart.engines.directory.read import sysvol
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent
from support.policy_samples import (
    CPASSWORD,
    GROUPS,
    LDAP_KEY,
    REGISTRY,
    SCRIPTS,
    SERVICES,
    TEMPLATE,
    dword,
    pol,
)

GUID = DEFAULT_DOMAIN_POLICY
BASE = f"chu.test/Policies/{{{GUID}}}"
PREFERENCES = f"{BASE}/MACHINE/Preferences"


def policy(**files: str | bytes) -> PolicyFiles:
    paths = {
        "template": f"{BASE}/MACHINE/Microsoft/Windows NT/SecEdit/GptTmpl.inf",
        "pol": f"{BASE}/MACHINE/Registry.pol",
        "groups": f"{PREFERENCES}/Groups/Groups.xml",
        "registry": f"{PREFERENCES}/Registry/Registry.xml",
        "services": f"{PREFERENCES}/Services/Services.xml",
        "scripts": f"{BASE}/MACHINE/Scripts/scripts.ini",
    }
    pairs = [
        (paths[name], text.encode("utf-16") if isinstance(text, str) else text)
        for name, text in files.items()
    ]
    return policies_of(pairs)[policy_key("chu.test", GUID)]


def test_the_security_template_gives_registry_values_and_privileges() -> None:
    found = policy(template=TEMPLATE)
    value = found.registry_value(LDAP_KEY, "LDAPServerIntegrity")
    assert value is not None and value.number == 2
    assert found.privileges == {
        "SeDebugPrivilege": ("S-1-5-32-544", "CHU\\alice"),
        "SeTcbPrivilege": (),
    }
    assert found.system_access["minimumpasswordlength"] == "12"
    assert found.services == {"spooler": 4}


def test_restricted_groups_are_read_both_ways() -> None:
    groups = policy(template=TEMPLATE).groups
    path = "MACHINE/Microsoft/Windows NT/SecEdit/GptTmpl.inf"
    assert groups == (
        GroupChange("S-1-5-32-544", ("S-1-5-21-1-2-3-1105", "bob"), replaces=True, file=path),
        GroupChange("S-1-5-32-555", ("S-1-5-21-1-2-3-1200",), file=path),
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8", "utf-8-sig", "cp1252"])
def test_a_template_is_read_in_any_encoding(encoding: str) -> None:
    found = security_template((TEMPLATE + "; é\n").encode(encoding), "GptTmpl.inf")
    assert found.registry[0].number == 2


def test_registry_pol_gives_its_values_and_forgets_deletions() -> None:
    found = policy(
        pol=pol(
            dword(LDAP_KEY, "LdapEnforceChannelBinding", 2),
            (r"Software\Test", "Nom", 1, "serveur\0".encode("utf-16-le")),
            (r"Software\Test", "**del.Autre", 1, b" \0\0\0"),
        )
    )
    value = found.registry_value(LDAP_KEY, "ldapenforcechannelbinding")
    assert value is not None and value.number == 2
    assert [item.value for item in found.registry] == ["2", "serveur"]


def test_a_password_left_in_a_preference_is_located_and_not_kept() -> None:
    found = policy(groups=GROUPS.encode())
    (password,) = found.passwords
    assert (password.account, password.kind) == ("admin_local", "groups")
    assert password.changed.startswith("2014")
    assert CPASSWORD not in repr(found)


def test_local_groups_of_preferences_are_read() -> None:
    (group,) = policy(groups=GROUPS.encode()).groups
    assert (group.group, group.members) == ("S-1-5-32-544", ("S-1-5-21-1-2-3-1300",))
    assert group.replaces and group.removed == ("CHU\\ancien",)


def test_no_secret_survives_in_any_file() -> None:
    winlogon = r"Software\Microsoft\Windows NT\CurrentVersion\Winlogon"
    found = policy(
        template=TEMPLATE,
        registry=REGISTRY.encode(),
        scripts=SCRIPTS,
        pol=pol((winlogon, "DefaultPassword", 1, "tres-secret\0".encode("utf-16-le"))),
    )
    assert "tres-secret" not in repr(found)
    assert {item.kind for item in found.passwords} == {"registry"}
    assert len(found.passwords) == 2
    assert [script.command for script in found.scripts] == ["carte.bat"]


def test_hexadecimal_numbers_of_preferences_are_numbers() -> None:
    values = {item.name: item.number for item in policy(registry=REGISTRY.encode()).registry}
    assert values == {"autoadminlogon": 10, "defaultpassword": None}


def test_services_are_read() -> None:
    assert policy(services=SERVICES.encode()).services == {"webclient": 4}


def test_an_entity_bomb_is_listed_as_unreadable() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Groups>&b;</Groups>'
    found = policy(groups=bomb)
    assert found.unreadable == ("MACHINE/Preferences/Groups/Groups.xml : XML illisible",)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_nonsense_is_refused_and_nothing_else_breaks(data: bytes) -> None:
    for parse, head in ((registry_pol, b"PReg\x01\x00\x00\x00"), (security_template, b"[")):
        try:
            assert isinstance(parse(head + data, "x"), PolicyFiles)
        except BadPolicyFileError as error:
            assert str(error)


@pytest.mark.parametrize("cut", range(9, 60, 5))
def test_a_truncated_registry_pol_is_refused(cut: int) -> None:
    whole = pol(dword(LDAP_KEY, "x", 1))
    with pytest.raises(BadPolicyFileError):
        registry_pol(whole[:cut], "Registry.pol")


def test_a_folder_copied_by_hand_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "SYSVOL" / BASE / "MACHINE"
    folder.mkdir(parents=True)
    (folder / "Registry.pol").write_bytes(pol(dword(LDAP_KEY, "LDAPServerIntegrity", 2)))
    (folder.parents[1] / "{11111111-2222-3333-4444-555555555555}").mkdir()
    builder = Builder()
    sysvol.read(tmp_path / "SYSVOL", builder, Silent())
    assert list(builder.sysvol) == [policy_key("chu.test", GUID)]
    assert Fact.SYSVOL in builder.facts


def test_a_zip_of_the_policies_alone_needs_the_domain(tmp_path: Path) -> None:
    path = tmp_path / "copie.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"Policies/{{{GUID}}}/Machine/registry.POL", pol(dword(LDAP_KEY, "x", 1)))
    with pytest.raises(UnreadableSource, match="de quel domaine"):
        sysvol.read(path, Builder(), Silent())
    builder = Builder()
    sysvol.read(path, builder, Silent(), domain="chu.test")
    assert builder.sysvol[policy_key("chu.test", GUID)].registry


def test_a_folder_without_policies_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "lisezmoi.txt").write_text("rien", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="aucune stratégie.*Policies"):
        sysvol.read(tmp_path, Builder(), Silent())


def test_a_policy_object_leads_to_its_files() -> None:
    dn = f"CN={{{GUID.lower()}}},CN=Policies,CN=System,DC=chu,DC=test"
    assert policy_key_of_dn(dn) == policy_key("CHU.TEST", f"{{{GUID}}}")
    assert policy_key_of_dn("CN=autre,DC=chu,DC=test") == ""


def test_two_sources_of_one_policy_are_merged() -> None:
    builder = Builder()
    for files in ({"template": TEMPLATE}, {"groups": GROUPS.encode()}, {"template": TEMPLATE}):
        sysvol.fill(builder, {"x": policy(**files)})
    (found,) = builder.sysvol.values()
    assert len(found.groups) == 3
    assert len(found.passwords) == 1


def test_every_type_of_registry_value_has_its_text() -> None:
    found = registry_pol(
        pol(
            ("k", "a", 5, b"\0\0\1\0"),
            ("k", "b", 7, "un\0deux\0\0".encode("utf-16-le")),
            ("k", "c", 3, b"\xff\x00"),
            ("k", "d", 11, (2**40).to_bytes(8, "little")),
        ),
        "User/Registry.pol",
    )
    assert [item.value for item in found.registry] == ["256", "un;deux", "ff00", str(2**40)]
    assert found.registry[0].user


@pytest.mark.parametrize("data", [b"PReg\x02\x00\x00\x00", b"", b"PReg\x01\x00\x00\x00[\0k"])
def test_what_is_no_registry_pol_is_refused(data: bytes) -> None:
    with pytest.raises(BadPolicyFileError):
        registry_pol(data, "Registry.pol")


def test_a_lie_on_a_size_is_refused() -> None:
    whole = pol(dword("k", "x", 1)).replace(
        (4).to_bytes(4, "little") + b";\0", b"\xff" * 4 + b";\0"
    )
    with pytest.raises(BadPolicyFileError, match="taille fausse|mal formé"):
        registry_pol(whole, "Registry.pol")


def test_a_template_without_section_is_listed_as_unreadable() -> None:
    found = policy(template="rien\n")
    assert found.unreadable[0].endswith("aucune section")


def test_a_file_too_large_is_listed_as_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_folders, "MAX_FILE", 10)
    assert "octets" in policy(template=TEMPLATE).unreadable[0]


def test_other_files_of_sysvol_are_not_read() -> None:
    paths = (f"{BASE}/GPT.INI", "chu.test/scripts/logon.bat", f"{BASE}/MACHINE/comment.cmtx")
    assert not any(map(sysvol.is_wanted, paths))
    assert policies_of([(path, b"x") for path in paths]) == {}


def test_lines_of_a_template_that_mean_nothing_are_left_out() -> None:
    text = (
        "[Unicode]\r\n[Registry Values]\r\nCLASSES\\x\\y=4,1\r\n"
        "[Service General Setting]\r\nSpooler\r\n[Group Membership]\r\nAdmins__Owners=x\r\n"
    )
    found = policy(template=text)
    assert (found.registry, found.services, found.groups) == ((), {}, ())


def test_preferences_that_say_little_are_read_for_what_they_say() -> None:
    text = (
        '<NTServices><NTService name="Spooler"><Properties serviceName="Spooler" '
        'startupType="NOCHANGE" cpassword="x"/></NTService></NTServices>'
    )
    found = policy(services=text.replace(' serviceName="Spooler"', "").encode())
    assert (found.services, [p.account for p in found.passwords]) == ({}, ["Spooler"])


def test_a_folder_that_is_no_policy_is_not_taken_for_one() -> None:
    assert policies_of([], "chu.test", known=["chu.test/Policies/PolicyDefinitions"]) == {}
