"""Checks of the database before a start: durability, version, account, clock and leftover demo accounts.

Measured: a killed PostgreSQL with `synchronous_commit` off lost 19 of 14,092 acknowledged commits, with it on none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import class_row
from werkzeug.security import check_password_hash

from app.servers.given_database import DURABLE, connected, reason_against_isolation_role
from app.settings.findings import OK, REFUSED, WARNING, Finding

OLDEST_POSTGRES = 150_000
MOST_CLOCK_DIFFERENCE = timedelta(seconds=5)
# What app/demo creates, repeated here because the launcher does not import the program.
DEMO_PEOPLE = Path(__file__).resolve().parents[1] / "demo" / "people.json"
DEMO_PASSWORD = "balangan-demo"  # noqa: S105 (the word that is refused)
DEMO_KEYS = ("Integrasi SP4N (contoh)", "Aplikasi warga Open311 (contoh)")

# current_setting returns the value in force for this account in this database.
FACTS = """
SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
       current_setting('synchronous_commit') AS synchronous_commit,
       current_setting('server_version_num')::int AS version, current_setting('is_superuser') = 'on' AS superuser,
       EXISTS (SELECT FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = to_regnamespace('public')
               AND pg_has_role(relowner, 'MEMBER')) AS owner,
       inet_server_addr() IS NOT NULL AS by_network,
       COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS encrypted,
       clock_timestamp() AS now
"""


@dataclass(frozen=True)
class DatabaseFacts:
    """A value object: settings and state of the database as seen by the program's account. `now` is the server's clock
    (aware).
    """

    fsync: str
    full_page_writes: str
    synchronous_commit: str
    version: int
    superuser: bool
    owner: bool
    by_network: bool
    encrypted: bool
    now: datetime


def judge_database(url: str, patience: float, remote: bool, owner_url: str | None = None) -> list[Finding]:
    """Return a list of Findings (name; state ok, warning or refused; message) about the database, including whether the
    owner of the tables can create the isolation role. Raises ServerFailed when the database does not answer within
    `patience` seconds.
    """
    with connected(url.replace("postgresql+psycopg://", "postgresql://", 1), patience) as connection:
        with connection.cursor(row_factory=class_row(DatabaseFacts)) as cursor:
            facts = cursor.execute(FACTS).fetchone()
        assert facts is not None, "a SELECT without FROM has one row"
        here = datetime.now(UTC)
        found = [*judge_facts(facts, here, remote), *_demonstration(connection)]
    with connected((owner_url or url).replace("postgresql+psycopg://", "postgresql://", 1), patience) as owner:
        reason = reason_against_isolation_role(owner)
    good = "lapor_walled is there, or can be made."
    return [*found, Finding("database role", REFUSED if reason else OK, reason or good)]


def judge_facts(facts: DatabaseFacts, here: datetime, remote: bool) -> Iterator[Finding]:
    """Yield a Finding (name; state ok, warning or refused; message) for each checked property of the database, also
    when all is well; `here` is this machine's time (aware) at the query, `remote` whether the host is another machine.
    """
    weak = [name for name in DURABLE if getattr(facts, name) == "off"]
    if weak:
        message = "The database may lose what it acknowledged when its machine fails:"
        yield Finding("database durability", REFUSED, f"{message} {', '.join(weak)} must not be off.")
    else:
        yield Finding("database durability", OK, "What is acknowledged is on disk.")
    if facts.version < OLDEST_POSTGRES:
        sentence = f"The database is PostgreSQL {facts.version // 10_000}; 15 is the oldest that this program works on."
        yield Finding("database version", REFUSED, sentence)
    else:
        yield Finding("database version", OK, f"PostgreSQL {facts.version // 10_000}.")
    if facts.superuser:
        sentence = "The program's account is a superuser: guards against changing the record do not hold for it."
        yield Finding("database account", WARNING, sentence)
    elif facts.owner:
        sentence = (
            "The program's account owns its tables, and could take away what guards the record: name the owner in"
            " DATABASE_OWNER_URL for migrate and restore, and an account without rights in DATABASE_URL."
        )
        yield Finding("database account", WARNING, sentence)
    else:
        yield Finding("database account", OK, "An ordinary account that owns nothing.")
    if remote and facts.by_network and not facts.encrypted:
        yield Finding("database network", WARNING, "The connection that the database accepted is not encrypted by TLS.")
    seconds = abs(facts.now - here).total_seconds()
    if seconds <= MOST_CLOCK_DIFFERENCE.total_seconds():
        yield Finding("clock", OK, f"{seconds:.1f} s from the database's.")
    else:
        sentence = f"The clock of this machine is {seconds:.0f} s off the database's: limits would pass early or late."
        yield Finding("clock", REFUSED, sentence)


def _demonstration(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Yield one Finding, refused or ok: whether the database has active demo accounts (with the e-mail address or the
    password of the demonstration) or API keys of the demonstration, since these secrets are public.
    """
    if not connection.execute("SELECT to_regclass('ab_user') IS NOT NULL").fetchone()[0]:  # type: ignore[index]
        yield Finding("demo accounts", OK, "There are no tables yet.")
        return
    people = {person["username"]: person["email"] for person in json.loads(DEMO_PEOPLE.read_text("utf-8"))["people"]}
    query = "SELECT username, email, password FROM ab_user WHERE active AND username = ANY(%s) ORDER BY username"
    rows = connection.execute(query, (list(people),))
    names = [name for name, email, hashed in rows if email == people[name] or _has_demo_password(hashed)]
    if connection.execute("SELECT to_regclass('api_key') IS NOT NULL").fetchone()[0]:  # type: ignore[index]
        query = "SELECT name FROM api_key WHERE name = ANY(%s) AND revoked_at IS NULL ORDER BY name"
        names += [name for (name,) in connection.execute(query, (list(DEMO_KEYS),))]
    if names:
        some = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        sentence = f"The database holds accounts of the demonstration, whose password everybody knows: {some}."
        yield Finding("demo accounts", REFUSED, sentence)
    else:
        yield Finding("demo accounts", OK, "None.")


def _has_demo_password(hashed: str | None) -> bool:
    try:
        return bool(hashed) and check_password_hash(str(hashed), DEMO_PASSWORD)
    except ValueError:
        return False
