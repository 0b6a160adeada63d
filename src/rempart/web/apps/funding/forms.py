"""The forms of files."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms

from rempart.content.frameworks import Framework, Programme
from rempart.kernel.finess import is_finess
from rempart.web.apps.establishments.models import Grouping
from rempart.web.apps.funding.actions import Settings, Spent
from rempart.web.apps.funding.models import CareEntity, Expense, Span
from rempart.web.apps.funding.rules import (
    MOST_ENTITIES,
    MOST_WEIGHT,
    Activity,
    amount,
    own_dates,
    read_activities,
    shared_items,
)
from rempart.web.core.errors import Refused
from rempart.web.core.fields import day_field

MOST_EUROS: Final = Decimal("9999999999")
MOST_BYTES: Final = 1024 * 1024


def _amount(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.CharField(
        label=label, widget=widget, required=required, help_text=help_text, max_length=40
    )


def _seen() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=1)


def _euros(text: str) -> Decimal:
    try:
        found = amount(text.replace("€", ""), most=MOST_EUROS)
    except Refused as fault:
        raise forms.ValidationError(str(fault)) from fault
    if found != round(found, 2):
        raise forms.ValidationError("Un montant a deux décimales au plus.")
    return found


class OpenForm(forms.Form):
    """Which programme, and for whom."""

    programme = forms.ChoiceField(label="Programme")
    span = forms.ChoiceField(
        label="Pour qui est ce dossier ?", choices=Span.choices, widget=forms.RadioSelect
    )
    grouping = forms.ChoiceField(
        label="Groupement", required=False, help_text="Seulement pour un dossier de groupement."
    )

    def __init__(
        self,
        *args: Any,
        programmes: Sequence[Programme],
        groupings: Sequence[Grouping],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        offered: Any = self.fields["programme"]
        offered.choices = [(found.id, found.title) for found in programmes]
        self.groupings = {found.pk: found for found in groupings}
        if groupings:
            groups: Any = self.fields["grouping"]
            groups.choices = [("", "–"), *((g.pk, g.name) for g in groupings)]
        else:
            del self.fields["grouping"]
            spans: Any = self.fields["span"]
            spans.choices = [c for c in Span.choices if c[0] != Span.GROUPING]

    def clean(self) -> dict[str, Any]:
        """A file of a grouping names it."""
        cleaned = super().clean() or {}
        if cleaned.get("span") == Span.GROUPING and not cleaned.get("grouping"):
            self.add_error("grouping", "Choisissez le groupement.")
        return cleaned


class DatesForm(forms.Form):
    """One’s own dates, and the ceiling."""

    seen = _seen()
    ceiling = _amount(
        "Plafond de financement (€)",
        "Celui qui vous a été notifié ou que le programme publie pour votre structure. Laissez vide s’il n’est pas connu.",
        required=False,
    )
    ceiling_source = forms.CharField(
        label="D’où vient ce plafond", max_length=200, required=False,
        help_text="« Notification du 12 mars », « tableau publié le… ».",
    )  # fmt: skip

    def __init__(self, *args: Any, programme: Programme, **more: Any) -> None:
        super().__init__(*args, **more)
        self.names = [found.id for found in own_dates(programme)]
        for found in own_dates(programme):
            self.fields[f"on_{found.id}"] = day_field(found.title, required=False)
        self.order_fields([f"on_{name}" for name in self.names])

    def clean_ceiling(self) -> Decimal | None:
        """An amount, or nothing."""
        text: str = self.cleaned_data["ceiling"]
        return _euros(text) if text else None

    def settings(self) -> Settings:
        """What the act takes."""
        given = self.cleaned_data
        dates: dict[str, date | None] = {name: given[f"on_{name}"] for name in self.names}
        return Settings(dates, given["ceiling"], given["ceiling_source"])


class DeclareForm(forms.Form):
    """What was declared, and when."""

    seen = _seen()
    on = day_field(
        "Déclarés le", help_text="Le jour du dépôt sur le guichet du programme.", required=True
    )
    items = forms.MultipleChoiceField(
        label="Objectifs déclarés comme atteints",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un objectif."},
    )

    def __init__(self, *args: Any, framework: Framework, **more: Any) -> None:
        super().__init__(*args, **more)
        items: Any = self.fields["items"]
        items.choices = [(item.id, f"{item.ref} {item.title}".strip()) for item in framework.items]


class EntityForm(forms.Form):
    """An entity and its activity."""

    finess = forms.CharField(label="FINESS", max_length=9, required=False)
    name = forms.CharField(label="Nom", max_length=200, required=False)
    weight = _amount("Activité combinée", required=False)
    source = forms.CharField(label="Source", max_length=200, required=False)
    year = forms.IntegerField(label="Année", min_value=2000, max_value=2100, required=False)
    covers = forms.MultipleChoiceField(
        label="Couverte pour", required=False, widget=forms.CheckboxSelectMultiple
    )
    gone = forms.BooleanField(label="Retirer", required=False)

    def __init__(self, *args: Any, framework: Framework, **more: Any) -> None:
        super().__init__(*args, **more)
        covers: Any = self.fields["covers"]
        covers.choices = [(item.id, item.ref or item.title) for item in shared_items(framework)]

    def clean_finess(self) -> str:
        """A FINESS number, when something is typed."""
        found: str = self.cleaned_data["finess"].strip().upper()
        if found and not is_finess(found):
            raise forms.ValidationError(f"« {found} » n’est pas un numéro FINESS.")
        return found

    def clean_weight(self) -> Decimal | None:
        """A number that is not negative, or nothing."""
        text: str = self.cleaned_data["weight"]
        try:
            return amount(text, most=MOST_WEIGHT) if text else None
        except Refused as fault:
            raise forms.ValidationError(str(fault)) from fault

    def activity(self) -> Activity | None:
        """What is stated; None for a row that is empty or taken out."""
        given = self.cleaned_data
        if given.get("gone") or not given.get("finess"):
            return None
        return Activity(
            given["finess"],
            given["name"].strip() or given["finess"],
            given["weight"],
            given["source"].strip(),
            given["year"],
            tuple(given["covers"]),
        )


EntityFormSet = forms.formset_factory(
    EntityForm, extra=1, max_num=MOST_ENTITIES, absolute_max=MOST_ENTITIES + 1
)


def entity_rows(entities: Sequence[CareEntity]) -> list[dict[str, Any]]:
    """What the rows of the form hold at first."""
    return [
        {
            "finess": row.finess,
            "name": row.name,
            "weight": "" if row.weight is None else plain(row.weight),
            "source": row.source,
            "year": row.year,
            "covers": row.covers,
        }
        for row in entities
    ]


def plain(value: Decimal) -> str:
    """12345.600 → 12345,6."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


class ActivitiesFileForm(forms.Form):
    """A CSV of activities."""

    seen = _seen()
    file = forms.FileField(
        label="Fichier CSV",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        help_text="Une ligne par entité ; il remplace les lignes du tableau.",
        error_messages={"required": "Choisissez un fichier."},
    )

    def __init__(self, *args: Any, framework: Framework, **more: Any) -> None:
        super().__init__(*args, **more)
        self.framework = framework

    def clean_file(self) -> list[Activity]:
        """The lines of the file."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("Ce fichier est trop long pour une liste d’entités.")
        data: bytes = file.read()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
        try:
            return read_activities(text, self.framework)
        except Refused as fault:
            raise forms.ValidationError(str(fault)) from fault


class ExpenseForm(forms.Form):
    """An expense."""

    label = forms.CharField(label="Dépense", max_length=200, help_text="Ce qui a été acheté.")
    kind = forms.ChoiceField(label="Nature")
    euros = _amount("Montant (€)", "Le montant de la facture que vous imputez au dossier.")
    financed_elsewhere = _amount(
        "Dont déjà financé par ailleurs (€)",
        "Une autre subvention, par exemple : cette part n’est pas comptée deux fois.",
        required=False,
    )
    engaged_on = day_field(
        "Engagée le",
        required=False,
        help_text="Bon de commande ou signature du devis : c’est ce jour qui doit être dans la période.",
    )
    invoiced_on = day_field("Facturée le", required=False)
    supplier = forms.CharField(label="Fournisseur", max_length=200, required=False)
    invoice_number = forms.CharField(label="N° de facture", max_length=80, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, programme: Programme, **more: Any) -> None:
        super().__init__(*args, **more)
        kinds = programme.expense_kinds or ["Dépense du programme"]
        kind: Any = self.fields["kind"]
        kind.choices = [(name, name) for name in kinds]

    def clean_euros(self) -> Decimal:
        """An amount."""
        return _euros(self.cleaned_data["euros"])

    def clean_financed_elsewhere(self) -> Decimal:
        """An amount, nil when nothing is typed."""
        return _euros(self.cleaned_data["financed_elsewhere"] or "0")

    def spent(self) -> Spent:
        """What the act takes."""
        return Spent(**{name: self.cleaned_data[name] for name in Spent.__slots__})


def expense_values(row: Expense) -> Mapping[str, Any]:
    """What the form holds at first."""
    return {
        "label": row.label,
        "kind": row.kind,
        "euros": plain(row.euros),
        "financed_elsewhere": plain(row.financed_elsewhere) if row.financed_elsewhere else "",
        "engaged_on": row.engaged_on,
        "invoiced_on": row.invoiced_on,
        "supplier": row.supplier,
        "invoice_number": row.invoice_number,
        "seen": row.version,
    }


class RemoveForm(forms.Form):
    """Why an expense is taken out."""

    reason = forms.CharField(label="Pourquoi la retirer ?", max_length=200)
