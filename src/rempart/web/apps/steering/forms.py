"""What the portfolio reads from its address and from its forms."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rempart.content.places import departments
from rempart.web.apps.steering.rules import (
    ASSESSED_WORDS,
    AUDIT_WORDS,
    COLUMNS,
    DEFAULT_COLUMNS,
    DEFAULT_SORT,
    SHADE_WORDS,
    SILENCES,
    SORTS,
    Asked,
    Assessed,
    Audit,
    Shade,
)


class LongSelect(forms.Select):
    """A list of hundreds of options, written at once: the framework renders a template for each of them."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The same markup as that of a `Select`."""
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(self.build_attrs(self.attrs, attrs)),
            _options(self.choices, str(value or "")),
        )


def _options(choices: Iterable[Any], chosen: str) -> SafeString:
    lines = []
    for value, words in choices:
        if isinstance(words, list):
            lines.append(
                format_html('<optgroup label="{}">{}</optgroup>', value, _options(words, chosen))
            )
        else:
            mark = SafeString(" selected") if str(value) == chosen else ""
            lines.append(format_html('<option value="{}"{}>{}</option>', value, mark, words))
    return format_html_join("", "{}", ((line,) for line in lines))


def _choices(first: str, pairs: Any) -> list[tuple[str, str]]:
    return [("", first), *((str(value), words) for value, words in pairs)]


class PortfolioForm(forms.Form):
    """The filters: each can be left empty, and a value that is not offered is said, not guessed."""

    q = forms.CharField(
        label="Rechercher",
        required=False,
        max_length=120,
        strip=True,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "ehpad rennes"}),
    )
    departement = forms.ChoiceField(label="Département", required=False, widget=LongSelect)
    categorie = forms.CharField(label="Catégorie", required=False, max_length=10)
    gestionnaire = forms.CharField(
        label="Gestionnaire",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "nom ou FINESS"}),
    )
    groupement = forms.CharField(label="GHT ou groupement", required=False, max_length=40)
    audit = forms.ChoiceField(
        label="Audit d’annuaire", required=False, choices=_choices("Tous", AUDIT_WORDS.items())
    )
    evaluation = forms.ChoiceField(
        label="Auto-évaluation", required=False, choices=_choices("Toutes", ASSESSED_WORDS.items())
    )
    silence = forms.ChoiceField(
        label="Sans nouvelles depuis", required=False, choices=_choices("–", SILENCES.items())
    )
    retard = forms.BooleanField(label="Action en retard", required=False)
    tri = forms.ChoiceField(
        required=False, choices=[(s, s) for s in SORTS], widget=forms.HiddenInput
    )
    colonnes = forms.MultipleChoiceField(
        label="Colonnes",
        required=False,
        choices=[(c.key, c.words) for c in COLUMNS],
        widget=forms.CheckboxSelectMultiple,
    )
    carte = forms.ChoiceField(
        label="La carte montre", required=False, choices=list(SHADE_WORDS.items())
    )

    def __init__(
        self,
        data: QueryDict,
        *,
        places: list[str],
        categories: list[tuple[str, str]],
        groupings: list[tuple[str, Any]],
    ) -> None:
        read = data.copy()
        if not read.getlist("colonnes"):
            read.setlist("colonnes", list(DEFAULT_COLUMNS))
        super().__init__(read, auto_id="f_%s")
        named = [(c, f"{c} {departments()[c].name}") for c in places]
        fields: dict[str, Any] = self.fields
        fields["departement"].choices = _choices("Tous", named)
        fields["categorie"].widget = LongSelect(choices=_choices("Toutes", categories))
        fields["groupement"].widget = LongSelect(choices=[("", "Tous"), *groupings])

    def asked(self) -> Asked:
        """What was asked; a field that is wrong counts as empty, and its error is shown."""
        self.is_valid()
        read = self.cleaned_data
        shade = read.get("carte")
        return Asked(
            words=read.get("q", ""),
            department=read.get("departement", ""),
            category=read.get("categorie", ""),
            operator=read.get("gestionnaire", ""),
            grouping=read.get("groupement", ""),
            audit=Audit(read["audit"]) if read.get("audit") else None,
            assessed=Assessed(read["evaluation"]) if read.get("evaluation") else None,
            silence=int(read["silence"]) if read.get("silence") else None,
            is_overdue=bool(read.get("retard")),
            sort=read.get("tri") or DEFAULT_SORT,
            columns=tuple(read.get("colonnes") or DEFAULT_COLUMNS),
            shade=Shade(shade) if shade else Shade.AUDITED,
        )


class SavedViewForm(forms.Form):
    """A view to keep: its name, what it holds, with whom it is shared."""

    name = forms.CharField(label="Nom de la vue", max_length=80)
    query = forms.CharField(max_length=600, required=False, widget=forms.HiddenInput)
    share = forms.BooleanField(label="La partager avec ma région", required=False)
