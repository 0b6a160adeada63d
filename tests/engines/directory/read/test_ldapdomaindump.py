"""ldapdomaindump's JSON gives accounts and policy, and says that it gives no right."""

import json
from pathlib import Path
from typing import Any

import pytest

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import Directory, Fact, Kind, Relation
from rempart.engines.directory.read import ldapdomaindump
from rempart.engines.directory.read.archives import open_container
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent

SID = "S-1-5-21-1-2-3"
BASE = "DC=chu,DC=test"


class Notes(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, message: str) -> None:
        self.said.append(message)


def item(dn: str, **attributes: Any) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    return {"attributes": named | {"distinguishedName": [dn]}, "dn": dn}


def account(name: str, rid: int, **more: Any) -> dict[str, Any]:
    base = {"sAMAccountName": [name], "objectSid": [f"{SID}-{rid}"], "uSNChanged": [4]}
    dates = {"pwdLastSet": ["2026-01-02 03:04:05.395981+00:00"], "userAccountControl": [512]}
    classes = {"objectClass": ["top", "person", "user"], "primaryGroupID": [513]}
    return item(f"CN={name},{BASE}", **base, **dates, **classes, **more)


def write(folder: Path, **files: list[dict[str, Any]]) -> Path:
    group = item(f"CN=g,{BASE}", objectClass=["top", "group"], objectSid=[f"{SID}-1200"])
    group["attributes"]["member"] = [f"CN=a,{BASE}"]
    policy = item(
        BASE,
        objectClass=["top", "domain", "domainDNS"],
        objectSid=[SID],
        minPwdLength=[7],
        pwdProperties=[1],
        maxPwdAge=["42 days, 0:00:00"],
        lockoutDuration=["0:30:00"],
        minPwdAge=["999999999 days, 23:59:59.999999"],
        gPLink=["[LDAP://CN={31B2F340},CN=x;0]"],
    )
    trust = item(
        f"CN=p.test,CN=System,{BASE}",
        objectClass=["top", "leaf", "trustedDomain"],
        trustPartner=["p.test"],
        trustAttributes=[0],
        trustDirection=[3],
        trustType=[2],
        securityIdentifier=["\x01\x04\0\0\0\0\0\x05\x15\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0"],
    )
    cert = {"encoded": "AAH/", "encoding": "base64"}
    contents = {
        "domain_users": [
            account("a", 1104, adminCount=[1]),
            account("b", 1105, userCertificate=[cert]),
        ],
        "domain_groups": [group],
        "domain_computers": [],
        "domain_policy": [policy],
        "domain_trusts": [trust],
    } | files
    for name, objects in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(objects), encoding="utf-8")
    return folder


def read(folder: Path, notes: Notes | None = None) -> Directory:
    builder = Builder()
    ldapdomaindump.read_files(list(open_container(folder)), builder, notes or Notes())
    return builder.build()


def test_accounts_members_policy_and_trusts_are_read(tmp_path: Path) -> None:
    found = read(write(tmp_path))
    row = found.index[f"{SID}-1104"]
    assert found.names[row] == "A@CHU.TEST" and found.kind[row] == Kind.USER
    assert found.password_set[row] == 1767323045
    assert list(found.pairs(Relation.MEMBER)) == [(row, found.index[f"{SID}-1200"])]
    domain = found.index[SID]
    assert found.values(domain, "maxpwdage") == ["-36288000000000"]
    assert found.values(domain, "lockoutduration") == ["-18000000000"]
    assert found.values(domain, "minpwdage") == ["-9223372036854775808"]
    assert (found.trusts[0].partner, found.trusts[0].partner_sid) == ("p.test", SID)


def test_what_is_not_dumped_is_not_said_to_be_known(tmp_path: Path) -> None:
    notes = Notes()
    facts = read(write(tmp_path), notes).facts
    assert {Fact.UAC, Fact.MEMBERS, Fact.DOMAIN_POLICY, Fact.TRUSTS} <= facts
    unseen = {Fact.ACL, Fact.GPO_LINKS, Fact.DFSR, Fact.PASSWORD_SETTINGS, Fact.CONFIGURATION}
    assert not facts & unseen
    assert any("chemins de contrôle ne sont pas évalués" in note for note in notes.said)


def test_a_minimal_dump_knows_only_what_it_shows(tmp_path: Path) -> None:
    users = [account("a", 1104)]
    del users[0]["attributes"]["uSNChanged"]
    facts = read(write(tmp_path, domain_users=users)).facts
    assert Fact.UAC in facts and Fact.SID_HISTORY not in facts and Fact.LAPS not in facts


def test_missing_groups_leave_members_unknown(tmp_path: Path) -> None:
    (write(tmp_path) / "domain_groups.json").unlink()
    notes = Notes()
    assert Fact.MEMBERS not in read(tmp_path, notes).facts
    assert any("domain_groups.json" in note for note in notes.said)


def test_missing_users_are_refused(tmp_path: Path) -> None:
    (write(tmp_path) / "domain_users.json").unlink()
    with pytest.raises(UnreadableSource, match=r"domain_users\.json est absent"):
        read(tmp_path)


def test_a_list_is_read_item_by_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = list(read(write(tmp_path)).ids)
    monkeypatch.setattr(ldapdomaindump, "BLOCK", 11)
    assert read(tmp_path).ids == expected


@pytest.mark.parametrize(
    "text", ["", "{}", "[", '[{"attributes": {}', '[{"dn": "x"}]', "[1]", "[" * 100_000]
)
def test_what_is_not_the_tools_json_is_refused(tmp_path: Path, text: str) -> None:
    (write(tmp_path) / "domain_users.json").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableSource, match=r"domain_users\.json"):
        read(tmp_path)


def test_values_that_ldap3_did_not_turn_into_text_are_read(tmp_path: Path) -> None:
    odd = account("a", 1104)
    odd["attributes"] |= {
        "isCriticalSystemObject": [True],
        "description": "seule",
        "userCertificate": [{"encoded": "not base64", "encoding": "base64"}],
    }
    del odd["dn"]
    found = read(write(tmp_path, domain_users=[odd]))
    row = found.index[f"{SID}-1104"]
    assert found.values(row, "iscriticalsystemobject") == ["TRUE"]
    assert found.values(row, "description") == ["seule"]
    assert found.dns[row] == f"CN=a,{BASE}"


def test_half_a_surrogate_pair_does_not_reach_the_report(tmp_path: Path) -> None:
    odd = account("a", 1104, displayName=["x\ud800y"])
    odd["dn"] = f"CN=\udfff,{BASE}"
    found = read(write(tmp_path, domain_users=[odd]))
    row = found.index[f"{SID}-1104"]
    assert (found.dns[row], found.values(row, "displayname")) == (f"CN=?,{BASE}", ["x?y"])
