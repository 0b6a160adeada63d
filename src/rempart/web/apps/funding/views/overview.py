"""The files, one file, its dates, its declaration."""

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rempart.content.knowledge import programmes
from rempart.kernel.outcome import Outcome
from rempart.web.apps.accounts.access import person
from rempart.web.apps.establishments.access import allows, establishment_or_404
from rempart.web.apps.funding import actions, pictures, queries
from rempart.web.apps.funding.forms import DatesForm, DeclareForm, OpenForm, plain
from rempart.web.apps.funding.models import Span
from rempart.web.apps.funding.rules import DISTANCES, dues, own_dates
from rempart.web.apps.funding.standing import standing
from rempart.web.apps.funding.views.common import base, file_of
from rempart.web.core import access_log
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

PER_PAGE: Final = 50


@needs(Act.SEE_FINDINGS)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every file that one reads."""
    page = Paginator(queries.files(scope_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    access_log.listed(request, (f.establishment_id for f in shown), words="Dossiers CaRE")
    context = {
        "page": page,
        "rows": queries.rows(shown),
        "places": queries.places(scope_of(request)),
        "sees_declared": scope_of(request).can(Act.SEE_PORTFOLIO),
    }
    return render(request, "funding/list.html", context)


@needs(Act.SEE_FINDINGS)
@require_safe
def of_establishment(request: HttpRequest, finess: str) -> HttpResponse:
    """The files of an establishment, and the programmes for which it may open one."""
    establishment = establishment_or_404(scope_of(request), finess, Act.SEE_FINDINGS)
    found = queries.files(scope_of(request)).filter(establishment=establishment)
    is_editor = allows(scope_of(request), finess, Act.EDIT_CARE_FILE)
    is_open = establishment.closed_on is None
    left = queries.programmes_left(establishment) if is_editor and is_open else []
    form = OpenForm(
        programmes=left,
        groupings=queries.groupings_for(establishment),
        initial={"span": Span.ESTABLISHMENT},
    )
    context = {
        "establishment": establishment,
        "rows": queries.rows(list(found)),
        "form": form if left else None,
        "may_edit": is_editor,
    }
    return render(request, "funding/of_establishment.html", context)


@needs(Act.EDIT_CARE_FILE)
@require_POST
def begin(request: HttpRequest, finess: str) -> HttpResponse:
    """Open a file."""
    establishment = establishment_or_404(scope_of(request), finess, Act.EDIT_CARE_FILE)
    form = OpenForm(
        request.POST,
        programmes=list(programmes().values()),
        groupings=queries.groupings_for(establishment),
    )
    if form.is_valid():
        given = form.cleaned_data
        made = actions.open_file(
            establishment=establishment,
            programme=given["programme"],
            span=given["span"],
            grouping=form.groupings.get(given.get("grouping", "")),
            by=person(request),
        )
        return redirect("care_file", made.pk)
    context = {"establishment": establishment, "rows": [], "form": form, "may_edit": True}
    return render(request, "funding/of_establishment.html", context, status=422)


@needs(Act.SEE_FINDINGS)
@require_safe
def care_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: each objective, from which evidence, what is missing and by when."""
    file = file_of(request, pk)
    context = base(request, file)
    found = standing(file, context["today"])
    context |= {
        "standing": found,
        "met": found.counts[Outcome.PASSED],
        "chart": pictures.progress(found),
        "told": queries.told(file),
        "span_words": Span(file.span).label,
        "next": found.next_due,
    }
    return render(request, "funding/file.html", context)


@needs(Act.SEE_FINDINGS)
def dates(request: HttpRequest, pk: int) -> HttpResponse:
    """The dates of the programme, those that one states, and the ceiling."""
    is_post = request.method == "POST"
    file = file_of(request, pk, Act.EDIT_CARE_FILE if is_post else Act.SEE_FINDINGS)
    context = base(request, file)
    initial = {f"on_{name}": day for name, day in file.dates.items()} | {
        "seen": file.version,
        "ceiling": "" if file.ceiling is None else plain(file.ceiling),
        "ceiling_source": file.ceiling_source,
    }
    form = DatesForm(
        request.POST if is_post else None, programme=context["programme"], initial=initial
    )
    if form.is_valid():
        try:
            actions.settle(
                file=file,
                settings=form.settings(),
                seen=form.cleaned_data["seen"],
                by=person(request),
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "Les dates et le plafond sont enregistrés.")
            return redirect("care_file_dates", pk)
    context |= {
        "form": form,
        "dues": dues(context["programme"], file.dates, context["today"]),
        "unknown": [d for d in own_dates(context["programme"]) if d.id not in file.dates],
        "distances": DISTANCES,
    }
    return render(request, "funding/dates.html", context, status=422 if form.errors else 200)


@needs(Act.EDIT_CARE_FILE)
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what was declared to the programme."""
    file = file_of(request, pk, Act.EDIT_CARE_FILE)
    context = base(request, file)
    found = standing(file, context["today"])
    met = [line.item.id for line in found.objectives if line.outcome is Outcome.PASSED]
    data = request.POST if request.method == "POST" else None
    initial = {"items": met, "on": context["today"], "seen": file.version}
    form = DeclareForm(data, framework=context["framework"], initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.declare(file=file, today=timezone.localdate(), by=person(request), **given)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "La déclaration est notée : la région la voit.")
            return redirect("care_file", pk)
    context |= {"form": form, "standing": found, "unmet": found.asked_count - len(met)}
    return render(request, "funding/declare.html", context, status=422 if form.errors else 200)


@needs(Act.EDIT_CARE_FILE)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Go back to the preparation."""
    file = file_of(request, pk, Act.EDIT_CARE_FILE)
    seen = request.POST.get("seen", "")
    actions.take_back(
        file=file, seen=int(seen) if seen.isdecimal() else file.version, by=person(request)
    )
    messages.success(
        request, "Le dossier est de nouveau en préparation : la région ne le voit plus."
    )
    return redirect("care_file", pk)


@needs(Act.SEE_PORTFOLIO)
@require_safe
def declared(request: HttpRequest) -> HttpResponse:
    """What is declared by those whom one follows: nothing of the files in preparation."""
    page = Paginator(queries.declared(scope_of(request)), PER_PAGE).get_page(
        request.GET.get("page")
    )
    shown = list(page)
    access_log.listed(request, (f.establishment_id for f in shown), words="Objectifs CaRE déclarés")
    context = {"page": page, "rows": [queries.told(file) for file in shown]}
    return render(request, "funding/declared.html", context)
