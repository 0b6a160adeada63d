"""Frameworks in the base: each version written once, read once."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from rempart.web.apps.frameworks import actions, catalogue
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.apps.frameworks.rules import digest_of, document_of
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from rempart.web.core.scope import NOBODY, Grant, Level, Role, Scope
from support.frameworks import a_framework
from web.conftest import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the content holds; a test changes it."""
    content: dict[str, object] = {"demo": a_framework()}
    monkeypatch.setattr(actions, "frameworks", lambda: content)
    return content


def test_loading_twice_writes_once(shipped: dict[str, object]) -> None:
    assert [row.framework_id for row in actions.load_shipped()] == ["demo"]
    assert actions.load_shipped() == []
    assert StoredFramework.objects.count() == 1


def test_what_is_read_back_is_what_was_written(shipped: dict[str, object]) -> None:
    actions.load_shipped()
    assert catalogue.get("demo") == a_framework()


def test_a_changed_text_is_a_new_row_and_the_old_one_stays(shipped: dict[str, object]) -> None:
    actions.load_shipped()
    shipped["demo"] = a_framework(title="Un autre titre")
    (made,) = actions.load_shipped()
    assert made.version.startswith("1+")
    assert catalogue.get("demo").title == "Un autre titre"
    assert catalogue.get("demo", "1").title == "Un référentiel de démonstration"


def test_a_text_that_comes_back_is_current_again(shipped: dict[str, object]) -> None:
    actions.load_shipped()
    shipped["demo"] = a_framework(version="2")
    actions.load_shipped()
    shipped["demo"] = a_framework()
    assert actions.load_shipped() == []
    assert catalogue.get("demo").version == "1"


def test_a_framework_is_read_from_the_base_once(shipped: dict[str, object]) -> None:
    (row,) = actions.load_shipped()
    catalogue.of_digest(row.digest)
    with CaptureQueriesContext(connection) as seen:
        catalogue.of_digest(row.digest)
    assert len(seen) == 0


def test_few_frameworks_are_kept_in_memory(
    shipped: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue._KEPT.clear()
    monkeypatch.setattr(catalogue, "MOST_KEPT", 1)
    shipped["other"] = a_framework("other")
    for row in actions.load_shipped():
        catalogue.of_digest(row.digest)
    assert len(catalogue._KEPT) == 1


def test_a_framework_that_is_not_there_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match="pas installé"):
        catalogue.get("nothing")


def test_an_empty_field_says_the_same_as_none() -> None:
    document = document_of(a_framework())
    assert digest_of(document) == digest_of(document | {"programme": "", "groups": []})
    assert digest_of(document) != digest_of(document | {"programme": "care_d2"})


def test_an_import_is_journaled_and_done_once(cast: Cast) -> None:
    first = actions.import_framework(framework=a_framework("own"), by=cast.rose, region="53")
    again = actions.import_framework(framework=a_framework("own"), by=cast.rose, region="53")
    assert again == first
    assert JournalEntry.objects.filter(act="import_framework").count() == 1


def test_an_import_takes_neither_our_names_nor_those_of_regions(
    cast: Cast, shipped: dict[str, object]
) -> None:
    actions.load_shipped()
    with pytest.raises(Refused, match="fourni avec Rempart"):
        actions.import_framework(framework=a_framework(version="9"), by=cast.rose, region="53")
    actions.import_framework(framework=a_framework("own"), by=cast.rose, region="53")
    with pytest.raises(Refused, match="pour une région"):
        actions.import_framework(framework=a_framework("own", version="2"), by=cast.nadia)


def test_the_framework_of_a_region_is_not_seen_from_another(cast: Cast) -> None:
    actions.import_framework(framework=a_framework("own"), by=cast.rose, region="53")
    actions.import_framework(framework=a_framework("common"), by=cast.nadia)
    officer = Scope(1, (Grant(Role.REGIONAL_OFFICER, Level.REGION, "93"),))
    rows = StoredFramework.objects
    assert [r.framework_id for r in rows.visible_to(officer)] == ["common"]
    assert rows.visible_to(NOBODY, regions=("53",)).count() == 2
    assert rows.visible_to(Scope(1, (Grant(Role.NATIONAL_CERT, Level.NATIONAL),))).count() == 2


def test_a_framework_has_one_present_version(shipped: dict[str, object]) -> None:
    (row,) = actions.load_shipped()
    row.pk, row.version = None, "2"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_maps_name_the_frameworks_that_answer_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    from support.frameworks import a_map

    monkeypatch.setattr(
        catalogue, "item_maps", lambda: {"a_b": a_map("a", "b"), "c_a": a_map("c", "a")}
    )
    assert catalogue.mapped_with("a") == ["b", "c"]
