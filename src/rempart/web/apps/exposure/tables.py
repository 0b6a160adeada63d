"""What the columns of a table that no tool defined give: what is guessed, what a person chooses, what is then read."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from rempart.engines.exposure.seen.claims import OURS
from rempart.kernel.errors import UnreadableSource
from rempart.render.text import name

MOST_MAPPING: Final = 1 << 16
WANTED: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "target": ("Adresse, nom ou URL de la machine", "Obligatoire.", ("adresse", "ip", "hote", "host", "cible", "machine", "url", "target", "nom", "fqdn")),
    "rule": ("Référence du point relevé", "Obligatoire. Un identifiant, ou son titre s’il n’y en a pas.", ("reference", "regle", "rule", "id", "identifiant", "controle", "constat", "titre")),
    "port": ("Port", "", ("port",)),
    "name": ("Nom de la machine", "Quand une autre colonne donne son adresse.", ("hostname", "fqdn", "dns", "nom")),
    "title": ("Constat, en mots", "", ("constat", "titre", "title", "libelle", "vulnerabilite", "intitule")),
    "severity": ("Gravité", "Critique, grave, moyen, mineur… ou en anglais.", ("gravite", "severity", "criticite", "niveau", "risk")),
    "evidence": ("Preuve ou détail", "", ("preuve", "detail", "evidence", "description")),
    "cves": ("Failles (CVE)", "", ("cve", "cves")),
    "product": ("Produit", "", ("produit", "product", "logiciel")),
    "version": ("Version", "", ("version",)),
    "date": ("Jour du constat", "", ("date", "jour", "vu")),
}  # fmt: skip
"""What a line may give: its label, its help, and the words by which a header is known."""
NEEDED: Final = ("target", "rule")


def guessed(columns: Sequence[str]) -> dict[str, str]:
    """The column that seems to give each thing, by its name; none is given twice."""
    left = {_plain(column): column for column in reversed(columns) if column}
    found: dict[str, str] = {}
    for wanted, (_, _, words) in WANTED.items():
        known = next((word for word in words if word in left), None) or next(
            (plain for word in words for plain in left if plain.startswith(word)), None
        )
        if known is not None:
            found[wanted] = left.pop(known)
    return found


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold().strip())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class ColumnsForm(forms.Form):
    """What each column of a table gives."""

    tool = forms.CharField(
        label="D’où vient ce tableau ?",
        max_length=40,
        help_text="Le nom de l’outil ou de l’audit : chaque constat le dira.",
    )
    default_port = forms.IntegerField(
        label="Port, si aucune colonne ne le donne",
        required=False,
        min_value=1,
        max_value=65535,
        help_text="443 pour un site web.",
    )

    def __init__(self, *args: Any, table: Mapping[str, Any], **more: Any) -> None:
        header: Mapping[str, Any] = table["header"]
        columns = list(dict.fromkeys(filter(None, header["columns"])))
        super().__init__(*args, **more)
        self.initial = _initial(table, columns)
        self._delimiter = header["delimiter"]
        choices = [(column, name(column, 60)) for column in columns]
        for wanted, (label, words, _) in WANTED.items():
            is_needed = wanted in NEEDED
            self.fields[wanted] = forms.ChoiceField(
                label=label,
                choices=[("", "Choisissez…" if is_needed else "aucune colonne"), *choices],
                required=is_needed,
                help_text=words,
            )
        self.order_fields(["tool", "target", "rule", "port", "default_port"])

    def clean_tool(self) -> str:
        """A name that is not ours: our own measures count as sure."""
        given = " ".join(self.cleaned_data["tool"].split())
        if given.casefold() == OURS:
            raise forms.ValidationError("Ce nom est celui de nos propres mesures.")
        return given

    def mapping(self) -> dict[str, Any]:
        """How the table is read, as its file would say it."""
        given = self.cleaned_data
        return {
            "tool": given["tool"],
            "columns": {wanted: given[wanted] for wanted in WANTED if given[wanted]},
            "delimiter": self._delimiter,
            "encoding": "",
            "port": given["default_port"] or 0,
        }


def _initial(table: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """What was chosen before, else what the names of the columns let think."""
    before = table.get("mapping")
    if before:
        kept = {"tool": before["tool"], "default_port": before.get("port") or None}
        return {**before["columns"], **kept}
    return guessed(columns)


def read_mapping(file: Any) -> dict[str, Any]:
    """The mapping of a YAML file that somebody gives. Raises UnreadableSource."""
    # The readers of other tools: the process of the pages does without them until someone gives such a file.
    import msgspec  # noqa: PLC0415

    from rempart.engines.exposure.read.mapped_csv import parse_mapping  # noqa: PLC0415

    found = parse_mapping(file.read(MOST_MAPPING + 1), name(file.name or "", 100))
    plain: dict[str, Any] = msgspec.to_builtins(found)
    return plain


class JoinForm(forms.Form):
    """The file of another tool."""

    upload = forms.FileField(
        label="Fichier",
        allow_empty_file=True,
        help_text="nmap, masscan, nuclei, testssl, sslyze, sslscan, GVM, Nessus, Shodan, ONYPHE, ou un tableau CSV. Compressé (gzip) ou non.",
        error_messages={"required": "Choisissez un fichier."},
    )
    mapping = forms.FileField(
        label="Correspondance de colonnes",
        required=False,
        help_text="Pour un tableau CSV : le fichier YAML de la ligne de commande. Sans lui, la plateforme vous "
        "demandera ce que donne chaque colonne.",
    )

    def clean_mapping(self) -> dict[str, Any] | None:
        """How a table is read, None when nothing was given."""
        given = self.cleaned_data["mapping"]
        try:
            return read_mapping(given) if given else None
        except UnreadableSource as fault:
            raise forms.ValidationError(str(fault)) from fault
