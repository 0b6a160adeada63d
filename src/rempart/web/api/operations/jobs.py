"""Background work: how far it is."""

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Field, Router, Schema

from rempart.web.api.auth import ApiRequest
from rempart.web.api.paging import BY_SCRIPT
from rempart.web.core import access_log, board
from rempart.web.core.models import Job

router = Router(tags=["Travaux"])


class JobDetail(Schema):
    """A piece of background work."""

    id: int
    kind: str
    state: str = Field(description="waiting, running, done, failed ou cancelled.")
    establishment: str
    stage: str
    done_units: int
    total_units: int | None
    message: str
    error: str = Field(description="Pourquoi il a échoué : une phrase.")
    result: dict[str, Any] = Field(description="Ce que le travail a fait : le numéro de l’audit…")
    asked_at: datetime
    ended_at: datetime | None


@router.get("/jobs/{job_id}", response=JobDetail, summary="Un travail")
def get_job(request: ApiRequest, job_id: int) -> Job:
    """Où en est un travail que l’appelant, ou son établissement, a demandé. À relire toutes les secondes."""
    found = Job.objects.visible_to(request.scope).filter(pk=job_id).first()
    if found is None:
        raise Http404("Ce travail n’existe pas, ou n’est pas de votre périmètre.")
    if found.establishment:
        access_log.shown(request, establishment=found.establishment, words=BY_SCRIPT)
    return board.refresh(found)
