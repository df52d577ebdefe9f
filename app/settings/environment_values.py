"""Parsers for the values of environment variables. Each appends a message to `reasons` for a value that is invalid."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from app.settings.peer_settings import read_peer
from app.settings.sign_in_settings import sign_in_settings

QUEUES = ("alarms", "notices", "documents", "sync", "webhooks", "reports")
"""Names of the queues that a worker may serve, equal to the values of `app.core.jobs.QueueName`."""
PUBLIC_DOORS = ("PUBLIC_INTAKE", "PUBLIC_FIGURES", "OPEN311")
"""Settings that open public endpoints; all are off unless the office turns them on."""


def number_of(name: str, text: str, least: int, most: int, reasons: list[str]) -> int:
    """Return the setting `name` as an integer; outside `least` to `most` return 0 and append a message to `reasons`."""
    if text.isascii() and text.isdigit() and least <= int(text[:9]) <= most:
        return int(text)
    reasons.append(f"{name} is {text!r}, not a number from {least} to {most}.")
    return 0


def database_url(text: str | None, reasons: list[str], name: str = "DATABASE_URL") -> str | None:
    """Return the address with the scheme that SQLAlchemy needs; None when not set or, with a message in `reasons`,
    invalid.
    """
    if text is None:
        return None
    scheme, separator, rest = text.partition("://")
    if separator and scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return f"postgresql+psycopg://{rest}"
    reasons.append(f"{name} does not begin with postgresql:// (PostgreSQL is the only database).")
    return None


def redis_url(text: str | None, reasons: list[str]) -> str | None:
    """Return the address unchanged; None when not set or, with a message in `reasons`, invalid."""
    if text is None or text.startswith(("redis://", "rediss://", "unix://")):
        return text
    reasons.append("REDIS_URL does not begin with redis://, rediss:// or unix://.")
    return None


def identity_keys(text: str, reasons: list[str]) -> tuple[str, ...]:
    """Return the comma-separated Fernet keys, newest first; an invalid key adds a message to `reasons`."""
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    if not all(_is_fernet_key(key) for key in keys):
        reasons.append("IDENTITY_KEYS must be Fernet keys (32 bytes in URL-safe base64, newest first, commas between).")
    return keys


def part_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, Any]:
    """Return the settings of all single parts of the program by variable name; each invalid value adds a message to
    `reasons`.
    """
    return {name: value for part in _parts() for name, value in part(given, reasons).items()}


def _parts() -> tuple[Callable[[Mapping[str, str], list[str]], Mapping[str, Any]], ...]:
    return (
        *(signing_settings, sync_settings, public_doors, api_rates, sign_in_settings, watching_settings),
        *(retention_settings, upload_settings, backup_settings, worker_settings),
    )


def signing_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, str | None]:
    """Return the settings of electronic signatures and time stamps; None for each that is not set. An invalid value
    adds a message to `reasons`.
    """
    names = ("SIGNING_TSA_URL", "BSRE_URL", "BSRE_USER", "BSRE_PASSWORD")
    for name in ("SIGNING_TSA_URL", "BSRE_URL"):
        if not given.get(name, "https://").startswith(("http://", "https://")):
            reasons.append(f"{name} does not begin with https:// or http://.")
    version = given.get("BSRE_VERSION", "1").lower().removeprefix("v")
    if version not in ("1", "2"):
        reasons.append(f"BSRE_VERSION is {version!r}, not 1 or 2.")
    return {**{name: given.get(name) for name in names}, "BSRE_VERSION": version}


def sync_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, Any]:
    """Return the settings of the change feed, of the peer and of webhooks."""
    days = number_of("SYNC_RETENTION_DAYS", given.get("SYNC_RETENTION_DAYS", "400"), 7, 3650, reasons)
    waiters = number_of("SYNC_WAITERS", given.get("SYNC_WAITERS", "1"), 0, 50, reasons)
    peer = read_peer(given.get("SP4N_PEER"), reasons)
    found = {"SYNC_RETENTION_DAYS": days, "SYNC_WAITERS": waiters, "SP4N_PEER": peer}
    return found | webhook_settings(given, reasons)


def public_doors(given: Mapping[str, str], reasons: list[str]) -> dict[str, bool]:
    """Return which public endpoints are enabled (`on` or `off`, by default off); any other value adds a message to
    `reasons`.
    """
    words = {name: given.get(name, "off").lower() for name in PUBLIC_DOORS}
    reasons += [f"{name} is {word!r}, not on or off." for name, word in words.items() if word not in ("on", "off")]
    return {name: word == "on" for name, word in words.items()}


def api_rates(given: Mapping[str, str], reasons: list[str]) -> dict[str, int]:
    """Return the API rate limits in requests per minute, for one key and for one officer."""
    usual = {"API_KEY_RATE": "3000", "API_USER_RATE": "600"}
    return {name: number_of(name, given.get(name, text), 1, 10**6, reasons) for name, text in usual.items()}


def worker_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, tuple[str, ...]]:
    """Return {"WORKER_QUEUES": names}, from the setting of that name; all queues by default. An unknown name or an
    empty list adds a message to `reasons`.
    """
    text = given.get("WORKER_QUEUES", ",".join(QUEUES))
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or not set(names) <= set(QUEUES):
        reasons.append(f"WORKER_QUEUES is {text!r}, not some of {', '.join(QUEUES)} with commas between.")
    return {"WORKER_QUEUES": names}


def retention_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, int]:
    """Return the number of years after a case has ended during which the reporter's identity is stored."""
    name = "IDENTITY_RETENTION_YEARS"
    return {name: number_of(name, given.get(name, "5"), 1, 30, reasons)}


def upload_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, Any]:
    """Return the upload limits (files and megabytes of a case, gigabytes in all), the virus scanner and the store's
    options.
    """
    usual = {"UPLOAD_FILES_PER_CASE": "100", "UPLOAD_CASE_MB": "300", "UPLOAD_STORE_GB": "100"}
    limits = {name: number_of(name, given.get(name, text), 1, 10**6, reasons) for name, text in usual.items()}
    scanner = scanner_url(given.get("CLAMAV_URL"), reasons)
    return {**limits, "CLAMAV_URL": scanner, "STORAGE_OPTIONS": store_options(given)}


def backup_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, Any]:
    """Return the folder of the nightly backup (None: no backup), how many are kept, and the file of the passphrase that
    encrypts them (None: not encrypted).
    """
    folder, phrase = given.get("BACKUP_FOLDER"), given.get("BACKUP_PASSPHRASE_FILE")
    for name, path in (("BACKUP_FOLDER", folder), ("BACKUP_PASSPHRASE_FILE", phrase)):
        if path is not None and not path.startswith("/"):
            reasons.append(f"{name} is {path!r}, not a path from the root (it begins with /).")
    kept = number_of("BACKUP_KEEP", given.get("BACKUP_KEEP", "14"), 1, 3650, reasons)
    return {"BACKUP_FOLDER": folder, "BACKUP_KEEP": kept, "BACKUP_PASSPHRASE_FILE": phrase}


def webhook_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, Any]:
    """Return whether webhooks may use http and private addresses, for demonstrations or receivers in the office's own
    network.
    """
    allowed = number_of("WEBHOOK_ALLOW_PRIVATE", given.get("WEBHOOK_ALLOW_PRIVATE", "0"), 0, 1, reasons)
    return {"WEBHOOK_ALLOW_PRIVATE": bool(allowed)}


def _is_fernet_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def scanner_url(text: str | None, reasons: list[str]) -> str | None:
    """Return the address of the virus scanner unchanged; one that is not `tcp://host:port` or `unix:///path` adds a
    reason.
    """
    if text is not None and not _is_scanner(text):
        reasons.append("CLAMAV_URL is not tcp://host:port or unix:///path.")
    return text


def store_options(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the fsspec options of an object store (STORAGE_URL=s3://…): endpoint unless it is Amazon's, region and
    keys.
    """
    names = {"endpoint_url": "STORAGE_S3_ENDPOINT", "key": "STORAGE_S3_KEY", "secret": "STORAGE_S3_SECRET"}
    told: dict[str, Any] = {option: given[name] for option, name in names.items() if name in given}
    region = given.get("STORAGE_S3_REGION")
    return told | ({"client_kwargs": {"region_name": region}} if region else {})


def _is_scanner(text: str) -> bool:
    parts = urlsplit(text)
    try:
        by_network = parts.scheme == "tcp" and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False
    return by_network or (parts.scheme == "unix" and parts.path.startswith("/"))


LOG_FORMATS = ("json", "text")


SWITCHES = ("FLASK_DEBUG", "PYTHONDEVMODE", "PYTHONINSPECT", "WERKZEUG_RUN_MAIN", "PYTHONASYNCIODEBUG")
"""Development switches that expose internals or slow the program; none may be set in production."""


def watching_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, Any]:
    """Return the log format, the token for the metrics, the development switches that are set, and the value of TZ."""
    usual = "json" if given.get("LAPOR_ENV", "").lower() == "production" else "text"
    log_format = given.get("LOG_FORMAT", usual).lower()
    if log_format not in LOG_FORMATS:
        reasons.append(f"LOG_FORMAT is {log_format!r}, not json or text.")
    set_switches = tuple(name for name in SWITCHES if given.get(name, "0").lower() not in ("0", "false", "no"))
    trusts_all = given.get("FORWARDED_ALLOW_IPS") == "*"
    return {
        "LOG_FORMAT": log_format,
        "METRICS_TOKEN": given.get("METRICS_TOKEN"),
        "DEVELOPERS_SWITCHES": set_switches + (("FORWARDED_ALLOW_IPS",) if trusts_all else ()),
        "CLOCK_ZONE": given.get("TZ"),
    }
