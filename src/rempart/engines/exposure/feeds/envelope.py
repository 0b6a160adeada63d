"""The file of a feed bundle: a header, one Ed25519 signature, and the sections.

Layout: 16 bytes of mark, 4 of header length (big endian), the header (JSON), 64 of signature over all that comes
before, then the payload (msgpack, gzip). The header has the payload's size and SHA-256, so one signature holds the
whole; nothing is inflated before both are verified.
"""

import hashlib
import zlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from rempart.engines.exposure.feeds.bundle import SCHEMA, Bundle, Contents, Origin
from rempart.engines.exposure.feeds.trust import fingerprint
from rempart.kernel.errors import UnreadableSource

MARK: Final = b"REMPART-FEEDS-1\n"
SUFFIX: Final = ".rempart-feeds"
MOST_BYTES: Final = 256 << 20
MOST_INFLATED: Final = 1 << 30
_MOST_HEADER: Final = 1 << 20
_SIGNATURE: Final = 64
# The clocks of two machines may differ by a day around midnight; more is a clock that lies.
_CLOCK_SLACK: Final = timedelta(days=1)


class Header(Struct, frozen=True, kw_only=True):
    """What the signature covers, beside the payload that it names."""

    made_on: str
    signer: str
    payload_bytes: int
    payload_sha256: str
    inflated_bytes: int
    origins: list[Origin]
    schema: str = SCHEMA


def sealed(
    contents: Contents, origins: list[Origin], *, made_on: date, key: Ed25519PrivateKey
) -> bytes:
    """The bytes of the file: the same contents, day and key give the same bytes."""
    plain = msgspec.msgpack.encode(contents, order="deterministic")
    squeezer = zlib.compressobj(6, zlib.DEFLATED, 31)
    payload = squeezer.compress(plain) + squeezer.flush()
    header = msgspec.json.encode(
        Header(
            made_on=made_on.isoformat(),
            signer=fingerprint(key.public_key()),
            payload_bytes=len(payload),
            payload_sha256=hashlib.sha256(payload).hexdigest(),
            inflated_bytes=len(plain),
            origins=origins,
        )
    )
    signed = MARK + len(header).to_bytes(4, "big") + header
    return signed + key.sign(signed) + payload


def opened(data: bytes, trusted: Mapping[str, Ed25519PublicKey], today: date) -> Bundle:
    """The bundle that the bytes hold. Raises UnreadableSource: not one, cut, unknown signer, altered, from the future."""
    header, payload = verified(data, trusted)
    _check_day(header, today)
    try:
        contents = msgspec.msgpack.decode(_inflated(payload, header), type=Contents)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise _altered("son contenu ne se lit pas") from fault
    return Bundle(contents, header.origins, made_on=header.made_on, signer=header.signer)


def verified(data: bytes, trusted: Mapping[str, Ed25519PublicKey]) -> tuple[Header, bytes]:
    """The header and the payload, once the signature and the hash are right. Raises UnreadableSource."""
    start = len(MARK) + 4
    if not data.startswith(MARK):
        raise UnreadableSource(
            "Ce fichier n’est pas un lot de données d’exposition.",
            expected=f"Attendu : un fichier {SUFFIX} fait par « rempart feeds build ».",
        )
    size = int.from_bytes(data[len(MARK) : start], "big")
    end = start + size
    if len(data) < end + _SIGNATURE or size > _MOST_HEADER:
        raise _cut()
    try:
        header = msgspec.json.decode(data[start:end], type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise _altered("son en-tête ne se lit pas") from fault
    _check_signature(header, data[:end], data[end : end + _SIGNATURE], trusted)
    if header.schema != SCHEMA:
        raise UnreadableSource(
            f"Ce lot est d’un format que cette version ne connaît pas ({header.schema[:60]}).",
            todo="Mettez Rempart à jour.",
        )
    payload = data[end + _SIGNATURE :]
    if len(payload) < header.payload_bytes:
        raise _cut()
    if hashlib.sha256(payload).hexdigest() != header.payload_sha256:
        raise _altered("son empreinte ne correspond pas")
    return header, payload


def _check_signature(
    header: Header, signed: bytes, signature: bytes, trusted: Mapping[str, Ed25519PublicKey]
) -> None:
    key = trusted.get(header.signer)
    if key is None:
        raise UnreadableSource(
            "Ce lot est signé par une clé qui n’est pas de confiance ici "
            f"(empreinte annoncée : {header.signer[:40]}).",
            expected="Clés de confiance : " + (", ".join(sorted(trusted)) or "aucune") + ".",
            todo="Vérifiez d’où vient le lot ; donnez la clé publique de son auteur avec --trust.",
        )
    try:
        key.verify(signature, signed)
    except InvalidSignature as fault:
        raise _altered("sa signature est fausse") from fault


def _check_day(header: Header, today: date) -> None:
    try:
        made_on = date.fromisoformat(header.made_on)
        for origin in header.origins:
            date.fromisoformat(origin.as_of or header.made_on)
    except ValueError as fault:
        raise _altered("sa date ne se lit pas") from fault
    if made_on > today + _CLOCK_SLACK:
        raise UnreadableSource(
            f"Ce lot est daté du {header.made_on}, après la date de ce poste ({today.isoformat()}).",
            expected="L’un des deux se trompe : l’horloge d’ici, ou celle de l’auteur du lot.",
            todo="Réglez l’horloge de ce poste, ou demandez un autre lot.",
        )


def _inflated(payload: bytes, header: Header) -> bytes:
    """The plain payload. A signer may be careless too: what it announces is bounded, and held to."""
    if header.inflated_bytes > MOST_INFLATED:
        raise UnreadableSource(
            "Ce lot annonce plus de données que la limite de 1 Gio.",
            todo="Demandez à son auteur un lot plus petit.",
        )
    inflater = zlib.decompressobj(31)
    try:
        plain = inflater.decompress(payload, header.inflated_bytes + 1)
    except zlib.error as fault:
        raise _altered("il ne se décompresse pas") from fault
    if len(plain) != header.inflated_bytes:
        raise _altered("il ne fait pas la taille annoncée")
    return plain


def _cut() -> UnreadableSource:
    return UnreadableSource(
        "Ce lot est incomplet : le fichier s’arrête avant la fin.",
        todo="Copiez-le ou téléchargez-le de nouveau.",
    )


def _altered(why: str) -> UnreadableSource:
    return UnreadableSource(
        f"Ce lot a été modifié ou abîmé : {why}. Rien n’a été installé.",
        todo="Demandez-le de nouveau à son auteur.",
    )
