"""SYSVOL beside an ORADAD output, or copied apart, completes the directory of its domain."""

from pathlib import Path

import pytest

from rempart.engines.directory.descriptors import Ace, build_descriptor
from rempart.engines.directory.model import Directory, Fact
from rempart.engines.directory.policies import DEFAULT_DOMAIN_POLICY, policy_key
from rempart.engines.directory.read.detect import Format, sources_of
from rempart.engines.directory.reading import read
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent
from support.policy_samples import LDAP_KEY, TEMPLATE

GUID = f"{{{DEFAULT_DOMAIN_POLICY}}}"
KEY = policy_key("chu.test", DEFAULT_DOMAIN_POLICY)
TEMPLATE_PATH = f"Policies\\{GUID}\\MACHINE\\Microsoft\\Windows NT\\SecEdit\\GptTmpl.inf"
TOP = ["dn", "objectClass", "objectGUID", "nTSecurityDescriptor"]
ROOT = ["dn", "objectSid", "minPwdLength"]
SYSVOL = ["forest", "domain", "guid", "path", "filename", "archivename", "take", "errorCode"]
SYSVOL += ["securitydescriptor", "fileattributes", "ftCreaftLastWriteTimetionTime"]
ADMIN = Ace(True, 0, 0x1F01FF, "", "", "S-1-5-32-544")
OWN = build_descriptor("S-1-5-32-544", [ADMIN]).hex()
PROTECTED = build_descriptor("S-1-5-32-544", [ADMIN], protected=True).hex()
INHERITED = build_descriptor("S-1-5-32-544", [ADMIN._replace(flags=0x10)]).hex()
START = ["chu.test", "chu.test", GUID]
OLD = "2026-11-19 10:00:00"
FOLDER = [PROTECTED, "16", "2020-01-01 00:00:00"]
FILE = [INHERITED, "32", "2026-11-20 10:00:00"]
LDIF = (
    "dn: DC=chu,DC=test\nobjectClass: top\nobjectClass: domainDNS\nobjectSid: S-1-5-21-1-2-3\n\n"
    "dn: CN=a,DC=chu,DC=test\nobjectClass: user\nobjectSid: S-1-5-21-1-2-3-1104\nsAMAccountName: a\n"
)


class Notes(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, message: str) -> None:
        self.said.append(message)


def oradad(base: Path) -> Path:
    """An ORADAD output of two tables, with one policy; gives the folder of its tables."""
    folder = base / "chu.test" / "20261121-101500"
    policy = f"Policies\\{GUID}"
    tables = {
        "top": (TOP, [["DC=chu,DC=test", "top;domainDNS", "", ""]]),
        "user": (["dn", "objectSid"], []),
        "root": (ROOT, [["DC=chu,DC=test", "S-1-5-21-1-2-3", "7"]]),
        "sysvol": (
            SYSVOL,
            [
                SYSVOL,
                [*START, policy, GUID, "11", "0", "0", *FOLDER],
                [*START, TEMPLATE_PATH, "GptTmpl.inf", "987", "1", "0", *FILE],
                [*START, f"{policy}\\own.ini", "own.ini", "4", "0", "0", OWN, "32", OLD],
                [*START, f"{policy}\\odd.ini", "odd.ini", "4", "0", "0", "01", "32", ""],
                [
                    *START,
                    f"{policy}\\MACHINE\\Registry.pol",
                    "x",
                    "5",
                    "1",
                    "5",
                    PROTECTED,
                    "32",
                    "",
                ],
                [*START[:2], "", "scripts\\a.bat", "a.bat", "6", "1", "0", *FILE],
            ],
        ),
    }
    lines = ["chu.test_20261121-101500"]
    for name, (columns, rows) in tables.items():
        described = "\t".join(f"{column}\tnvarchar(9)" for column in columns)
        path = f"domain\\chu.test\\{name}.tsv"
        lines.append(f"{path}\tt\tt\t{len(columns)}\t{described}")
        file = folder / path.replace("\\", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        text = "\ufeff" + "".join("\t".join(row) + "\r\n" for row in rows)
        file.write_bytes(text.encode("utf-16-le"))
    (folder / "tables.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    copies = base / "chu.test" / "20261121-101500_SYSVOL" / "chu.test" / GUID
    copies.mkdir(parents=True)
    (copies / "987_GptTmpl.inf").write_bytes(TEMPLATE.encode("utf-16"))
    return folder


def copied(base: Path) -> Path:
    """A SYSVOL copied by hand."""
    file = base / "chu.test" / TEMPLATE_PATH.replace("\\", "/")
    file.parent.mkdir(parents=True)
    file.write_bytes(TEMPLATE.encode("utf-16"))
    return base


def signing(directory: Directory) -> int | None:
    value = directory.sysvol[KEY].registry_value(LDAP_KEY, "LDAPServerIntegrity")
    return value.number if value else None


@pytest.mark.parametrize("given", [".", "chu.test", "chu.test/20261121-101500"])
def test_the_copies_of_oradad_are_read_wherever_the_folder_is_given_from(
    tmp_path: Path, given: str
) -> None:
    oradad(tmp_path)
    notes = Notes()
    (found,) = read([tmp_path / given], notes)
    assert Fact.SYSVOL in found.facts and signing(found) == 2
    assert any("1 fichier de SYSVOL annoncé" in note for note in notes.said)


def test_without_the_copies_sysvol_stays_unknown_and_is_told(tmp_path: Path) -> None:
    folder = oradad(tmp_path)
    (folder.parent / "20261121-101500_SYSVOL").rename(tmp_path / "elsewhere")
    notes = Notes()
    (found,) = read([folder], notes)
    assert Fact.SYSVOL not in found.facts and found.sysvol == {}
    assert any("_SYSVOL" in note for note in notes.said)


def test_a_copied_sysvol_completes_the_directory_of_its_domain(tmp_path: Path) -> None:
    (tmp_path / "annuaire.ldif").write_text(LDIF, encoding="utf-8")
    copy = copied(tmp_path / "copie")
    assert [source.format for source in sources_of(copy)] == [Format.SYSVOL]
    (found,) = read([tmp_path / "annuaire.ldif", copy], Silent())
    assert signing(found) == 2 and len(found.sources) == 2


def test_policies_without_their_directory_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match=r"chu\.test.*collecte de l’annuaire"):
        read([copied(tmp_path)], Silent())


def test_dates_and_rights_of_policy_files_are_kept(tmp_path: Path) -> None:
    oradad(tmp_path)
    (found,) = read([tmp_path], Silent())
    policy = found.sysvol[KEY]
    assert Fact.SYSVOL_DESCRIPTORS in found.facts
    assert policy.changed_at == 1795168800
    assert policy.folder_protected is True
    assert policy.explicit_rights == ("own.ini", "MACHINE/Registry.pol")
    assert policy.protected_files == ("MACHINE/Registry.pol",)


def test_a_table_of_files_that_says_little_is_read_for_what_it_says(tmp_path: Path) -> None:
    folder = oradad(tmp_path)
    table = folder / "domain" / "chu.test" / "sysvol.tsv"
    rows = [
        [*START, f"Policies\\{GUID}", GUID, "11", "0", "0", "", "16", ""],
        [*START, "ailleurs\\x", "x", "12", "0", "0", "", "32", ""],
        [*START, TEMPLATE_PATH, "GptTmpl.inf", "987", "1", "0", "", "32", ""],
    ]
    table.write_bytes(
        "\ufeff".encode("utf-16-le")
        + "".join("\t".join(row) + "\r\n" for row in rows).encode("utf-16-le")
    )
    notes = Notes()
    [directory] = read([tmp_path], notes)
    assert not directory.has(Fact.SYSVOL_DESCRIPTORS)
    assert not [note for note in notes.said if "SYSVOL" in note]
    assert signing(directory) is not None


def test_a_missing_table_of_files_leaves_sysvol_without_policies(tmp_path: Path) -> None:
    folder = oradad(tmp_path)
    (folder / "domain" / "chu.test" / "sysvol.tsv").unlink()
    [directory] = read([tmp_path], Notes())
    assert not directory.sysvol
