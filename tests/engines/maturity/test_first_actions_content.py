"""The engine on the content that Rempart brings: whatever is answered, there is something to do, and levels that exist."""

import pytest

from rempart.content.knowledge import frameworks, item_maps, measures
from rempart.content.severity import risk_points
from rempart.engines.maturity.answers import UNKNOWN, at, bounds
from rempart.engines.maturity.first_actions import first_actions
from rempart.engines.maturity.maps import proposals
from rempart.engines.maturity.score import outcomes, score

NAMES = sorted(frameworks())


@pytest.mark.parametrize("name", NAMES)
def test_whoever_has_done_nothing_is_given_three_things_to_do(name: str) -> None:
    framework = frameworks()[name]
    nothing = {item.id: at(bounds(item)[0]) for item in framework.items}
    quick = framework.minutes <= 60
    found = first_actions(framework, nothing, measures().values(), risk_points(), quick_first=quick)
    assert len(found) == 3
    assert all(suggestion.points > 0 and suggestion.items for suggestion in found)


@pytest.mark.parametrize("name", NAMES)
def test_whoever_knows_nothing_is_given_three_things_to_do_too(name: str) -> None:
    framework = frameworks()[name]
    unknown = dict.fromkeys((item.id for item in framework.items), UNKNOWN)
    quick = framework.minutes <= 60
    found = first_actions(framework, unknown, measures().values(), risk_points(), quick_first=quick)
    assert len(found) == 3
    assert found[0].is_uncertain


@pytest.mark.parametrize("name", NAMES)
def test_whoever_has_reached_every_target_has_nothing_left_to_do(name: str) -> None:
    framework = frameworks()[name]
    reached = {item.id: at(item.target) for item in framework.items}
    assert first_actions(framework, reached, measures().values(), risk_points()) == []
    found = score(framework, reached).score
    assert found is not None and found.is_exact
    assert len(outcomes(framework, found)) == bool(framework.outcomes)


@pytest.mark.parametrize("name", NAMES)
def test_what_other_frameworks_propose_is_a_level_of_the_question(name: str) -> None:
    known = {
        other: (framework, {item.id: at(item.target) for item in framework.items})
        for other, framework in frameworks().items()
        if other != name
    }
    found = proposals(frameworks()[name], known, item_maps().values())
    levels = {item.id: {v.value for v in item.levels} for item in frameworks()[name].items}
    assert all(made.value in levels[item] for item, made in found.items())
    assert all(0 < made.confidence <= 1 for made in found.values())
