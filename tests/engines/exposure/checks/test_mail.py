"""Verdicts on mail that the packaged examples do not reach."""

from typing import Any

from rempart.engines.exposure.checks import mail, mail_transport
from rempart.engines.exposure.registry import Context
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import Fact
from rempart.engines.exposure.seen.mail import (
    DkimSeen,
    DmarcSeen,
    ExchangerSeen,
    MailSeen,
    SpfSeen,
    StsSeen,
)
from rempart.kernel.outcome import Outcome
from support.exposure import TODAY

CONTEXT = Context({}, TODAY)


def seen(**more: Any) -> MailSeen:
    told = {"exchangers": Fact(is_known=True, values=["10 mx.ch.fr"])} | more
    return MailSeen(reach=Reach.ANSWERED, domain="ch.fr", **told)


def test_the_product_is_known_by_the_server_s_name_then_by_its_banner() -> None:
    hosted = ExchangerSeen(name="ch-fr.mail.protection.outlook.com", banner="Postfix")
    own = ExchangerSeen(name="mx.ch.fr", banner="mx.ch.fr ESMTP Postfix")
    assert mail.product_of(seen(servers=[hosted])) == "microsoft365"
    assert mail.product_of(seen(servers=[own])) == "postfix"
    assert mail.product_of(seen()) == ""


def test_a_policy_on_trial_does_not_apply_to_all() -> None:
    records = Fact(is_known=True, values=["v=DMARC1; p=reject; t=y"])
    dmarc = DmarcSeen(records=records, found_at="ch.fr", policy="reject", is_test=True)
    found = next(iter(mail.dmarc_partial(seen(dmarc=dmarc), CONTEXT)))
    assert (found.outcome, "à l’essai" in found.detail) == (Outcome.FAILED, True)


def test_two_records_of_mta_sts_are_one_too_many() -> None:
    sts = StsSeen(record=Fact(is_known=True, values=["v=STSv1; id=1", "v=STSv1; id=2"]))
    found = next(iter(mail_transport.sts_broken(seen(sts=sts), CONTEXT)))
    assert (found.outcome, "2 enregistrements" in found.detail) == (Outcome.FAILED, True)


def test_a_null_mx_does_not_say_that_nothing_is_sent_when_the_spf_lets_someone_write() -> None:
    spf = SpfSeen(records=Fact(is_known=True, values=["v=spf1 include:envoi.example -all"]))
    (found,) = mail.dkim_absent(seen(is_null=True, spf=spf), CONTEXT)
    assert found.outcome is Outcome.NOT_MEASURED
    closed = SpfSeen(records=Fact(is_known=True, values=["V=spf1  -all"]))
    (found,) = mail.dkim_absent(seen(spf=closed), CONTEXT)
    assert found.outcome is Outcome.NOT_APPLICABLE


def test_keys_that_nobody_could_look_for_are_not_measured() -> None:
    dkim = DkimSeen(reason="Aucune réponse.")
    for check in (mail.dkim_weak, mail.dkim_test):
        (found,) = check(seen(dkim=dkim), CONTEXT)
        assert (found.outcome, found.detail) == (Outcome.NOT_MEASURED, "Aucune réponse.")
