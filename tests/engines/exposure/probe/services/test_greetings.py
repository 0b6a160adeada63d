"""Services that speak first: those that say nothing, and those that have nothing to choose."""

from rempart.engines.exposure.probe.services import greetings
from support.talks import held, refused


def test_a_terminal_that_closes_without_a_word_is_no_terminal() -> None:
    assert "sans rien dire" in refused(greetings.telnet())
    assert "pas du telnet" in refused(greetings.telnet(), b"bonjour")
    assert held(greetings.telnet(), b"\xff\xfd\x18login: ").banner == "login:"


def test_a_screen_without_any_kind_of_security_is_not_said_open() -> None:
    said = held(greetings.vnc(), b"RFB 003.008\n", b"\x00")
    assert said.details == {"protocol": "3.8"}
    old = held(greetings.vnc(), b"RFB 003.003\n\x00\x00\x00\x00")
    assert old.details == {"protocol": "3.3"}


def test_a_file_server_says_whether_it_knows_tls_or_leaves_it_unknown() -> None:
    told = {
        b"211-F\r\n AUTH TLS\r\n211 E\r\n": "yes",
        b"500 ?\r\n": "no",
        b"421 non\r\n": "unknown",
    }
    for features, tls in told.items():
        assert held(greetings.ftp(), b"220 pret\r\n", features).details == {"tls": tls}
    assert "pas du FTP" in refused(greetings.ftp(), b"554 non\r\n")


def test_a_line_of_another_service_is_shown_in_the_refusal() -> None:
    for talk in (greetings.vnc, greetings.rsync, greetings.vmware_auth):
        assert "SSH-2.0-ess" in refused(talk(), b"SSH-2.0-essai\r\n")
