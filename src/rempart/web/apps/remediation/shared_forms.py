"""The form of a shared action."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation.sharing import SharedValues
from rempart.web.core.fields import day_field


class SharedForm(forms.Form):
    """What it is, what it costs in all, and the part of each member in per cent; empty: it does not take part."""

    title = forms.CharField(label="Action", max_length=300)
    how = forms.CharField(
        label="Comment", required=False, widget=forms.Textarea(attrs={"rows": 6}), max_length=8000
    )
    owner_function = forms.CharField(label="Qui la fait", required=False, max_length=120)
    due_on = day_field("Échéance", required=False)
    days = forms.FloatField(
        label="Jours de travail, en tout", required=False, min_value=0, max_value=10_000
    )
    euros = forms.IntegerField(
        label="Coût en euros, une fois, en tout", required=False, min_value=0, max_value=10**8
    )
    euros_per_year = forms.IntegerField(
        label="Puis en euros par an, en tout", required=False, min_value=0, max_value=10**8
    )
    content_measure = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, members: Sequence[Establishment], **more: Any) -> None:
        super().__init__(*args, **more)
        self.members = members
        for member in members:
            self.fields[f"part_{member.pk}"] = forms.FloatField(
                label=f"Part de {member}, en %", required=False, min_value=0, max_value=100
            )

    @property
    def common(self) -> Iterator[forms.BoundField]:
        """What is the same for all."""
        return (field for field in self if not field.name.startswith("part_"))

    @property
    def each(self) -> Iterator[tuple[Establishment, forms.BoundField]]:
        """The part of each member."""
        return ((member, self[f"part_{member.pk}"]) for member in self.members)

    def values(self) -> SharedValues:
        """What the act takes."""
        return SharedValues(**{n: self.cleaned_data[n] for n in SharedValues.__slots__})

    def parts(self) -> Mapping[Establishment, float]:
        """The members that take part."""
        given = {m: self.cleaned_data.get(f"part_{m.pk}") for m in self.members}
        return {member: part for member, part in given.items() if part}
