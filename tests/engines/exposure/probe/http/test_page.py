"""Reading pages: what they load, where they send passwords, and pages made to slow the reader down."""

import time

import pytest
from hypothesis import given, settings, strategies as st

from rempart.engines.exposure.probe.http.cookies import read_cookies
from rempart.engines.exposure.probe.http.page import read_page, split
from support.web_inputs import SHAPES, read_web, seeds

HERE = "https://www.chu.example/accueil/"
TRAPS = [
    "<script " * 60000,
    '<script a="' * 40000,
    "<script " + "a=" * 200000,
    "<title" + " " * 400000,
    "<" * 500000,
    "<link rel='" + "icon " * 90000,
    "<form action=" + '"' * 400000,
    "<base href='x/'>" * 30000 + "<img src=a>",
]


def test_what_a_page_loads_from_elsewhere_is_listed_with_its_integrity() -> None:
    text = """<script src="//cdn.example/a.js" integrity="sha384-x"></script><SCRIPT SRC=local.js></SCRIPT>
    <link rel="stylesheet" href='http://cdn.example/b.css'><img src="http://www.chu.example/c.png">"""
    page = read_page(text, HERE)
    assert [(s.host, s.integrity, s.is_clear) for s in page.scripts] == [
        ("cdn.example", "sha384-x", False),
        ("cdn.example", "", True),
    ]
    assert page.own_scripts == ["https://www.chu.example/accueil/local.js"]
    assert page.mixed == ["http://cdn.example/b.css", "http://www.chu.example/c.png"]


def test_a_password_is_held_to_the_form_that_it_stands_in() -> None:
    text = (
        "<form action='http://x.example/'><input name=q></form><form><input type=password></form>"
    )
    page = read_page(text, HERE)
    assert (page.has_password_field, page.insecure_forms) == (True, [])


def test_a_cookie_without_value_kept_and_one_that_is_removed() -> None:
    cookies = read_cookies(
        ["SID=abc; Secure; HttpOnly; SameSite=Strict", "a=; Max-Age=0", "csrftoken=1"]
    )
    assert [(c.name, c.is_session, c.same_site) for c in cookies] == [
        ("SID", True, "strict"),
        ("csrftoken", False, ""),
    ]


@pytest.mark.parametrize(
    "address", ["http://[::1", "javascript:1", "http://", "http://a:99999/", "http://a:0/"]
)
def test_what_is_no_address_of_the_web_is_left_out(address: str) -> None:
    assert split(address) is None


def test_icons_refreshes_and_addresses_that_cannot_be_read_are_sorted_out() -> None:
    text = """<meta http-equiv=refresh content="0; url='/suite'"><link rel="shortcut icon" href=i.png>
    <link rel=icon href=j.png><link rel=canonical href=/c><link rel=preload><form action="http://[x/">
    <input type=text><script src="javascript:1"></script><img><script src="http://[x/a.js"></script>"""
    page = read_page(text, HERE)
    assert (page.refresh, page.icon) == ("https://www.chu.example/suite", f"{HERE}i.png")
    assert (page.scripts, page.own_scripts, page.mixed) == ([], [], [])


def test_a_meta_that_sends_nowhere_and_a_charset_are_no_redirection() -> None:
    text = "<meta charset=utf-8><meta name=a content=b><meta http-equiv=refresh content=30>"
    assert read_page(text, HERE).refresh == ""


def test_what_is_kept_of_a_page_is_bounded() -> None:
    loads = "".join(f"<script src='http://c{n}.example/a.js'></script>" for n in range(100))
    own = "".join(f"<script src='/{n}.js'></script>" for n in range(100))
    fields = "<form action='http://x.example'>" + "<input type=password>" * 100
    page = read_page(loads + own + fields, HERE)
    kept = (page.scripts, page.own_scripts, page.mixed, page.insecure_forms)
    assert [len(one) for one in kept] == [60, 60, 60, 60]


@pytest.mark.slow
@pytest.mark.parametrize("trap", TRAPS, ids=lambda t: str(t)[:12])
def test_a_page_made_to_slow_the_reader_costs_its_length(trap: str) -> None:
    begun = time.process_time()
    read_page(trap, HERE)
    assert time.process_time() - begun < 2.0


@pytest.mark.slow
@pytest.mark.parametrize("shape", range(len(SHAPES)))
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=600))
def test_any_answers_that_look_like_a_site_are_read_or_refused(shape: int, data: bytes) -> None:
    read_web(bytes([shape]) + data)
    assert len(SHAPES) > shape


@pytest.mark.slow
def test_what_the_fuzzer_begins_with_is_read_or_refused() -> None:
    for seed in seeds():
        read_web(seed)
    assert len(seeds()) > len(SHAPES)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    begins=st.sampled_from(
        [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 F\r\nLocation: ", b"<script src="]
    ),
    ends=st.binary(max_size=500),
)
def test_any_bytes_of_a_site_are_read_or_refused(begins: bytes, ends: bytes) -> None:
    read_web(b"\0" + begins + ends)
    assert begins is not None
