"""One settings file: development and demo by default, production by environment (TAKWIN_PRODUCTION=1)."""

from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from takwin.config.env import (
    BASE,
    env,
    flag,
    is_loopback,
    refuse_demo,
    refuse_lost_addresses,
    refuse_plain_mail,
    refuse_weak_keys,
    words,
)

PRODUCTION = flag("PRODUCTION", False)
DEBUG = flag("DEBUG", False) and not PRODUCTION
BASE_DIR = BASE
DATA_DIR = Path(env("DATA_DIR", str(BASE / "var")))
# A key good enough for a laptop; production has no default and refuses to start without one.
SECRET_KEY = env("SECRET_KEY") if PRODUCTION else env("SECRET_KEY", "only-for-the-demo-" + "k" * 40)
FIELD_KEYS = words("FIELD_KEYS") if PRODUCTION else words("FIELD_KEYS", "only-for-the-demo-salt")
SALT_KEY = FIELD_KEYS or [SECRET_KEY]
SECRET_KEY_FALLBACKS = words("OLD_SECRET_KEYS", "")  # after a rotation: until reencrypt_fields has run
ALLOWED_HOSTS = words("HOSTS") if PRODUCTION else words("HOSTS", "127.0.0.1,localhost,testserver,[::1]")
CSRF_TRUSTED_ORIGINS = words("ORIGINS", "")
SITE_URL = env("SITE_URL") if PRODUCTION else env("SITE_URL", "http://127.0.0.1:8000")
# Addresses the site had before, each as SITE_URL was: diplomas name the one they were issued under.
FORMER_SITE_URLS = [address.rstrip("/") for address in words("FORMER_SITE_URLS", "")]
# The number under which the body that issues diplomas is registered, and the register: what other countries read.
LEGAL_ID, LEGAL_ID_SCHEME = env("LEGAL_ID", ""), env("LEGAL_ID_SCHEME", "ICE")

INSTALLED_APPS = [
    "takwin.web",
    "takwin.api",
    "takwin.reporting",
    "takwin.employment",
    "takwin.certification",
    "takwin.training",
    "takwin.guidance",
    "takwin.admissions",
    "takwin.people",
    "takwin.offer",
    "takwin.portfolio",
    "takwin.occupations",
    "takwin.accounts",
    "takwin.centres",
    "takwin.organisations",
    "takwin.territory",
    "takwin.ui",
    "takwin.core",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "encrypted_fields",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]
MIDDLEWARE = [
    "takwin.ui.intake.CleanIntake",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "takwin.core.outage.Outage",
    "takwin.accounts.middleware.NothingOfOneInACache",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "takwin.accounts.middleware.Private",
    "takwin.accounts.middleware.SignInRequired",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "takwin.core.logs.RequestLog",
    "takwin.accounts.middleware.SecondFactor",
    "takwin.web.views.errors.WrongMethod",
    "takwin.accounts.watch.SessionWatch",
    "takwin.accounts.deeds.SuspendedDeeds",
]
ROOT_URLCONF = "takwin.config.urls"
WSGI_APPLICATION = "takwin.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "takwin.ui.context_processors.layout",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "takwin.ui.templatetags.ui",
            ],
        },
    }
]
COTTON_DIR = "cotton"

DATABASES = {"default": dj_database_url.parse(env("DATABASE_URL", f"sqlite:///{DATA_DIR / 'takwin.sqlite3'}"))}
_db = DATABASES["default"]
if _db["ENGINE"].endswith("sqlite3"):
    # Web and worker write to one file: take the write lock at BEGIN, wait, and never block readers.
    _db["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;",
    }
    # A file, not memory: threads of a race test each need their own connection.
    _db["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    _db["CONN_MAX_AGE"], _db["CONN_HEALTH_CHECKS"] = 60, True
    _db["OPTIONS"] = {"connect_timeout": 5}  # seconds: a page says 503 rather than wait
    _db["TEST"] = {"TEMPLATE": "template0"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS_BACKEND = env("TASKS_BACKEND", "django_tasks_db.DatabaseBackend")
TASKS = {"default": {"BACKEND": TASKS_BACKEND, "QUEUES": ["default"]}}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env("REDIS_URL")}
    if env("REDIS_URL", "")
    # Counts of limits lie there: Django's 300 would let the 301st address make it forget those of others.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "takwin.accounts.passwords.BreachedPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:door"
LOGOUT_REDIRECT_URL = "web:home"
ACCOUNT_ADAPTER = "takwin.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone", "email*", "password1*"]  # for allauth's steps; our form wants one of the two
ACCOUNT_FORMS = {
    "login": "takwin.accounts.forms.LoginForm",
    "change_password": "takwin.accounts.forms.ChangePasswordForm",
    "set_password": "takwin.accounts.forms.SetPasswordForm",
    "reset_password_from_key": "takwin.accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # each subject says takwin itself
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Nothing opens an account but what was proven: a phone by SMS, an e-mail by a code.
ACCOUNT_EMAIL_VERIFICATION = env("EMAIL_VERIFICATION", "mandatory")
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # the password again before a phone or e-mail changes
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser, and after a day in any case
SESSION_COOKIE_AGE = 24 * 3600  # from the sign-in (accounts/watch.py), whatever is written since
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SHARED_DEVICE_IDLE = 15 * 60  # seconds, where the visitor says that others use the device
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}  # any keypad types it, in any script
# How many proxies of ours stand before the web: the client's address is that many from the end of X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = int(env("TRUSTED_PROXY_COUNT", "0"))
# Sized for a class of 40 behind one address (everybody tries twice in a minute), several classes an hour. `key` is a
# number, an e-mail, or an account with an address: what protects one person does not stop the others.
LIMITS = {
    "login": "120/m/ip",
    "signup": "120/m/ip,1200/h/ip",
    "login_failed": "120/m/ip,5/5m/key,20/h/key,60/d/key",
    "login_failed_anywhere": "100/h/key",
    "code_asked": "120/m/ip,1200/h/ip",
    "code_sent_from": "1/30s/key,5/h/key,10/d/key",
    "code_sent": "20/h/key,40/d/key",
    "code_sent_again": "1/30s/key,5/h/key,10/d/key",
    "code_tried": "240/m/ip",
    # Codes for another phone or e-mail of an account: by number and account, by number and network, by number. Apart
    # from those of the sign-in, so that an account that asks without end leaves the owner's way in.
    "proof_sent_by": "1/30s/key,5/h/key,10/d/key",
    "proof_sent_from": "8/h/key,12/d/key",
    "proof_sent": "20/h/key,40/d/key",
    "proof_sent_again": "1/30s/key,5/h/key,10/d/key",
    "verify_phone": "120/m/ip",
    "confirm_email": "120/m/ip",
    "change_phone": "10/m/user,20/d/user",
    "verify": "60/m/ip",
    "verify_file": "6/m/ip,100/h/ip",  # PDF and pictures: each may cost five seconds of a processor
    # Changes of an identity; a phone number, a centre, an appointment of guidance.
    "identity": "20/h/user,800/h/ip",
    "guidance_code": "160/h/ip",
    "guidance_code_from": "4/h/key,8/d/key",  # a number with an address
    "guidance_code_again": "4/h/key,8/d/key",  # a number, from browsers that have opened its account
    "guidance_code_number": "24/h/key,48/d/key",  # six such addresses: a phone does not ring all day
    "guidance_code_few": "5/h/key",  # a centre with an address: so many pass by the centre's limit
    "guidance_code_centre_from": "100/h/key",  # a class of 40 behind one address, each twice
    "guidance_code_centre": "400/h/key",
    "guidance_code_centre_all": "2000/h/key",  # 320 addresses that ask five times, beside four that ask without end
    "guidance_hold": "40/h/key",  # a centre with an address: places kept before the code, ten minutes each
    "guidance_book": "10/d/key",
    "guidance_move": "4/d/key",
}
ACCOUNT_RATE_LIMITS = False if flag("NO_RATE_LIMITS", False) and not PRODUCTION else LIMITS
MFA_FORMS = {
    "authenticate_webauthn": "takwin.accounts.passkeys.AuthenticateForm",
    "login_webauthn": "takwin.accounts.passkeys.LoginForm",
    "reauthenticate_webauthn": "takwin.accounts.passkeys.ReauthenticateForm",
    "add_webauthn": "takwin.accounts.passkeys.AddForm",
    "edit_webauthn": "takwin.accounts.passkeys.EditForm",
}
MFA_ADAPTER = "takwin.accounts.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "takwin"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
READ_OLD_DOCUMENTS = flag("READ_OLD_DOCUMENTS", True)  # those bound to no name; 0 once reencrypt_fields has run
STAFF_SECOND_FACTOR = flag("STAFF_SECOND_FACTOR", PRODUCTION)
STAFF_VERIFIED_EMAIL = flag("STAFF_VERIFIED_EMAIL", PRODUCTION)
STAFF_PROVE_AGAIN = flag("STAFF_PROVE_AGAIN", True)  # password or second factor before signing, publishing, roles
STAFF_IDLE_MINUTES = int(env("STAFF_IDLE_MINUTES", "30"))  # a desk left alone is signed out; 0: never
STAFF_SESSION_HOURS = int(env("STAFF_SESSION_HOURS", "12"))  # from the sign-in: a day's work, never two

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", _("Arabic")), ("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Africa/Casablanca"

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(DATA_DIR / "static")))
MEDIA_ROOT = Path(env("MEDIA_ROOT", str(DATA_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "takwin.core.storage.DocumentStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if flag("HASHED_STATIC", PRODUCTION)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not flag("HASHED_STATIC", PRODUCTION)
WHITENOISE_MAX_AGE = 31536000 if flag("HASHED_STATIC", PRODUCTION) else 3600
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A body without its files; a page that takes files says how many bytes (`ui.intake.takes_bytes`).
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000  # a roll or a jury of 400 people with ten fields each
DATA_UPLOAD_MAX_NUMBER_FILES = 10

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "takwin.web.views.errors.csrf_failed"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# Browsers take a cookie of this prefix from this very host alone, by TLS (draft-ietf-httpbis-rfc6265bis): a neighbour
# under the same domain plants none.
COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
SECURE_SSL_REDIRECT = PRODUCTION and flag("SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
if flag("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

EMAIL_BACKEND = env("EMAIL_BACKEND", f"django.core.mail.backends.{'smtp' if PRODUCTION else 'console'}.EmailBackend")
EMAIL_HOST, EMAIL_PORT = env("EMAIL_HOST", "localhost"), int(env("EMAIL_PORT", "25"))
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env("EMAIL_USER", ""), env("EMAIL_PASSWORD", "")
EMAIL_USE_SSL = flag("EMAIL_SSL", False)  # TLS from the first byte, port 465; else STARTTLS
EMAIL_USE_TLS = flag("EMAIL_TLS", PRODUCTION and not is_loopback(EMAIL_HOST) and not EMAIL_USE_SSL)
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", "takwin@localhost")
SMS_SENDER = env("SMS_SENDER") if PRODUCTION else env("SMS_SENDER", "takwin.core.messages.ConsoleSms")
if PRODUCTION:
    refuse_demo(SITE_URL, SMS_SENDER, EMAIL_BACKEND)
    refuse_lost_addresses([SITE_URL, *FORMER_SITE_URLS], ALLOWED_HOSTS)
    if not (EMAIL_USE_TLS or EMAIL_USE_SSL or flag("EMAIL_PLAIN", False)):
        refuse_plain_mail(EMAIL_HOST, EMAIL_BACKEND)
    refuse_weak_keys(SECRET_KEY, FIELD_KEYS)
# For takwin.core.gateways.HttpSms; seconds of a try, and how many tries at once in each sender.
SMS_URL, SMS_TOKEN, SMS_FROM = env("SMS_URL", ""), env("SMS_TOKEN", ""), env("SMS_FROM", "takwin")
SMS_TIMEOUT, SMS_THREADS = float(env("SMS_TIMEOUT", "8")), int(env("SMS_THREADS", "8"))
LOGGING_CONFIG = "takwin.core.logs.configure"
# A line a request, and the head of the journal's chain, which is worth nothing when it is noted nowhere else.
LOGGING = {"level": env("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING")}
