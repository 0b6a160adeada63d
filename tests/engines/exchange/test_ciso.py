"""Libraries of CISO Assistant, as they come and as they break."""

from datetime import date

import pytest

from rempart.engines.exchange.ciso import read_ciso
from rempart.engines.exchange.reading import MOST_BYTES, UnreadableFramework

HEAD = """
urn: urn:us:risk:library:trial
ref_id: trial
name: Référentiel d’essai
version: {version}
locale: fr
provider: Une agence
copyright: Licence ouverte
publication_date: {day}
objects:
  framework:
    urn: urn:us:risk:framework:trial
    ref_id: Trial-1.0
    name: Essai
    implementation_groups_definition:
    - {{ref_id: EI, name: Entité importante}}
"""
NODES = """
    requirement_nodes:
    - {urn: 'urn:a', assessable: false, depth: 1, ref_id: '1', name: Gouverner}
    - {urn: 'urn:b', parent_urn: 'urn:a', assessable: true, depth: 2, ref_id: '1.1', name: Nommer,
       description: Nommer un responsable., typical_evidence: Lettre de mission,
       implementation_groups: [EI], importance: mandatory, weight: 3}
"""


def library(
    nodes: str = NODES, *, scale: str = "", version: str = "2", day: str = "2026-03-17"
) -> bytes:
    return (HEAD.format(version=version, day=day) + scale + nodes).encode()


def test_a_node_becomes_an_item_of_the_theme_above_it() -> None:
    (read,) = read_ciso(library())
    framework = read.framework
    (theme,) = framework.themes
    (item,) = theme.items
    assert (framework.id, framework.version, theme.title) == ("trial_1_0", "2", "Gouverner")
    assert (item.id, item.title, item.severity, item.weight) == (
        "trial_1_0.1.1",
        "Nommer",
        "high",
        3,
    )
    assert item.groups == ["EI"]
    assert [p.title for p in item.pieces] == ["Lettre de mission"]


def test_authors_and_rights_stay_in_sight() -> None:
    framework = read_ciso(library())[0].framework
    assert framework.provider == "Une agence"
    assert framework.copyright == "Licence ouverte"
    assert "Une agence" in framework.statement
    assert framework.revised_on == date(2026, 3, 17)


@pytest.mark.parametrize("day", ["null", "'bientôt'", "2026-03-17T10:00:00Z"])
def test_a_date_of_any_form_is_taken_or_left(day: str) -> None:
    assert read_ciso(library(day=day))[0].framework.title == "Essai"


def test_answers_of_a_question_are_the_levels() -> None:
    nodes = """
    requirement_nodes:
    - urn: urn:b
      assessable: true
      name: Sauvegardes
      questions:
        urn:b:question:1:
          type: unique_choice
          text: Testez-vous la restauration ?
          choices:
          - {urn: 'c1', value: Oui, add_score: 3}
          - {urn: 'c2', value: Non, add_score: 0}
          - {urn: 'c3', value: Sans objet, compute_result: not_applicable}
        urn:b:question:2: {type: text, text: Précisez}
"""
    (read,) = read_ciso(library(nodes))
    (item,) = read.framework.items
    assert item.title == "Testez-vous la restauration ?"
    assert [level.text for level in item.levels] == ["Non", "Oui"]
    assert read.left_out == ("urn:b : 1 question sans choix noté.",)


def test_several_scored_questions_are_several_items() -> None:
    choices = (
        "choices: [{value: Non, compute_result: 'false'}, {value: Oui, compute_result: 'true'}]"
    )
    nodes = f"""
    requirement_nodes:
    - urn: urn:b
      assessable: true
      ref_id: A
      questions:
        q1: {{type: single_choice, text: Un ?, {choices}}}
        q2: {{type: unique_choice, text: Deux ?, {choices}}}
"""
    items = read_ciso(library(nodes))[0].framework.items
    assert [item.id for item in items] == ["trial_1_0.A.q1", "trial_1_0.A.q2"]


@pytest.mark.parametrize(
    "scale",
    [
        "    scores_definition: [{score: 0, name: Rien}, {score: 50, name: Début, description: vu}]\n",
        "    scores_definition: {scale: [{score: 0, name: Rien}, {score: 5, name: Début, description: vu}]}\n",
    ],
)
def test_the_scale_of_the_framework_gives_the_levels(scale: str) -> None:
    (item,) = read_ciso(library(scale=scale))[0].framework.items
    assert [level.text for level in item.levels] == ["Rien", "Début : vu"]


def test_two_items_with_one_reference_keep_apart() -> None:
    nodes = """
    requirement_nodes:
    - {urn: 'urn:x:b', assessable: true, ref_id: A}
    - {urn: 'urn:x:c', assessable: true, ref_id: A}
    - {urn: 'urn:y:c', assessable: true, ref_id: A}
"""
    ids = [item.id for item in read_ciso(library(nodes))[0].framework.items]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ("    requirement_nodes: [{assessable: true}]", "pas d’identifiant"),
        ("    requirement_nodes: [{urn: a, assessable: true}, {urn: A}]", "donné à deux"),
        ("    requirement_nodes: [{urn: a, parent_urn: z, assessable: true}]", "n’existe pas"),
        (
            "    requirement_nodes: [{urn: a, parent_urn: b, assessable: true}, {urn: b, parent_urn: a}]",
            "tournent en rond",
        ),
        ("    requirement_nodes: [{urn: a}]", "aucune exigence"),
    ],
)
def test_a_tree_that_does_not_stand_is_refused(nodes: str, said: str) -> None:
    with pytest.raises(UnreadableFramework, match=said):
        read_ciso(library(nodes))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "pas de rubrique"),
        (b"objects: {threats: []}", "ne contient pas de r"),
        (b"objects: {framework: 3}", "ne contient pas de r"),
        (b"a: [1", "pas du YAML"),
        (b"a: 1\na: 2", "deux fois"),
        (b"a: &x [1]\nb: *x", "alias"),
        (b"[" * 100 + b"]" * 100, "imbriqu"),
        (b"\xff\xfea\x00", "UTF-8"),
        (b"a: 2026-99-99", "ne se lit pas"),
        (b"x" * (MOST_BYTES + 1), "Mo"),
    ],
)
def test_a_file_that_is_not_a_library_is_refused_with_advice(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableFramework, match=said):
        read_ciso(data)


def test_too_many_items_are_refused() -> None:
    rows = "".join(f"\n    - {{urn: u{n}, assessable: true}}" for n in range(5001))
    with pytest.raises(UnreadableFramework, match="plus que 5000"):
        read_ciso(library("    requirement_nodes:" + rows))


def test_a_class_that_is_not_defined_hides_nothing_and_is_said() -> None:
    (read,) = read_ciso(library(NODES.replace("[EI]", "[EI, ZZ]")))
    assert read.framework.themes[0].items[0].groups == ["EI"]
    assert read.left_out == (
        "« Nommer » nomme la classe « ZZ », qui n’est pas définie : cette classe est laissée de côté.",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: b\n  c: d: e\n", "« : » est mal placé"),
        ("a:\n\t- b\n", "tabulation"),
        ("a: [b, c\n", "virgule ou un crochet"),
        ("a: 'b\n", "n’est pas fermé"),
        ("!!python/object/apply:os.system [id]", "balise"),
        ("a: b\nc\n", "il manque un « : »"),
        ("a: 1\na: 2\n", "la clé « a » est écrite deux fois"),
    ],
)
def test_what_is_not_yaml_says_why_in_french(text: str, why: str) -> None:
    with pytest.raises(UnreadableFramework) as fault:
        read_ciso(text.encode())
    assert why in fault.value.found
    for english in ("could not", "expected", "found", "not allowed"):
        assert english not in fault.value.found
