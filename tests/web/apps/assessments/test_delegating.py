"""Questions sent by a link."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from factories.assessments import ACCESS_1, ACCESS_2, a_reply, a_submitted, an_assessment, answered
from rempart.web.apps.assessments import delegating
from rempart.web.apps.assessments.delegating import Recipient, Sent
from rempart.web.apps.assessments.models import Answer, Assessment, DelegatedQuestion, ItemComment
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry, Mail
from rempart.web.core.sealing import unseal
from web.conftest import Cast

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[str | None], Client]


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> None:
    cache.clear()


def sent(assessment: Assessment, cast: Cast, *items: str, days: int = 14) -> Sent:
    return delegating.delegate(
        assessment=assessment,
        items=items or (ACCESS_1,),
        recipient=Recipient("info@prestataire.test", "Info Services"),
        days=days,
        by=cast.alice,
    )


def test_a_link_shows_its_question_and_nothing_else(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=1, access_2=2)
    link = sent(made, cast)
    page = browser_of(None).get(f"/q/{link.token}/").content.decode()
    assert "Question demo.access.1" in page
    assert "demo.access.2" not in page and "checked" not in page
    assert link.token not in str(DelegatedQuestion.objects.values().get())
    assert link.token in unseal(Mail.objects.get().sealed_text)


def test_whoever_has_the_link_answers_without_an_account(cast: Cast, browser_of: BrowserOf) -> None:
    link = sent(an_assessment(cast.home, cast.alice), cast, ACCESS_1, ACCESS_2)
    browser = browser_of(None)
    said = browser.post(f"/q/{link.token}/", {f"v:{ACCESS_1}": "3", f"n:{ACCESS_1}": "Fait en mai"})
    assert "Merci" in said.content.decode()
    row = Answer.objects.get()
    assert (row.value, row.origin, row.by, row.by_label) == (
        3, "delegated", None, "Info Services (sur lien)",
    )  # fmt: skip
    assert "Fait en mai" in browser.get(f"/q/{link.token}/").content.decode()
    acts = JournalEntry.objects.values_list("act", flat=True)
    assert {"delegate_question", "answer_delegated_question"} <= set(acts)


def test_an_answer_by_a_link_never_replaces_that_of_the_establishment(
    cast: Cast, browser_of: BrowserOf
) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=1)
    link = sent(made, cast)
    said = browser_of(None).post(f"/q/{link.token}/", {f"v:{ACCESS_1}": "4"})
    assert "à côté de la sienne" in said.content.decode()
    assert Answer.objects.get().value == 1
    assert "On voit le niveau 4" in ItemComment.objects.get().text


def test_a_question_that_is_not_of_the_link_is_refused(cast: Cast) -> None:
    link = sent(an_assessment(cast.home, cast.alice), cast)
    with pytest.raises(Refused, match="pas de ce lien"):
        delegating.answer(question=link.question, replies={ACCESS_2: a_reply(1)}, seen={})


def test_a_link_that_is_gone_says_why(cast: Cast, browser_of: BrowserOf) -> None:
    link = sent(an_assessment(cast.home, cast.alice), cast)
    browser = browser_of(None)
    assert browser.get("/q/nothing/").status_code == 410
    DelegatedQuestion.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = browser.get(f"/q/{link.token}/")
    assert (page.status_code, "Demandez-en un autre" in page.content.decode()) == (410, True)
    assert browser.post(f"/q/{link.token}/", {f"v:{ACCESS_1}": "3"}).status_code == 410
    assert not Answer.objects.exists()


def test_a_link_taken_back_opens_no_more(cast: Cast, browser_of: BrowserOf) -> None:
    link = sent(an_assessment(cast.home, cast.alice), cast)
    alice = browser_of("alice")
    address = f"/liens/{link.question.pk}/retirer/"
    assert alice.post(address).status_code == 302
    assert alice.post(address).status_code == 409
    assert "retiré ce lien" in browser_of(None).get(f"/q/{link.token}/").content.decode()


def test_too_many_tries_from_one_address_are_stopped(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delegating, "TRIES", 2)
    link = sent(an_assessment(cast.home, cast.alice), cast)
    browser = browser_of(None)
    codes = [browser.get(f"/q/{link.token}/").status_code for _ in range(3)]
    assert codes == [200, 200, 410]


def test_an_assessment_that_is_finished_meanwhile_refuses_and_says_so(
    cast: Cast, browser_of: BrowserOf
) -> None:
    made = an_assessment(cast.home, cast.alice)
    link = sent(made, cast)
    made.delete()
    assert browser_of(None).get(f"/q/{link.token}/").status_code == 410
    done = a_submitted(cast.home, cast.alice)
    with pytest.raises(Refused, match="terminée"):
        sent(done, cast)


def test_an_empty_form_says_what_is_missing(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    link = sent(made, cast)
    assert browser_of(None).post(f"/q/{link.token}/", {}).status_code == 422
    assert browser_of("alice").post(f"/evaluations/{made.pk}/liens/", {}).status_code == 422


def test_a_link_is_sent_from_the_page(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    alice, address = browser_of("alice"), f"/evaluations/{made.pk}/liens/"
    form = {"items": [ACCESS_1], "email": "x@exemple.test", "days": "7"}
    assert alice.post(address, form).status_code == 302
    assert "x@exemple.test" in alice.get(address).content.decode()


@pytest.mark.parametrize(("items", "days"), [((), 0), (("demo.no.1",), 5)])
def test_a_link_without_questions_or_days_is_refused(
    cast: Cast, items: tuple[str, ...], days: int
) -> None:
    with pytest.raises(Refused):
        sent(an_assessment(cast.home, cast.alice), cast, *items, days=days)
