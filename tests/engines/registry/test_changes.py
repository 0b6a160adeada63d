"""The words of the history."""

from rempart.engines.registry.changes import What, changes

HOME = {
    "name": "LES GENETS", "long_name": "", "address": "1 R DE LA GARE", "postal_code": "35000",
    "municipality": "RENNES", "category": "500", "operator": "350000001", "phone": "1",
}  # fmt: skip


def test_nothing_that_matters_is_no_change() -> None:
    assert changes(HOME, HOME | {"phone": "2", "name": "LES GENETS"}) == []


def test_each_change_keeps_what_was_and_what_is() -> None:
    after = HOME | {"long_name": "RESIDENCE LES GENETS", "category": "501", "operator": "350000002"}
    found = {c.what: (c.before, c.after) for c in changes(HOME, after)}
    assert found == {
        What.RENAMED: ("LES GENETS", "RESIDENCE LES GENETS"),
        What.RECATEGORISED: ("500", "501"),
        What.OPERATOR: ("350000001", "350000002"),
    }


def test_a_move_shows_both_addresses() -> None:
    (found,) = changes(HOME, HOME | {"municipality": "BRUZ", "postal_code": "35170"})
    assert (found.what, found.before, found.after) == (
        What.MOVED,
        "1 R DE LA GARE 35000 RENNES",
        "1 R DE LA GARE 35170 BRUZ",
    )


def test_an_operator_has_a_legal_status_and_no_category() -> None:
    before = {"name": "KER", "legal_status": "60"}
    assert [c.what for c in changes(before, before | {"legal_status": "61"})] == [What.STATUS]
