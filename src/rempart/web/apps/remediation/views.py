"""The pages of the plan."""

from typing import Any, Final, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation import (
    actions,
    budgeting,
    deciding,
    exports,
    funding,
    plain,
    queries,
)
from rempart.web.apps.remediation.costs import costs_of
from rempart.web.apps.remediation.forms import (
    AbandonForm,
    AcceptForm,
    ActionForm,
    CloseForm,
    CommentForm,
    PlanFilters,
    PutForm,
    put_initial,
)
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.states import WORDS, Event, State, events_for_people
from rempart.web.apps.remediation.writing import Values
from rempart.web.core import access_log, files
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

PER_PAGE: Final = 50
WITH_A_FORM: Final = (Event.CLOSE, Event.ABANDON, Event.ACCEPT)
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def may_edit(request: HttpRequest, establishment: Establishment) -> bool:
    """Whether the person may change the plan of an establishment."""
    mine = Establishment.objects.filter(pk=establishment.pk)
    return mine.visible_to(scope_of(request), Act.EDIT_PLAN).exists()


def _note(request: HttpRequest, establishment: Establishment, words: str) -> None:
    access_log.shown(request, establishment=establishment.pk, words=words)


@needs(Act.SEE_FINDINGS)
@require_safe
def plan(request: HttpRequest, finess: str = "") -> HttpResponse:
    """What is to be done, for an establishment or for a whole scope; the list alone for HTMX."""
    scope, today = scope_of(request), timezone.localdate()
    establishment = establishment_or_404(scope, finess, Act.SEE_FINDINGS) if finess else None
    view = queries.view_of(request.GET)
    filters = PlanFilters(request.GET.dict() | {"vue": view})
    wanted = filters.cleaned_data if filters.is_valid() else {"vue": view}
    rows = queries.plan(scope, finess=finess, today=today, filters=wanted)
    context: dict[str, Any] = {
        "establishment": establishment,
        "filters": filters,
        "view": view,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "today": today,
    }
    context["plains"] = plain.of(context["page"])
    access_log.listed(
        request, (a.establishment_id for a in context["page"]), words="Plan d’actions"
    )
    is_fragment = bool(request.headers.get("HX-Request"))
    if not is_fragment:
        context |= {
            "groupings": [] if establishment else queries.groupings(scope),
            "totals": queries.totals(scope, today, finess),
            "may_edit": establishment is not None and may_edit(request, establishment),
        }
    context["list"] = f"remediation/parts/{'decided' if view == 'decide' else 'actions'}.html"
    name = context["list"] if is_fragment else "remediation/plan.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@needs(Act.SEE_FINDINGS)
@require_safe
def export(request: HttpRequest, form: str, finess: str = "") -> HttpResponse:
    """The plan as a workbook, or its due dates as a calendar; with the filters of the page."""
    scope, today = scope_of(request), timezone.localdate()
    if finess:
        establishment_or_404(scope, finess, Act.SEE_FINDINGS)
    filters = PlanFilters(request.GET)
    wanted = filters.cleaned_data if filters.is_valid() else {}
    rows = queries.plan(scope, finess=finess, today=today, filters=wanted)
    owners = rows.values_list("establishment_id", flat=True).order_by().distinct()
    access_log.listed(request, owners, words="Export du plan d’actions")
    name = f"plan-actions-{finess or 'perimetre'}-{today.isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "xlsx":
        return HttpResponse(exports.workbook(rows), content_type=XLSX, headers=headers)
    if form == "ics":
        host = urlsplit(settings.PUBLIC_URL).hostname or "rempart"
        content = exports.calendar(rows, host)
        return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
    raise Http404("Le plan s’exporte en xlsx ou en ics.")


@needs(Act.SEE_FINDINGS)
@require_safe
def findings(request: HttpRequest, finess: str) -> HttpResponse:
    """All that measures saw of an establishment."""
    scope = scope_of(request)
    establishment = establishment_or_404(scope, finess, Act.SEE_FINDINGS)
    with_mended = request.GET.get("corriges") == "oui"
    rows = queries.findings(scope, finess, with_mended=with_mended)
    context = {
        "establishment": establishment,
        "with_mended": with_mended,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "remediation/findings.html", context)


@needs(Act.SEE_FINDINGS)
@require_safe
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: what each measure said of it, and what mends it."""
    found = queries.finding_or_404(scope_of(request), pk)
    _note(request, found.establishment, "Constat")
    context = {
        "finding": found,
        "establishment": found.establishment,
        "history": queries.history(found),
        "actions": list(found.actions.select_related("owner").order_by("pk")),
    }
    return render(request, "remediation/finding.html", context)


@needs(Act.SEE_FINDINGS)
@require_safe
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """One action: what, who, when, its proof, and what measures say of it."""
    found = queries.action_or_404(scope_of(request), pk)
    _note(request, found.establishment, "Action du plan")
    return action_page(request, found)


def action_page(
    request: HttpRequest, found: Action, status: int = 200, **forms: Any
) -> HttpResponse:
    """The page of an action, with the forms that were filled wrong in the place of empty ones."""
    is_editor = may_edit(request, found.establishment)
    events = events_for_people(found.state) if is_editor else []
    is_proposed = Event.PLAN in events and found.state == State.PROPOSED
    apart = (*WITH_A_FORM, *((Event.PLAN, Event.START) if is_proposed else ()))
    context = {
        "action": found,
        "plain": plain.of([found])[found.pk],
        "establishment": found.establishment,
        "findings": list(found.findings.order_by("rank", "title")),
        "comments": queries.comments(found),
        "may_edit": is_editor,
        "costs": costs_of(found),
        "funding": funding.of([found.pk]).get(found.pk, []),
        "requires": list(found.requires.order_by("title")),
        "moves": [(e.value, WORDS[e]) for e in events if e not in apart],
        "put_form": _put_form(found) if is_proposed else None,
        "close_form": CloseForm() if Event.CLOSE in events else None,
        "abandon_form": AbandonForm() if Event.ABANDON in events else None,
        "accept_form": AcceptForm(auto_id="accept_%s") if Event.ACCEPT in events else None,
        "comment_form": CommentForm() if is_editor else None,
        "today": timezone.localdate(),
    } | forms
    return render(request, "remediation/action.html", context, status=status)


def _put_form(action: Action, data: Any = None) -> PutForm:
    days = (action.half_days or 0) / 2 or action.days_high
    people = queries.possible_owners(action.establishment)
    initial = put_initial(days, action.owner_words, timezone.localdate())
    return PutForm(data, people=people, initial=initial, auto_id="put_%s")


@needs(Act.EDIT_PLAN)
@require_POST
def put(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a proposal in the plan, with who does it and when."""
    found = queries.action_or_404(scope_of(request), pk, Act.EDIT_PLAN)
    form = _put_form(found, request.POST)
    if not form.is_valid():
        return action_page(request, found, 422, put_form=form)
    deciding.put_in_plan(
        action=found,
        decision=form.decision(),
        today=timezone.localdate(),
        by=cast(User, request.user),
    )
    messages.success(request, "L’action est dans le plan.")
    return redirect("action", pk)


@needs(Act.EDIT_PLAN)
def add(request: HttpRequest, finess: str) -> HttpResponse:
    """Write an action."""
    establishment = establishment_or_404(scope_of(request), finess, Act.EDIT_PLAN)
    initial = {"findings": request.GET.getlist("constat")[:50]}
    data = request.POST if request.method == "POST" else None
    form = ActionForm(data, establishment=establishment, initial=initial)
    if form.is_valid():
        made = actions.add_action(
            establishment=establishment,
            values=form.values(),
            findings=form.cleaned_data["findings"],
            today=timezone.localdate(),
            by=cast(User, request.user),
        )
        _order(request, made, form)
        messages.success(request, "L’action est dans le plan.")
        return redirect("action", made.pk)
    context = {"form": form, "establishment": establishment, "action": None}
    return render(request, "remediation/edit.html", context, status=422 if form.errors else 200)


def _order(request: HttpRequest, action: Action, form: ActionForm) -> None:
    budgeting.set_prerequisites(
        action=action, required=list(form.cleaned_data["requires"]), by=cast(User, request.user)
    )


@needs(Act.EDIT_PLAN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an action again."""
    found = queries.action_or_404(scope_of(request), pk, Act.EDIT_PLAN)
    _note(request, found.establishment, "Action du plan")
    names = (*Values.__slots__, "version")
    initial = {name: getattr(found, name) for name in names}
    initial["findings"] = list(found.findings.values_list("pk", flat=True))
    initial["requires"] = list(found.requires.values_list("pk", flat=True))
    data = request.POST if request.method == "POST" else None
    form = ActionForm(data, establishment=found.establishment, initial=initial)
    if form.is_valid():
        try:
            with transaction.atomic():
                actions.change_action(
                    action=found,
                    values=form.values(),
                    findings=form.cleaned_data["findings"],
                    version=form.cleaned_data["version"],
                    today=timezone.localdate(),
                    by=cast(User, request.user),
                )
                _order(request, found, form)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            return redirect("action", pk)
    context = {"form": form, "establishment": found.establishment, "action": found}
    return render(request, "remediation/edit.html", context, status=422 if form.errors else 200)


@needs(Act.EDIT_PLAN)
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan, start, resume or abandon."""
    found = queries.action_or_404(scope_of(request), pk, Act.EDIT_PLAN)
    asked = next((e for e in Event if e == request.POST.get("event")), None)
    if asked is None:
        raise Refused("Ce choix n’existe pas.", todo="Rechargez la page.")
    reason = ""
    if asked is Event.ABANDON:
        form = AbandonForm(request.POST)
        if not form.is_valid():
            return action_page(request, found, 422, abandon_form=form)
        reason = form.cleaned_data["reason"]
    actions.move_action(
        action=found,
        event=asked,
        today=timezone.localdate(),
        by=cast(User, request.user),
        reason=reason,
    )
    return redirect("action", pk)


@needs(Act.EDIT_PLAN)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare an action done, with its proof."""
    found = queries.action_or_404(scope_of(request), pk, Act.EDIT_PLAN)
    form = CloseForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        kept = files.store(file.chunks(), kind="proof") if file else None
        proof = actions.Proof(form.cleaned_data["note"], kept, file.name if file else "")
        try:
            actions.close_action(
                action=found,
                done_on=form.cleaned_data["done_on"],
                proof=proof,
                today=timezone.localdate(),
                by=cast(User, request.user),
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            return redirect("action", pk)
    return action_page(request, found, 422, close_form=form)


@needs(Act.EDIT_PLAN)
@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something of an action."""
    found = queries.action_or_404(scope_of(request), pk, Act.EDIT_PLAN)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return action_page(request, found, 422, comment_form=form)
    actions.comment_action(
        action=found, text=form.cleaned_data["text"], by=cast(User, request.user)
    )
    return redirect("action", pk)


@needs(Act.SEE_FINDINGS)
@require_safe
def proof(request: HttpRequest, pk: int) -> FileResponse:
    """The file that proves an action, never opened in the page of the platform."""
    found = queries.action_or_404(scope_of(request), pk)
    if found.proof_file_id is None:
        raise Http404("Cette action n’a pas de pièce.")
    _note(request, found.establishment, "Pièce d’une action")
    return FileResponse(
        files.path_of(found.proof_file_id).open("rb"),
        as_attachment=True,
        filename=found.proof_name or "piece",
        content_type="application/octet-stream",
    )
