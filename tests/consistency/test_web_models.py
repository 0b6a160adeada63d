"""The models of the platform: each belongs to somebody, and points inwards."""

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model

from rempart.web.apps.establishments.models import Establishment

# From the outside in; a key goes to the same room or to one further in. The library’s own tables are outside.
ROOMS = (
    *(
        "api",
        "steering",
        "funding",
        "audits",
        "exposure",
        "assessments",
        "remediation",
        "evidence",
        "frameworks",
    ),
    *("accounts", "establishments", "core"),
)
OURS = [model for model in apps.get_models() if model._meta.app_label in ROOMS]
# Rows that say what is public.
WITHOUT_SCOPE = {
    "establishments.GroupingMember": "the groupings are public",
}


def name(model: type[Model]) -> str:
    return model._meta.label


def keys(model: type[Model]) -> list[ForeignKey]:
    return [field for field in model._meta.get_fields() if isinstance(field, ForeignKey)]


def reaches(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> bool:
    """Whether a row of this model belongs to an establishment, by however many keys."""
    inner = [key.related_model for key in keys(model) if key.related_model not in seen]
    return any(
        found is Establishment or reaches(found, seen | {model})
        for found in inner
        if isinstance(found, type) and found._meta.app_label in ROOMS
    )


BELONGING = [model for model in OURS if model is Establishment or reaches(model)]


@pytest.mark.parametrize("model", BELONGING, ids=name)
def test_what_belongs_to_an_establishment_is_fetched_through_a_scope(model: type[Model]) -> None:
    has_scope = callable(getattr(model._default_manager, "visible_to", None))
    assert has_scope or name(model) in WITHOUT_SCOPE


@pytest.mark.parametrize("model", OURS, ids=name)
def test_a_key_points_to_the_same_room_or_further_in(model: type[Model]) -> None:
    here = ROOMS.index(model._meta.app_label)
    outward = [
        key.name
        for key in keys(model)
        if isinstance(key.related_model, type)
        and key.related_model._meta.app_label in ROOMS
        and ROOMS.index(key.related_model._meta.app_label) < here
    ]
    assert outward == []


def test_an_exception_is_still_needed() -> None:
    without = {name(m) for m in BELONGING if not hasattr(m._default_manager, "visible_to")}
    assert set(WITHOUT_SCOPE) - without == set()
