"""Settings read from the environment of this process, parsed and validated (docs/configuration.md)."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.settings.environment_values import database_url, identity_keys, number_of, part_settings, redis_url

SECRETS_FILE = "secrets.json"


class ConfigurationError(Exception):
    """Raised when the environment does not allow a start; `reasons` lists every message, so that all can be fixed at
    once.
    """

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Environment:
    """The parsed environment, before it becomes Flask configuration. None means not set; `parts` holds the settings of
    single parts of the program by variable name.
    """

    home: Path
    host: str
    port: int
    production: bool
    database_url: str | None
    redis_url: str | None
    storage_url: str
    secret_key: str | None
    identity_keys: tuple[str, ...]
    public_base_url: str | None
    smtp_url: str | None
    mail_from: str | None = None
    gateway_url: str | None = None
    trusted_proxies: int = 0
    workers: int = 2
    session_idle_minutes: int = 30
    parts: Mapping[str, Any] = field(default_factory=dict)
    fake_sp4n_port: int = 8099
    database_owner_url: str | None = None

    @property
    def served_by_https(self) -> bool:
        """Whether browsers reach the program by HTTPS, so that cookies may be marked as secure."""
        return self.production or (self.public_base_url or "").startswith("https://")

    @property
    def local_url(self) -> str:
        """The URL at which this machine reaches the web process."""
        host = "127.0.0.1" if self.host in EVERY_ADDRESS else self.host
        return f"http://{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The public URL used in letters and messages, without a trailing slash."""
        return (self.public_base_url or self.local_url).rstrip("/")


def read_environment(environ: Mapping[str, str] | None = None) -> Environment:
    """Read the settings from `environ`, by default `os.environ`. Raises ConfigurationError for values that cannot be
    parsed.

    Outside production, SECRET_KEY and IDENTITY_KEYS may come from the file written at the first start.
    """
    given = {name: text.strip() for name, text in (os.environ if environ is None else environ).items() if text.strip()}
    home = home_folder(given)
    production = given.get("LAPOR_ENV", "").lower() == "production"
    secrets = {} if production else stored_secrets(home)
    reasons: list[str] = []
    found = Environment(
        home=home,
        host=given.get("HOST", "127.0.0.1"),
        port=number_of("PORT", given.get("PORT", "8080"), 1, 65535, reasons),
        production=production,
        database_url=database_url(given.get("DATABASE_URL"), reasons),
        database_owner_url=database_url(given.get("DATABASE_OWNER_URL"), reasons, "DATABASE_OWNER_URL"),
        redis_url=redis_url(given.get("REDIS_URL"), reasons),
        storage_url=given.get("STORAGE_URL", (home / "storage").as_uri()),
        secret_key=given.get("SECRET_KEY", secrets.get("SECRET_KEY")),
        identity_keys=identity_keys(given.get("IDENTITY_KEYS", secrets.get("IDENTITY_KEYS", "")), reasons),
        public_base_url=given.get("PUBLIC_BASE_URL"),
        smtp_url=given.get("SMTP_URL"),
        mail_from=given.get("MAIL_FROM"),
        gateway_url=given.get("GATEWAY_URL"),
        trusted_proxies=number_of("TRUSTED_PROXIES", given.get("TRUSTED_PROXIES", "0"), 0, 9, reasons),
        session_idle_minutes=number_of(
            "SESSION_IDLE_MINUTES", given.get("SESSION_IDLE_MINUTES", "30"), 1, 720, reasons
        ),
        workers=number_of("WORKERS", given.get("WORKERS", "2"), 1, 500, reasons),
        parts=part_settings(given, reasons),
        fake_sp4n_port=number_of("FAKE_SP4N_PORT", given.get("FAKE_SP4N_PORT", "8099"), 1, 65535, reasons),
    )
    if reasons:
        raise ConfigurationError(reasons)
    return found


def home_folder(environ: Mapping[str, str]) -> Path:
    """Return the data folder: LAPOR_HOME, else the user's data folder (XDG base directory specification)."""
    if named := environ.get("LAPOR_HOME"):
        return Path(named).expanduser().absolute()
    shared = environ.get("XDG_DATA_HOME", "")
    base = Path(shared) if shared.startswith("/") else Path.home() / ".local" / "share"
    return base / "lapor-balangan"


def stored_secrets(home: Path) -> dict[str, str]:
    """Return the secrets stored at the first start, empty when there are none. Raises ConfigurationError for an
    unreadable file, since new keys would make the stored data unreadable.
    """
    path = home / SECRETS_FILE
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as problem:
        raise ConfigurationError(
            [f"{path} cannot be read ({problem}): it holds the keys of the stored data."]
        ) from problem


LOCAL_HOSTS = ("localhost", "127.0.0.1")


EVERY_ADDRESS = ("0.0.0.0", "::", "localhost")  # noqa: S104 (compared with, not bound to)
