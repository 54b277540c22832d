"""Settings: one file; every value comes from the environment or has a safe default.

`SANDAR_DATA_DIR` holds everything an instance knows, unless `DATABASE_URL` names a PostgreSQL. Any secret
NAME may come as NAME or as NAME_FILE (path of a file holding it). An unknown value stops the start.
"""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

PACKAGE = Path(__file__).resolve().parent


def _env(name: str, default: str = "") -> str:
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def _flag(name: str, *, default: bool = False) -> bool:
    value = os.environ.get(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}")
    return value in {"1", "true", "yes"}


DATA_DIR = Path(_env("SANDAR_DATA_DIR", "data")).resolve()
DEBUG = _flag("SANDAR_DEBUG")


def _secret_key() -> str:
    """SANDAR_SECRET_KEY(_FILE), else the file `serve` made in the data dir; missing means no start."""
    if key := _env("SANDAR_SECRET_KEY"):
        return key
    kept = DATA_DIR / "secret.key"
    if kept.exists():
        return kept.read_text(encoding="ascii").strip()
    raise ImproperlyConfigured("No secret key: set SANDAR_SECRET_KEY or start once with `sandar serve`.")


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = _env("SANDAR_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
# Where the office is reached from outside: printed in QR codes and mails.
PUBLIC_URL = _env("SANDAR_PUBLIC_URL", "http://localhost:8000").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "sandar.records.people",
    "sandar.records.cases",
    "sandar.records.facility",
    "sandar.records.ledger",
    "sandar.records.assets",
    "sandar.records.documents",
    "sandar.records.clocks",
    "sandar.records.outbox",
    "sandar.records.waiting",
    "sandar.records.signing",
    "sandar.records.anchors",
    "sandar.records.dispositions",
    "sandar.steps",
    "sandar.doors.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ninja",
    "csp",
    "django_q",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sandar.doors.web.middleware.Correlation",
    "sandar.doors.web.middleware.Policy",
    "sandar.doors.web.middleware.BodyLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sandar.doors.web.middleware.Language",
    "sandar.doors.web.middleware.SessionLimits",
    "sandar.doors.web.middleware.SecondFactor",
    "sandar.doors.web.middleware.Refusals",
]

ROOT_URLCONF = "sandar.urls"
WSGI_APPLICATION = "sandar.doors.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted((PACKAGE / "steps").glob("*/templates")),  # each step brings its own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "sandar.doors.web.context.shell",
            ],
        },
    }
]

# --- Database. Writers queue instead of failing with "database is locked" (docs/adr/0003).
_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "cached_statements": 512,  # kept compiled; an office at work asks some 300 different ones
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}

_OLDEST_SQLITE = (3, 35)  # number books take their number by UPDATE ... RETURNING


def _database() -> dict[str, Any]:
    url = _env("DATABASE_URL")
    if not url:
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise ImproperlyConfigured(
                f"SQLite 3.35 or newer is needed; this Python has {sqlite3.sqlite_version}."
            )
        return {
            "ENGINE": "sandar.sqlite3",
            "NAME": DATA_DIR / "sandar.sqlite3",
            "OPTIONS": _SQLITE_OPTIONS,
            "CONN_MAX_AGE": None,
        }
    found = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    if found["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must be postgres://...; SQLite needs no URL.")
    return found | {"ENGINE": "sandar.postgresql"}


DATABASES = {"default": _database()}
# On PostgreSQL; not behind a pooler that hands a session's statements to nobody.
PREPARED_STATEMENTS = _flag("SANDAR_PREPARED_STATEMENTS", default=True)
IS_SQLITE = "sqlite3" in DATABASES["default"]["ENGINE"]

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "sandar_cache"}}

# --- People: sign-in by allauth, sessions idle 30 min, absolute 10 h (middleware SessionLimits).
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 10 * 3600
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 10 * 3600
SESSION_COOKIE_NAME = "__Host-sandar" if HTTPS else "sandar_session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-sandar-csrf" if HTTPS else "sandar_csrf"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if HTTPS else []
CSRF_FAILURE_VIEW = "sandar.doors.web.refusal.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS and _flag("SANDAR_SSL_REDIRECT")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("SANDAR_BEHIND_PROXY") else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False  # the session ends with the browser; "remember me" would outlive the limits
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_ADAPTER = "sandar.doors.web.signin.AccountAdapter"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "login": "60/m/ip"}
MFA_ADAPTER = "sandar.doors.web.signin.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "Sandar"
MFA_TOTP_TOLERANCE = 1  # one step of 30 s for slow typing and clocks that drift (RFC 6238, 5.2)

# --- Pages: Indonesian first; strict CSP with nonces, nothing inline, nothing from elsewhere.
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = _env("SANDAR_TIME_ZONE", "Asia/Jakarta")
USE_THOUSAND_SEPARATOR = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        # Only app.js may make HTML from text (for htmx), and nothing may make scripts from it.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
        "report-uri": ["/csp"],
    }
}

CONTENT_SECURITY_POLICY_REPORT_ONLY = None

ASSETS_DIR = PACKAGE / "assets"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ASSETS_DIR] if ASSETS_DIR.exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "sandar.doors.web.static.Storage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    "woff2",
    "woff",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "zip",
    "gz",
    "br",
    "map",
]

# --- Uploads: refused by Content-Length and by streaming count before the view sees them.
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
MAX_BODY_BYTES = 64 * 1024 * 1024

# --- Background work: the queue is a table, so an act and its jobs commit together.
Q_CLUSTER = {
    "name": "sandar",
    "orm": "default",
    "workers": 1,
    "timeout": 50,  # a job that hangs is killed
    "retry": 60,  # one whose worker was killed is done by another after this
    "max_attempts": 5,
    "ack_failures": False,
    "catch_up": False,
    "poll": 0.3,
    "bulk": 1,  # one worker, one job at a time
    "queue_limit": 20,
    "save_limit": 1000,
    "label": "Sandar",
}

# Whether /health/ready misses a worker that gives no sign of life; `sandar serve --no-worker` says no.
WORKER_EXPECTED = True

# --- Mail.
EMAIL_HOST = _env("SANDAR_SMTP_HOST")
EMAIL_PORT = int(_env("SANDAR_SMTP_PORT", "25"))
EMAIL_HOST_USER = _env("SANDAR_SMTP_USER")
EMAIL_HOST_PASSWORD = _env("SANDAR_SMTP_PASSWORD")
EMAIL_USE_TLS = _flag("SANDAR_SMTP_TLS")
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = _env("SANDAR_MAIL_FROM", "sandar@localhost")

# --- The probe reaches only registered prefixes; loopback is for the example office and tests alone.
PROBE_ALLOW_LOOPBACK = _flag("SANDAR_PROBE_ALLOW_LOOPBACK")
PROBE_CA_FILE = _env("SANDAR_PROBE_CA_FILE")  # PEM: authorities to believe besides the machine's own
HOLD_DAYS = 14
REMIND_DAYS = int(_env("SANDAR_REMIND_DAYS", "2"))  # working days before something of an agency's lapses
TERM_REMIND_DAYS = int(_env("SANDAR_TERM_REMIND_DAYS", "30"))  # days before the term of an asset ends
OFFER_DAYS = 3  # working days an agency has to answer an offer

# --- Where files are kept: the data dir, or a bucket of an S3 service (https://s3.kab.example/arsip/sandar).
S3_URL = _env("SANDAR_S3_URL").rstrip("/")
S3_KEY = _env("SANDAR_S3_KEY")
S3_SECRET = _env("SANDAR_S3_SECRET")
S3_REGION = _env("SANDAR_S3_REGION", "us-east-1")
S3_CA_FILE = _env("SANDAR_S3_CA_FILE")  # PEM: authorities to believe, if private
if S3_URL and not re.fullmatch(r"https?://[^/@?#]+/[^/@?#]+(/[^?#]*)?", S3_URL):
    raise ImproperlyConfigured("SANDAR_S3_URL must be an https address with a bucket, and no query.")
if S3_URL and not (S3_KEY and S3_SECRET):
    raise ImproperlyConfigured("SANDAR_S3_URL needs SANDAR_S3_KEY and SANDAR_S3_SECRET (or ..._FILE).")

# --- Signatures (docs/operations.md, "Tanda tangan"). The office's own authority signs unless it says otherwise.
PAPER_SIGNING = _env("SANDAR_SIGNING", "local")
if PAPER_SIGNING not in {"local", "bsre_v1", "bsre_v2", "manual"}:
    raise ImproperlyConfigured("SANDAR_SIGNING must be local, bsre_v2, bsre_v1 or manual.")
BSRE_URL = _env("SANDAR_BSRE_URL").rstrip("/")  # of the Esign Client Service inside the office's network
BSRE_USER = _env("SANDAR_BSRE_USER")
BSRE_PASSWORD = _env("SANDAR_BSRE_PASSWORD")
BSRE_CA_FILE = _env("SANDAR_BSRE_CA_FILE")  # PEM: authorities whose certificates sign papers
SIGNING_TLS_CA_FILE = _env("SANDAR_SIGNING_TLS_CA_FILE")  # PEM: TLS of the service and of the TSA, if private
SIGNING_DAYS = int(_env("SANDAR_SIGNING_DAYS", "730"))  # how long an officer's certificate is good
SIGNING_NIP = _flag("SANDAR_SIGNING_NIP")  # put the officer's NIP into the certificate's subject

# --- The daily anchor of the journals (ADR 0016): from which local hour on, to whom, who stamps it (RFC 3161).
ANCHOR_HOUR = int(_env("SANDAR_ANCHOR_HOUR", "17"))
ANCHOR_MAIL = [to.strip() for to in _env("SANDAR_ANCHOR_MAIL").split(",") if to.strip()]
TSA_URL = _env("SANDAR_TSA_URL")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": _env("SANDAR_LOG_LEVEL", "WARNING")},
}
