"""The filters that every page has for what came from outside."""

from django.template import Context, Template

BIDI = "facture\u202efdp.exe"


def drawn(text: str, **values: object) -> str:
    """A piece of template that loads nothing, rendered."""
    return Template(text).render(Context(values))


def test_a_name_from_outside_shows_what_was_invisible_in_it() -> None:
    found = drawn("{{ w|shown }} {{ w|shown_lines }} {{ w|prose }}", w=BIDI)
    assert "\u202e" not in found
    assert found.count("fdp.exe") == 3


def test_a_name_is_on_one_line_and_a_text_keeps_its_lines() -> None:
    assert "\n" not in drawn("{{ w|shown }}", w="un\ndeux")
    assert "\n" in drawn("{{ w|shown_lines }}", w="un\ndeux")


def test_a_text_of_a_report_becomes_a_sentence_and_stays_escaped() -> None:
    assert drawn("{{ w|prose }}", w="le port <b> répond") == "Le port &lt;b&gt; répond."


def test_an_address_that_is_not_plain_https_leads_nowhere() -> None:
    assert drawn("[{{ w|link }}]", w="javascript:alert(1)") == "[]"
    assert drawn("[{{ w|link }}]", w="https://a.example/x") == "[https://a.example/x]"


def test_minutes_and_counts_are_written_in_words() -> None:
    found = drawn('{{ m|duration }}, {% counted n "constat" %}', m=90, n=2)
    assert found == "1\u00a0h\u00a030, 2\u00a0constats"
