"""The pages of the actions that a grouping shares between its members."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rempart.content.measures import Range
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Grouping
from rempart.web.apps.remediation import actions, sharing
from rempart.web.apps.remediation.forms import AbandonForm, CloseForm
from rempart.web.apps.remediation.planning import SharedAction
from rempart.web.apps.remediation.proposing import how
from rempart.web.apps.remediation.shared_forms import SharedForm
from rempart.web.apps.remediation.states import WORDS, Event, events_for_people
from rempart.web.apps.remediation.views import WITH_A_FORM
from rempart.web.core import access_log
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

WORDS_SHOWN = "Actions partagées du groupement"


def _shared_or_404(request: HttpRequest, code: str, pk: int) -> SharedAction:
    rows = SharedAction.objects.visible_to(scope_of(request), Act.EDIT_PLAN)
    found = rows.filter(pk=pk, grouping_id=code).select_related("grouping").first()
    if found is None:
        raise Http404("Cette action n’existe pas, ou n’est pas de votre périmètre.")
    return found


@needs(Act.EDIT_PLAN)
@require_safe
def shared_plan(request: HttpRequest, code: str) -> HttpResponse:
    """The actions that a grouping shares, and those that it could."""
    scope = scope_of(request)
    grouping = sharing.grouping_or_404(scope, code, Act.EDIT_PLAN)
    members = list(sharing.members_of(grouping, scope, Act.EDIT_PLAN))
    access_log.listed(request, (m.pk for m in members), words=WORDS_SHOWN)
    shared = SharedAction.objects.filter(grouping=grouping).prefetch_related("parts")
    held = {row.content_measure for row in shared}
    context = {
        "grouping": grouping,
        "members": members,
        "shared": shared.order_by("due_on", "pk"),
        "shareable": [s for s in sharing.shareable(members) if s.measure.id not in held],
    }
    return render(request, "remediation/shared_plan.html", context)


@needs(Act.EDIT_PLAN)
def shared_add(request: HttpRequest, code: str) -> HttpResponse:
    """Share an action between members."""
    scope = scope_of(request)
    grouping = sharing.grouping_or_404(scope, code, Act.EDIT_PLAN)
    members = list(sharing.members_of(grouping, scope, Act.EDIT_PLAN))
    data = request.POST if request.method == "POST" else None
    form = SharedForm(data, members=members, initial=_initial(request, members))
    if form.is_valid():
        try:
            made = sharing.share_action(
                grouping=grouping,
                values=form.values(),
                parts=form.parts(),
                today=timezone.localdate(),
                by=cast(User, request.user),
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "L’action est dans le plan de chaque établissement.")
            return redirect("shared_action", code, made.pk)
    context = {"form": form, "grouping": grouping}
    status = 422 if form.errors else 200
    return render(request, "remediation/shared_add.html", context, status=status)


def _initial(request: HttpRequest, members: list[Any]) -> dict[str, Any]:
    """Of a measure of the content: its words, its costs at the middle for one establishment, and equal parts for those that
    it would help."""
    measure = sharing.measure_named(request.GET.get("mesure", ""))
    if measure is None:
        return {}
    found = next((s for s in sharing.shareable(members) if s.measure.id == measure.id), None)
    helped = list(found.points) if found else []

    def middle(of: Range) -> float:
        return (of.low + of.high) / 2

    cost = measure.cost
    return {f"part_{finess}": round(100 / len(helped), 2) for finess in helped} | {
        "title": measure.title,
        "how": how(measure),
        "owner_function": measure.owner_function,
        "content_measure": measure.id,
        "days": middle(cost.days),
        "euros": round(middle(cost.euros)),
        "euros_per_year": round(middle(cost.euros_per_year)),
    }


@needs(Act.EDIT_PLAN)
@require_safe
def shared_action(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One shared action, and where each member is with its part."""
    return _page(request, _shared_or_404(request, code, pk))


def _page(
    request: HttpRequest, found: SharedAction, status: int = 200, **forms: Any
) -> HttpResponse:
    parts = list(sharing.parts_of(found, scope_of(request)))
    access_log.listed(request, (p.establishment_id for p in parts), words=WORDS_SHOWN)
    events = {event for part in parts for event in events_for_people(part.state)}
    grouping: Grouping = found.grouping
    context = {
        "shared": found,
        "grouping": grouping,
        "parts": parts,
        "moves": [(e.value, WORDS[e]) for e in Event if e in events and e not in WITH_A_FORM],
        "close_form": CloseForm() if Event.CLOSE in events else None,
        "abandon_form": AbandonForm() if Event.ABANDON in events else None,
    } | forms
    return render(request, "remediation/shared_action.html", context, status=status)


@needs(Act.EDIT_PLAN)
@require_POST
def shared_move(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Change the state of every part at once; to close asks for a proof, to abandon for a reason."""
    found = _shared_or_404(request, code, pk)
    event = next((e for e in Event if e == request.POST.get("event")), None)
    if event is None:
        raise Refused("Ce choix n’existe pas.", todo="Rechargez la page.")
    today, by = timezone.localdate(), cast(User, request.user)
    if event is Event.CLOSE:
        form = CloseForm(request.POST)
        if not form.is_valid():
            return _page(request, found, 422, close_form=form)
        done_on, note = form.cleaned_data["done_on"], form.cleaned_data["note"]
        proof = actions.Proof(note)
        count = sharing.close_parts(
            shared=found, scope=scope_of(request), done_on=done_on, proof=proof, today=today, by=by
        )
    else:
        why = AbandonForm(request.POST)
        if event is Event.ABANDON and not why.is_valid():
            return _page(request, found, 422, abandon_form=why)
        reason = why.cleaned_data["reason"] if event is Event.ABANDON else ""
        count = sharing.move_parts(
            shared=found, scope=scope_of(request), event=event, today=today, by=by, reason=reason
        )
    words = ngettext("%(n)d part a changé.", "%(n)d parts ont changé.", count) % {"n": count}
    messages.success(request, words)
    return redirect("shared_action", code, pk)
