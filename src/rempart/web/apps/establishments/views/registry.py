"""The pages of the registry itself: what it holds, its imports, the diff of one, and its writing."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from rempart.web.apps.establishments import actions, queries
from rempart.web.apps.establishments.forms import AcceptForm, UploadForm
from rempart.web.apps.establishments.models import RegistryImport
from rempart.web.core.policy import needs
from rempart.web.core.scope import Act

State = RegistryImport.State
PAGE = 20
UNDER_WAY = (State.READING, State.APPLYING)


def _by(request: HttpRequest) -> Any:
    return cast(Any, request.user)


@needs(Act.IMPORT_REGISTRY)
def home(request: HttpRequest) -> HttpResponse:
    """What the registry holds, its imports, and the form that begins one."""
    is_given = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_given else UploadForm()
    if is_given and form.is_valid():
        given = [(f.name, f.chunks()) for f in form.cleaned_data["given"]]
        made = actions.start(given=given, by=_by(request))
        return redirect("registry_import", pk=made.pk)
    context = {
        "form": form,
        "holdings": queries.holdings(),
        "page": Paginator(queries.imports(), PAGE).get_page(request.GET.get("page")),
    }
    status = 422 if form.is_bound else 200
    return render(request, "establishments/registry.html", context, status=status)


@needs(Act.IMPORT_REGISTRY)
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """What an import would change, or changed; while a job works on it, how far it is."""
    found = get_object_or_404(RegistryImport, pk=pk)
    parts = [queries.part_shown(p) for p in found.parts.all()]
    context = {
        "import": found,
        "uploads": list(found.uploads.all()),
        "parts": parts,
        "job": queries.job_of(found) if found.state in UNDER_WAY else None,
        "asks_closures": any(p.closes_too_many for p in parts),
        "form": AcceptForm(),
    }
    template = "establishments/import.html"
    if request.headers.get("HX-Target") == "avancement" and found.state in UNDER_WAY:
        template = "establishments/parts/under_way.html"
    response = render(request, template, context)
    if request.headers.get("HX-Request") and found.state not in UNDER_WAY:
        # The work is over: the whole page has changed, and the browser loads it again.
        response["HX-Refresh"] = "true"
    response["Vary"] = "HX-Request"
    return response


@require_POST
@needs(Act.IMPORT_REGISTRY)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Write it."""
    form = AcceptForm(request.POST)
    accepted = form.is_valid() and form.cleaned_data["closures_accepted"]
    found = get_object_or_404(RegistryImport, pk=pk)
    actions.accept(registry_import=found, closures_accepted=accepted, by=_by(request))
    return redirect("registry_import", pk=pk)


@require_POST
@needs(Act.IMPORT_REGISTRY)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare it with the registry as it is now."""
    actions.compare_again(registry_import=get_object_or_404(RegistryImport, pk=pk), by=_by(request))
    return redirect("registry_import", pk=pk)


@require_POST
@needs(Act.IMPORT_REGISTRY)
def abandon(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it up."""
    actions.abandon(registry_import=get_object_or_404(RegistryImport, pk=pk), by=_by(request))
    messages.success(request, "L’import est abandonné : rien n’a été écrit.")
    return redirect("registry")
