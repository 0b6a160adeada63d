"""What is asked to make a token."""

from typing import Any

from django import forms

from rempart.web.api.rules import LIVES, OFFERED
from rempart.web.core.scope import ACT_WORDS, Scope


class TokenForm(forms.Form):
    """A name, what the token may do among what its owner may do, and how long."""

    name = forms.CharField(label="Nom", max_length=80, help_text="Le programme qui s’en servira.")
    acts = forms.MultipleChoiceField(
        label="Ce qu’il pourra faire", widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label="Durée", coerce=int, choices=[(n, f"{n} jours") for n in LIVES], initial=90
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["acts"] = forms.MultipleChoiceField(
            label="Ce qu’il pourra faire",
            choices=[(act.value, ACT_WORDS[act].capitalize()) for act in OFFERED if scope.can(act)],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Cochez au moins un droit."},
        )
