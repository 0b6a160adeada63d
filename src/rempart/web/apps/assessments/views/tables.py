"""Answers brought in a workbook: shown first, written once somebody agrees."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rempart.content.frameworks import Framework, Item
from rempart.engines.maturity.answers import Given
from rempart.web.apps.accounts.access import person
from rempart.web.apps.assessments import queries
from rempart.web.apps.assessments.answering import Author, check_open, save_answers
from rempart.web.apps.assessments.models import Assessment, Origin
from rempart.web.apps.assessments.rules import (
    Reply,
    answers_of,
    asked,
    entry,
    parsed,
    says_the_same,
    version_of,
)
from rempart.web.apps.assessments.tables import MOST_BYTES, ReadTable, read_table
from rempart.web.apps.assessments.views.common import base
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

SALT: Final = "rempart.assessments.table"
SECONDS: Final = 24 * 3600
MOST_TOKEN: Final = 1_500_000


class TableForm(forms.Form):
    """A workbook."""

    file = forms.FileField(
        label="Classeur",
        help_text="Le fichier « Réponses (XLSX) » de cette auto-évaluation, rempli, ou celui d’un audit CISO Assistant.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        allow_empty_file=True,
        error_messages={"required": "Choisissez un fichier."},
    )


@needs(Act.ANSWER)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a workbook, then see what it would change: nothing is written yet."""
    found = queries.assessment_or_404(scope_of(request), pk, Act.ANSWER)
    context = base(request, found) | {"form": TableForm()}
    if request.method != "POST":
        return render(request, "assessments/table.html", context)
    check_open(found)
    form = TableForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            read = _read(form.cleaned_data["file"], found, context["framework"])
            context |= _shown(context["framework"], found, read)
            return render(request, "assessments/table_preview.html", context)
        except Refused as fault:
            form.add_error("file", f"{fault.found} {fault.todo}".strip())
    return render(request, "assessments/table.html", context | {"form": form}, status=422)


@needs(Act.ANSWER)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was shown; what somebody answered otherwise meanwhile stays, and is shown."""
    with transaction.atomic():
        held = queries.held_or_404(scope_of(request), pk)
        replies, seen = _unsigned(request.POST.get("token", ""), pk)
        author = Author.of(person(request), Origin.TABLE)
        done = save_answers(assessment=held, replies=replies, seen=seen, author=author)
    theirs = [name for name, outcome in done.items() if outcome.theirs]
    count = len(done) - len(theirs)
    words = ngettext("%(n)d réponse est enregistrée.", "%(n)d réponses sont enregistrées.", count)
    messages.success(request, words % {"n": count})
    if theirs:
        messages.warning(request, "Quelqu’un a répondu autrement entre-temps : choisissez.")
        return redirect("assessment_question", pk, theirs[0])
    return redirect("assessment", pk)


def _read(file: UploadedFile[bytes], assessment: Assessment, framework: Framework) -> ReadTable:
    if (file.size or 0) > MOST_BYTES:
        raise Refused(
            f"Ce classeur fait {(file.size or 0) // 1024**2} Mo ; {MOST_BYTES // 1024**2} Mo au plus."
        )
    return read_table(file.read(), asked(framework, assessment.groups))


def _shown(framework: Framework, assessment: Assessment, read: ReadTable) -> dict[str, Any]:
    items = {item.id: item for item in framework.items}
    present = answers_of(assessment.given)
    changed = {
        name: reply
        for name, reply in read.replies.items()
        if not says_the_same(assessment.given, name, reply)
    }
    rows = [
        {
            "item": items[name],
            "before": _words(items[name], present.get(name)),
            "after": _words(items[name], reply.given),
            "note": reply.note,
        }
        for name, reply in changed.items()
    ]
    return {
        "faults": read.faults,
        "rows": rows,
        "same": len(read.replies) - len(changed),
        "token": _signed(assessment, changed) if changed else "",
    }


def _words(item: Item, given: Given | None) -> str:
    if given is None:
        return ""
    said = {"unknown": "Je ne sais pas", "not_applicable": "Sans objet"}
    return said.get(given.kind) or next(
        (f"{level.value} : {level.text}" for level in item.levels if level.value == given.value), ""
    )


def _signed(assessment: Assessment, replies: dict[str, Reply]) -> str:
    """What was read, for the confirmation to send back: nothing of the file is kept meanwhile."""
    said = {
        name: [str(entry(reply, 0)[0]), reply.note, version_of(assessment.given, name)]
        for name, reply in replies.items()
    }
    token = signing.dumps([assessment.pk, said], salt=SALT, compress=True)
    if len(token) > MOST_TOKEN:
        raise Refused("Ce classeur contient trop de texte : importez-le en plusieurs fois.")
    return token


def _unsigned(token: str, pk: int) -> tuple[dict[str, Reply], dict[str, int]]:
    try:
        mine, said = signing.loads(token, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError) as fault:
        raise _stale() from fault
    if mine != pk:
        raise _stale()
    codes = {"u": "unknown", "n": "not_applicable"}
    replies = {
        name: Reply(given, note)
        for name, (code, note, _) in said.items()
        if (given := parsed(codes.get(code, code))) is not None
    }
    return replies, {name: version for name, (_, _, version) in said.items()}


def _stale() -> Refused:
    return Refused(
        "Cette demande d’import n’est plus bonne.", todo="Choisissez de nouveau le classeur."
    )
