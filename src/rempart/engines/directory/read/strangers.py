"""What a file that is no collection may be, so that the refusal helps: each stranger has its own advice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rempart.kernel.errors import UnreadableSource

ACCEPTED: Final = (
    "Rempart lit un zip SharpHound ou BloodHound, un dossier ORADAD en clair, un export LDIF,"
    " une sortie de ldapdomaindump ou une collecte de Rempart (.rempart-dir)."
)
_COLLECT: Final = (
    "Faites une collecte : « rempart collect directory ldaps://CONTRÔLEUR --output annuaire.rempart-dir »,"
    " ou SharpHound, ou ORADAD en clair."
)
_UNPACK: Final = "Décompressez l’archive, puis donnez le dossier obtenu."


@dataclass(slots=True, frozen=True)
class Stranger:
    """A kind of file that is often given in place of a collection."""

    is_one: Callable[[str, bytes], bool]  # lower-case base name, first bytes
    found: str
    todo: str = _COLLECT


def _starts(*magics: bytes) -> Callable[[str, bytes], bool]:
    return lambda name, head: head.startswith(magics)


def _named(*ends: str) -> Callable[[str, bytes], bool]:
    return lambda name, head: name.endswith(ends)


def _holds(*marks: bytes) -> Callable[[str, bytes], bool]:
    return lambda name, head: any(mark in head.lower() for mark in marks)


STRANGERS: Final = (
    Stranger(lambda name, head: not head, "est vide", "Refaites la collecte ou la copie."),
    Stranger(
        lambda name, head: name.endswith(".mla") or head.startswith(b"MLA"),
        "est une archive ORADAD chiffrée, que seule l’ANSSI peut ouvrir",
        "Relancez ORADAD avec <outputFiles>1</outputFiles> dans config-oradad.xml pour obtenir le dossier"
        " en clair (à effacer après l’audit), ou ajoutez votre propre clé publique dans"
        " <additionalMLAKeys> et ouvrez l’archive avec l’outil mlar.",
    ),
    Stranger(
        lambda name, head: b"<HealthcheckData" in head or name.startswith("ad_hc_"),
        "est un rapport PingCastle : il donne des résultats, pas les objets ni leurs droits",
    ),
    Stranger(
        lambda name, head: head[4:8] == b"\xef\xcd\xab\x89" or name == "ntds.dit",
        "est une base NTDS.dit : elle contient les empreintes des mots de passe, dont Rempart ne veut pas",
        "Exportez plutôt l’annuaire en LDIF (ldifde -f annuaire.ldf), ou faites une collecte,"
        " puis effacez cette copie de la base.",
    ),
    Stranger(
        _starts(b"win-ad-ob"),
        "est un instantané d’AD Explorer",
        "Convertissez-le au format BloodHound avec ADExplorerSnapshot.py, puis donnez les fichiers JSON.",
    ),
    Stranger(_starts(b"7z\xbc\xaf\x27\x1c"), "est une archive 7z", _UNPACK),
    Stranger(_starts(b"Rar!"), "est une archive RAR", _UNPACK),
    Stranger(
        lambda name, head: (
            head[257:262] == b"ustar" or head.startswith((b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd"))
        ),
        "est une archive tar, xz, bzip2 ou zstd",
        _UNPACK,
    ),
    Stranger(_starts(b"regf"), "est une ruche de registre Windows"),
    Stranger(_starts(b"SQLite format 3"), "est une base SQLite"),
    Stranger(_starts(b"%PDF"), "est un document PDF"),
    Stranger(_starts(b"MZ", b"\x7fELF"), "est un programme"),
    Stranger(_starts(b"PK\x03\x04"), "est une archive zip qui n’est pas une collecte"),
    Stranger(
        _named(".msgp", ".msgp.lz4", ".objects.msgp.lz4"),
        "est une collecte Adalanche, que Rempart ne lit pas",
    ),
    Stranger(
        lambda name, head: name.startswith("domain_") and name.endswith((".html", ".grep")),
        "est une sortie de ldapdomaindump sans ses fichiers JSON",
        "Relancez ldapdomaindump sans l’option --no-json, et donnez le dossier entier.",
    ),
    Stranger(_holds(b"<!doctype html", b"<html"), "est une page HTML"),
    Stranger(_holds(b"<?xml"), "est un fichier XML"),
    Stranger(_named(".csv", ".tsv", ".grep"), "est un tableau de texte"),
    Stranger(_named(".json"), "est un fichier JSON qui ne vient ni de SharpHound ni de BloodHound"),
)


def refused(name: str, head: bytes) -> UnreadableSource:
    """The refusal of a file that is no collection, from its name and first bytes."""
    base = name.rpartition("/")[2].lower()
    for stranger in STRANGERS:
        if stranger.is_one(base, head):
            return UnreadableSource(
                f"« {name} » {stranger.found}.", expected=ACCEPTED, todo=stranger.todo
            )
    return UnreadableSource(
        f"« {name} » n’est pas une collecte d’annuaire que Rempart connaisse.",
        expected=ACCEPTED,
        todo=_COLLECT,
    )


def is_known_stranger(name: str, head: bytes) -> bool:
    """Whether this file deserves to be named when a folder holds no collection."""
    base = name.rpartition("/")[2].lower()
    return any(stranger.is_one(base, head) for stranger in STRANGERS[1:5])


def nothing_in(name: str, what: str, count: int) -> UnreadableSource:
    """The refusal of a folder or archive where no file is a collection."""
    return UnreadableSource(
        f"{what} « {name} » ne contient aucune collecte d’annuaire"
        + (f" (fichiers vus : {count})." if count else " : il est vide."),
        expected=ACCEPTED,
        todo=_COLLECT,
    )
