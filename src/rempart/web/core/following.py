"""The page of something that a job works on follows that job: a fragment of it asks for itself again until the end."""

from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

from rempart.web.core import board
from rempart.web.core.models import Job


class Followed(Protocol):
    """Something that a job works on."""

    @property
    def job(self) -> Job | None:
        """The job, None once it is forgotten."""

    @property
    def is_waiting(self) -> bool:
        """Whether it still waits for its result."""


def progress_of(found: Followed) -> dict[str, Any]:
    """What `core/parts/following.html` draws: the job with its latest progress, and whether to ask again."""
    job = board.refresh(found.job) if found.job else None
    is_stopped = job is None or job.is_finished
    return {
        "job": job,
        "is_stopped": is_stopped,
        "is_followed": found.is_waiting and not is_stopped,
    }


def fragment(
    request: HttpRequest, template: str, context: dict[str, Any], *, of: Followed, page: str
) -> HttpResponse:
    """How far the job is; `page` itself without scripts, and once there is nothing more to wait for."""
    if not request.headers.get("HX-Request"):
        return redirect(page)
    progress = progress_of(of)
    response = render(request, template, context | progress)
    if not progress["is_followed"]:
        response["HX-Redirect"] = page
    patch_vary_headers(response, ["HX-Request"])
    return response
