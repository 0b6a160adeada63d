"""Assessments in a real browser: answered with a mouse, with a keyboard, on a phone, by two people at once."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import expect

from factories.assessments import TODAY, a_reply, a_stored, an_assessment
from factories.findings import an_action
from rempart.content.knowledge import frameworks, measures
from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.assessments import campaigns, delegating
from rempart.web.apps.assessments.answering import Author, save_answers
from rempart.web.apps.assessments.models import Answer, Assessment, Completion
from rempart.web.apps.remediation.proposing import how
from rempart.web.core.scope import Level
from support.workbooks import a_workbook
from web.conftest import Cast
from web.e2e.conftest import NARROW, Look, PageAs

BrowserOf = Callable[[str | None], Client]


@pytest.fixture
def home(cast: Cast) -> Assessment:
    """The thirteen themes, opened for Alice's nursing home, two questions answered."""
    cache.clear()
    made = an_assessment(cast.home, cast.alice, frameworks()["esms13"])
    items = frameworks()["esms13"].items
    replies = {items[0].id: a_reply(0), items[1].id: a_reply("u"), items[2].id: a_reply(4)}
    save_answers(assessment=made, replies=replies, seen={}, author=Author.of(cast.alice))
    return made


def test_every_page_of_an_assessment_is_accessible(
    home: Assessment, cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    items = frameworks()["esms13"].items
    theme = frameworks()["esms13"].themes[1].id
    page = page_as("alice")
    for name, path in {
        "list": "/evaluations/",
        "evaluer": f"/etablissements/{cast.home.pk}/evaluations/",
        "evaluation": f"/evaluations/{home.pk}/",
        "question": f"/evaluations/{home.pk}/questions/{items[1].id}/",
        "theme": f"/evaluations/{home.pk}/themes/{theme}/",
        "saisie": f"/evaluations/{home.pk}/saisie/",
        "liens": f"/evaluations/{home.pk}/liens/",
        "propositions": f"/evaluations/{home.pk}/propositions/",
        "fin": f"/evaluations/{home.pk}/fin/",
        "resultat": f"/evaluations/{home.pk}/resultat/",
    }.items():
        page.goto(path)
        axe_clean(page)
        if name == "question":
            shoot(page, "evaluation-question")
    assert page.get_by_role("heading", level=1).count() == 1


def test_every_page_of_a_campaign_and_of_a_link_is_accessible(
    home: Assessment, cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    wish = campaigns.Wish(
        "Les 13 thèmes", a_stored(frameworks()["esms13"]), Level.REGION, "53", TODAY
    )
    made = campaigns.launch(wish=wish, scope=scope_of(cast.rose, TODAY), today=TODAY, by=cast.rose)
    page = page_as("rose")
    for name, path in {
        "campagnes": "/campagnes/",
        "campagne-nouvelle": "/campagnes/nouvelle/",
        "campagne": f"/campagnes/{made.pk}/",
    }.items():
        page.goto(path)
        axe_clean(page)
        if name == "campagne":
            shoot(page, "campagne")
    sent = delegating.delegate(
        assessment=home,
        items=[frameworks()["esms13"].items[4].id],
        recipient=delegating.Recipient("info@prestataire.test", "Info Services"),
        days=7,
        by=cast.alice,
    )
    stranger = page_as(None, f"/q/{sent.token}/")
    axe_clean(stranger)
    shoot(stranger, "question-par-lien")
    stranger.get_by_label("2", exact=False).first.check()
    stranger.get_by_role("button", name="Envoyer mes réponses").click()
    stranger.get_by_text("vos réponses sont enregistrées").wait_for()
    assert Answer.objects.filter(origin="delegated").count() == 1


def test_an_answer_is_saved_as_it_is_chosen(home: Assessment, page_as: PageAs) -> None:
    item = frameworks()["esms13"].items[5]
    page = page_as("alice", f"/evaluations/{home.pk}/questions/{item.id}/")
    page.locator("input[name=value][value='1']").check()
    page.get_by_text("Enregistré à").wait_for()
    page.locator("input[name=value][value='2']").check()
    expect(page.locator(".saving input[name=version]")).to_have_value("2")
    assert Answer.objects.get(item=item.id).value == 2
    page.get_by_label("Précision").fill("Vu avec Paul")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url("**/questions/*/")
    assert Answer.objects.get(item=item.id).note == "Vu avec Paul"


def test_a_question_is_answered_with_the_keyboard_alone(home: Assessment, page_as: PageAs) -> None:
    item = frameworks()["esms13"].items[5]
    page = page_as("alice", f"/evaluations/{home.pk}/questions/{item.id}/")
    page.locator("input[name=value][value='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.get_by_text("Enregistré à").wait_for()
    assert page.evaluate("document.activeElement.value") == "2"
    page.keyboard.press("Tab")
    page.keyboard.type("au clavier")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: item.id not in url)
    row = Answer.objects.get(item=item.id)
    assert (row.value, row.note) == (2, "au clavier")


def test_two_people_on_one_question_lose_nothing(
    home: Assessment, cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    item = frameworks()["esms13"].items[5]
    page = page_as("alice", f"/evaluations/{home.pk}/questions/{item.id}/", viewport=NARROW)
    made = Assessment.objects.select_related("establishment").get(pk=home.pk)
    reply = {item.id: a_reply(3, "J’ai vu le contrat")}
    save_answers(assessment=made, replies=reply, seen={}, author=Author.of(cast.bob))
    page.locator("input[name=value][value='1']").check()
    page.get_by_text("Deux réponses pour cette question").wait_for()
    axe_clean(page)
    shoot(page, "evaluation-deux-reponses", narrow=True)
    assert Answer.objects.get(item=item.id).value == 3
    page.get_by_role("button", name="La remplacer par la mienne").click()
    page.wait_for_url(lambda url: item.id not in url)
    assert Answer.objects.get(item=item.id).value == 1


def test_an_answer_is_saved_without_scripts(home: Assessment, page_as: PageAs) -> None:
    item = frameworks()["esms13"].items[5]
    page = page_as(
        "alice", f"/evaluations/{home.pk}/questions/{item.id}/", java_script_enabled=False
    )
    page.locator("input[name=value][value='1']").check()
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url(lambda url: item.id not in url)
    assert Answer.objects.get(item=item.id).value == 1


def test_from_the_questions_to_three_actions_in_the_plan(
    home: Assessment, cast: Cast, page_as: PageAs, shoot: Look
) -> None:
    items = frameworks()["esms13"].items
    replies = {item.id: a_reply(0) for item in items[3:]}
    save_answers(assessment=home, replies=replies, seen={}, author=Author.of(cast.alice))
    page = page_as("alice", f"/evaluations/{home.pk}/")
    page.get_by_role("link", name="Terminer et voir le résultat").click()
    page.get_by_role("button", name="Terminer et voir le résultat").click()
    page.wait_for_url("**/resultat/")
    assert page.locator(".steps > li").count() == 3
    shoot(page, "evaluation-trois-actions")
    page.locator("summary", has_text="Mettre au plan").first.click()
    page.get_by_label("Qui s’en charge ?").first.fill("Cadre de santé")
    page.get_by_role("button", name="Valider").first.click()
    page.get_by_text("est dans le plan").wait_for()
    assert page.get_by_role("link", name="Dans le plan").count() == 1


def test_an_action_is_printed_on_one_sheet(home: Assessment, cast: Cast, page_as: PageAs) -> None:
    measure = measures()["print_reflex_card"]
    made = an_action(cast.home, cast.alice, title=measure.title, how=how(measure))
    page = page_as("alice", f"/actions/{made.pk}/")
    expect(page.get_by_role("button", name="Imprimer cette fiche")).to_be_visible()
    expect(page.get_by_text("À remplir à la main")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.get_by_text("À remplir à la main")).to_be_visible()
    expect(page.get_by_role("button", name="Déclarer faite")).to_be_hidden()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_an_answer_is_printed_on_one_sheet(
    home: Assessment, page_as: PageAs, axe_clean: Look
) -> None:
    page = page_as("alice", f"/evaluations/{home.pk}/questions/{next(iter(home.given))}/")
    page.get_by_role("link", name="Fiche à imprimer").click()
    expect(page.get_by_role("button", name="Imprimer cette fiche")).to_be_visible()
    axe_clean(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Ce qui est répondu")).to_be_visible()
    expect(page.get_by_role("button", name="Imprimer cette fiche")).to_be_hidden()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_a_result_is_taken_away_and_its_code_verified(
    home: Assessment, cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as("alice", f"/evaluations/{home.pk}/")
    page.get_by_role("link", name="Terminer et voir le résultat").click()
    page.get_by_role("button", name="Terminer et voir le résultat").click()
    page.wait_for_url("**/resultat/")
    with page.expect_download() as sent:
        page.get_by_role("link", name="Rapport (PDF)").click()
    assert sent.value.suggested_filename.startswith("rapport-esms13-")
    code = Completion.objects.get().code
    stranger = page_as(None, "/verification/")
    axe_clean(stranger)
    stranger.get_by_label("Code de vérification").fill(code.lower().replace("-", " "))
    stranger.get_by_role("button", name="Vérifier").click()
    stranger.get_by_text("Ce code est bon").wait_for()
    axe_clean(stranger)
    shoot(stranger, "verification")


def test_answers_of_a_workbook_are_shown_then_written(
    home: Assessment, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    items = frameworks()["esms13"].items
    rows = [[items[3].id, 2], [items[4].id, "?"], [items[0].id, 99]]
    book = a_workbook(["identifiant", "niveau"], *rows)
    page = page_as("alice", f"/evaluations/{home.pk}/classeur/")
    axe_clean(page)
    page.get_by_label("Classeur").set_input_files(
        {"name": "r.xlsx", "mimeType": "", "buffer": book}
    )
    page.get_by_role("button", name="Lire ce classeur").click()
    page.get_by_text("1 ligne ne se lit pas").wait_for()
    axe_clean(page)
    shoot(page, "evaluation-classeur")
    page.get_by_role("button", name="Enregistrer 2 réponses").click()
    page.get_by_text("2 réponses sont enregistrées").wait_for()
    assert Answer.objects.filter(origin="table").count() == 2
