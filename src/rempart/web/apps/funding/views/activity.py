"""The part of the activity that is covered, and whom to add."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from rempart.web.apps.accounts.access import person
from rempart.web.apps.funding import actions, pictures
from rempart.web.apps.funding.exports import activities_csv
from rempart.web.apps.funding.forms import ActivitiesFileForm, EntityFormSet, entity_rows
from rempart.web.apps.funding.models import CareFile
from rempart.web.apps.funding.standing import entities_of, shares
from rempart.web.apps.funding.views.common import base, file_of
from rempart.web.core.downloads import CSV
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs
from rempart.web.core.scope import Act


@needs(Act.SEE_FINDINGS)
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """The entities, their activity, and the part covered."""
    is_post = request.method == "POST"
    file = file_of(request, pk, Act.EDIT_CARE_FILE if is_post else Act.SEE_FINDINGS)
    context = base(request, file)
    formset = EntityFormSet(
        request.POST if is_post else None,
        initial=entity_rows(entities_of(file)),
        form_kwargs={"framework": context["framework"]},
    )
    fault = ""
    if is_post and formset.is_valid():
        found = [one for form in formset if (one := form.activity()) is not None]
        seen = request.POST.get("seen", "")
        try:
            actions.set_activities(
                file=file,
                activities=found,
                seen=int(seen) if seen.isdecimal() else 0,
                by=person(request),
            )
        except Refused as refusal:
            fault = str(refusal)
        else:
            messages.success(request, "L’activité est enregistrée.")
            return redirect("care_file_activity", pk)
    return _page(request, file, context, formset=formset, fault=fault)


@needs(Act.EDIT_CARE_FILE)
@require_POST
def import_activities(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the entities from a CSV."""
    file = file_of(request, pk, Act.EDIT_CARE_FILE)
    context = base(request, file)
    form = ActivitiesFileForm(request.POST, request.FILES, framework=context["framework"])
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.set_activities(
                file=file, activities=given["file"], seen=given["seen"], by=person(request)
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Les entités du fichier sont enregistrées.")
            return redirect("care_file_activity", pk)
    formset = EntityFormSet(
        initial=entity_rows(entities_of(file)), form_kwargs={"framework": context["framework"]}
    )
    return _page(request, file, context, formset=formset, file_form=form)


@needs(Act.SEE_FINDINGS)
@require_safe
def export_activities(request: HttpRequest, pk: int) -> HttpResponse:
    """The entities as a CSV, which is also the model of what is imported."""
    file = file_of(request, pk)
    context = base(request, file)
    headers = {"Content-Disposition": f'attachment; filename="activite-{file.pk}.csv"'}
    text = activities_csv(file, context["framework"])
    return HttpResponse(text.encode("utf-8-sig"), content_type=CSV, headers=headers)


def _page(
    request: HttpRequest,
    file: CareFile,
    context: dict[str, Any],
    *,
    formset: Any,
    fault: str = "",
    file_form: ActivitiesFileForm | None = None,
) -> HttpResponse:
    found = shares(file, context["framework"])
    entities = entities_of(file)
    initial = {"seen": file.version}
    context |= {
        "formset": formset,
        "fault": fault,
        "file_form": file_form
        or ActivitiesFileForm(framework=context["framework"], initial=initial),
        "shares": [(item, share, pictures.covered(item, entities, share)) for item, share in found],
        "entities": entities,
        "unknown": [row for row in entities if row.weight is None],
    }
    is_wrong = fault or formset.is_bound and not formset.is_valid() or file_form is not None
    return render(request, "funding/activity.html", context, status=422 if is_wrong else 200)
