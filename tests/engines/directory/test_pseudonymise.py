"""Names go, structure stays, and the key brings the names back."""

import re
from pathlib import Path

import msgspec
import pytest

from rempart.engines.directory.pseudonymise import (
    correspondence,
    keep_correspondence,
    pseudonymise,
    read_key,
    references,
    reveal,
)
from rempart.engines.directory.report import (
    AcceptedRisk,
    Convergence,
    DirectoryResult,
    Duplicate,
    ObjectRef,
    Report,
)
from rempart.kernel.errors import UnreadableSource
from support import reports

KEY = b"k" * 32
SECRETS = ("dupont", "svc-sauvegarde", "support-n1", "pc-radio", "ancien", "chu.test", "ghs.test", "martin", "bloodhound.zip", "radiologie", "1004336348", "agent07", "srv-0", "nord", "dc=chu")  # fmt: skip


def told(report: Report) -> str:
    """What the report says, without our own texts: those name nobody."""
    bare = [msgspec.structs.replace(c, why="", attack="", fix=None, link="", title="") for c in [*report.controls, *report.unscored]]  # fmt: skip
    return msgspec.json.encode(msgspec.structs.replace(report, controls=bare, unscored=[])).decode().lower()  # fmt: skip


def test_no_name_login_domain_or_identifier_is_left() -> None:
    text = told(pseudonymise(reports.sample(), KEY))
    assert [s for s in SECRETS if s in text] == []


def test_the_same_object_is_the_same_everywhere_and_kinds_stay() -> None:
    report = pseudonymise(reports.sample(), KEY)
    first, second = report.exposure.paths[0], report.exposure.paths[1]
    assert first.steps[-1].source == second.steps[-1].source
    assert first.steps[0].source.name.startswith("utilisateur-")
    assert first.steps[0].target.name.startswith("groupe-")
    assert report.pseudonymised


def test_figures_levels_and_outcomes_do_not_move() -> None:
    before, after = reports.sample(), pseudonymise(reports.sample(), KEY)
    assert after.level == before.level
    assert [(c.id, c.outcome, len(c.objects)) for c in after.controls] == [(c.id, c.outcome, len(c.objects)) for c in before.controls]  # fmt: skip
    assert after.exposure.by_kind == before.exposure.by_kind
    assert [a.exposed_after for a in after.plan.actions] == [6, 0]


def test_what_every_domain_has_keeps_its_name() -> None:
    report = pseudonymise(reports.sample(), KEY)
    names = {r.name.split("@")[0] for r in references(report)}
    assert {"ADMINS DU DOMAINE", "UTILISATEURS DU DOMAINE", "KRBTGT"} <= names


def test_another_key_gives_other_pseudonyms_and_the_same_key_the_same() -> None:
    report = reports.sample()
    assert pseudonymise(report, KEY) == pseudonymise(report, KEY)
    assert pseudonymise(report, KEY).plan.actions[0].title != pseudonymise(report, b"x" * 32).plan.actions[0].title  # fmt: skip


def test_the_key_brings_the_names_back() -> None:
    report = reports.sample()
    title = pseudonymise(report, KEY).exposure.paths[0].steps[0].source.name
    names = correspondence(report, KEY)
    assert reveal(f"Voir {title}.", names) == "Voir M.DUPONT@CHU.TEST."
    assert reveal("rien", {}) == "rien"


def test_the_plan_can_be_read_again_at_home() -> None:
    report = reports.sample()
    hidden = pseudonymise(report, KEY).plan.actions[0].title
    assert "SAUVEGARDE" not in hidden
    assert "sauvegarde" in reveal(hidden, correspondence(report, KEY)).lower()


def with_detail(detail: str) -> str:
    """A detail, as it comes out."""
    ref = msgspec.structs.replace(reports.BACKUP, detail=detail)
    control = reports.control("x", "Constat", [1], objects=[ref])
    report = msgspec.structs.replace(reports.sample(), controls=[control])
    return pseudonymise(report, KEY).controls[0].objects[0].detail


@pytest.mark.parametrize(
    "detail",
    [
        "délégation accordée à PC-RADIO-014.CHU.TEST",
        "nom de service : MSSQLSvc/srv-secret.chu.test:1433",
        "SERVICE RADIO SECRET@CHU.TEST peut y écrire",
        "CHU\\m.dupont s’y connecte",
        "voir CN=Dupont Marie,OU=Radiologie,DC=chu,DC=test",
        "porte aussi S-1-5-21-1004336348-1177238915-682003330-1104",
        "m.dupont en est propriétaire",
        "SUPPORT-N1@CHU.TEST et M.DUPONT@CHU.TEST",
    ],
)
def test_a_name_inside_a_sentence_goes(detail: str) -> None:
    shown = with_detail(detail).lower()
    assert not re.search("dupont|radio|secret|support|chu|1004336348", shown)


def test_a_sentence_without_name_stays() -> None:
    text = "mot de passe inchangé depuis 1 530 jours"
    assert with_detail(text) == text


def test_the_last_number_of_a_sid_stays() -> None:
    found = with_detail("S-1-5-21-1004336348-1177238915-682003330-512")
    assert found.startswith("S-1-5-21-") and found.endswith("-512")


def test_a_freely_written_reason_is_kept_home() -> None:
    risk = AcceptedRisk("vuln_guest", reports.DUPONT, "Mme Durand l’a demandé", "A. Martin")
    report = msgspec.structs.replace(reports.sample(), accepted=[risk])
    (found,) = pseudonymise(report, KEY).accepted
    assert "Durand" not in found.reason
    assert found.by.startswith("personne-")


def test_a_group_of_directories_is_hidden_too() -> None:
    base = reports.sample()
    each = DirectoryResult("ghs.test", base.domains, base.level, 1, 2)
    twins = Duplicate("m.dupont", [reports.DUPONT], "même identifiant")
    both = Convergence([each], [twins], [], [])
    text = told(pseudonymise(msgspec.structs.replace(base, convergence=both), KEY))
    assert "ghs.test" not in text and "dupont" not in text


def test_identifiers_without_sid_are_hidden() -> None:
    refs = [
        ObjectRef("0F1E2D3C-1111-2222-3333-444455556666", "Postes@CHU.TEST", "ou", "OU=Postes,DC=chu,DC=test"),
        ObjectRef("CHU.TEST-S-1-5-32-544", "ADMINISTRATORS@CHU.TEST", "group"),
        ObjectRef("", "sans rien", "user"),
        ObjectRef("S-1-5-11", "AUTHENTICATED USERS", "group"),
    ]  # fmt: skip
    report = msgspec.structs.replace(reports.sample(), controls=[reports.control("x", "x", [1], objects=refs)])  # fmt: skip
    found = {r.kind + r.name.split("-")[0].split("@")[0]: r for r in pseudonymise(report, KEY).controls[0].objects}  # fmt: skip
    assert "0F1E2D3C" not in found["ouou"].id and len(found["ouou"].id) == 36
    assert found["groupADMINISTRATEURS"].id.endswith("-S-1-5-32-544")
    assert "CHU" not in found["groupADMINISTRATEURS"].id
    assert found["groupUTILISATEURS AUTHENTIFIÉS"].id == "S-1-5-11"


def test_hostile_names_are_hidden_without_a_fault() -> None:
    report = pseudonymise(reports.hostile(), KEY)
    assert all(r.name.startswith("utilisateur-") for r in report.controls[0].objects)


def test_a_missing_key_is_made_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a" / "cle"
    key = read_key(path)
    assert len(key) == 32
    assert read_key(path) == key


@pytest.mark.parametrize(("text", "message"), [("zz", "illisible"), ("abcd", "trop courte")])
def test_a_bad_key_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "cle"
    path.write_text(text, encoding="ascii")
    with pytest.raises(UnreadableSource, match=message):
        read_key(path)


def test_the_correspondence_gathers_those_of_before(tmp_path: Path) -> None:
    path = tmp_path / "cle.noms.json"
    keep_correspondence({"groupe-A": "RADIO"}, path)
    keep_correspondence({"groupe-B": "\ud800LABO"}, path)
    assert msgspec.json.decode(path.read_bytes()) == {"groupe-A": "RADIO", "groupe-B": "?LABO"}


def test_a_damaged_correspondence_is_said_and_left(tmp_path: Path) -> None:
    path = tmp_path / "cle.noms.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="ne peut pas être gardée"):
        keep_correspondence({"a": "b"}, path)
    assert path.read_text(encoding="utf-8") == "{"


def shown_of(refs: list[ObjectRef], detail: str = "") -> list[ObjectRef]:
    """Objects as they come out of a report that holds only them, the first with a detail."""
    refs = [msgspec.structs.replace(refs[0], detail=detail), *refs[1:]]
    control = reports.control("x", "Constat", [1], objects=refs)
    report = msgspec.structs.replace(reports.sample(), controls=[control])
    return pseudonymise(report, KEY).controls[0].objects


def test_a_computer_named_by_its_dns_name_goes_whole_and_alone() -> None:
    host = ObjectRef(f"{reports.DOMAIN}-1999", "IRM-CARDIO.CHU.TEST", "computer", "CN=IRM-CARDIO,CN=Computers,DC=chu,DC=test")  # fmt: skip
    (found,) = shown_of([host], "session ouverte sur irm-cardio et sur IRM-CARDIO$")
    assert re.fullmatch(r"ordinateur-\w+\.domaine-\w+\.example", found.name)
    assert "cardio" not in f"{found.name} {found.dn} {found.detail}".lower()
    assert ",CN=Computers," in found.dn


def test_an_object_without_name_or_of_no_domain_is_hidden_too() -> None:
    refs = [ObjectRef(f"{reports.DOMAIN}-1998", "", "user"), ObjectRef("S-1-5-32-1", "LOCAL", "group")]  # fmt: skip
    found = {one.id: one.name for one in shown_of(refs)}
    assert "" in found.values()
    assert found["S-1-5-32-1"].startswith("groupe-")


def test_a_principal_of_windows_that_has_no_name_of_ours_is_hidden() -> None:
    (found,) = shown_of([ObjectRef("S-1-5-80-1", "NT SERVICE", "group")])
    assert found.name.startswith("groupe-")


def test_a_name_of_several_words_goes_whole() -> None:
    team = reports.ref("Équipe du bloc opératoire", "group", 1777)
    names = " ".join(["de"] * 14)
    (found,) = shown_of([team], f"{names} équipe du bloc opératoire@chu.test")
    assert "bloc" not in found.detail and found.detail.startswith("de de ")


def test_a_report_that_names_no_domain_is_hidden() -> None:
    alone = ObjectRef("S-1-5-80-2", "PASSERELLE", "computer")
    control = reports.control("x", "Constat", [1], objects=[msgspec.structs.replace(alone, detail="PASSERELLE répond")])  # fmt: skip
    bare = msgspec.structs.replace(
        reports.clean(), controls=[control], domains=[], title="Audit", sources=[]
    )
    (found,) = pseudonymise(bare, KEY).controls[0].objects
    assert "PASSERELLE" not in found.name + found.detail


def test_a_distinguished_name_without_domain_hides_nothing_more() -> None:
    (found,) = shown_of([ObjectRef("GUID-1", "X", "ou", "OU=Bloc,DC=")])
    assert "Bloc" not in found.dn
