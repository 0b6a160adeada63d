"""The file that proves a level held: what it holds, the hash of each piece, and who signed.

`rempart` needs not be trusted to check it: hashes are those of `sha256sum`, the signature that of Ed25519 over the
manifest, both checked by common tools.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rempart.engines.exposure.feeds.trust import fingerprint, read_trusted
from rempart.kernel.errors import UnreadableSource

MANIFEST: Final = "MANIFEST.sha256"
SIGNATURE: Final = "MANIFEST.sha256.sig"
PUBLIC_KEY: Final = "cle-publique.pem"
MOST_BYTES: Final = 256 << 20
MOST_FILES: Final = 64
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNREADABLE: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(ValueError, NotImplementedError, RuntimeError),
)


def manifest(files: Mapping[str, bytes]) -> bytes:
    """One line a file, as `sha256sum` writes and checks them."""
    lines = [f"{hashlib.sha256(c).hexdigest()}  {n}\n" for n, c in sorted(files.items())]
    return "".join(lines).encode("utf-8")


def sealed(files: Mapping[str, bytes], key: Ed25519PrivateKey | None = None) -> bytes:
    """A zip of the files with their manifest, signed when a key is given: the same bytes for the same input."""
    contents = dict(files)
    contents[MANIFEST] = manifest(files)
    if key is not None:
        public = key.public_key()
        contents[SIGNATURE] = key.sign(contents[MANIFEST])
        contents[PUBLIC_KEY] = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for filename in sorted(contents):
            entry = zipfile.ZipInfo(filename, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same on every machine, with the mode that follows
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, contents[filename])
    return target.getvalue()


def opened(data: bytes, trusted: Mapping[str, Ed25519PublicKey]) -> tuple[dict[str, bytes], str]:
    """The files of a proof and the fingerprint of who signed it, "" when nobody did.

    Raises UnreadableSource: not a proof, altered, a file too many or missing, signed by a key that is not trusted.
    """
    contents = _contents(data)
    listed = contents.pop(MANIFEST, None)
    if listed is None:
        raise _refused("le fichier n’a pas de liste d’empreintes")
    signature, public = contents.pop(SIGNATURE, None), contents.pop(PUBLIC_KEY, None)
    if manifest(contents) != listed:
        raise _refused("une pièce a été modifiée, ajoutée ou retirée")
    if signature is None and public is None:
        return contents, ""
    for name, key in trusted.items():
        if signature is not None and _holds(key, signature, listed):
            return contents, name
    raise _signed_by_another(signature, public, listed)


def signer(key: Ed25519PrivateKey) -> str:
    """The fingerprint under which a signature is known."""
    return fingerprint(key.public_key())


def _holds(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _signed_by_another(
    signature: bytes | None, public: bytes | None, listed: bytes
) -> UnreadableSource:
    """Why no trusted key signed: the file was altered, or its own key is to be compared by a person."""
    try:
        keys = read_trusted(public or b"")
    except UnreadableSource:
        keys = {}
    own = [n for n, key in keys.items() if signature is not None and _holds(key, signature, listed)]
    if not own:
        return _refused("la signature ne correspond pas au contenu")
    return UnreadableSource(
        f"Ce dossier est intact, et signé par une clé que rien ne dit de confiance : {own[0]}.",
        expected="La clé de celui qui l’a fait, donnée avec --trust.",
        todo=f"Demandez-lui l’empreinte de sa clé (la plateforme l’affiche) ; si c’est celle-là, tirez {PUBLIC_KEY} du "
        f"dossier, puis : --trust {PUBLIC_KEY}.",
    )


def _contents(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if len(names) > MOST_FILES or len(names) != len(set(names)):
                raise _refused("il contient trop de pièces, ou deux du même nom")
            if sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise _refused("il est trop grand une fois ouvert")
            return {entry.filename: archive.read(entry) for entry in entries}
    except _UNREADABLE as fault:
        raise _refused("ce n’est pas une archive lisible") from fault


def _refused(why: str) -> UnreadableSource:
    return UnreadableSource(
        f"Ce dossier de preuve est refusé : {why}.",
        expected="Un dossier fait par Rempart, tel qu’il a été fait.",
        todo="Redemander le dossier à celui qui l’a fait.",
    )
