"""The forms of the budget and of its calendar."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms

from rempart.engines.allocation.problem import QUARTERS
from rempart.web.apps.remediation.allocating import Trial
from rempart.web.apps.remediation.budgeting import Stated
from rempart.web.apps.remediation.planning import Estimate

MOST_EUROS: Final = 1_000_000_000
MOST_DAYS: Final = 100_000


class BudgetForm(forms.Form):
    """What one has each quarter: the same in all, save for those that are filled apart."""

    euros = forms.IntegerField(label="Euros par trimestre", min_value=0, max_value=MOST_EUROS)
    days = forms.FloatField(
        label="Jours de travail par trimestre",
        min_value=0,
        max_value=MOST_DAYS,
        help_text="De vos équipes et de vos prestataires, pour tout le plan.",
    )
    is_carried = forms.BooleanField(
        label="Ce qui n’est pas dépensé passe au trimestre suivant",
        required=False,
        help_text="Et un travail commencé peut se poursuivre d’un trimestre à l’autre.",
    )
    estimate = forms.ChoiceField(label="Coûts comptés", choices=Estimate.choices)

    def __init__(self, *args: Any, quarters: Sequence[str], **more: Any) -> None:
        super().__init__(*args, **more)
        for k, words in enumerate(quarters):
            self.fields[f"euros_{k}"] = forms.IntegerField(
                label=f"Euros, {words}", required=False, min_value=0, max_value=MOST_EUROS
            )
            self.fields[f"days_{k}"] = forms.FloatField(
                label=f"Jours, {words}", required=False, min_value=0, max_value=MOST_DAYS
            )
        self.quarters = quarters

    @property
    def common(self) -> Iterator[forms.BoundField]:
        """The fields that hold for every quarter."""
        return (self[name] for name in ("euros", "days", "is_carried", "estimate"))

    @property
    def each(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        """Of each quarter its words and its two fields."""
        for k, words in enumerate(self.quarters):
            yield words, self[f"euros_{k}"], self[f"days_{k}"]

    def stated(self) -> Stated:
        """What the act takes."""
        given = self.cleaned_data

        def row(name: str) -> list[Any]:
            apart = [given.get(f"{name}_{k}") for k in range(QUARTERS)]
            return [given[name] if value is None else value for value in apart]

        return Stated(row("euros"), row("days"), given["is_carried"], given["estimate"])


class TrialForm(forms.Form):
    """« And with more, or less? »"""

    euros = forms.IntegerField(
        label="Euros, en % du budget",
        min_value=0,
        max_value=300,
        widget=forms.NumberInput(attrs={"type": "range", "step": 10, "min": 0, "max": 300}),
    )
    jours = forms.IntegerField(
        label="Jours, en % du budget",
        min_value=0,
        max_value=300,
        widget=forms.NumberInput(attrs={"type": "range", "step": 10, "min": 0, "max": 300}),
    )
    couts = forms.ChoiceField(label="Coûts comptés", choices=Estimate.choices)

    def trial(self, usual: str) -> Trial:
        """What is asked; what is not said is as the budget says."""
        given = self.cleaned_data if self.is_valid() else {}
        return Trial(given.get("euros", 100), given.get("jours", 100), given.get("couts", usual))
