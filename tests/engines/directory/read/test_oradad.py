"""ORADAD's tables give back the entries that the directory had."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from rempart.engines.directory.read import oradad, oradad_tables
from rempart.engines.directory.read.archives import open_container
from rempart.engines.directory.read.entry import Entry
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent

BASE = "DC=chu,DC=test"
SID = "S-1-5-21-1-2-3"
TOP = [
    ("shortname", "nvarchar(20)"),
    ("shortdn", "nvarchar(20)"),
    ("objectClass", "nvarchar(90)"),
    ("nTSecurityDescriptor", "varchar(8000)"),
    ("whenCreated", "datetime2"),
    ("objectGUID", "uniqueidentifier"),
    ("isDeleted", "tinyint"),
    ("systemFlags", "nvarchar(40)"),
    ("systemFlags_int", "int"),
    ("memberOf", "nvarchar(max)"),
]
USER = [
    ("sAMAccountName", "nvarchar(20)"),
    ("objectSid", "varchar(60)"),
    ("userAccountControl", "nvarchar(60)"),
    ("userAccountControl_int", "int"),
    ("pwdLastSet", "datetime2"),
    ("accountExpires", "datetime2"),
    ("servicePrincipalName", "nvarchar(400)"),
    ("description", "nvarchar(90)"),
    ("userCertificate", "varchar(max)"),
    ("sIDHistory", "varchar(max)"),
]
GROUP = [("member", "nvarchar(max)"), ("objectSid", "varchar(60)")]
CA = [("cACertificate", "varchar(max)"), ("certificateTemplates", "nvarchar(90)")]
Columns = list[tuple[str, str]]
Rows = list[list[str]]


class Notes(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, message: str) -> None:
        self.said.append(message)


def write(root: Path, tables: dict[str, tuple[Columns, Rows]], head: str = "\ufeff") -> Path:
    """An ORADAD folder; the key of a table is its path."""
    lines = [
        "chu.test_20261121-101500",
        "metadata.tsv\tmetadata\tmetadata\t2\tkey\tn(1)\tvalue\tn(1)",
    ]
    for path, (columns, rows) in tables.items():
        named = [("dn", "nvarchar(200)"), *columns]
        cells = "\t".join(f"{name}\t{sql}" for name, sql in named)
        lines.append(f"{path}\t{path}\t{path}\t{len(named)}\t{cells}")
        file = root / path.replace("\\", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        text = head + "".join("\t".join(row) + "\r\n" for row in rows)
        file.write_bytes(text.encode("utf-16-le"))
    (root / "tables.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    meta = "\ufefforadad_version\t3.6.218\r\nforest|systemtime\t20261121-101500\r\n"
    (root / "metadata.tsv").write_bytes(meta.encode("utf-16-le"))
    return root


def top(name: str, classes: str, member_of: str = "", sd: str = "01000480") -> list[str]:
    guid = "00112233-4455-6677-8899-aabbccddeeff"
    when = "2020-01-02 03:04:05"
    return [
        f"{name}{BASE}",
        "domain/chu.test",
        name,
        classes,
        sd,
        when,
        guid,
        "",
        "F",
        "1",
        member_of,
    ]


def sample(root: Path, changes: dict[str, tuple[Columns, Rows]] | None = None) -> Path:
    users = [
        [f"CN=a\\;b,{BASE}", "a", f"{SID}-1104", "NORMAL", "512", "2024-05-06 07:08:09"]
        + ["2999-12-12 23:59:59", "HTTP/x;HTTP/y", "un;deux", "0001;02", f"{SID}-1;{SID}-2"],
        [f"CN=c,{BASE}", "c", f"{SID}-1105", "NORMAL", "514", "", "", "", "", "", ""],
    ]
    tables = {
        "domain\\chu.test\\top.tsv": (
            TOP,
            [
                top("", "top;domain;domainDNS"),
                top("CN=a\\;b,", "top;user"),
                top("CN=g,", "top;group"),
            ]
            + [top("CN=ca,", "top;pKIEnrollmentService")],
        ),
        "domain\\chu.test\\user.tsv": (USER, users),
        "domain\\chu.test\\group.tsv": (
            GROUP,
            [[f"CN=g,{BASE}", f"CN=a\\;b,{BASE};CN=c,{BASE};cn=d\\,e;f,{BASE}", f"{SID}-1106"]],
        ),
        "configuration\\pKIEnrollmentService.tsv": (
            CA,
            [[f"CN=ca,{BASE}", "ff00", "User;Machine"]],
        ),
    }
    return write(root, tables | (changes or {}))


def read(path: Path, observer: Silent | None = None) -> dict[str, dict[str, list[bytes]]]:
    container = open_container(path)
    (root,) = oradad_tables.roots(container)
    reader = oradad.OradadReader(
        oradad_tables.open_collection(container, root), observer or Notes()
    )
    found: list[Entry] = list(reader.entries())
    assert len(found) == len({dn for dn, _ in found})
    return dict(found)


def test_the_rows_of_one_object_are_merged_and_typed(tmp_path: Path) -> None:
    user = read(sample(tmp_path))[f"CN=a\\;b,{BASE}"]
    assert user == {
        "objectclass": [b"top", b"user"],
        "ntsecuritydescriptor": [bytes.fromhex("01000480")],
        "whencreated": [b"2020-01-02 03:04:05"],
        "objectguid": [bytes.fromhex("33221100554477668899aabbccddeeff")],
        "systemflags": [b"1"],
        "samaccountname": [b"a"],
        "objectsid": [f"{SID}-1104".encode()],
        "useraccountcontrol": [b"512"],
        "pwdlastset": [b"2024-05-06 07:08:09"],
        "accountexpires": [b"9223372036854775807"],
        "serviceprincipalname": [b"HTTP/x", b"HTTP/y"],
        "description": [b"un;deux"],
        "usercertificate": [b"\0\1", b"\2"],
        "sidhistory": [f"{SID}-1".encode(), f"{SID}-2".encode()],
    }


def test_an_empty_password_date_is_zero_because_oradad_writes_nothing_for_it(
    tmp_path: Path,
) -> None:
    assert read(sample(tmp_path))[f"CN=c,{BASE}"]["pwdlastset"] == [b"0"]


def test_members_are_split_between_names_only(tmp_path: Path) -> None:
    group = read(sample(tmp_path))[f"CN=g,{BASE}"]
    names = [f"CN=a\\;b,{BASE}", f"CN=c,{BASE}", f"cn=d\\,e;f,{BASE}"]
    assert [value.decode() for value in group["member"]] == names


def test_objects_without_a_table_of_their_own_come_from_top(tmp_path: Path) -> None:
    entries = read(sample(tmp_path))
    assert entries[BASE]["objectclass"] == [b"top", b"domain", b"domainDNS"]
    assert entries[f"CN=ca,{BASE}"]["certificatetemplates"] == [b"User", b"Machine"]
    assert entries[f"CN=ca,{BASE}"]["cacertificate"] == [b"\xff\0"]
    assert entries[f"CN=ca,{BASE}"]["objectclass"] == [b"top", b"pKIEnrollmentService"]


def test_a_zip_of_the_folder_and_header_rows_give_the_same(tmp_path: Path) -> None:
    sample(tmp_path / "f")
    header = "\ufeff" + "\t".join(["dn", *[name for name, _ in USER]]) + "\r\n"
    user = tmp_path / "f/domain/chu.test/user.tsv"
    text = user.read_bytes().decode("utf-16")
    user.write_bytes((header + text).encode("utf-16-le"))
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        for file in sorted((tmp_path / "f").rglob("*.tsv")):
            archive.write(file, "chu.test/2026/" + file.relative_to(tmp_path / "f").as_posix())
    assert read(tmp_path / "o.zip") == read(sample(tmp_path / "plain"))


def test_small_blocks_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read(sample(tmp_path))
    monkeypatch.setattr(oradad_tables, "BLOCK", 7)
    assert read(tmp_path) == expected


def test_the_collection_states_its_date_its_tool_and_what_it_asked(tmp_path: Path) -> None:
    collection = oradad_tables.open_collection(open_container(sample(tmp_path)), "")
    assert collection.collector() == "ORADAD 3.6.218"
    assert collection.collected_at() == 1795256100
    asked = oradad.OradadReader(collection, Notes()).asked()
    assert {"ntsecuritydescriptor", "useraccountcontrol", "cacertificate"} < asked
    assert "useraccountcontrol_int" not in asked and "maxpwdage" not in asked


def test_a_group_cut_at_the_limit_is_completed_from_its_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oradad, "FIELD_LIMIT", 34)
    cut = f"CN=a\\;b,{BASE};CN=c,DC=chu,DC;;;"
    rows = [top("CN=g,", "top;group"), top("CN=c,", "top;user", f"CN=g,{BASE}")]
    rows.append(top("CN=z,", "top;user", f"CN=G,{BASE};CN=other,{BASE}"))
    groups = [[f"CN=g,{BASE}", cut, f"{SID}-1106"]]
    changes = {
        r"domain\chu.test\top.tsv": (TOP, rows),
        r"domain\chu.test\group.tsv": (GROUP, groups),
    }
    sample(tmp_path, changes)
    notes = Notes()
    names = [n.decode() for n in read(tmp_path, notes)[f"CN=g,{BASE}"]["member"]]
    assert names == [f"CN=a\\;b,{BASE}", f"CN=c,{BASE}", f"CN=z,{BASE}"]
    assert any("1 groupe a plus de membres" in note for note in notes.said)


def test_a_group_whose_list_is_whole_is_not_taken_for_a_cut_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oradad, "FIELD_LIMIT", 60)
    groups = [[f"CN=g,{BASE}", f"CN=c,{BASE}", f"{SID}-1106"]]
    sample(tmp_path, {r"domain\chu.test\group.tsv": (GROUP, groups)})
    notes = Notes()
    assert read(tmp_path, notes)[f"CN=g,{BASE}"]["member"] == [f"CN=c,{BASE}".encode()]
    assert not notes.said


def test_a_table_cut_short_is_refused(tmp_path: Path) -> None:
    user = sample(tmp_path) / "domain/chu.test/user.tsv"
    user.write_bytes(user.read_bytes()[:-20])
    with pytest.raises(UnreadableSource, match=r"user\.tsv.*tronqué"):
        read(tmp_path)


def test_a_table_that_is_not_utf16_is_refused(tmp_path: Path) -> None:
    user = sample(tmp_path) / "domain/chu.test/user.tsv"
    user.write_text("CN=a\tb\r\n", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="UTF-16"):
        read(tmp_path)


def test_rows_of_another_width_are_refused_when_they_are_not_rare(tmp_path: Path) -> None:
    sample(tmp_path, {r"domain\x\user.tsv": (USER, [[f"CN=z,{BASE}", "z"]])})
    with pytest.raises(UnreadableSource, match="11 colonnes"):
        read(tmp_path)


def test_a_rare_row_of_another_width_is_told(tmp_path: Path) -> None:
    rows = [[f"CN=u{i},{BASE}", "u", *[""] * 9] for i in range(300)]
    sample(tmp_path, {r"domain\x\user.tsv": (USER, [*rows, ["CN=z", "z"]])})
    notes = Notes()
    assert f"CN=u299,{BASE}" in read(tmp_path, notes)
    assert any("1 ligne mal formée laissée de côté sur 301" in note for note in notes.said)


def test_a_missing_table_is_told_and_a_missing_top_refused(tmp_path: Path) -> None:
    sample(tmp_path)
    (tmp_path / "domain/chu.test/group.tsv").unlink()
    notes = Notes()
    read(tmp_path, notes)
    assert any("group.tsv" in note for note in notes.said)
    (tmp_path / "domain/chu.test/top.tsv").unlink()
    with pytest.raises(UnreadableSource, match=r"top\.tsv"):
        read(tmp_path)


def test_a_description_of_tables_that_does_not_hold_is_refused(tmp_path: Path) -> None:
    sample(tmp_path)
    tables = tmp_path / "tables.tsv"
    tables.write_text(
        tables.read_text(encoding="utf-8").replace("\t11\t", "\t12\t"), encoding="utf-8"
    )
    with pytest.raises(UnreadableSource, match="incomplète"):
        read(tmp_path)


def test_a_collection_stopped_before_its_domains_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {r"configuration\top.tsv": (TOP, [top("", "top;configuration")])})
    with pytest.raises(UnreadableSource, match="interrompue"):
        read(tmp_path)


def test_what_describes_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tables.tsv").write_text("chu.test_2026\n", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="aucune table"):
        read(tmp_path)


def test_a_partition_without_objects_is_an_empty_file(tmp_path: Path) -> None:
    expected = read(sample(tmp_path / "a"))
    assert read(sample(tmp_path / "b", {r"forestdns\top.tsv": (TOP, [])})) == expected


def test_an_object_of_two_tables_is_one_entry(tmp_path: Path) -> None:
    computer = (GROUP, [[f"CN=c,{BASE}", "", f"{SID}-1105"]])
    dmsa = ([("msDS-DelegatedMSAState", "int")], [[f"CN=c,{BASE}", "2"]])
    changes = {r"domain\chu.test\computer.tsv": computer, r"domain\chu.test\dmsa.tsv": dmsa}
    changes[r"domain\chu.test\user.tsv"] = (USER, [])
    entry = read(sample(tmp_path, changes))[f"CN=c,{BASE}"]
    assert entry == {"objectsid": [f"{SID}-1105".encode()], "msds-delegatedmsastate": [b"2"]}


def test_a_guid_that_is_none_is_left_out(tmp_path: Path) -> None:
    row = top("CN=z,", "top;user")
    row[6] = "not-a-guid"
    changes = {r"domain\x\top.tsv": (TOP, [row]), r"domain\x\user.tsv": (USER, [])}
    assert "objectguid" not in read(sample(tmp_path, changes))[f"CN=z,{BASE}"]


def test_metadata_without_a_date_leave_it_unknown(tmp_path: Path) -> None:
    (sample(tmp_path) / "metadata.tsv").unlink()
    collection = oradad_tables.open_collection(open_container(tmp_path), "")
    assert (collection.collector(), collection.collected_at()) == ("ORADAD", None)


def test_an_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample(tmp_path)
    monkeypatch.setattr(oradad_tables, "LINE_LIMIT", 10)
    monkeypatch.setattr(oradad_tables, "BLOCK", 40)
    with pytest.raises(UnreadableSource, match="n’en finit pas"):
        read(tmp_path)


def test_sddl_and_repeated_values_are_kept_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oradad_tables, "_SHARED_VALUES", 1)
    columns = [("msDS-KeyCredentialLink", "varchar(90)")]
    rows = [[f"CN={name},{BASE}", "O:SYD:(XA;OICI;CR;;;WD)"] for name in "xy"]
    entries = read(sample(tmp_path, {r"configuration\authNPolicy.tsv": (columns, rows)}))
    for name in "xy":
        value = entries[f"CN={name},{BASE}"]["msds-keycredentiallink"]
        assert value == [b"O:SYD:(XA;OICI;CR;;;WD)"]


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.sampled_from(
        ["tables.tsv", "metadata.tsv", "domain/chu.test/top.tsv", "domain/chu.test/user.tsv"]
    ),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=5),
)
def test_a_collection_with_changed_bytes_is_read_or_refused(
    tmp_path: Path, name: str, changes: list[tuple[int, int]]
) -> None:
    file = sample(tmp_path) / name
    data = bytearray(file.read_bytes())
    for place, value in changes:
        data[place % len(data)] = value
    file.write_bytes(data)
    try:
        collection = oradad_tables.open_collection(open_container(tmp_path), "")
        found = list(oradad.OradadReader(collection, Notes()).entries())
    except UnreadableSource as error:
        assert error.todo
    else:
        assert all(dn.encode("utf-8").decode("utf-8") == dn for dn, _ in found)
