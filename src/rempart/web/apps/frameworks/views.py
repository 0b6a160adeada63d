"""The frameworks in place, and the import of those of others."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from rempart.content.places import regions
from rempart.kernel.errors import RempartError
from rempart.render.assessment.library import ciso_library
from rempart.web.apps.accounts.models import User
from rempart.web.apps.frameworks import actions, catalogue, importing, queries
from rempart.web.apps.frameworks.forms import ImportForm
from rempart.web.core.downloads import attachment
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act


@needs(Act.SEE_ESTABLISHMENT)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every framework that a scope may use."""
    scope = scope_of(request)
    context = {"rows": queries.present(scope), "may_import": scope.can(Act.IMPORT_FRAMEWORK)}
    return render(request, "frameworks/list.html", context)


@needs(Act.SEE_ESTABLISHMENT)
@require_safe
def framework(request: HttpRequest, name: str) -> HttpResponse:
    """One framework: who wrote it, its versions, all that it asks."""
    stored = queries.framework_or_404(scope_of(request), name, request.GET.get("region", ""))
    context = {
        "stored": stored,
        "framework": catalogue.of_digest(stored.digest),
        "versions": queries.versions(stored),
    }
    return render(request, "frameworks/framework.html", context)


@needs(Act.SEE_ESTABLISHMENT)
@require_safe
def library(request: HttpRequest, name: str) -> HttpResponseBase:
    """The framework as a CISO Assistant library."""
    stored = queries.framework_or_404(scope_of(request), name, request.GET.get("region", ""))
    data = ciso_library(catalogue.of_digest(stored.digest))
    return attachment(
        request, [data], filename=f"{name}.yaml", content_type="application/yaml; charset=utf-8"
    )


@needs(Act.IMPORT_FRAMEWORK)
def propose(request: HttpRequest) -> HttpResponse:
    """Choose a file, then see what it would bring: nothing is imported yet."""
    region = importing.region_of(scope_of(request))
    context = {"form": ImportForm(), "region": region and regions()[region].name}
    if request.method != "POST":
        return render(request, "frameworks/import.html", context)
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            context["previews"] = importing.previews(form.cleaned_data["file"], region)
            return render(request, "frameworks/preview.html", context)
        except RempartError as fault:
            form.add_error(
                "file", " ".join(filter(None, (fault.found, fault.expected, fault.todo)))
            )
    return render(request, "frameworks/import.html", context | {"form": form}, status=422)


@needs(Act.IMPORT_FRAMEWORK)
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Import what was shown."""
    found = importing.confirmed(request.POST.get("token", ""))
    by = cast(User, request.user)
    region = importing.region_of(scope_of(request))
    made = actions.import_framework(framework=found, by=by, region=region)
    messages.success(request, f"« {made.title} » est en place.")
    address = reverse("framework", args=[made.framework_id])
    return redirect(f"{address}?region={made.region}" if made.region else address)
