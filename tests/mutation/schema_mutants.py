"""Mutants of the migrated database: a constraint, trigger, event or policy less, a condition weaker.

They are read from the catalogue of the tests' template, so they are those of all migrations together. Each is one
statement or two, run on a copy of the template, which then takes its place.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, cast

import psycopg
from psycopg.sql import SQL, Identifier

from app.servers.postgres import connect
from tests.mutation.mutant import Mutant
from tests.mutation.sql_conditions import changes
from tests.servers import TEMPLATE, servers

FILE = "migrations"
WARM_UP = "tests/mutation/warm_up.py"
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'x', 'f')
    AND conrelid <> 'alembic_version'::regclass ORDER BY 1, 2
"""
INDEXES = """
    SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
    JOIN pg_class c ON c.oid = indexrelid WHERE indisunique AND c.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1, 2
"""
TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal ORDER BY 1, 2
"""
POLICIES = """
    SELECT tablename, policyname, qual, with_check FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2
"""
ISOLATED = "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity ORDER BY 1"
FUNCTIONS = """
    SELECT array(SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = p.oid ORDER BY 1),
    proname, pg_get_functiondef(oid) FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype ORDER BY 2
"""
VIEWS = """
    SELECT array(SELECT DISTINCT d.refobjid::regclass::text FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid
        WHERE r.ev_class = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid ORDER BY 1),
    relname, coalesce('WITH (' || array_to_string(reloptions, ', ') || ') ', ''), pg_get_viewdef(oid)
    FROM pg_class c WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace ORDER BY 2
"""


@dataclass(frozen=True)
class Definition:
    """One object of the schema: its name, the tables that it concerns and the statement that makes it."""

    name: str
    tables: tuple[str, ...]
    text: str

    def mutant(self, operator: str, sql: str, place: int = 0) -> Mutant:
        """Return the mutant that some SQL makes of it; `place` is where in the definition the change stands."""
        line = self.text.count("\n", 0, place)
        said = " ".join(self.text.splitlines()[line].split())
        place_of = ("schema", FILE, self.name, operator, line + 1, (line + 1,), said)
        return Mutant(*place_of, lambda: sql, definition=self.text, tables=self.tables)


def _of_table(table: str, name: str, text: str) -> Definition:
    return Definition(f"{table}.{name}", (table,), text)


def mutants() -> list[Mutant]:
    """Return every mutant of the schema. The template is filled first, by a process of its own."""
    sockets = servers().postgres.sockets
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "0", WARM_UP], check=True, stdout=subprocess.DEVNULL)
    with connect(sockets, TEMPLATE) as connection:
        return mutants_of(connection)


def mutants_of(connection: psycopg.Connection[Any]) -> list[Mutant]:
    """Return every mutant of a database's schema."""
    kinds = (_constraints, _indexes, _triggers, _policies, _functions, _views)
    return [mutant for kind in kinds for mutant in kind(connection)]


def _rows(connection: psycopg.Connection[Any], query: str) -> list[Any]:
    return connection.execute(cast(LiteralString, query)).fetchall()


def _constraints(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for table, name, kind, rule in _rows(connection, CONSTRAINTS):
        drop, add = f"ALTER TABLE {table} DROP CONSTRAINT {name}", f"ALTER TABLE {table} ADD CONSTRAINT {name} "
        found = _of_table(table, name, add + rule)
        yield found.mutant("DropConstraint", drop)
        if kind == "c":
            for operator, place, text in changes(found.text):
                yield found.mutant(operator, f"{drop}; {text}", place)


def _indexes(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for table, name, text in _rows(connection, INDEXES):
        yield _of_table(table, name, text).mutant("DropUniqueIndex", f"DROP INDEX {name}")


def _triggers(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for table, name, text in _rows(connection, TRIGGERS):
        found = _of_table(table, name, text)
        yield found.mutant("DropTrigger", f"DROP TRIGGER {name} ON {table}")
        for made, _ in fewer_events(name, text):
            yield found.mutant("DropEvent", made)


def fewer_events(name: str, text: str) -> list[tuple[str, str]]:
    """Return the statement that makes a trigger without one of its events, for each of them, and the events left."""
    head, _, rest = text.partition(" ON public.")
    when, _, listed = head.partition(f"{name} ")[2].partition(" ")
    each = _events(listed)
    left = [_listed([other for other in each if other != event]) for event in each]
    return [(f"CREATE OR REPLACE TRIGGER {name} {when} {events} ON public.{rest}", events) for events in left if events]


def _events(listed: str) -> list[str]:
    """Return `DELETE`, and for `UPDATE OF a, b` each column as an event of its own."""
    parts = [event.partition(" OF ") for event in listed.split(" OR ")]
    return [f"{event}{of}{column}" for event, of, columns in parts for column in columns.split(", ")]


def _listed(events: list[str]) -> str:
    columns = [event.partition(" OF ")[2] for event in events if " OF " in event]
    plain = [event for event in events if " OF " not in event]
    return " OR ".join([*plain, *([f"UPDATE OF {', '.join(columns)}"] if columns else [])])


def _policies(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for table in (name for (name,) in _rows(connection, ISOLATED)):
        found = _of_table(table, "isolation", f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        yield found.mutant("DisableRowSecurity", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table, name, using, check in _rows(connection, POLICIES):
        parts = {"USING": using, "WITH CHECK": check}
        for word, condition in ((word, condition) for word, condition in parts.items() if condition):
            start = f"ALTER POLICY {name} ON {table} {word} "
            found = _of_table(table, name, f"{start}({condition})")
            yield found.mutant("FixPolicy", f"{start}(true)")
            for operator, place, text in changes(found.text):
                yield found.mutant(operator, text, place)
        found = _of_table(table, name, f"CREATE POLICY {name} ON {table}")
        yield found.mutant("DropPolicy", f"DROP POLICY {name} ON {table}")


def _functions(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for tables, name, text in _rows(connection, FUNCTIONS):
        found = Definition(name, tuple(tables), text)
        for operator, place, changed in changes(text):
            yield found.mutant(operator, changed, place)


def _views(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    for tables, name, options, query in _rows(connection, VIEWS):
        found = Definition(name, (name, *tables), f"CREATE OR REPLACE VIEW {name} {options}AS{query}")
        for operator, place, changed in changes(found.text):
            yield found.mutant(operator, changed, place)


@contextmanager
def changed_template(slot: str, sql: str) -> Iterator[str]:
    """Return the name of a slot's copy of the template after some SQL. Raises psycopg.Error when the database refuses
    it.
    """
    name = f"{TEMPLATE}_{slot}"
    drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name))
    with connect(servers().postgres.sockets) as administrator:
        administrator.execute(drop)
        administrator.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(TEMPLATE)))
        try:
            with connect(servers().postgres.sockets, name) as connection:
                connection.execute(cast(LiteralString, sql))
            yield name
        finally:
            administrator.execute(drop)
