"""The components: what they draw, and what they refuse."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client, RequestFactory
from pytest_django import Settings

STYLESHEET_LIMIT = 17_000


def drawn(text: str, query: str = "", **values: object) -> str:
    """A piece of template, rendered."""
    request = RequestFactory().get(f"/liste/{query}")
    return Template(text).render(Context({"request": request, **values}))


@pytest.mark.parametrize(
    "text",
    [
        '{% tag words="x" tone="red" %}',
        "{% level value=6 %}",
        '{% tile title="x" value=1 tone="red" %}',
        '{% callout tone="none" %}x{% endcallout %}',
        '{% progress words="x" done=3 total=2 %}',
        '{% crumbs "Accueil" %}',
        '{% crumbs "Accueil" "/" %}',
    ],
)
def test_a_component_refuses_what_makes_no_sense(text: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        drawn(text)


def test_what_a_person_wrote_is_escaped() -> None:
    found = drawn('{% tag words=w tone="ok" %}{% card title=w %}{{ w }}{% endcard %}', w="<b>")
    assert "<b>" not in found
    assert found.count("&lt;b&gt;") == 3


def test_a_level_is_said_in_words_too() -> None:
    found = drawn("{% level value=2 at_most=True %}")
    assert 'aria-label="Niveau 2 au plus sur 5"' in found
    assert found.count('class="on"') == 2


def test_a_number_that_is_not_known_is_no_zero() -> None:
    assert (drawn("{{ n|number }}", n=None), drawn("{{ n|number }}", n=0)) == ("–", "0")


def test_the_trail_marks_the_present_page() -> None:
    found = drawn('{% crumbs "Accueil" "/" "Plan" %}')
    assert '<a href="/">Accueil</a>' in found
    assert '<li aria-current="page">Plan</li>' in found


@pytest.mark.parametrize(
    ("sort", "href", "said"),
    [
        ("", "?q=a&amp;tri=nom", ""),
        ("nom", "?q=a&amp;tri=-nom", "ascending"),
        ("-nom", "?q=a&amp;tri=nom", "descending"),
    ],
)
def test_a_head_sorts_keeps_the_filters_and_says_its_direction(
    sort: str, href: str, said: str
) -> None:
    text = '{% sort_header words="Nom" key="nom" sort=sort %}'
    found = drawn(text, "?q=a&page=3", sort=sort)
    assert f'href="{href}"' in found
    assert (f'aria-sort="{said}"' in found) is bool(said)


def test_pages_keep_the_filters() -> None:
    page = Paginator(range(130), 50).page(2)
    found = drawn("{% pagination page=page target='liste' %}", "?q=a&page=2", page=page)
    assert "51–100 sur 130" in found
    assert 'href="?q=a&amp;page=3"' in found
    assert 'href="?q=a"' in found
    assert 'data-hx-target="#liste"' in found


def test_work_without_an_end_shows_that_it_goes_on() -> None:
    assert "<progress></progress>" in drawn('{% progress words="Lecture" done=0 %}')
    assert 'value="3" max="4"' in drawn('{% progress words="Lecture" done=3 total=4 %}')


def test_the_gallery_is_closed_in_a_real_installation(settings: Settings, client: Client) -> None:
    settings.GALLERY = False
    assert client.get("/_composants").status_code == 404


def test_the_stylesheet_stays_small() -> None:
    found = finders.find("rempart/rempart.css")
    assert isinstance(found, str)
    assert Path(found).stat().st_size < STYLESHEET_LIMIT
