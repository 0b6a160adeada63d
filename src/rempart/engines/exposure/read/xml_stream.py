"""XML that someone else wrote, read as it comes: no document type of its own, no entity, bounded depth and elements.

Nothing is kept but what the handler keeps: a report of any size is read in the memory of one element.
"""

from collections.abc import Callable, Iterator
from typing import Final, Protocol
from xml.parsers import expat

from rempart.engines.exposure.read.source import cut
from rempart.kernel.errors import UnreadableSource

MOST_DEPTH: Final = 100
# A tag or a text that does not end: the parser would read it again from its start at each piece.
MOST_PENDING: Final = 8 << 20
_CUT: Final = frozenset(
    {expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]}
    | {expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]}
    | {expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR]}
    | {expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION]}
)


class Handler(Protocol):
    """What receives the elements. `text` is called after `listen(True)` and until `listen(False)`: text that nobody
    wants is then not even handed over. `listen` is set before the first element."""

    listen: Callable[[bool], None]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""

    def end(self, name: str) -> None:
        """An element closes."""

    def text(self, data: str) -> None:
        """Some text of the element that is open."""


class _Refused(Exception):
    """Something that a report never has."""


def read_xml(pieces: Iterator[bytes], name: str, handler: Handler) -> None:
    """Give every element to the handler. Raises UnreadableSource: not XML, entities, endless; Cut when it ends too early."""
    parser = expat.ParserCreate()
    _guard(parser)
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.buffer_text = True

    def listen(is_on: bool) -> None:
        parser.CharacterDataHandler = handler.text if is_on else None

    handler.listen = listen
    fed = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > MOST_PENDING:
                raise _Refused("un élément y est démesuré")
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        if fault.code in _CUT:
            raise cut(name) from fault
        raise UnreadableSource(
            f"« {name} » n’est pas du XML bien formé (ligne {fault.lineno}).",
            todo="Exportez-le de nouveau depuis l’outil, sans le modifier.",
        ) from fault
    except (ValueError, LookupError) as fault:
        raise UnreadableSource(
            f"« {name} » est écrit dans un encodage qui n’est pas lu.",
            todo="Exportez-le de nouveau en UTF-8.",
        ) from fault
    except _Refused as fault:
        raise UnreadableSource(
            f"« {name} » n’a pas été lu : {fault}.",
            expected="Un rapport honnête n’a rien de tel.",
            todo="Vérifiez d’où vient ce fichier.",
        ) from fault


def root_of(head: bytes) -> str:
    """The name of the root element, from the first bytes; "" when they hold none. A document type names it too, and
    nothing of it is read further."""
    found: list[str] = []
    parser = expat.ParserCreate()
    _guard(parser)

    def named(name: str, *given: object) -> None:
        found.append(name)
        raise _Refused("la racine est connue")

    parser.StartDoctypeDeclHandler = named
    parser.StartElementHandler = named
    try:
        parser.Parse(head, False)
    except (expat.ExpatError, _Refused, ValueError, LookupError):
        return found[0] if found else ""
    return found[0] if found else ""


def _guard(parser: expat.XMLParserType) -> None:
    """Refuse before it is read what can make a small file grow or point elsewhere."""

    def doctype(name: str, system: str | None, public: str | None, has_own: int) -> None:
        if has_own:
            raise _Refused("il définit son propre type de document")

    def entity(*given: object) -> None:
        raise _Refused("il définit des entités")

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = entity
    parser.UnparsedEntityDeclHandler = entity
    parser.ExternalEntityRefHandler = None
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)


def too_deep() -> Exception:
    """What a handler raises past MOST_DEPTH: no report is nested so deep, and the parser keeps each open name."""
    return _Refused("ses éléments sont emboîtés sans fin")
