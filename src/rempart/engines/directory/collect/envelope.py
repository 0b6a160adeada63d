"""Files closed at rest in the age format (age-encryption.org/v1), which other tools open too."""

from dataclasses import dataclass, field
from typing import Final

import pyrage  # type: ignore[import-untyped]

from rempart.kernel.errors import UnreadableSource

AGE_MAGICS: Final = (b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----")


@dataclass(frozen=True, slots=True)
class Encryption:
    """To whom the file is closed: a passphrase, or age recipients (`age1…`); never both."""

    passphrase: str = field(default="", repr=False)
    recipients: tuple[str, ...] = ()

    def seal(self, data: bytes) -> bytes:
        """`data` in an age envelope. Raises `UnreadableSource` for a recipient that is none."""
        if self.passphrase:
            return bytes(pyrage.passphrase.encrypt(data, self.passphrase))
        try:
            keys = [pyrage.x25519.Recipient.from_str(text) for text in self.recipients]
        except pyrage.RecipientError as error:
            raise UnreadableSource(
                "La clé de chiffrement n’est pas une clé publique age.",
                expected="Une clé publique age commence par « age1 ».",
                todo="Créez une paire de clés avec age-keygen, ou utilisez une phrase de passe.",
            ) from error
        return bytes(pyrage.encrypt(data, keys))


def new_identity() -> tuple[str, str]:
    """A new pair of age keys: the identity that opens, and the recipient that closes."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def opened(data: bytes, *, passphrase: str = "", identity: str = "") -> bytes:
    """The clear bytes of an age envelope. Raises `UnreadableSource` without the key, or with a wrong one.

    `identity` is what a file of age-keygen holds: one key a line, and comments.
    """
    if not passphrase and not identity:
        raise UnreadableSource(
            "Cette collecte est chiffrée.",
            expected="La phrase de passe, ou la clé privée age, qui l’ouvre.",
            todo="Donnez-la par --passphrase-file ou --identity-file.",
        )
    try:
        if passphrase and (not identity or _by_passphrase(data)):
            return bytes(pyrage.passphrase.decrypt(data, passphrase))
        lines = (line.strip() for line in identity.splitlines())
        keys = [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line and not line.startswith("#")
        ]
        return bytes(pyrage.decrypt(data, keys))
    except (pyrage.DecryptError, pyrage.IdentityError, ValueError) as error:
        raise UnreadableSource(
            "La collecte chiffrée ne s’ouvre pas : la clé est fausse, ou le fichier est tronqué ou modifié.",
            todo="Vérifiez la phrase de passe ou la clé, et comparez la taille du fichier à celle de l’original.",
        ) from error


def _by_passphrase(data: bytes) -> bool:
    """Whether the first stanza of the envelope is the one of a passphrase, which is then the only one."""
    return data.startswith(b"-> scrypt ", len(AGE_MAGICS[0]))
