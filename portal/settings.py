"""Settings: one file, read from the environment only.

Each variable `X` may also be given as `X_FILE`, the path of a file that holds the value (how container secrets arrive).
Nothing secret has a default, and a value that cannot be read stops the start with the name of the variable.
`.env.example` lists every variable with what it means.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv
from kombu import Queue

from portal.keys import are_keys, split_keys
from portal.private_storage import private_storage
from portal.schedule import EVERY_SECONDS
from portal.sign_in_settings import *  # noqa: F403 - settings of one topic

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = FileAwareEnv()

# --- Core -------------------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
SECRET_KEY = env.str("SECRET_KEY", validate=lambda value: len(value) >= 32)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
# Restricted columns and their fingerprints: the first key writes, the others still read what they wrote.
FIELD_ENCRYPTION_KEYS = split_keys(env.str("FIELD_ENCRYPTION_KEYS", validate=are_keys))
BLIND_INDEX_KEYS = split_keys(env.str("BLIND_INDEX_KEYS", validate=are_keys))
BASE_URL = env.str("BASE_URL").rstrip("/")
# Where files of strangers are looked at; a host of its own, because cookies and scripts know no ports.
UPLOADS_ORIGIN = env.str("UPLOADS_ORIGIN").rstrip("/")
_UPLOADS_HOST = urlsplit(UPLOADS_ORIGIN).hostname or ""
if _UPLOADS_HOST in {"", urlsplit(BASE_URL).hostname} or urlsplit(UPLOADS_ORIGIN).scheme != urlsplit(BASE_URL).scheme:
    raise ImproperlyConfigured(
        "UPLOADS_ORIGIN must name another host than BASE_URL, with the same https:// or http://."
    )
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", [urlsplit(BASE_URL).hostname or ""]), _UPLOADS_HOST]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE, TIME_ZONE = "en-us", "UTC"
# The portal for medical schools speaks these; every other page is in English.
LANGUAGES = [("en", "English"), ("es", "Español"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = USE_I18N = True
FORMAT_MODULE_PATH = "portal.formats"

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "applicants.apps.ApplicantsConfig",
    "certification.apps.CertificationConfig",
    "payments.apps.PaymentsConfig",
    "cvs.apps.CvsConfig",
    "portal.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "csp",
    "django_htmx",
    "django_countries",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "applicants.session_app.SessionsConfig",
]

MIDDLEWARE = [
    "portal.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.uploads.middleware.UploadsOriginMiddleware",
    # Above everything that answers by itself, so that no answer is without the headers.
    "csp.middleware.CSPMiddleware",
    "portal.refusals.KnownMethodsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.StaffHostMiddleware",
    "portal.middleware.StaffTimeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.refusals.RefusalsMiddleware",
    "applicants.session_clock.SessionClockMiddleware",
    "cvs.kept_choices.SignInAgainMiddleware",
    "applicants.middleware.SecondFactorMiddleware",
    "applicants.drafts.DraftMiddleware",
    "portal.middleware.PersonalPagesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.SpeakablePathMiddleware",
]

# django.forms stays the last resort, so that the admin keeps its own widgets.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.organization",
                "portal.context_processors.inbox",
            ],
            "builtins": ["portal.templatetags.portal_tags"],
        },
    }
]

# --- Database ---------------------------------------------------------------------------------------------------------

# A stuck lock or a forgotten transaction must never block checkout for long.
DATABASES = {
    "default": {
        **env.dj_db_url("DATABASE_URL"),
        "CONN_MAX_AGE": env.int("DATABASE_CONNECTION_SECONDS", 600),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": (
                f"-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s "
                f"-c statement_timeout={env.int('DATABASE_STATEMENT_SECONDS', 30)}s"
            ),
            "application_name": "portal",
            "connect_timeout": 5,
        },
    }
}

# --- Celery: messages are wake-up calls, the rows are the queue -------------------------------------------------------

REDIS_URL = env.str("REDIS_URL")
CELERY_BROKER_URL = f"redis+socket://{REDIS_URL[7:]}" if REDIS_URL.startswith("unix://") else REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
# Late acknowledgement makes a 5.7 worker exit when the broker goes away in mid-task; leases in the database recover.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_DEFAULT_QUEUE = "payments"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_QUEUES = [Queue(name) for name in ("payments", "render", "mail", "uploads", "newsletter", "beat")]
# A task must end before its lease does, or two workers would hold one row.
LEASE_SECONDS = env.int("LEASE_SECONDS", 120)
UNCERTAIN_WAIT_SECONDS = env.int("UNCERTAIN_WAIT_SECONDS", 900)
CELERY_TASK_TIME_LIMIT = 110
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
# A child loads fonts and style sheets before it answers; a busy host needs more than Celery's four seconds for that.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "health_check_interval": 10,
    "retry_on_timeout": True,
}
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": float(seconds), "options": {"queue": "beat", "expires": float(seconds)}}
    for name, seconds in EVERY_SECONDS.items()
}
CELERY_BEAT_SCHEDULE_FILENAME = env.str("BEAT_SCHEDULE_FILE", str(BASE_DIR / "var" / "beat-schedule"))

# --- People and sessions ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "applicants.User"
AUTHENTICATION_BACKENDS = ["applicants.backends.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# How people show who they are (R-APP-4, R-APP-5): a passport checked by staff, or the form completed before a notary.
IDENTITY_MODEL = env.str("IDENTITY_MODEL", "passport", validate=lambda value: value in {"passport", "notarized_form"})
# Days for which the picture of a passport or form is kept after the decision.
IDENTITY_IMAGE_DAYS = env.int("IDENTITY_IMAGE_DAYS", 90, validate=lambda value: value >= 0)
# Days for which an unfinished Application for Certification is kept after the last answer; a word comes 14 days before.
APPLICATION_DRAFT_DAYS = env.int("APPLICATION_DRAFT_DAYS", 90, validate=lambda value: value >= 15)
REGISTRATION_DRAFT_DAYS = env.int("REGISTRATION_DRAFT_DAYS", 14, validate=lambda value: value >= 1)
# Days for answering a notice of irregular behavior, and for appealing a decision (R-IRR-2).
CASE_ANSWER_DAYS = env.int("CASE_ANSWER_DAYS", 30, validate=lambda value: value >= 1)
CASE_APPEAL_DAYS = env.int("CASE_APPEAL_DAYS", 30, validate=lambda value: value >= 1)

HTTPS = BASE_URL.startswith("https://")
if DEBUG and HTTPS:
    raise ImproperlyConfigured(
        "DEBUG shows strangers the settings and the source; take it away, or use a BASE_URL with http://."
    )
# The __Host- prefix needs Secure, and a laptop without TLS has none.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
DEVICE_COOKIE_NAME = f"{COOKIE_PREFIX}device"
# Notices in a cookie would have a name without the prefix, which cannot be set.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# What ends a session is applicants.session_clock. Its row lives longer, so that a form sent too late is known whose it is.
SESSION_IDLE_SECONDS = 60 * 60 * 2
SESSION_COOKIE_AGE = SESSION_IDLE_SECONDS + 60 * 60 * 12
SESSION_LIFETIME_SECONDS = 60 * env.int("SESSION_LIFETIME_MINUTES", 720, validate=lambda value: value > 0)
STAFF_IDLE_SECONDS = 60 * env.int("STAFF_IDLE_MINUTES", 30, validate=lambda value: value > 0)
# Where staff pages answer, if not beside the others.
STAFF_HOST = env.str("STAFF_HOST", "")
ALLOWED_HOSTS += [STAFF_HOST] if STAFF_HOST else []
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL, *([f"{urlsplit(BASE_URL).scheme}://{STAFF_HOST}"] if STAFF_HOST else [])]
SECURE_SSL_REDIRECT = HTTPS and env.bool("REDIRECT_TO_HTTPS", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Without it every visitor would share the proxy's address, and with it one limit of wrong passwords.
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 4
FILE_UPLOAD_HANDLERS = [
    "portal.uploads.handlers.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

CACHES = {
    "default": {
        "BACKEND": "portal.cache.SturdyRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_timeout": 1, "serializer": "portal.cache.JsonSerializer"},
    }
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# --- Static files, stored reports and uploads -------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
# No page of another site reads our files, fonts included.
WHITENOISE_ALLOW_ALL_ORIGINS = False
REPORTS_DIR = env.str("REPORTS_DIR", str(BASE_DIR / "var" / "reports"))
UPLOADS_DIR = env.str("UPLOADS_DIR", str(BASE_DIR / "var" / "uploads"))
# Sealed certificates, which their holders may download; apart from reports, which no view reads.
CERTIFICATES_DIR = env.str("CERTIFICATES_DIR", str(BASE_DIR / "var" / "certificates"))
# Files of results and reference data that staff import; encrypted.
IMPORTS_DIR = env.str("IMPORTS_DIR", str(BASE_DIR / "var" / "imports"))
IMPORT_MOST_BYTES = 1_000_000 * env.int("IMPORT_MOST_MEGABYTES", 100, validate=lambda value: 0 < value <= 1000)
IMPORT_MOST_ROWS = env.int("IMPORT_MOST_ROWS", 1_000_000, validate=lambda value: value > 0)
# Copies that people ask for of their own data; encrypted, and deleted after a week.
EXPORTS_DIR = env.str("EXPORTS_DIR", str(BASE_DIR / "var" / "exports"))
# Where the end of the audit chain is written down every hour, out of reach of the database.
AUDIT_CHECKPOINT_DIR = env.str("AUDIT_CHECKPOINT_DIR", str(BASE_DIR / "var" / "audit"))
AUDIT_CHECKPOINT_BUCKET = env.str("AUDIT_CHECKPOINT_BUCKET", "")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "reports": private_storage(
        env.str("REPORTS_BUCKET", ""), env.str("REPORTS_S3_ENDPOINT", ""), REPORTS_DIR, overwrite=True
    ),
    "certificates": private_storage(
        env.str("CERTIFICATES_BUCKET", ""), env.str("CERTIFICATES_S3_ENDPOINT", ""), CERTIFICATES_DIR, overwrite=True
    ),
    "uploads": private_storage(
        env.str("UPLOADS_BUCKET", ""), env.str("UPLOADS_S3_ENDPOINT", ""), UPLOADS_DIR, overwrite=False
    ),
    "imports": private_storage(
        env.str("IMPORTS_BUCKET", ""), env.str("IMPORTS_S3_ENDPOINT", ""), IMPORTS_DIR, overwrite=False
    ),
    "exports": private_storage(
        env.str("EXPORTS_BUCKET", ""), env.str("EXPORTS_S3_ENDPOINT", ""), EXPORTS_DIR, overwrite=True
    ),
    **(
        {
            "audit_checkpoints": private_storage(
                env.str("AUDIT_CHECKPOINT_BUCKET", ""), env.str("AUDIT_CHECKPOINT_S3_ENDPOINT", ""), "", overwrite=False
            )
        }
        if AUDIT_CHECKPOINT_BUCKET
        else {}
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# /path/of/socket or tcp://host:port of clamd. Once set, no file passes that it has not answered for.
CLAMAV_SOCKET = env.str(
    "CLAMAV_SOCKET",
    "",
    validate=lambda value: not value or value.startswith("/") or bool(re.fullmatch(r"tcp://[^/:]+:\d+", value)),
)

# --- Mail -------------------------------------------------------------------------------------------------------------

EMAIL_HOST = env.str("SMTP_HOST")
EMAIL_PORT = env.int("SMTP_PORT", 587)
EMAIL_HOST_USER = env.str("SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.str("SMTP_PASSWORD", "")
SMTP_SECURITY = env.str("SMTP_SECURITY", "starttls", validate=lambda value: value in {"starttls", "tls", "none"})
if SMTP_SECURITY == "none" and EMAIL_HOST not in {"localhost", "127.0.0.1", "::1"} and not (DEBUG or DEMO):
    raise ImproperlyConfigured(
        "SMTP_SECURITY may be none only for a relay on the same machine (SMTP_HOST=localhost); set starttls or tls."
    )
EMAIL_TIMEOUT = env.int("SMTP_TIMEOUT_SECONDS", 30)
# Everything that leaves the portal goes through its outbox; Django's own door is for the outbox alone.
EMAIL_BACKEND = "portal.outbox_backend.OutboxEmailBackend"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
REPORTS_FROM_EMAIL = env.str("REPORTS_FROM_EMAIL", DEFAULT_FROM_EMAIL)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
STAFF_ALERT_EMAIL = env.str("STAFF_ALERT_EMAIL")
# Another address of the same domain keeps complaints about newsletters away from reports.
NEWSLETTER_FROM_EMAIL = env.str("NEWSLETTER_FROM_EMAIL", DEFAULT_FROM_EMAIL)
NEWSLETTER_PER_MINUTE = env.int("NEWSLETTER_PER_MINUTE", 60, validate=lambda value: 1 <= value <= 10_000)
NEWSLETTER_MOST_BOUNCES = env.int("NEWSLETTER_MOST_BOUNCES", 2, validate=lambda value: value >= 1)
INBOX_KEEP_DAYS = env.int("INBOX_KEEP_DAYS", 1095, validate=lambda value: value >= 30)

# --- Payments ---------------------------------------------------------------------------------------------------------

STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "https://api.stripe.com").rstrip("/")
STRIPE_TIMEOUT_SECONDS = (3, 10)
STRIPE_MAX_NETWORK_RETRIES = 2
CHECKOUT_MINUTES = 60
CHECKOUT_ORIGIN = "https://checkout.stripe.com"
if STRIPE_API_BASE != "https://api.stripe.com":
    if not (DEBUG or DEMO):
        raise ImproperlyConfigured("STRIPE_API_BASE may differ from Stripe's own address only with DEBUG or DEMO set.")
    if STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_")):
        raise ImproperlyConfigured("A live Stripe key may only be used with Stripe's own address.")
    CHECKOUT_ORIGIN = STRIPE_API_BASE

# --- Reports ----------------------------------------------------------------------------------------------------------

# Only workers of the `render` queue get these; a web process runs without them.
SEAL_KEY_FILE = env.str("SEAL_KEY_PATH", "")
SEAL_CHAIN_FILE = env.str("SEAL_CHAIN_PATH", "")
SEAL_CRL_FILES: list[str] = env.list("SEAL_CRL_PATHS", [])
REPORT_PAPER = env.str("REPORT_PAPER", "letter", validate=lambda value: value in {"letter", "A4"})
BASKET_DAYS = 30
ORDER_PREFIX = "CV"

ORGANIZATION = {
    "name": env.str("ORGANIZATION_NAME", "IMG Certification Portal"),
    "address": env.str("ORGANIZATION_ADDRESS"),
    "email": env.str("ORGANIZATION_EMAIL"),
    "phone": env.str("ORGANIZATION_PHONE", ""),
    "hours": env.str("ORGANIZATION_HOURS", "Monday to Friday, 9 AM to 5 PM ET"),
    "signatory": env.str("REPORT_SIGNATORY"),
    "signatory_title": env.str("REPORT_SIGNATORY_TITLE"),
}

# --- Logging ----------------------------------------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOGGING_CONFIG = "portal.logs.configure"
LOGGING = {"level": LOG_LEVEL, "json": env.bool("LOG_JSON", not DEBUG)}
