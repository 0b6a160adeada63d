"""Pages that belong to no app: background work, the journal, how mail is wanted."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.web.core import access_log, acts, jobs, mail, queries, reach
from rempart.web.core.models import Job
from rempart.web.core.policy import needs, public, scope_of, signed_in
from rempart.web.core.scope import Act

PER_PAGE = 50


@public
@never_cache
def healthy(request: HttpRequest) -> HttpResponse:
    """For whoever watches the server: 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


@signed_in
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The background work that the person may see."""
    page = Paginator(queries.works(scope_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    rows = [queries.work(row) for row in page]
    return render(request, "core/jobs.html", {"page": page, "rows": rows})


@signed_in
@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One piece of work; asked by htmx, only how far it is."""
    work = queries.work(_job_or_404(request, pk))
    asked_by_htmx = bool(request.headers.get("HX-Request"))
    template = "core/parts/job.html" if asked_by_htmx else "core/job.html"
    response = render(request, template, {"work": work})
    if asked_by_htmx and work.job.is_finished:
        response["HX-Refresh"] = "true"
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
@require_POST
def cancel_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it."""
    jobs.cancel(_job_or_404(request, pk), by=request.user)
    messages.info(request, "L’arrêt est demandé.")
    return redirect("job", pk)


@needs(Act.SEE_JOURNAL)
@require_safe
def journal(request: HttpRequest, finess: str = "") -> HttpResponse:
    """What was done, by whom, when: of one establishment, or of the whole scope."""
    if finess and not reach.covers(scope_of(request), Act.SEE_JOURNAL, finess):
        raise Http404("Cet établissement n’existe pas, ou n’est pas de votre périmètre.")
    act = request.GET.get("acte", "")
    found = queries.entries(scope_of(request), establishment=finess, act=act)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "lines": [queries.line(entry) for entry in page],
        "finess": finess,
        "acts": sorted(acts.WORDS.items(), key=lambda pair: pair[1]),
        "act": act,
        "check": queries.last_check(),
    }
    return render(request, "core/journal.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mail_preference(request: HttpRequest) -> HttpResponse:
    """One mail a day, or each at once."""
    recipient = str(getattr(request.user, "email", ""))
    if request.method == "POST":
        mail.prefer(recipient=recipient, at_once=request.POST.get("rythme") == "chaque")
        messages.success(request, "Votre choix est enregistré.")
        return redirect("mail_preference")
    return render(request, "core/mail.html", {"at_once": mail.wants_each(recipient)})


def _job_or_404(request: HttpRequest, pk: int) -> Job:
    found = Job.objects.visible_to(scope_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("Ce travail n’existe pas, ou n’est pas de votre périmètre.")
    if found.establishment:
        access_log.shown(request, establishment=found.establishment, words=jobs.title_of(found))
    return found
