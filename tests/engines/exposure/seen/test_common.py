"""What every observation says of itself."""

import pytest

from rempart.engines.exposure.seen.common import Endpoint, Reach, Seen


@pytest.mark.parametrize(
    ("endpoint", "label"),
    [
        (Endpoint("192.0.2.1", 443, "www.exemple.example"), "www.exemple.example:443"),
        (Endpoint("192.0.2.1", 443), "192.0.2.1:443"),
        (Endpoint("2001:db8::1", 443), "[2001:db8::1]:443"),
    ],
)
def test_an_endpoint_is_named_as_a_person_would(endpoint: Endpoint, label: str) -> None:
    assert endpoint.label == label


def test_an_observation_that_does_not_say_what_it_is_about_cannot_be_judged() -> None:
    with pytest.raises(NotImplementedError):
        _ = Seen(reach=Reach.ANSWERED).target
