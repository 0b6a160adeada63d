"""What a mail server offers before TLS: held with pieces of bytes, then with Dovecot and Postfix as they are."""

from collections.abc import Iterator

import pytest

from rempart.engines.exposure.probe.services import java, mailboxes
from rempart.engines.exposure.seen.common import Reach
from support import mail_servers, tls_servers
from support.mail_servers import ADDRESS, Mailboxes
from support.parts import LOOPBACK
from support.service_servers import look
from support.talks import held, refused
from support.web_servers import outcome

EHLO = b"250-mx\r\n250-STARTTLS\r\n250-AUTH CRAM-MD5 LOGIN\r\n250 8BITMIME\r\n"


def test_ways_that_show_a_password_are_told_from_those_that_do_not() -> None:
    told = held(mailboxes.smtp(), b"220 mx ESMTP\r\n", EHLO).details
    assert told == {"tls": "yes", "clear_password": "yes", "auth": "CRAM-MD5 LOGIN"}
    told = held(mailboxes.smtp(), b"220 mx\r\n", b"250-mx\r\n250 AUTH=CRAM-MD5\r\n").details
    assert (told["tls"], told["clear_password"]) == ("no", "no")


def test_a_server_of_mail_that_refuses_us_is_named_and_not_judged() -> None:
    assert held(mailboxes.smtp(), b"554 non\r\n").details == {}
    assert held(mailboxes.smtp(), b"220 mx ESMTP\r\n", b"503 non\r\n").details == {}
    assert held(mailboxes.imap(), b"* BYE plus tard\r\n").service == "imap"
    assert held(mailboxes.pop3(), b"-ERR plus tard\r\n").service == "pop3"


def test_a_server_of_files_is_no_server_of_mail() -> None:
    said = refused(mailboxes.smtp(), b"220 (vsFTPd 3.0.3)\r\n", b"530 Please login\r\n")
    assert "pas du SMTP" in said
    assert "pas du SMTP" in refused(mailboxes.smtp(), b"SSH-2.0-essai\r\n")
    assert "IMAP" in refused(mailboxes.imap(), b"+OK\r\n")
    assert "POP3" in refused(mailboxes.pop3(), b"* OK\r\n")


def test_login_is_there_in_imap_unless_the_server_says_that_it_is_not() -> None:
    first = b"* OK pret\r\n"
    told = held(mailboxes.imap(), first, b"* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK\r\n").details
    assert (told["clear_password"], told["auth"]) == ("yes", "LOGIN")
    words = b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n"
    assert held(mailboxes.imap(), first, words, b"a1 OK\r\n").details["clear_password"] == "no"
    assert held(mailboxes.imap(), first, b"a1 BAD\r\n").details == {}


def test_an_old_server_of_pop3_that_does_not_say_is_not_judged() -> None:
    assert held(mailboxes.pop3(), b"+OK\r\n", b"-ERR quoi\r\n").details == {}
    told = held(mailboxes.pop3(), b"+OK\r\n", b"+OK\r\nTOP\r\nUSER\r\nSTLS\r\n.\r\n").details
    assert told == {"tls": "yes", "clear_password": "yes", "auth": "LOGIN"}


def test_a_java_server_answers_to_its_own_question_alone() -> None:
    assert held(java.ajp(), b"AB\x00\x01\x09").service == "ajp"
    assert "AJP" in refused(java.ajp(), b"HTTP/1.1 400\r\n")


pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]
NEEDS = pytest.mark.needs("dovecot", "postfix")


@pytest.fixture(scope="module")
def in_clear() -> Iterator[Mailboxes]:
    """A Dovecot without TLS."""
    with mail_servers.dovecot(has_tls=False) as found:
        yield found


@pytest.fixture(scope="module")
def careful() -> Iterator[Mailboxes]:
    """A Dovecot that wants TLS before any password."""
    with mail_servers.dovecot(has_tls=True) as found:
        yield found


@NEEDS
@pytest.mark.parametrize("talk", ["imap", "pop3"])
def test_mailboxes_in_clear_are_a_finding_and_their_tls_is_no_gap(
    talk: str, in_clear: Mailboxes
) -> None:
    port = getattr(in_clear, talk)
    seen = look(port, talk, address=ADDRESS)
    assert (seen.products[0].id, outcome("service_mail_clear", seen)) == ("dovecot", "failed")
    tls = tls_servers.look(port, starttls=talk, address=ADDRESS)
    assert (tls.reach, outcome("tls_rc4", tls)) == (Reach.NOT_OFFERED, "not_applicable")


@NEEDS
@pytest.mark.parametrize("talk", ["imap", "pop3"])
def test_mailboxes_that_want_tls_first_are_good(talk: str, careful: Mailboxes) -> None:
    port = getattr(careful, talk)
    assert outcome("service_mail_clear", look(port, talk, address=ADDRESS)) == "passed"
    assert tls_servers.look(port, starttls=talk, address=ADDRESS).reach is Reach.ANSWERED


@NEEDS
@pytest.mark.parametrize(
    ("options", "has_tls", "expected"),
    [
        ((), False, "failed"),
        ((), True, "failed"),
        (("smtpd_tls_auth_only = yes",), True, "passed"),
    ],
)
def test_a_password_that_postfix_takes_in_clear_is_a_finding(
    in_clear: Mailboxes, options: tuple[str, ...], has_tls: bool, expected: str
) -> None:
    with mail_servers.postfix(*options, auth=in_clear.auth, has_tls=has_tls) as port:
        seen = look(port, "smtp", address=ADDRESS)
    assert (seen.details["tls"] == "yes", outcome("service_mail_clear", seen)) == (
        has_tls,
        expected,
    )


@NEEDS
def test_a_postfix_that_only_receives_asks_for_no_password() -> None:
    with mail_servers.postfix() as port:
        seen = look(port, "smtp", address=ADDRESS)
    assert outcome("service_mail_clear", seen) == "not_applicable"
