"""Files sent as they are made: always as an attachment, and a piece at a time under either kind of server."""

from collections.abc import AsyncIterator, Iterable, Iterator
from functools import partial
from typing import BinaryIO, Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

PIECE: Final = 256 * 1024
CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(
    request: HttpRequest, pieces: Iterable[bytes], *, filename: str, content_type: str
) -> StreamingHttpResponse:
    """A download: the pieces are asked for one after the other, while those before are on their way."""
    asynchronous = isinstance(request, ASGIRequest)
    content = _one_by_one(iter(pieces)) if asynchronous else pieces
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """The content of an open file, which is closed at its end."""
    with file:
        while piece := file.read(PIECE):
            yield piece


async def _one_by_one(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    step = sync_to_async(partial(next, pieces, b""), thread_sensitive=True)
    while piece := await step():
        yield piece
