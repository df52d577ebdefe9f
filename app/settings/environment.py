"""The settings of this process, read from its environment variables (docs/configuration.md)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from app.settings.declaration import sentences_of, variables
from app.settings.machine_settings import (
    BackupSettings,
    DeveloperSettings,
    LoadSettings,
    ProcessSettings,
    ServerSettings,
    is_production,
)
from app.settings.office_settings import (
    MessageSettings,
    OfficeSettings,
    PublicSettings,
    RetentionSettings,
    SignInSettings,
)

SECRETS_FILE = "secrets.json"
LOCAL_HOSTS = ("localhost", "127.0.0.1")
EVERY_ADDRESS = ("0.0.0.0", "::", "localhost")  # noqa: S104 (compared with, not bound to)
SECTIONS = (
    *(ProcessSettings, ServerSettings, LoadSettings, BackupSettings, DeveloperSettings),
    *(OfficeSettings, MessageSettings, SignInSettings, PublicSettings, RetentionSettings),
)
"""Every declared setting, in the order of docs/configuration.md."""
SECRET_NAMES = tuple(name for section in SECTIONS for name, field in variables(section).items() if not field.repr)
"""The variables of all settings declared as secret; each may be given by a file."""


class ConfigurationError(Exception):
    """Raised when the environment does not allow a start; `reasons` lists every message, so that all can be fixed at
    once.
    """

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


class Environment(  # pydantic takes the fields of the last base first
    RetentionSettings,
    PublicSettings,
    SignInSettings,
    MessageSettings,
    OfficeSettings,
    DeveloperSettings,
    BackupSettings,
    LoadSettings,
    ServerSettings,
    ProcessSettings,
):
    """A value object with all parsed settings of the process, before they become Flask configuration. None means not
    set.
    """

    @property
    def served_by_https(self) -> bool:
        """Whether browsers reach the program by HTTPS, so that cookies may be marked as secure."""
        return self.production or (self.public_base_url or "").startswith("https://")

    @property
    def local_url(self) -> str:
        """The URL at which this machine reaches the web process, without a trailing slash."""
        host = "127.0.0.1" if self.host in EVERY_ADDRESS else self.host
        return f"http://{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The public URL used in letters and messages, without a trailing slash."""
        return (self.public_base_url or self.local_url).rstrip("/")

    @property
    def storage_options(self) -> dict[str, Any]:
        """The fsspec options of an object store (STORAGE_URL=s3://…): endpoint unless it is Amazon's, key, secret,
        region; only those that are set.
        """
        options: dict[str, Any] = {
            "endpoint_url": self.storage_s3_endpoint,
            "key": self.storage_s3_key,
            "secret": self.storage_s3_secret,
            "client_kwargs": self.storage_s3_region and {"region_name": self.storage_s3_region},
        }
        return {name: value for name, value in options.items() if value}


class GivenVariables(EnvSettingsSource):
    """A pydantic settings source that reads the variables of a mapping in place of `os.environ`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(Environment)
        self.env_vars = environ


def read_environment(environ: Mapping[str, str] | None = None) -> Environment:
    """Return the settings (`Environment`) read from `environ`, by default `os.environ`. Raises ConfigurationError for
    values that cannot be parsed or a secrets file that cannot be read.

    Surrounding spaces are removed; an empty value counts as not set. A secret that is not set may be in the file named
    by its variable with `_FILE`. Outside production, SECRET_KEY and IDENTITY_KEYS may come from the file written at the
    first start.
    """
    given = {name: text.strip() for name, text in (os.environ if environ is None else environ).items() if text.strip()}
    given = secrets_in_files(given) | given
    home = home_folder(given)
    production = is_production(given.get("LAPOR_ENV", ""))
    defaults = {"STORAGE_URL": (home / "storage").as_uri(), "LOG_FORMAT": "json" if production else "text"}
    stored = {} if production else stored_secrets(home)
    found = GivenVariables(defaults | stored | given | {"LAPOR_HOME": str(home)})
    try:
        return Environment(_build_sources=((found,), {}))  # type: ignore[call-arg]
    except ValidationError as faults:
        raise ConfigurationError(sentences_of(faults, Environment)) from None


def secrets_in_files(environ: Mapping[str, str]) -> dict[str, str]:
    """Return a dict from secret setting to the content of the file that `NAME_FILE` names, without surrounding spaces;
    files of settings that are set themselves are not read, and an empty one counts as not set. Raises
    ConfigurationError for a file that cannot be read.
    """
    found, reasons = {}, []
    for name in SECRET_NAMES:
        path = environ.get(f"{name}_FILE")
        if path is None or name in environ:
            continue
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as problem:
            reasons.append(f"{name}_FILE cannot be read: {problem}.")
    if reasons:
        raise ConfigurationError(reasons)
    return {name: text for name, text in found.items() if text}


def home_folder(environ: Mapping[str, str]) -> Path:
    """Return the absolute path of the data folder: LAPOR_HOME, else the user's data folder (XDG base directory
    specification).
    """
    if named := environ.get("LAPOR_HOME"):
        return Path(named).expanduser().absolute()
    shared = environ.get("XDG_DATA_HOME", "")
    base = Path(shared) if shared.startswith("/") else Path.home() / ".local" / "share"
    return base / "lapor-balangan"


def stored_secrets(home: Path) -> dict[str, str]:
    """Return a dict with SECRET_KEY and IDENTITY_KEYS as stored at the first start, {} when there are none. Raises
    ConfigurationError for an unreadable file, since new keys would make the stored data unreadable.
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
