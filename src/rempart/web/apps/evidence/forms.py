"""The forms of the vault."""

from typing import Any

from django import forms
from django.conf import settings

from rempart.web.apps.evidence import subjects
from rempart.web.apps.evidence.actions import Values
from rempart.web.apps.evidence.examining import KINDS, examine
from rempart.web.apps.evidence.models import Document
from rempart.web.core.errors import Refused
from rempart.web.core.fields import day_field


class DepositForm(forms.Form):
    """A document, and what it proves."""

    file = forms.FileField(
        label="Document",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{kind}" for kind in KINDS)}),
        help_text="PDF, image, document bureautique sans macro, texte ou CSV.",
        error_messages={"required": "Choisissez un document."},
    )
    title = forms.CharField(
        label="Titre", max_length=200, help_text="Tel que vous l’appelez : « PSSI 2026 »."
    )
    kind = forms.ChoiceField(label="De quoi s’agit-il ?", choices=Document.Kind.choices)
    dated_on = day_field(
        "Date du document",
        required=False,
        help_text="Celle qui y est écrite : signature, révision, jour de l’essai.",
    )
    valid_until = day_field(
        "Valable jusqu’au",
        required=False,
        help_text="Laissez vide si vous ne savez pas : la durée habituelle de cette pièce sera prise.",
    )
    author_words = forms.CharField(
        label="Auteur", max_length=200, required=False, help_text="Qui l’a écrit ou signé."
    )
    proves = forms.MultipleChoiceField(
        label="Ce qu’il prouve",
        required=False,
        help_text="Un même document peut prouver plusieurs choses.",
    )

    def __init__(self, *args: Any, finess: str, **more: Any) -> None:
        super().__init__(*args, **more)
        offered = dict(subjects.choices(finess))
        asked = [s for s in self.initial.get("proves", []) if s not in offered]
        offered |= {s: found.words for s, found in subjects.said(finess, asked).items()}
        proves: Any = self.fields["proves"]
        proves.choices = list(offered.items())
        proves.widget.attrs["size"] = min(max(len(offered), 3), 12)
        if not offered:
            del self.fields["proves"]

    def clean_file(self) -> Any:
        """A document of the list, that is what its name says, and not too long."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > settings.PROOF_MAX_BYTES:
            most = settings.PROOF_MAX_BYTES // 1024**2
            raise forms.ValidationError(
                f"Ce document dépasse {most} Mo : réduisez-le (un scan en noir et blanc suffit), ou déposez-le en parties."
            )
        try:
            examine(file, file.name or "")
        except Refused as fault:
            raise forms.ValidationError(str(fault)) from fault
        return file

    def clean(self) -> dict[str, Any]:
        """A document is valid after its day."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("dated_on"), cleaned.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", "La fin de validité vient avant la date du document.")
        return cleaned

    def values(self) -> Values:
        """What the vault takes."""
        return Values(**{name: self.cleaned_data[name] for name in Values.__slots__})


class WithdrawForm(forms.Form):
    """Why a document is taken back."""

    reason = forms.CharField(label="Pourquoi le retirer ?", max_length=300)
