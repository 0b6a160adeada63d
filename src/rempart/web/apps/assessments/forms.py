"""The forms of assessments."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from rempart.content.places import regions
from rempart.web.apps.assessments.campaigns import Wish
from rempart.web.apps.assessments.delegating import MOST_DAYS, Recipient
from rempart.web.apps.establishments.models import Category, Establishment, Grouping
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.core.fields import day_field
from rempart.web.core.scope import Act, Level, Scope

STATES = (
    ("", "toutes"),
    ("cours", "en cours"),
    ("silence", "pas commencées"),
    ("terminees", "terminées"),
)


class AssessmentFilters(forms.Form):
    """What the list of assessments shows."""

    referentiel = forms.ChoiceField(label="Référentiel", required=False)
    etat = forms.ChoiceField(label="État", required=False, choices=STATES)

    def __init__(self, data: Any, frameworks: list[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="f_%s")
        field = self.fields["referentiel"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "tous"), *frameworks]


class CommentForm(forms.Form):
    """Something to say of a question."""

    text = forms.CharField(
        label="Votre commentaire", max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ShareForm(forms.Form):
    """Who else reads the result."""

    with_region = forms.BooleanField(
        label="L’ARS, le GRADeS et le CRRC de ma région voient les scores par thème",
        required=False,
    )
    with_grouping = forms.BooleanField(
        label="Les autres membres de mes groupements voient mes réponses à côté des leurs",
        required=False,
    )


class GroupsForm(forms.Form):
    """The classes of entity of the establishment."""

    groups = forms.MultipleChoiceField(
        label="Votre catégorie", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, choices: list[tuple[str, str]], initial: list[str]) -> None:
        super().__init__(data, initial={"groups": initial})
        field = self.fields["groups"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = choices


class CarryForm(forms.Form):
    """Which establishment follows one that closed."""

    finess = forms.CharField(
        label="Numéro FINESS de l’établissement qui reprend",
        validators=[RegexValidator(r"^[0-9AB]{9}$", "Un numéro FINESS a neuf caractères.")],
    )


class DelegateForm(forms.Form):
    """Questions to send, and to whom."""

    items = forms.MultipleChoiceField(
        label="Questions à envoyer", widget=forms.CheckboxSelectMultiple
    )
    email = forms.EmailField(label="Adresse de votre prestataire")
    name = forms.CharField(label="Son nom", required=False, max_length=120)
    message = forms.CharField(
        label="Un mot pour lui",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    days = forms.IntegerField(
        label="Le lien vaut, en jours", initial=14, min_value=1, max_value=MOST_DAYS
    )

    def __init__(self, data: Any, choices: list[tuple[str, str]], initial: list[str]) -> None:
        super().__init__(data, initial={"items": initial})
        field = self.fields["items"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = choices

    def recipient(self) -> Recipient:
        """Who is asked."""
        said = self.cleaned_data
        return Recipient(said["email"], said["name"], said["message"])


class CampaignForm(forms.Form):
    """What a campaign asks, and of whom."""

    title = forms.CharField(label="Nom de la campagne", max_length=200)
    framework = forms.ModelChoiceField(label="Référentiel", queryset=StoredFramework.objects.none())
    place = forms.ChoiceField(label="Auprès de qui")
    category = forms.ChoiceField(label="Catégorie d’établissement", required=False)
    opens_on = day_field("Ouverte le")
    due_on = day_field("À rendre pour le", required=False)
    message = forms.CharField(
        label="Message aux établissements",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any, *, scope: Scope, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        rows = StoredFramework.objects.visible_to(scope, Act.RUN_CAMPAIGN).present()
        chosen = self.fields["framework"]
        if isinstance(chosen, forms.ModelChoiceField):
            chosen.queryset = rows.defer("document").order_by("title")
        self._choose("place", places(scope))
        self._choose("category", [("", "toutes"), *categories(scope)])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """A day to answer that is not before the day of opening."""
        said = super().clean() or self.cleaned_data
        if said.get("due_on") and said.get("opens_on") and said["due_on"] < said["opens_on"]:
            self.add_error("due_on", "Cette date est avant l’ouverture.")
        return said

    def wish(self) -> Wish:
        """What is asked."""
        said = self.cleaned_data
        level, _, code = said["place"].partition(":")
        return Wish(
            title=said["title"],
            framework=said["framework"],
            level=Level(level),
            code=code,
            opens_on=said["opens_on"],
            due_on=said["due_on"],
            message=said["message"],
            categories=(said["category"],) if said["category"] else (),
        )


def places(scope: Scope) -> list[tuple[str, str]]:
    """Where the scope may run a campaign, in words."""
    act = Act.RUN_CAMPAIGN
    names = {code: region.name for code, region in regions().items()}
    found = [("national:", "France entière")] if scope.is_national(act) else []
    codes = names if scope.is_national(act) else scope.codes(act, Level.REGION)
    found += [(f"region:{code}", f"Région {names.get(code, code)}") for code in sorted(codes)]
    mine = Grouping.objects.filter(pk__in=scope.codes(act, Level.GROUPING)).order_by("name")
    return found + [(f"grouping:{row.pk}", row.name) for row in mine]


def categories(scope: Scope) -> list[tuple[str, str]]:
    """The categories of the establishments that the scope may ask."""
    rows = Establishment.objects.visible_to(scope, Act.RUN_CAMPAIGN).open()
    codes = sorted(set(rows.values_list("category", flat=True).distinct()) - {""})
    words = dict(Category.objects.filter(pk__in=codes).values_list("pk", "label"))
    return [(code, words.get(code, f"catégorie {code}")) for code in codes]
