"""Findings, and the plan that mends them."""

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from rempart.render.severity import severity_codes
from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import BY_SCRIPT, Page, Paging, page
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.remediation import accepting, actions
from rempart.web.apps.remediation.costs import costs_of
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.states import Event
from rempart.web.core import access_log
from rempart.web.core.scope import Act

router = Router(tags=["Plan d’actions"])


class FindingFilters(Paging):
    """What to keep."""

    establishment: str = Field("", max_length=9, description="Numéro FINESS.")
    is_mended: bool | None = Field(None, description="Corrigés (true) ou encore vus (false).")
    severity: str = Field("", max_length=10, description=f"{severity_codes()}.")


class FindingItem(Schema):
    """Something wrong that a measure saw."""

    id: int
    establishment: str
    source_kind: str
    subject: str
    key: str
    title: str
    severity: str
    objects_count: int
    first_seen_on: date
    last_seen_on: date
    mended_on: date | None
    not_remeasured_on: date | None


class ActionFilters(Paging):
    """What to keep."""

    establishment: str = Field("", max_length=9, description="Numéro FINESS.")
    state: str = Field(
        "", max_length=10,
        description="proposed, planned, under_way, closed (déclarée), verified (vérifiée), abandoned ou accepted.",
    )  # fmt: skip
    is_overdue: bool = Field(False, description="Seulement celles dont l’échéance est passée.")


class ActionItem(Schema):
    """What somebody does to mend findings. `version` is what If-Match expects."""

    id: int
    establishment: str
    title: str
    how: str
    state: str
    owner: str
    due_on: date | None
    half_days: int | None
    cost_euros: int | None
    yearly_euros: int | None
    days_foreseen: list[float] = Field(description="Du bas au haut de ce qui est compté, en jours.")
    euros_foreseen: list[float] = Field(description="Une fois, en euros.")
    yearly_foreseen: list[float] = Field(description="Par an, en euros.")
    is_mandatory: bool
    requires: list[int]
    accepted_until: date | None
    accepted_by: str
    share_percent: float | None
    done_on: date | None
    proof: str
    verified_on: date | None
    findings: list[int]
    version: int


class ActionBody(Schema):
    """What a person writes of an action."""

    title: str = Field(min_length=1, max_length=300, description="Ce qu’il y a à faire.")
    how: str = Field("", max_length=20_000, description="Comment.")
    owner_function: str = Field("", max_length=120, description="Qui : une fonction, un service.")
    due_on: date | None = Field(None, description="Échéance.")
    half_days: int | None = Field(None, ge=0, le=2000, description="Effort en demi-journées.")
    cost_euros: int | None = Field(
        None, ge=0, le=100_000_000, description="Coût en euros, une fois."
    )
    yearly_euros: int | None = Field(
        None, ge=0, le=100_000_000, description="Puis en euros par an."
    )
    is_mandatory: bool = Field(False, description="L’échéance est imposée.")
    findings: list[int] = Field([], max_length=200, description="Numéros des constats corrigés.")


class EventBody(Schema):
    """What happens to an action."""

    event: Literal["plan", "start", "close", "abandon", "resume", "accept"] = Field(
        description="plan, start, close (avec proof), abandon (avec reason), resume, ou accept (le risque, avec "
        "until, function et reason)."
    )
    proof: str = Field(
        "", max_length=5000, description="Ce qui a été fait : la preuve, pour close."
    )
    done_on: date | None = Field(None, description="Quand, pour close ; aujourd’hui par défaut.")
    reason: str = Field("", max_length=5000, description="Pourquoi, pour abandon et accept.")
    until: date | None = Field(None, description="Jusqu’à quand, pour accept : un an au plus.")
    function: str = Field("", max_length=120, description="La fonction qui accepte le risque.")


@router.get("/findings", response=Page[FindingItem], summary="Lister les constats")
@needs(Act.SEE_FINDINGS)
def list_findings(request: ApiRequest, filters: Query[FindingFilters]) -> dict[str, Any]:
    """Les constats du périmètre, dans l’ordre où ils ont été vus."""
    rows = Finding.objects.visible_to(request.scope)
    if filters.establishment:
        rows = rows.filter(establishment_id=filters.establishment)
    if filters.severity:
        rows = rows.filter(severity=filters.severity)
    if filters.is_mended is not None:
        rows = rows.mended() if filters.is_mended else rows.open()
    return page(request, rows, filters, _finding)


@router.get("/actions", response=Page[ActionItem], summary="Lister le plan")
@needs(Act.SEE_FINDINGS)
def list_actions(request: ApiRequest, filters: Query[ActionFilters]) -> dict[str, Any]:
    """Les actions du périmètre."""
    rows = Action.objects.visible_to(request.scope)
    if filters.establishment:
        rows = rows.filter(establishment_id=filters.establishment)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.is_overdue:
        rows = rows.overdue(timezone.localdate())
    rows = rows.select_related("owner").prefetch_related("findings", "requires")
    return page(request, rows, filters, _action)


@router.get("/actions/{action_id}", response=ActionItem, summary="Une action")
@needs(Act.SEE_FINDINGS)
def get_action(request: ApiRequest, response: HttpResponse, action_id: int) -> dict[str, Any]:
    """Ce qu’elle dit, et dans ETag sa version."""
    return _answered(response, _found(request, action_id, Act.SEE_FINDINGS))


@router.post(
    "/establishments/{finess}/actions", response={201: ActionItem}, summary="Ajouter une action"
)
@needs(Act.EDIT_PLAN)
def create_action(
    request: ApiRequest, response: HttpResponse, finess: str, payload: ActionBody
) -> Status[dict[str, Any]]:
    """Met une action au plan d’un établissement."""
    made = actions.add_action(
        establishment=establishment_or_404(request.scope, finess, Act.EDIT_PLAN),
        values=_values(payload),
        findings=_findings(request, payload),
        today=timezone.localdate(),
        by=request.user,
    )
    return Status(201, _answered(response, made))


@router.put("/actions/{action_id}", response=ActionItem, summary="Réécrire une action")
@needs(Act.EDIT_PLAN)
def change_action(
    request: ApiRequest, response: HttpResponse, action_id: int, payload: ActionBody
) -> dict[str, Any]:
    """Remplace ce que dit l’action. Avec If-Match, refuse (412) si quelqu’un l’a changée entre-temps."""
    found = _found(request, action_id, Act.EDIT_PLAN)
    changed = actions.change_action(
        action=found,
        values=_values(payload, found),
        findings=_findings(request, payload),
        version=_unchanged(request, found),
        today=timezone.localdate(),
        by=request.user,
    )
    return _answered(response, changed)


@router.post("/actions/{action_id}/events", response=ActionItem, summary="Faire avancer une action")
@needs(Act.EDIT_PLAN)
def move_action(
    request: ApiRequest, response: HttpResponse, action_id: int, payload: EventBody
) -> dict[str, Any]:
    """Planifier, commencer, clore avec une preuve, abandonner, reprendre. Seule une mesure vérifie."""
    found = _found(request, action_id, Act.EDIT_PLAN)
    _unchanged(request, found)
    today = timezone.localdate()
    event = Event(payload.event)
    if event is Event.CLOSE:
        moved = actions.close_action(
            action=found,
            done_on=payload.done_on or today,
            proof=actions.Proof(payload.proof),
            today=today,
            by=request.user,
        )
    elif event is Event.ACCEPT:
        moved = accepting.accept_risk(
            action=found,
            until=payload.until or today,
            function=payload.function,
            reason=payload.reason,
            today=today,
            by=request.user,
        )
    else:
        moved = actions.move_action(
            action=found, event=event, today=today, by=request.user, reason=payload.reason
        )
    return _answered(response, moved)


def _found(request: ApiRequest, action_id: int, act: Act) -> Action:
    rows = Action.objects.visible_to(request.scope, act).select_related("owner")
    found = rows.filter(pk=action_id).first()
    if found is None:
        raise Http404("Cette action n’existe pas, ou n’est pas de votre périmètre.")
    access_log.shown(request, establishment=found.establishment_id, words=BY_SCRIPT)
    return found


def _findings(request: ApiRequest, payload: ActionBody) -> list[Finding]:
    seen = Finding.objects.visible_to(request.scope, Act.EDIT_PLAN)
    rows = list(seen.filter(pk__in=payload.findings))
    if missing := set(payload.findings) - {row.pk for row in rows}:
        known = ", ".join(map(str, sorted(missing)))
        raise Http404(f"Constats qui n’existent pas, ou ne sont pas de votre périmètre : {known}.")
    return rows


def _values(payload: ActionBody, found: Action | None = None) -> actions.Values:
    keeps = found is not None and not payload.owner_function
    return actions.Values(
        title=payload.title,
        how=payload.how,
        owner=found.owner if keeps and found else None,
        owner_function=payload.owner_function,
        due_on=payload.due_on,
        half_days=payload.half_days,
        cost_euros=payload.cost_euros,
        yearly_euros=payload.yearly_euros,
        is_mandatory=payload.is_mandatory,
    )


def _unchanged(request: ApiRequest, found: Action) -> int | None:
    """The version that the caller read, when it says so; 412 when it is not the present one."""
    expected = request.headers.get("If-Match")
    if not expected or expected == "*":
        return None
    if expected != f'"{found.version}"':
        raise HttpError(412, "Quelqu’un a modifié cette action depuis votre lecture : relisez-la.")
    return found.version


def _answered(response: HttpResponse, row: Action) -> dict[str, Any]:
    response["ETag"] = f'"{row.version}"'
    return _action(row)


def _finding(row: Finding) -> dict[str, Any]:
    return {
        "id": row.pk,
        "establishment": row.establishment_id,
        "source_kind": row.source_kind,
        "subject": row.subject,
        "key": row.key,
        "title": row.title,
        "severity": row.severity,
        "objects_count": row.objects_count,
        "first_seen_on": row.first_seen_on,
        "last_seen_on": row.last_seen_on,
        "mended_on": row.mended_on,
        "not_remeasured_on": row.not_remeasured_on,
    }


def _action(row: Action) -> dict[str, Any]:
    costs = costs_of(row)
    return {
        "id": row.pk,
        "establishment": row.establishment_id,
        "title": row.title,
        "how": row.how,
        "state": row.state,
        "owner": row.owner_words,
        "due_on": row.due_on,
        "half_days": row.half_days,
        "cost_euros": row.cost_euros,
        "yearly_euros": row.yearly_euros,
        "days_foreseen": [costs.days.low, costs.days.high],
        "euros_foreseen": [costs.euros.low, costs.euros.high],
        "yearly_foreseen": [costs.euros_per_year.low, costs.euros_per_year.high],
        "is_mandatory": row.is_mandatory,
        "requires": sorted(other.pk for other in row.requires.all()),
        "accepted_until": row.accepted_until_on,
        "accepted_by": row.accepted_by_function,
        "share_percent": row.share_percent,
        "done_on": row.done_on,
        "proof": row.proof_note,
        "verified_on": row.verified_on,
        "findings": sorted(finding.pk for finding in row.findings.all()),
        "version": row.version,
    }
