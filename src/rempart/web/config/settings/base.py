"""What holds in every installation."""

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from rempart.web.config import env, sso

WEB = Path(__file__).parents[2]
DATA = env.data_folder()
DEBUG = False
# A demonstration: every page says that its data are invented; the gallery of components is open.
DEMO = env.flag("REMPART_DEMO")
GALLERY = DEMO
SECRET_KEY = ""
SECRET_KEY_FALLBACKS = env.words("REMPART_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("REMPART_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("REMPART_ORIGINS")
PUBLIC_URL = env.text("REMPART_URL", "http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "rempart.web.core",
    "rempart.web.apps.establishments",
    "rempart.web.apps.accounts",
    "rempart.web.apps.frameworks",
    "rempart.web.apps.evidence",
    "rempart.web.apps.remediation",
    "rempart.web.apps.audits",
    "rempart.web.apps.exposure",
    "rempart.web.apps.assessments",
    "rempart.web.apps.peers",
    "rempart.web.apps.funding",
    "rempart.web.apps.steering",
    "rempart.web.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rempart.web.apps.accounts.middleware.ScopeMiddleware",
    "rempart.web.core.middleware.PolicyMiddleware",
]

ROOT_URLCONF = "rempart.web.config.urls"
ASGI_APPLICATION = "rempart.web.config.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rempart.web.core.context.page",
            ],
            "builtins": [
                "rempart.web.core.templatetags.ui",
                "rempart.web.core.templatetags.texts",
                "django.templatetags.i18n",
            ],
        },
    }
]

# WAL and IMMEDIATE: measured without one lost write where deferred transactions lose a quarter.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    # A writer that waits is not first in, first out: under fifty writers some wait long, and none may give up.
    "timeout": 60,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;"
    "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-8000;PRAGMA foreign_keys=ON;",
}


def database(url: str) -> dict[str, Any]:
    """The settings of one database, by its address (sqlite:///… or postgresql://…)."""
    found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0))
    if found["ENGINE"].endswith("sqlite3"):
        found["OPTIONS"] = SQLITE_OPTIONS
    return found


DATABASES = {
    "default": database(env.text("REMPART_DATABASE_URL", f"sqlite:///{DATA / 'rempart.sqlite3'}"))
}
# Tries are counted by all the processes together. The calls of the API too, where several processes serve: writing at
# each call would cost an embedded database, which one process serves, its only writer.
_SHARED = {"BACKEND": "rempart.web.core.cache.SharedCache"}
_OWN = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
_IS_EMBEDDED = DATABASES["default"]["ENGINE"].endswith("sqlite3")
CACHES = {"default": _SHARED, "calls": _OWN if _IS_EMBEDDED else _SHARED}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
LOCALE_PATHS = [WEB / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [WEB / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}
# Beyond 2.5 MB an upload is streamed to the disk where it will be kept; core/bounds.py stops what is too large.
FILE_UPLOAD_TEMP_DIR: str | None = str(DATA / "tmp")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_MAX_BYTES = env.number("REMPART_UPLOAD_MAX_MB", 2048) * 1024 * 1024
PROOF_MAX_BYTES = 50 * 1024 * 1024
CLAMAV = env.text("REMPART_CLAMAV", "")
# Whether a perimeter may name addresses that are not of the internet: the server would look into its own network.
SWEEP_PRIVATE = env.flag("REMPART_SWEEP_PRIVATE")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["rempart.web.apps.accounts.backend.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "rempart.web.core.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "rempart.web.core.error_pages.forged"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "rempart.web.apps.accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("REMPART_BEHIND_PROXY") else 0
# The roles that may do nothing until their account has a second factor.
SECOND_FACTOR_ROLES = env.words(
    "REMPART_SECOND_FACTOR_ROLES", "regional_officer,adviser,national_cert"
)
ACCOUNT_FORMS = {
    "login": "rempart.web.apps.accounts.library_forms.SignIn",
    "reset_password": "rempart.web.apps.accounts.library_forms.AskPassword",
    "reset_password_from_key": "rempart.web.apps.accounts.library_forms.NewPassword",
    "change_password": "rempart.web.apps.accounts.library_forms.ChangePassword",
    "set_password": "rempart.web.apps.accounts.library_forms.SetPassword",
}
SOCIALACCOUNT_ADAPTER = "rempart.web.apps.accounts.adapters.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {"health": {"APPS": sso.apps()}}
SOCIALACCOUNT_REQUESTS_TIMEOUT = 8
MFA_ADAPTER = "rempart.web.apps.accounts.adapters.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "rempart.web.apps.accounts.library_forms.AddKey",
    "edit_webauthn": "rempart.web.apps.accounts.library_forms.RenameKey",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *sso.origins()],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
JOB_FIRST_PAUSE_SECONDS = env.number("REMPART_JOB_FIRST_PAUSE", 10)
JOB_TURN_SECONDS = env.number("REMPART_JOB_TURN", 60)
JOB_LOST_AFTER_SECONDS = env.number("REMPART_JOB_LOST_AFTER", 30)

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("REMPART_SMTP_HOST", "localhost")
EMAIL_PORT = env.number("REMPART_SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("REMPART_SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("REMPART_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("REMPART_SMTP_STARTTLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("REMPART_MAIL_FROM", "rempart@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("REMPART_LOG_LEVEL", "WARNING")},
}
