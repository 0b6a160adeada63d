"""A real installation: secrets from files, cookies over TLS only unless it is served on loopback."""

from rempart.web.config import env
from rempart.web.config.settings.base import *  # noqa: F403
from rempart.web.config.settings.base import DATA, PUBLIC_URL

SECRET_KEY = env.secret_key(DATA)
_TLS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _TLS
SECURE_HSTS_SECONDS = 31_536_000 if _TLS else 0
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("REMPART_BEHIND_PROXY") else None
)
