"""The forms of exposure."""

from typing import Any, Final

from django import forms

from rempart.web.apps.evidence.models import Document
from rempart.web.apps.exposure.models import Asset, Perimeter, Touch
from rempart.web.apps.exposure.perimeters import Consent, Settings
from rempart.web.apps.exposure.rules import LEAST_CONNECTIONS
from rempart.web.core.fields import day_field

MOST_NAMES_BYTES: Final = 20 * 1024 * 1024


class ConsentForm(forms.Form):
    """Who consents."""

    consent_by = forms.CharField(
        label="Qui consent ?", max_length=120, help_text="Prénom et nom de la personne qui décide."
    )
    consent_function = forms.CharField(
        label="Sa fonction", max_length=120, help_text="Directrice, directeur général, RSSI…"
    )
    consent_on = day_field("Consentement du")
    consent_until = day_field("Jusqu’au", help_text="Un an au plus. Un courriel prévient avant.")
    document = forms.ModelChoiceField(
        queryset=Document.objects.none(),
        label="Document qui le prouve",
        required=False,
        empty_label="Aucun pour l’instant",
        help_text="Une décision ou un courriel, déposé dans les preuves.",
    )

    was = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, finess: str, **more: Any) -> None:
        super().__init__(*args, **more)
        document: Any = self.fields["document"]
        document.queryset = (
            Document.objects.present().filter(establishment=finess).order_by("-deposited_at")
        )

    def consent(self) -> Consent:
        """What was given."""
        given = self.cleaned_data
        return Consent(
            given["consent_by"],
            given["consent_function"],
            given["consent_on"],
            given["consent_until"],
            given["document"],
            given["was"],
        )


class SettingsForm(forms.Form):
    """What may be touched, and when."""

    touch = forms.MultipleChoiceField(
        label="Ce qui peut être regardé",
        choices=Touch.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une chose à regarder."},
    )
    connections_at_once = forms.IntegerField(
        label="Connexions à la fois, par machine", min_value=LEAST_CONNECTIONS, max_value=32
    )
    connections_per_second = forms.IntegerField(
        label="Connexions nouvelles par seconde, par machine", min_value=1, max_value=50
    )
    blackouts = forms.CharField(
        label="Heures sans aucune sonde",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Une plage par ligne, à l’heure de Paris : « lun-ven 08:00-18:00 ».",
    )
    rhythm = forms.ChoiceField(label="Balayage par ce serveur", choices=Perimeter.Rhythm.choices)
    is_searchable = forms.BooleanField(
        label="Ouvrir aux recherches du CERT national",
        required=False,
        help_text="Quand une faille sort, il peut demander qui expose le produit, et vous prévenir.",
    )

    was = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def settings(self) -> Settings:
        """What was given."""
        return Settings(**self.cleaned_data)


class AssetForm(forms.Form):
    """Something that is the establishment's."""

    kind = forms.ChoiceField(label="Sorte", choices=Asset.Kind.choices)
    value = forms.CharField(
        label="Nom ou adresse", max_length=253, help_text="hopital.example, 203.0.113.0/28…"
    )
    with_subdomains = forms.BooleanField(label="Avec ses sous-domaines", required=False)
    follows_addresses = forms.BooleanField(
        label="Avec les adresses où ce nom mène, même si elles ne sont pas déclarées",
        required=False,
        help_text="À ne cocher que si l’hébergeur est d’accord.",
    )
    is_excluded = forms.BooleanField(label="Ne jamais y toucher", required=False)


class DepositForm(forms.Form):
    """A report or a snapshot."""

    upload = forms.FileField(
        label="Fichier",
        allow_empty_file=True,
        help_text="Le report.json de « rempart audit exposure », ou son relevé.",
        error_messages={"required": "Choisissez un fichier."},
    )


class NamesForm(forms.Form):
    """An extract of names."""

    names = forms.FileField(
        label="Extrait de noms",
        help_text="Le JSON de crt.sh, un CSV, ou un nom par ligne : ce fichier est lu ici, rien n’est interrogé.",
        error_messages={"required": "Choisissez un fichier."},
    )

    def clean_names(self) -> Any:
        """A file that is not too long to be read while the person waits."""
        given = self.cleaned_data["names"]
        if given.size > MOST_NAMES_BYTES:
            raise forms.ValidationError("Ce fichier dépasse 20 Mo : gardez-en la partie utile.")
        return given
