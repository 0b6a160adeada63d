"""The form of a deposit."""

from typing import Any

from django import forms

from rempart.web.apps.audits.rules import ENDS


class Files(forms.ClearableFileInput):
    """A choice of several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, as a list."""

    widget = Files(attrs={"accept": ",".join(end for end in ENDS if end.count(".") == 1)})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each of the files."""
        given = (data if isinstance(data, list | tuple) else [data]) or [None]
        # An empty file is refused by the intake, with its own sentence.
        return [super(FilesField, self).clean(file, initial) for file in given]


class DepositForm(forms.Form):
    """A report or a collection."""

    uploads = FilesField(
        label="Fichiers",
        allow_empty_file=True,
        help_text="Le report.json de « rempart audit directory », ou une collecte : zip SharpHound, LDIF, sortie de "
        "ldapdomaindump, dossier ORADAD en clair mis en zip, collecte de Rempart.",
        error_messages={"required": "Choisissez un fichier."},
    )
    is_not_kept = forms.BooleanField(
        label="Analyser sans conserver la collecte",
        required=False,
        help_text="Les fichiers servent le temps de l’analyse, puis sont effacés, même si elle échoue. Seul le rapport "
        "reste.",
    )
