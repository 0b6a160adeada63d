"""Questions sent by a link: those of the establishment, and the page that the link opens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rempart.web.apps.accounts.access import person
from rempart.web.apps.assessments import delegating, queries
from rempart.web.apps.assessments.forms import DelegateForm
from rempart.web.apps.assessments.models import DelegatedQuestion
from rempart.web.apps.assessments.results import line
from rempart.web.apps.assessments.rules import Reply, answers_of, asked, parsed, version_of
from rempart.web.apps.assessments.views.common import base
from rempart.web.apps.frameworks import catalogue
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, public, scope_of
from rempart.web.core.scope import Act


@needs(Act.ANSWER)
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """The links of an assessment, and a form to send another."""
    found = queries.assessment_or_404(scope_of(request), pk, Act.ANSWER)
    context = base(request, found)
    choices = [(i.id, i.title) for i in asked(context["framework"], found.groups)]
    data = request.POST if request.method == "POST" else None
    form = DelegateForm(data, choices, request.GET.getlist("question"))
    if form.is_valid():
        sent = delegating.delegate(
            assessment=found,
            items=form.cleaned_data["items"],
            recipient=form.recipient(),
            days=form.cleaned_data["days"],
            by=person(request),
        )
        messages.success(request, f"Les questions partent à {sent.question.who}.")
        return redirect("delegated_questions", pk)
    context |= {"form": form, "sent": queries.delegated(found), "now": timezone.now()}
    status = 422 if form.errors else 200
    return render(request, "assessments/delegated.html", context, status=status)


@needs(Act.ANSWER)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a link of no use."""
    found = queries.question_or_404(scope_of(request), pk)
    delegating.revoke(question=found, by=person(request))
    messages.success(request, "Le lien ne s’ouvre plus.")
    return redirect("delegated_questions", found.assessment_id)


@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The questions of a link, and nothing else of the establishment. Reading them uses nothing."""
    try:
        found = delegating.opened(token, str(request.META.get("REMOTE_ADDR", "")))
    except Refused as fault:
        return render(request, "assessments/link_gone.html", {"fault": fault}, status=410)
    if request.method != "POST":
        return _page(request, found)
    replies, seen = _read(request, found)
    if not replies:
        return _page(request, found, 422, refused="Choisissez au moins une réponse.")
    try:
        done = delegating.answer(question=found, replies=replies, seen=seen)
    except Refused as fault:
        return _page(request, found, 422, refused=f"{fault.found} {fault.todo}".strip())
    found.assessment.refresh_from_db()
    theirs = {name for name, outcome in done.items() if outcome.theirs}
    return _page(request, found, 200, saved=not theirs, theirs=theirs)


answer = public(answer)


def _read(
    request: HttpRequest, found: DelegatedQuestion
) -> tuple[dict[str, Reply], dict[str, int]]:
    replies, seen = {}, {}
    for name in found.items:
        given = parsed(request.POST.get(f"v:{name}", ""))
        version = request.POST.get(f"s:{name}", "")
        if given is not None:
            replies[name] = Reply(given, request.POST.get(f"n:{name}", "")[:4000])
            seen[name] = int(version) if version.isdecimal() else 0
    return replies, seen


def _page(
    request: HttpRequest, found: DelegatedQuestion, status: int = 200, **more: object
) -> HttpResponse:
    assessment = found.assessment
    framework = catalogue.of_digest(assessment.digest)
    given = answers_of(assessment.given)
    mine = {row.item: row for row in queries.answers(assessment).values() if row.by_id is None}
    lines = []
    for item in framework.items:
        if item.id in found.items:
            # What people of the establishment answered is theirs: a link shows its own answers only.
            shown = given.get(item.id) if item.id in mine else None
            made = line(item, mine.get(item.id), shown, {})
            version = version_of(assessment.given, item.id) if item.id in mine else 0
            lines.append((made, version))
    context = {
        "question": found,
        "establishment": assessment.establishment,
        "framework": framework,
        "lines": lines,
        "is_bare": True,
    } | more
    return render(request, "assessments/link.html", context, status=status)
