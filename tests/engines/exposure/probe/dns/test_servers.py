"""What is known of name servers: how long each is waited for, and when one is presumed dead."""

from rempart.engines.exposure.probe.dns.servers import (
    LEAST_HEDGE,
    LEAST_PATIENCE,
    LONGEST_REST,
    Pace,
    Server,
)


def server() -> Server:
    return Server("192.0.2.1", 32, 4)


def test_nobody_is_hurried_while_nobody_was_heard() -> None:
    assert Pace(1.0).waits(server(), 1) == (LEAST_PATIENCE, 1.0)


def test_near_servers_make_strangers_wait_less_and_never_less_than_the_floor() -> None:
    pace = Pace(1.0)
    pace.heard(0.002)
    assert pace.waits(server(), 1) == (LEAST_HEDGE, LEAST_PATIENCE)
    assert pace.waits(server(), 2) == (LEAST_HEDGE, 2 * LEAST_PATIENCE)


def test_a_far_server_makes_all_strangers_waited_for_as_long_as_before() -> None:
    pace = Pace(1.0)
    pace.heard(0.3)
    assert pace.waits(server(), 1) == (0.6, 1.0)


def test_what_was_slow_long_ago_is_forgotten_little_by_little() -> None:
    pace = Pace(1.0)
    for took in (0.3, *[0.001] * 2000):
        pace.heard(took)
    assert pace.waits(server(), 1) == (LEAST_HEDGE, LEAST_PATIENCE)


def test_a_server_that_was_heard_is_waited_for_as_it_answers() -> None:
    pace, one = Pace(1.0), server()
    for _ in range(50):
        one.heard(1.0, 0.2)
        pace.heard(0.2)
    hedge, patience = pace.waits(one, 1)
    assert 0.2 < hedge < 0.3
    assert patience == 2 * hedge
    assert one.room == one.most


def test_rest_grows_to_a_bound_and_one_answer_ends_it() -> None:
    one = server()
    for _ in range(12):
        one.bury(10.0)
    assert (one.is_dead, one.tried_again_at) == (True, 10.0 + LONGEST_REST)
    one.heard(11.0, 0.1)
    assert (one.is_dead, one.rest, one.misses) == (False, 0.0, 0)


def test_a_stranger_is_lost_sooner_than_one_that_was_heard() -> None:
    stranger, known = server(), server()
    known.heard(5.0, 0.01)
    stranger.misses = known.misses = 4
    assert stranger.is_lost(6.0, 1.0)
    assert not known.is_lost(6.0, 1.0)
    known.misses = 8
    assert not known.is_lost(5.5, 1.0)
    assert known.is_lost(6.0, 1.0)


def test_those_that_answer_are_preferred_to_a_stranger_that_is_late() -> None:
    late, known = server(), server()
    late.is_suspect = True
    known.heard(1.0, 0.01)
    known.in_flight = 30
    assert known.weight() < late.weight()
