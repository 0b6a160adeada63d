"""One question a screen, a theme a page: answers are saved as they are given, with or without scripts."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rempart.content.frameworks import Item
from rempart.web.apps.accounts.access import person
from rempart.web.apps.assessments import actions, proposing, queries
from rempart.web.apps.assessments.answering import Author, Outcome, save_answers
from rempart.web.apps.assessments.forms import CommentForm
from rempart.web.apps.assessments.models import Answer, Assessment, Origin
from rempart.web.apps.assessments.results import line
from rempart.web.apps.assessments.rules import Reply, answers_of, asked, parsed, version_of
from rempart.web.apps.assessments.themes import theme_rows
from rempart.web.apps.assessments.views.common import base, neighbours, noted
from rempart.web.apps.evidence.queries import end_of, of_subjects
from rempart.web.core import facts
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act


@needs(Act.SEE_FINDINGS)
def question(request: HttpRequest, pk: int, item: str) -> HttpResponse:
    """One question; answering it by POST."""
    if request.method == "POST":
        return _answered(request, pk, item)
    return _question_page(request, pk, item)


def _question_page(
    request: HttpRequest, pk: int, name: str, status: int = 200, **more: Any
) -> HttpResponse:
    found = queries.assessment_or_404(scope_of(request), pk)
    context = _asked_and_said(request, found, name)
    context |= {
        "version": version_of(found.given, name),
        "proposals": proposing.proposed(found, context["today"]).get(name, []),
        "changes": queries.changes(found, name),
        "comments": queries.comments(found, name),
        "comment_form": CommentForm(),
    } | more
    return render(request, "assessments/question.html", context, status=status)


@needs(Act.SEE_FINDINGS)
@require_safe
def question_sheet(request: HttpRequest, pk: int, item: str) -> HttpResponse:
    """One question and its answer on a sheet to print: what is asked, what was said, what proves it."""
    found = queries.assessment_or_404(scope_of(request), pk)
    context = _asked_and_said(request, found, item)
    context["proofs"] = [
        (document, end_of(document, context["today"])) for document in context["documents"]
    ]
    context["pieces"] = [
        (piece, [(document, end_of(document, context["today"])) for document in documents])
        for piece, documents in context["pieces"]
    ]
    return render(request, "assessments/question_sheet.html", context)


def _asked_and_said(request: HttpRequest, found: Assessment, name: str) -> dict[str, Any]:
    """A question among the others, its answer, and the documents that prove it."""
    framework, _, item = queries.item_or_404(found, name)
    context = base(request, found) | neighbours(framework, asked(framework, found.groups), item)
    subjects = [f"item:{name}", *(f"piece:{name}/{piece.id}" for piece in item.pieces)]
    documents = of_subjects(found.establishment_id, subjects)
    return context | {
        "line": _line(found, item, facts.of(found.establishment_id, context["today"])),
        "pieces": [(piece, documents[f"piece:{name}/{piece.id}"]) for piece in item.pieces],
        "documents": documents[f"item:{name}"],
    }


def _line(assessment: Assessment, item: Item, known: dict[str, facts.Fact]) -> Any:
    rows = Answer.objects.filter(assessment=assessment, item=item.id)
    return line(item, rows.first(), answers_of(assessment.given).get(item.id), known)


def _answered(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    given = parsed(request.POST.get("value", ""))
    seen = request.POST.get("version", "")
    if given is None:
        return _refused(request, pk, name, "Choisissez une réponse.")
    reply = Reply(given, request.POST.get("note", "")[:4000])
    try:
        with transaction.atomic():
            held = queries.held_to_answer_or_404(scope_of(request), pk)
            outcome = save_answers(
                assessment=held,
                replies={name: reply},
                seen={name: int(seen) if seen.isdecimal() else 0},
                author=Author.of(person(request)),
            )[name]
    except Refused as fault:
        return _refused(request, pk, name, f"{fault.found} {fault.todo}".strip(), seen)
    noted(request, held)
    if outcome.theirs is not None:
        return _conflict(request, pk, name, reply, outcome)
    if request.headers.get("HX-Request"):
        return _fragment("saved", {"version": outcome.version, "now": timezone.localtime()})
    return _following(held, name, request.POST.get("go", ""))


def _following(assessment: Assessment, name: str, go: str) -> HttpResponse:
    """Where to go once an answer is saved: the next question, or what comes after the last."""
    framework, theme_of, _ = queries.item_or_404(assessment, name)
    if go == "theme":
        return redirect("assessment_theme", assessment.pk, theme_of.id)
    names = [found.id for found in asked(framework, assessment.groups)]
    place = names.index(name) + 1
    if place < len(names):
        return redirect("assessment_question", assessment.pk, names[place])
    return redirect("assessment_end", assessment.pk)


def _refused(request: HttpRequest, pk: int, name: str, words: str, seen: str = "") -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _fragment("not_saved", {"words": words, "version": seen or "0"}, 422)
    typed = {"value": request.POST.get("value", ""), "note": request.POST.get("note", "")}
    return _question_page(request, pk, name, 422, refused=words, typed=typed)


def _conflict(
    request: HttpRequest, pk: int, name: str, mine: Reply, outcome: Outcome
) -> HttpResponse:
    found = queries.assessment_or_404(scope_of(request), pk)
    _, _, item = queries.item_or_404(found, name)
    words = {level.value: level for level in item.levels}
    theirs = outcome.theirs
    context = {
        "theirs": theirs,
        "theirs_level": words.get(theirs.value) if theirs and theirs.value is not None else None,
        "mine": mine,
        "mine_level": words.get(mine.given.value) if mine.given.value is not None else None,
        "version": outcome.version,
        "href": request.path,
    }
    if request.headers.get("HX-Request"):
        return _fragment("conflict", context, 422)
    typed = {"value": request.POST.get("value", ""), "note": request.POST.get("note", "")}
    return _question_page(request, pk, name, 422, conflict=context, typed=typed)


def _fragment(name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    # Without the request: the navigation that a whole page draws costs more than the answer that is saved.
    return HttpResponse(render_to_string(f"assessments/parts/{name}.html", context), status=status)


@needs(Act.SEE_FINDINGS)
@require_safe
def theme(request: HttpRequest, pk: int, theme: str) -> HttpResponse:
    """Every question of a theme on one page."""
    found = queries.assessment_or_404(scope_of(request), pk)
    context = base(request, found)
    rows = theme_rows(context["framework"], found)
    names = [row.theme.id for row in rows]
    if theme not in names:
        raise Refused("Ce thème n’est pas de cette auto-évaluation.", todo="Revenez à la liste.")
    place = names.index(theme)
    known = facts.of(found.establishment_id, context["today"])
    answers = queries.answers(found)
    given = answers_of(found.given)
    context |= {
        "row": rows[place],
        "before": rows[place - 1] if place else None,
        "next": rows[place + 1] if place + 1 < len(rows) else None,
        "lines": [
            (line(i, answers.get(i.id), given.get(i.id), known), version_of(found.given, i.id))
            for i in rows[place].items
        ],
    }
    return render(request, "assessments/theme.html", context)


@needs(Act.ANSWER)
@require_POST
def comment(request: HttpRequest, pk: int, item: str) -> HttpResponse:
    """Say something of a question."""
    found = queries.assessment_or_404(scope_of(request), pk, Act.ANSWER)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _question_page(request, pk, item, 422, comment_form=form)
    actions.comment_item(
        assessment=found, item=item, text=form.cleaned_data["text"], by=person(request)
    )
    return redirect("assessment_question", pk, item)


@needs(Act.ANSWER)
def proposals(request: HttpRequest, pk: int) -> HttpResponse:
    """What is already known of the questions without an answer: somebody confirms."""
    found = queries.assessment_or_404(scope_of(request), pk, Act.ANSWER)
    context = base(request, found)
    waiting = proposing.waiting(found, context["today"])
    if request.method == "POST":
        wanted = set(request.POST.getlist("item"))
        replies = {p.item.id: p.reply for p in waiting if p.item.id in wanted}
        if not replies:
            raise Refused("Cochez au moins une proposition.", todo="Revenez à la page précédente.")
        with transaction.atomic():
            held = queries.held_or_404(scope_of(request), pk)
            author = Author.of(person(request), Origin.CONFIRMED)
            save_answers(assessment=held, replies=replies, seen={}, author=author)
        words = ngettext(
            "%(n)d réponse est confirmée.", "%(n)d réponses sont confirmées.", len(replies)
        )
        messages.success(request, words % {"n": len(replies)})
        return redirect("assessment", pk)
    return render(request, "assessments/proposals.html", context | {"waiting": waiting})
