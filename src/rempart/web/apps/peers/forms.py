"""The forms of peers."""

from django import forms


class SizeForm(forms.Form):
    """How many beds and places."""

    places = forms.IntegerField(
        label="Lits et places autorisés",
        min_value=1,
        max_value=20_000,
        help_text="Le nombre de votre arrêté d’autorisation : il sert à vous comparer à des établissements de votre taille.",
    )
