"""The tests: a throw-away database, quick hashes, mail kept in memory, tasks run on demand."""

import atexit
import shutil
import tempfile
from pathlib import Path

from rempart.web.config import env
from rempart.web.config.settings.base import *  # noqa: F403
from rempart.web.config.settings.base import MIDDLEWARE, SQLITE_OPTIONS, database

SECRET_KEY = "only for tests"  # noqa: S105
DATA = Path(tempfile.mkdtemp(prefix="rempart-tests-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
FILE_UPLOAD_TEMP_DIR = None
STATIC_ROOT = DATA / "static"
# Never in memory: a live server would then share the connection of the test between threads, and crash.
DATABASES = {
    "default": database(env.text("REMPART_TEST_DATABASE_URL", f"sqlite:///{DATA / 'none.sqlite3'}"))
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because live servers and workers open their own connections to it.
    place = {"NAME": DATA / "test.sqlite3"}
    DATABASES["default"] |= {"TEST": place, "OPTIONS": SQLITE_OPTIONS}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
GALLERY = True
SECOND_FACTOR_ROLES = []
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# The finders of Django serve the files: no collected folder.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("servestatic")]
