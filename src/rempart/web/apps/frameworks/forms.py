"""The form of an import."""

from django import forms


class ImportForm(forms.Form):
    """A framework file."""

    file = forms.FileField(
        label="Fichier du référentiel",
        help_text="Une bibliothèque CISO Assistant (.yaml), ou un catalogue OSCAL du NIST (.json). 20 Mo au plus.",
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml,.json"}),
        allow_empty_file=True,  # an empty one is refused by the reader, with its own sentence
        error_messages={"required": "Choisissez un fichier."},
    )
