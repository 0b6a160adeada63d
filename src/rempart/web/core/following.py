"""The page of something that a job works on follows that job: a fragment of it asks for itself again until the end."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

from rempart.web.core import board
from rempart.web.core.models import Job


def progress_of(job: Job | None, *, is_waiting: bool) -> dict[str, Any]:
    """What `core/parts/following.html` draws: the job with its latest progress, and whether to ask again.

    `is_waiting` says whether what the job works on still waits for its result.
    """
    found = board.refresh(job) if job else None
    is_stopped = found is None or found.is_finished
    return {"job": found, "is_stopped": is_stopped, "is_followed": is_waiting and not is_stopped}


def fragment(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    job: Job | None,
    is_waiting: bool,
    page: str,
) -> HttpResponse:
    """How far the job is; `page` itself without scripts, and once there is nothing more to wait for."""
    if not request.headers.get("HX-Request"):
        return redirect(page)
    progress = progress_of(job, is_waiting=is_waiting)
    response = render(request, template, context | progress)
    if not progress["is_followed"]:
        response["HX-Redirect"] = page
    patch_vary_headers(response, ["HX-Request"])
    return response
