"""The Flask configuration, built from the environment (docs/configuration.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.settings.address_checks import judge_addresses
from app.settings.environment import LOCAL_HOSTS, ConfigurationError, Environment, read_environment
from app.settings.environment_checks import judge
from app.settings.findings import refusals
from app.settings.machine_settings import DeveloperSettings

MEBIBYTE = 1024 * 1024
# Seconds. A request meets an absent Redis at most three times (twice in the limiter, once to enqueue jobs), so its
# response still comes within two seconds; nothing is lost, since all work is stored in the database.
REDIS_PATIENCE = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
# Settings that the Flask application does not read, or reads under the name of a framework.
NOT_FOR_FLASK = {
    *DeveloperSettings.model_fields,
    *("production", "home", "host", "port", "web_concurrency", "clock_zone", "fake_sp4n_port", "session_idle_minutes"),
    *("database_url", "database_owner_url", "storage_s3_endpoint", "storage_s3_region", "storage_s3_key"),
    "storage_s3_secret",
}


def unsafe_reasons(environment: Environment, demo: bool = False) -> list[str]:
    """Return a list of sentences why these settings may not serve in production; [] if they may, and outside
    production.
    """
    if not environment.production:
        return []
    return refusals([*judge(environment, demo), *judge_addresses(environment)])


def settings(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the Flask configuration (dict) of this environment (None: `os.environ`). Raises ConfigurationError for
    values that cannot be parsed, and where production would be unsafe.
    """
    environment = read_environment(environ)
    if reasons := unsafe_reasons(environment):
        raise ConfigurationError(reasons)
    return flask_settings(environment)


def flask_settings(environment: Environment) -> dict[str, Any]:
    """Return the Flask configuration as a dict for an environment that was already checked."""
    return (
        _own_settings(environment)
        | _cookie_settings(environment)
        | _database_settings(environment)
        | _framework_settings(environment)
        | _limit_settings(environment)
    )


def _own_settings(environment: Environment) -> dict[str, Any]:
    own = {name.upper(): getattr(environment, name) for name in Environment.model_fields if name not in NOT_FOR_FLASK}
    return own | {
        "LAPOR_HOME": environment.home,
        "LAPOR_PRODUCTION": environment.production,
        "PUBLIC_BASE_URL": environment.base_url,
        "REDIS_OPTIONS": REDIS_PATIENCE,
        "STORAGE_OPTIONS": environment.storage_options,
    }


def _cookie_settings(environment: Environment) -> dict[str, Any]:
    return {
        # With this prefix no other host of the domain can set or replace the cookie (RFC 6265bis, section 4.1.3.2).
        "SESSION_COOKIE_NAME": "__Host-lapor_session" if environment.served_by_https else "lapor_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": environment.served_by_https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": environment.served_by_https,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "SESSION_IDLE": timedelta(minutes=environment.session_idle_minutes),
        "PREFERRED_URL_SCHEME": "https" if environment.served_by_https else "http",
        "TRUSTED_HOSTS": trusted_hosts(environment),
        "FAB_SAFE_REDIRECT_HOSTS": redirect_hosts(environment),
        "WTF_CSRF_TIME_LIMIT": None,
        "JWT_ACCESS_TOKEN_EXPIRES": timedelta(minutes=15),
        "JWT_REFRESH_TOKEN_EXPIRES": timedelta(hours=12),
    }


def _database_settings(environment: Environment) -> dict[str, Any]:
    return {
        "SQLALCHEMY_DATABASE_URI": environment.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_size": 2,
            "max_overflow": 3,
            "connect_args": {"application_name": "lapor-balangan", "connect_timeout": 5},
        },
        # The account to which `migrate` grants its rights; None where it owns the tables itself.
        "PROGRAM_ACCOUNT": None,
        "STATEMENT_SECONDS": 0,
        "LOCK_SECONDS": 0,
    }


def _framework_settings(environment: Environment) -> dict[str, Any]:
    return {
        "APP_NAME": "Lapor Balangan",
        "AUTH_TYPE": 1,
        "AUTH_ROLE_ADMIN": "Admin",
        # Tables and permissions are created by `migrate`: nothing is written when a process starts.
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_ADD_SECURITY_API": False,
        "FAB_API_SHOW_STACKTRACE": False,
        "BABEL_DEFAULT_LOCALE": "id",
        "LANGUAGES": {"id": {"flag": "id", "name": "Bahasa Indonesia"}, "en": {"flag": "gb", "name": "English"}},
        "TEMPLATES_AUTO_RELOAD": False,
    }


def _limit_settings(environment: Environment) -> dict[str, Any]:
    return {
        "MAX_CONTENT_LENGTH": 26 * MEBIBYTE,
        "MAX_FORM_MEMORY_SIZE": 2 * MEBIBYTE,
        "MAX_FORM_PARTS": 500,
        # API rates are per minute. They let a key submit 100,000 reports one by one within an hour.
        "RATELIMIT_ENABLED": True,
        "RATELIMIT_STORAGE_URI": limiter_storage(environment.redis_url),
        "RATELIMIT_STORAGE_OPTIONS": REDIS_PATIENCE,
        # While Redis is unreachable each process counts for itself, so that officers are not locked out.
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_SWALLOW_ERRORS": True,
    }


def trusted_hosts(environment: Environment) -> list[str]:
    """Return a list of the host names that the program answers to, without ports: its public one and the local ones."""
    public = urlsplit(environment.base_url).hostname
    return list(dict.fromkeys([*([public] if public else []), *LOCAL_HOSTS]))


def redirect_hosts(environment: Environment) -> list[str]:
    """Return a list of the hosts to which a login may redirect, with exact ports; a pattern would also allow
    `host:x@elsewhere`.
    """
    local = [name for host in LOCAL_HOSTS for name in (host, f"{host}:{environment.port}")]
    return list(dict.fromkeys([urlsplit(environment.base_url).netloc, *local]))


def limiter_storage(redis_url: str | None) -> str:
    """Return the storage URL for Flask-Limiter, which spells Unix sockets of Redis differently; "memory://" for
    None.
    """
    if redis_url is None:
        return "memory://"
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    return f"redis+unix://{parts.path}?db={parse_qs(parts.query).get('db', ['0'])[0]}"
