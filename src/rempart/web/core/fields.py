"""Fields that several forms share."""

from typing import Any

from django import forms


def day_field(label: str, **more: Any) -> forms.DateField:
    """A date, typed or picked."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)
