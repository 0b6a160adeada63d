"""Hostile names are made visible, and never longer than a page can bear."""

from rempart.render.text import abridge, clip, excerpt, name, shorten, visible


def test_a_right_to_left_override_is_written_out() -> None:
    assert name("compta\u202egpj.exe") == "compta⟨U+202E⟩gpj.exe"


def test_control_characters_and_line_ends_are_written_out_in_a_name() -> None:
    assert name("a\nb\x00c\x1b[31m") == "a⟨U+000A⟩b⟨U+0000⟩c⟨U+001B⟩[31m"


def test_a_paragraph_keeps_its_lines_and_loses_its_escapes() -> None:
    assert visible("un\n\tdeux\x1b") == "un\n\tdeux⟨U+001B⟩"


def test_a_lone_surrogate_can_be_encoded_once_shown() -> None:
    assert name("\ud800x").encode("utf-8") == "⟨U+D800⟩x".encode()


def test_zero_width_characters_do_not_hide_in_a_name() -> None:
    assert name("admin\u200b") != name("admin")


def test_piled_accents_are_cut() -> None:
    assert name("z" + "\u0301" * 50 + "algo") == "z" + "\u0301" * 3 + "…algo"


def test_a_long_name_says_its_length() -> None:
    assert clip("A" * 2000, 10) == "A" * 10 + "… (2000 caractères)"
    assert len(name("A" * 2000)) < 250


def test_prose_is_cut_after_a_sentence_or_else_after_a_word() -> None:
    assert abridge("Un lit. Deux lits. Trois lits attendent.", 24) == "Un lit. Deux lits."
    assert abridge("Trois lits attendent encore", 14) == "Trois lits…"
    assert abridge("Court.", 14) == "Court."


def test_an_ordinary_name_is_left_alone() -> None:
    assert name("Élodie D’Aubigné@CHU.TEST") == "Élodie D’Aubigné@CHU.TEST"


def test_a_shortened_name_keeps_both_ends() -> None:
    short = shorten("SRV-IMAGERIE-RADIOLOGIE-SECOURS-07", 20)
    assert len(short) == 20
    assert short.startswith("SRV-IMAGERIE") and short.endswith("URS-07")


def test_an_excerpt_ends_with_a_word_and_hides_nothing() -> None:
    assert excerpt("trois mots courts", 40, "x.html") == "trois mots courts"
    assert excerpt("trois mots courts", 13, "x.html") == "trois mots… (suite dans x.html)"
    assert excerpt("sansespace" * 3, 10, "x.html") == "sansespace… (suite dans x.html)"
    assert "⟨U+202E⟩" in excerpt("a\u202e b c d", 8, "x.html")
