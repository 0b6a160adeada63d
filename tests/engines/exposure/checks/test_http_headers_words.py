"""What the checks of web sites say, word for word where it matters, without any server."""

import pytest

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure.judge import verdicts_on
from rempart.engines.exposure.registry import CHECKS, Context, Verdict
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.http import HttpSeen
from support.exposure import TODAY


def said(check: str, **more: object) -> Verdict:
    """The verdict of one check on a page over TLS."""
    seen = HttpSeen(
        reach=Reach.ANSWERED,
        endpoint=Endpoint("192.0.2.1", 443, "www.ch.example"),
        is_tls=True,
        status=200,
        **more,  # type: ignore[arg-type]
    )
    context = Context(exposure_checks()[check].params, TODAY)
    [verdict] = verdicts_on(CHECKS[check], seen, context)
    return verdict


@pytest.mark.parametrize(
    ("seconds", "words"), [(300, "moins d’un jour"), (90_000, "1 jour."), (864_000, "10 jours.")]
)
def test_a_short_promise_of_https_says_how_short(seconds: int, words: str) -> None:
    headers = {"strict-transport-security": [f"max-age={seconds}"]}
    assert words in said("http_hsts", headers=headers).detail


def test_files_in_clear_are_counted_in_french() -> None:
    assert said("http_mixed_content", mixed=["http://a/"]).detail.endswith("1 fichier au moins.")
    two = said("http_mixed_content", mixed=["http://a/", "http://b/"])
    assert two.detail.endswith("2 fichiers au moins.")
