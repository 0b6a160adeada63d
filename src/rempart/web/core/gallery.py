"""The gallery: every component once, with its states, for whoever makes a page and for the tests of the look."""

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from rempart.web.core.charts import bars, curve, france
from rempart.web.core.policy import public


class SampleForm(forms.Form):
    """Each kind of field, wrong or right."""

    name = forms.CharField(label="Nom", help_text="Tel qu’il figure dans FINESS.")
    due_on = forms.DateField(label="Échéance", widget=forms.DateInput(attrs={"type": "date"}))
    state = forms.ChoiceField(
        label="État",
        choices=[("a", "à faire"), ("b", "en cours")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Remarque", required=False, widget=forms.Textarea)
    is_sure = forms.BooleanField(label="Ne pas conserver la collecte", required=False)


def sample_charts() -> list[object]:
    """Each kind of picture, on invented figures."""
    answers = {"22": 71.0, "29": 46.0, "35": 66.0, "56": 60.0}
    return [
        bars.chart(
            title="Qui a répondu cette année",
            see="Le Finistère a le plus d’établissements sans donnée.",
            unit="%",
            rows=[(france.name_of(code), value, "") for code, value in answers.items()],
        ),
        curve.chart(
            title="Ce qu’il reste à couper",
            see="Le coût restant est passé de 105 à 34 en huit mois.",
            unit="",
            points=[("avril", 105.0), ("juin", 74.0), ("août", 52.0), ("novembre", 34.0)],
        ),
        france.chart(
            title="Part des établissements vus depuis un an",
            see="Quatre départements ; les autres n’ont pas de donnée.",
            unit="%",
            values=answers,
        ),
    ]


@public
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component; hidden in a real installation."""
    if not settings.GALLERY:
        raise Http404
    wrong = SampleForm({"state": "c"})
    wrong.add_error(None, "Cette échéance est avant la découverte du constat.")
    context = {
        "wrong": wrong,
        "charts": sample_charts(),
        "page": Paginator(range(3128), 50).page(4),
        "rows": [("EHPAD Les Genêts", "35", 4), ("Clinique du Léon", "29", 0)],
    }
    return render(request, "core/gallery.html", context)
