"""The forms of the registry."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from rempart.web.apps.establishments.rules import upload_fault


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files, each checked before it is kept."""

    widget = FilesInput(attrs={"multiple": True, "accept": ".csv,.zip,.txt"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """The files. Raises ValidationError on the first that cannot be one of the registry."""
        given = (data if isinstance(data, list | tuple) else [data]) or [None]
        found = [super(FilesField, self).clean(item, initial) for item in given]
        for file in found:
            first = next(file.chunks(4096), b"")
            file.seek(0)
            if fault := upload_fault(file.name, file.size, first, settings.UPLOAD_MAX_BYTES):
                raise ValidationError(fault)
        return found


class UploadForm(forms.Form):
    """Files of the registry."""

    given = FilesField(
        label="Fichiers du registre",
        help_text="cs1100501, cs1100502 ou cs1100507, les nomenclatures, le fichier des regroupements ; ou une archive "
        "zip qui les contient.",
    )


class AcceptForm(forms.Form):
    """The assent to an import; many closures ask for a second yes."""

    closures_accepted = forms.BooleanField(
        label="Ce fichier est complet : fermer tout ce qu’il ne contient pas", required=False
    )
