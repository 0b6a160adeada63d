"""The paper questionnaire typed in one page."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from rempart.content.frameworks import Item
from rempart.web.apps.accounts.access import person
from rempart.web.apps.assessments import queries, sheets
from rempart.web.apps.assessments.answering import Author, save_answers
from rempart.web.apps.assessments.models import Answer, Assessment, Origin
from rempart.web.apps.assessments.rules import Reply, answers_of, parsed, version_of
from rempart.web.apps.assessments.themes import theme_rows
from rempart.web.apps.assessments.views.common import base
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act


@needs(Act.ANSWER)
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Every question on one page, to copy a questionnaire filled with a pen."""
    found = queries.assessment_or_404(scope_of(request), pk, Act.ANSWER)
    context = base(request, found)
    context["sheet"] = sheets.code_of(found.pk)
    notes = dict(Answer.objects.filter(assessment=found).values_list("item", "note"))
    context["themes"] = [
        (row, [_field(found, item, notes) for item in row.items])
        for row in theme_rows(context["framework"], found)
    ]
    if request.method != "POST":
        return render(request, "assessments/paper.html", context)
    replies, seen, wrong = _read(request, context["framework"].items)
    if wrong:
        context |= {"wrong": wrong, "typed": request.POST}
        return render(request, "assessments/paper.html", context, status=422)
    if not replies:
        raise Refused("Aucune réponse n’a été saisie.", todo="Revenez à la page précédente.")
    with transaction.atomic():
        held = queries.held_or_404(scope_of(request), pk)
        author = Author.of(person(request), Origin.PAPER)
        done = save_answers(assessment=held, replies=replies, seen=seen, author=author)
    theirs = [name for name, outcome in done.items() if outcome.theirs]
    _say(request, len(done) - len(theirs), len(theirs))
    if theirs:
        return redirect("assessment_question", pk, theirs[0])
    return redirect("assessment", pk)


@needs(Act.ANSWER)
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The page that types the sheet whose code is given."""
    number = sheets.number_of(request.GET.get("code", ""))
    if number is None:
        raise Refused(
            "Ce code de feuille ne se lit pas.",
            todo="Recopiez-le tel qu’il est imprimé en haut de la première page, la lettre finale comprise.",
        )
    found = queries.assessment_or_404(scope_of(request), number, Act.ANSWER)
    return redirect("assessment_paper", found.pk)


def _field(assessment: Assessment, item: Item, notes: dict[str, str]) -> dict[str, Any]:
    given = answers_of(assessment.given).get(item.id)
    value = "" if given is None else given.kind.value if given.value is None else str(given.value)
    return {
        "item": item,
        "value": value,
        "version": version_of(assessment.given, item.id),
        "note": notes.get(item.id, ""),
    }


def _read(
    request: HttpRequest, items: list[Item]
) -> tuple[dict[str, Reply], dict[str, int], list[Item]]:
    """The replies typed, the versions that the page showed, and the questions whose reply cannot be read."""
    replies, seen, wrong = {}, {}, []
    for item in items:
        typed = request.POST.get(f"v:{item.id}", "").strip()
        said = {"?": "unknown", "-": "not_applicable"}.get(typed, typed)
        given = parsed(said)
        version = request.POST.get(f"s:{item.id}", "")
        seen[item.id] = int(version) if version.isdecimal() else 0
        if not typed:
            continue
        note = request.POST.get(f"n:{item.id}", "")[:4000]
        is_known = given is not None and given.value in {None, *(v.value for v in item.levels)}
        is_unexplained = said == "not_applicable" and not note.strip()
        if given is None or not is_known or is_unexplained:
            wrong.append(item)
        else:
            replies[item.id] = Reply(given, note)
    return replies, seen, wrong


def _say(request: HttpRequest, written: int, kept: int) -> None:
    words = ngettext("%(n)d réponse est enregistrée.", "%(n)d réponses sont enregistrées.", written)
    messages.success(request, words % {"n": written})
    if kept:
        words = ngettext(
            "%(n)d question a reçu une autre réponse pendant votre saisie : choisissez.",
            "%(n)d questions ont reçu une autre réponse pendant votre saisie : choisissez, une par une.",
            kept,
        )
        messages.warning(request, words % {"n": kept})
