"""Pure rules of the registry's pages."""

from typing import Final

_LARGEST: Final = 1 << 30
_NOT_TEXT: Final = {
    b"%PDF": "un PDF",
    b"\x89PNG": "une image",
    b"\xff\xd8\xff": "une image",
    b"\xd0\xcf\x11\xe0": "un classeur ou un document Office",
    b"<svg": "une image SVG",
    b"<!do": "une page web",
    b"<htm": "une page web",
}


def upload_fault(name: str, size: int, first: bytes, limit: int) -> str:
    """Why a file cannot be of the registry, in French, or nothing: its weight, and its first bytes."""
    most = min(limit, _LARGEST)
    if size > most:
        return f"{name} pèse {size >> 20} Mo ; la limite est de {most >> 20} Mo. Donnez l’archive zip publiée."
    start = first.lstrip()[:4].lower()
    for mark, what in _NOT_TEXT.items():
        if start.startswith(mark.lower()):
            return f"{name} est {what}. Attendu : un fichier CSV du registre, ou une archive zip."
    return ""
