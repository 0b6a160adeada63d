"""Secrets kept in the database: sealed with a key that is derived from SECRET_KEY and never stored."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from rempart.web.core.errors import Refused


def seal(text: str) -> str:
    """The text, encrypted and authenticated."""
    return _box().encrypt(text.encode("utf-8")).decode("ascii")


def unseal(sealed: str) -> str:
    """The text again, with the present key or one of SECRET_KEY_FALLBACKS; Refused when no key opens it."""
    try:
        return _box().decrypt(sealed.encode("ascii")).decode("utf-8")
    except (InvalidToken, UnicodeEncodeError) as fault:
        raise Refused(
            "Ce secret ne s’ouvre plus : la clé de l’installation a changé.",
            todo="Remettez l’ancienne clé dans REMPART_SECRET_KEY_FALLBACKS, ou retirez ce second facteur.",
        ) from fault


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(key)) for key in keys])


@lru_cache(maxsize=8)
def _derived(key: str) -> bytes:
    """A Fernet key of its own purpose: the signing keys of Django come from the same secret."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rempart.sealing")
    return base64.urlsafe_b64encode(kdf.derive(key.encode("utf-8")))
