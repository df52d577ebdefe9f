"""Settings of the machine: addresses, servers, files and limits that its administrator decides."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, ClassVar, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from app.settings.declaration import ANY_CASE, MACHINE, AbsolutePath, Number, Settings, beginning, setting

QueueWord = Literal["alarms", "notices", "documents", "sync", "webhooks", "reports"]
QUEUES: tuple[str, ...] = get_args(QueueWord)
"""Names of the queues that a worker may serve, equal to the values of `app.core.jobs.QueueName`."""
SWITCHES = ("FLASK_DEBUG", "PYTHONDEVMODE", "PYTHONINSPECT", "WERKZEUG_RUN_MAIN", "PYTHONASYNCIODEBUG")


def is_production(text: str) -> bool:
    """Return whether this value of LAPOR_ENV means production."""
    return text.lower() == "production"


def _queue_names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or not set(names) <= set(QUEUES):
        raise ValueError
    return names


def _folders(text: str) -> tuple[str, ...]:
    folders = tuple(dict.fromkeys(folder.strip() for folder in text.split(",") if folder.strip()))
    if not all(folder.startswith("/") for folder in folders):
        raise ValueError
    return folders


def _database_url(text: str, info: ValidationInfo) -> str:
    """Return the database address with the scheme that SQLAlchemy needs; raises ValueError if it is no
    PostgreSQL URL.
    """
    scheme, separator, rest = text.partition("://")
    if separator and scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return f"postgresql+psycopg://{rest}"
    name = str(info.field_name).upper()
    raise ValueError(f"{name} does not begin with postgresql:// (PostgreSQL is the only database).")


def _scanner_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        by_network = parts.scheme == "tcp" and bool(parts.hostname) and parts.port is not None
        good = by_network or (parts.scheme == "unix" and parts.path.startswith("/"))
    except ValueError:
        good = False
    if not good:
        raise ValueError("CLAMAV_URL is not tcp://host:port or unix:///path.")
    return text


DatabaseUrl = Annotated[str, AfterValidator(_database_url)]


class ProcessSettings(Settings):
    """Settings of the process, its data folder and what watches it."""

    group: ClassVar[str] = MACHINE
    title: ClassVar[str] = "Process and data folder"
    note: ClassVar[str] = (
        "Leave `notices` and `webhooks` out of `WORKER_QUEUES` on one of several workers, so that letters and SP4N do"
        " not wait for a mail server that hangs. `all` does this for its first worker when the variable is not set."
    )

    production: Annotated[bool, BeforeValidator(is_production)] = setting(
        False,
        "`production` refuses unsafe settings and never reads stored secrets",
        name="LAPOR_ENV",
        usual="development",
        allowed="`production` or anything else",
    )
    home: Path = setting(
        ...,
        "data folder: embedded servers, secrets, `demo.json`, files",
        name="LAPOR_HOME",
        usual="`$XDG_DATA_HOME/lapor-balangan`, else `~/.local/share/lapor-balangan`",
        allowed="a path",
    )
    host: str = setting("127.0.0.1", "address on which the web process listens", allowed="an address or host name")
    port: Number = setting(8080, "port on which the web process listens", bounds=(1, 65535))
    trusted_proxies: Number = setting(
        0, "number of proxies in front whose `X-Forwarded-*` headers count", bounds=(0, 9), usual="0: none"
    )
    web_concurrency: Number = setting(
        max(2, min(9, (os.cpu_count() or 1) + 1)),
        "number of web workers; one more process is the buffering proxy",
        bounds=(1, 500),
        usual="processors + 1, at least 2, at most 9",
    )
    workers: Number = setting(
        2,
        "number of job workers: `all` starts them; the health page and `/readyz` report a missing one. With several"
        " hosts, the sum",
        bounds=(1, 500),
    )
    worker_queues: Annotated[tuple[str, ...], BeforeValidator(_queue_names)] = setting(
        QUEUES,
        "queues that one worker serves, separated by commas",
        usual="all",
        allowed=", ".join(f"`{name}`" for name in QUEUES),
        expected=f"some of {', '.join(QUEUES)} with commas between",
    )
    log_format: Annotated[Literal["json", "text"], ANY_CASE] = setting(
        ..., "format of log lines", usual="`text`, in production `json`", expected="json or text"
    )
    metrics_token: str | None = setting(
        None,
        "bearer token that may read `/metrics`",
        usual="none: only direct local requests outside production",
        allowed="production: 16 characters or more",
        secret=True,
    )
    otel_exporter_otlp_endpoint: Annotated[str, beginning("https://", "http://")] | None = setting(
        None,
        "OpenTelemetry collector (OTLP by HTTP) to which traces are sent; needs the packages of the extra `telemetry`",
        usual="none: no traces",
        allowed="`https://…`, `http://…`, without `/v1/traces`",
    )
    watched_folders: Annotated[tuple[str, ...], BeforeValidator(_folders)] = setting(
        (),
        "further folders whose free space is watched, such as that of PostgreSQL on this machine, separated by commas",
        usual="none: `LAPOR_HOME`, the file storage and `BACKUP_FOLDER` are watched",
        allowed="absolute paths",
        expected="paths from the root (they begin with /) with commas between",
    )
    clock_zone: str | None = setting(
        None,
        "time zone of the process",
        name="TZ",
        usual="the machine's",
        allowed="production: a zone without summer time",
    )


class ServerSettings(Settings):
    """Settings of database, queue and stored files."""

    group: ClassVar[str] = MACHINE
    title: ClassVar[str] = "Servers, files and secrets"

    database_url: DatabaseUrl | None = setting(
        None,
        "PostgreSQL, with the account of the running program",
        usual="embedded; required in production",
        allowed="`postgresql://…`, `postgres://…`, `postgresql+psycopg://…`",
        secret=True,
    )
    database_owner_url: DatabaseUrl | None = setting(
        None,
        "account that owns the tables, for `migrate`, `demo` and `restore`. Without it the account of `DATABASE_URL`"
        " owns them, and `check-config` warns",
        usual="none; embedded: two accounts",
        allowed="as above",
        secret=True,
    )
    redis_url: Annotated[str, beginning("redis://", "rediss://", "unix://")] | None = setting(
        None,
        "Redis or Valkey",
        usual="embedded; required in production",
        allowed="`redis://…`, `rediss://…`, `unix://…`",
        secret=True,
    )
    storage_url: str = setting(
        ...,
        "file storage; common to all hosts",
        usual="`storage` in `LAPOR_HOME`",
        allowed="`file://…` or a URL known to fsspec, such as `s3://bucket/prefix`",
    )
    storage_s3_endpoint: str | None = setting(None, "address of an S3 store that is not Amazon's", allowed="a URL")
    storage_s3_region: str | None = setting(None, "region of the S3 store", usual="the S3 client's own default")
    storage_s3_key: str | None = setting(None, "account of the S3 store", usual="the S3 client's own default")
    storage_s3_secret: str | None = setting(
        None, "password of the S3 store", usual="the S3 client's own default", secret=True
    )
    clamav_url: Annotated[str, AfterValidator(_scanner_url)] | None = setting(
        None,
        "virus scanner (clamd). With it, attachments are withheld until they are scanned, also while the scanner is"
        " away",
        usual="none: files are checked and rewritten only",
        allowed="`tcp://host:port`, `unix:///path`",
    )
    upload_store_gb: Number = setting(100, "gigabytes of all files together, at most", bounds=(1, 10**6))
    secret_key: str | None = setting(
        None,
        "signs sessions, tokens and API key hashes",
        usual="created at the first start; required in production",
        allowed="production: 32 characters or more, not guessable, none of `IDENTITY_KEYS`",
        secret=True,
    )


class LoadSettings(Settings):
    """Settings that limit load, and those of a demonstration."""

    group: ClassVar[str] = MACHINE
    title: ClassVar[str] = "Limits and demonstration"
    note: ClassVar[str] = "Explained in [integration.md](integration.md)."

    api_key_rate: Number = setting(3000, "API requests a minute for one key", bounds=(1, 10**6))
    api_user_rate: Number = setting(600, "API requests a minute for one officer", bounds=(1, 10**6))
    sync_waiters: Number = setting(
        1, "long polls that may wait at one time, over all hosts; each occupies a web worker", bounds=(0, 50)
    )
    webhook_allow_private: Annotated[Number, AfterValidator(bool)] = setting(
        False,
        "1 permits webhooks by http and to private networks; 169.254.0.0/16 stays forbidden",
        bounds=(0, 1),
        usual="0",
        allowed="0, 1",
    )
    fake_sp4n_port: Number = setting(8099, "port of the fake peer (`run.py fake-sp4n`)", bounds=(1, 65535))


class BackupSettings(Settings):
    """Settings of the nightly backup."""

    group: ClassVar[str] = MACHINE
    title: ClassVar[str] = "Backup"
    note: ClassVar[str] = "Explained in [backup.md](backup.md)."

    backup_folder: AbsolutePath | None = setting(
        None,
        "folder of the nightly backup",
        usual="none: no nightly backup",
        allowed="an absolute path",
        expected="a path from the root (it begins with /)",
    )
    backup_keep: Number = setting(14, "number of nightly backups that are stored", bounds=(1, 3650))
    backup_passphrase_file: AbsolutePath | None = setting(
        None,
        "file of the passphrase that encrypts the nightly backups",
        usual="none: not encrypted",
        allowed="an absolute path",
        expected="a path from the root (it begins with /)",
    )


class DeveloperSettings(Settings):
    """Switches of Python, Flask and gunicorn that production refuses."""

    group: ClassVar[str] = MACHINE
    title: ClassVar[str] = "Switches for developers"
    note: ClassVar[str] = "Production refuses these when they are set."

    flask_debug: str | None = setting(None, "Flask's debugger")
    pythondevmode: str | None = setting(None, "Python's development mode")
    pythoninspect: str | None = setting(None, "an interactive Python after the end of the program")
    werkzeug_run_main: str | None = setting(None, "Werkzeug's reloader")
    pythonasynciodebug: str | None = setting(None, "asyncio's debug mode")
    forwarded_allow_ips: str | None = setting(
        None, "gunicorn's trusted proxies, which the program replaces by `TRUSTED_PROXIES`", allowed="not `*`"
    )

    @property
    def developers_switches(self) -> tuple[str, ...]:
        """The names of the switches that are on; each exposes internals, slows the program or trusts anybody."""
        values = {name: getattr(self, name.lower()) or "0" for name in SWITCHES}
        names = tuple(name for name, text in values.items() if text.lower() not in ("0", "false", "no"))
        return names + (("FORWARDED_ALLOW_IPS",) if self.forwarded_allow_ips == "*" else ())
