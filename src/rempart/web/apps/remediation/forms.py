"""The forms of the plan."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence.examining import examine
from rempart.web.apps.remediation.actions import Values
from rempart.web.apps.remediation.deciding import Decision, due_on
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.queries import possible_owners
from rempart.web.apps.remediation.states import State
from rempart.web.core.errors import Refused
from rempart.web.core.fields import day_field

PROOF_MAX_BYTES = 20 * 1024 * 1024


class FindingChoice(forms.ModelMultipleChoiceField[Finding]):
    """Findings, by their titles."""

    def label_from_instance(self, finding: Any) -> str:
        """What the box says."""
        return f"{finding.title} ({finding.get_severity_display()})"


class ActionChoice(forms.ModelMultipleChoiceField[Action]):
    """Actions, by their titles."""


class ActionForm(forms.Form):
    """What a person writes of an action."""

    title = forms.CharField(label="Action", max_length=300)
    how = forms.CharField(
        label="Comment", required=False, widget=forms.Textarea(attrs={"rows": 6}), max_length=8000
    )
    owner = forms.ModelChoiceField(
        label="Responsable", queryset=User.objects.none(), required=False, empty_label="À désigner"
    )
    owner_function = forms.CharField(
        label="Ou une fonction",
        required=False,
        max_length=120,
        help_text="Quand la personne n’a pas de compte : prestataire réseau, service biomédical…",
    )
    due_on = day_field("Échéance", required=False)
    half_days = forms.IntegerField(
        label="Effort, en demi-journées", required=False, min_value=0, max_value=2000
    )
    cost_euros = forms.IntegerField(
        label="Coût, en euros, une fois", required=False, min_value=0, max_value=100_000_000
    )
    yearly_euros = forms.IntegerField(
        label="Puis, en euros par an",
        required=False,
        min_value=0,
        max_value=100_000_000,
        help_text="Ce que vous écrivez remplace l’estimation de Rempart, et y reste.",
    )
    is_mandatory = forms.BooleanField(
        label="L’échéance est imposée",
        required=False,
        help_text="Par un texte, un appel à financement, un contrat : le calendrier la tient quoi qu’il en coûte.",
    )
    requires = ActionChoice(
        label="À faire avant elle",
        queryset=Action.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    findings = FindingChoice(
        label="Constats que cette action corrige",
        queryset=Finding.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, establishment: Establishment, **more: Any) -> None:
        super().__init__(*args, **more)
        owners: Any = self.fields["owner"]
        owners.queryset = possible_owners(establishment)
        findings: Any = self.fields["findings"]
        linked = self.initial.get("findings", [])
        others = Action.objects.filter(establishment=establishment).open()
        requires: Any = self.fields["requires"]
        requires.queryset = (
            others | Action.objects.filter(pk__in=self.initial.get("requires", []))
        ).order_by("title")
        findings.queryset = (
            Finding.objects.filter(establishment=establishment).open()
            | Finding.objects.filter(establishment=establishment, pk__in=linked)
        ).order_by("rank", "title")

    def values(self) -> Values:
        """What the action takes."""
        return Values(**{name: self.cleaned_data[name] for name in Values.__slots__})

    def clean(self) -> dict[str, Any]:
        """An imposed date is a date."""
        cleaned = super().clean() or {}
        if cleaned.get("is_mandatory") and not cleaned.get("due_on"):
            self.add_error("due_on", "Dites quelle est l’échéance imposée.")
        return cleaned


class PutForm(forms.Form):
    """What is asked of somebody who puts a proposal in the plan: a day and a name, both proposed, both optional."""

    due_on = day_field("Pour quand ?", required=False)
    who = forms.CharField(
        label="Qui s’en charge ?",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, people: Iterable[User], **more: Any) -> None:
        super().__init__(*args, **more)
        self.people = {str(person): person for person in people}

    def decision(self) -> Decision:
        """The day, and the person when the name is the one of somebody who has an account here, else a function."""
        who = self.cleaned_data["who"]
        owner = self.people.get(who)
        return Decision(self.cleaned_data["due_on"], owner, "" if owner else who)


def put_initial(days: float | None, who: str, today: date) -> dict[str, Any]:
    """The day and the name that are proposed."""
    return {"due_on": due_on(days, today), "who": who}


class CloseForm(forms.Form):
    """What is declared when an action is closed."""

    done_on = day_field("Fait le", initial=timezone.localdate)
    note = forms.CharField(
        label="Ce qui a été fait",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        help_text="C’est la preuve : où la trouver, qui l’a fait. Un prochain audit la vérifiera.",
    )
    file = forms.FileField(
        label="Pièce",
        required=False,
        help_text="Capture, compte rendu, bon d’intervention : 20 Mo au plus.",
    )

    def clean_file(self) -> Any:
        """A file that is what its name says, and not too long."""
        file = self.cleaned_data["file"]
        if file is None:
            return None
        if (file.size or 0) > PROOF_MAX_BYTES:
            raise forms.ValidationError(
                "Cette pièce dépasse 20 Mo : gardez-la et dites où elle est."
            )
        try:
            examine(file, file.name or "")
        except Refused as fault:
            raise forms.ValidationError(str(fault)) from fault
        return file


class AbandonForm(forms.Form):
    """Why an action is abandoned."""

    reason = forms.CharField(
        label="Raison", widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )


class AcceptForm(forms.Form):
    """A risk that one lives with for a time."""

    until = day_field(
        "Jusqu’au", help_text="Un an au plus. Ce jour-là, l’action revient d’elle-même."
    )
    function = forms.CharField(
        label="Fonction qui accepte",
        max_length=120,
        help_text="Direction, comité de sécurité du 3 octobre : celle qui en porte la conséquence.",
    )
    reason = forms.CharField(
        label="Raison", widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )


class CommentForm(forms.Form):
    """Something to say of an action."""

    text = forms.CharField(
        label="Commentaire", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )


class PlanFilters(forms.Form):
    """What to keep of a plan."""

    vue = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label="Mots", required=False)
    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[
            ("", "à faire"),
            ("retard", "en retard"),
            *State.choices,
            ("toutes", "toutes"),
        ],
    )
    responsable = forms.ChoiceField(
        label="Responsable",
        required=False,
        choices=[("", "tous"), ("moi", "moi"), ("personne", "personne")],
    )
