"""The forms of exposure."""

from typing import Any, Final

from django import forms

from rempart.web.apps.evidence.models import Document
from rempart.web.apps.exposure.listing import Line, lines_of
from rempart.web.apps.exposure.models import Asset, Perimeter, Touch
from rempart.web.apps.exposure.perimeters import Consent, Settings
from rempart.web.apps.exposure.rules import LEAST_CONNECTIONS
from rempart.web.core.fields import day_field

MOST_NAMES_BYTES: Final = 20 * 1024 * 1024
MOST_LIST_BYTES: Final = 16 * 1024 * 1024


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


class ListForm(forms.Form):
    """Many things that are the establishment's."""

    text = forms.CharField(
        label="Liste à coller",
        required=False,
        max_length=4_000_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="Un nom, une adresse ou une plage par ligne ; ce qui suit « # » est laissé.",
    )
    upload = forms.FileField(
        label="Ou fichier",
        required=False,
        help_text="La même liste en texte, ou un périmètre de la ligne de commande (YAML ou JSON).",
    )
    names_are = forms.ChoiceField(
        label="Les noms sont",
        choices=[(Asset.Kind.HOST, "des noms de machines"), (Asset.Kind.DOMAIN, "des domaines")],
    )
    with_subdomains = forms.BooleanField(label="Domaines avec leurs sous-domaines", required=False)
    follows_addresses = forms.BooleanField(
        label="Avec les adresses où ces noms mènent, même si elles ne sont pas déclarées",
        required=False,
        help_text="À ne cocher que si les hébergeurs sont d’accord.",
    )
    is_excluded = forms.BooleanField(label="Ne jamais y toucher", required=False)
    may_skip = forms.BooleanField(
        label="Laisser de côté ce qui ne convient pas",
        required=False,
        help_text="Sinon, une seule ligne fautive refuse toute la liste.",
    )

    def clean(self) -> dict[str, Any]:
        """The text, wherever it comes from."""
        given: dict[str, Any] = super().clean() or {}
        file = given.get("upload")
        if file is not None:
            given["text"] = self._read(file)
        if not given.get("text", "").strip() and not self.errors:
            raise forms.ValidationError("Collez une liste, ou choisissez un fichier.")
        return given

    def _read(self, file: Any) -> str:
        if file.size > MOST_LIST_BYTES:
            raise forms.ValidationError(
                "Ce fichier dépasse 16 Mo : ce n’est pas une liste de noms."
            )
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise forms.ValidationError("Ce fichier n’est pas du texte en UTF-8.") from fault
        return text

    def lines(self) -> list[Line]:
        """What is to be declared. Raises Refused."""
        given = self.cleaned_data
        alike = Line(
            "", "", given["with_subdomains"], given["follows_addresses"], given["is_excluded"]
        )
        return lines_of(given["text"], names_are=given["names_are"], alike=alike)


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
