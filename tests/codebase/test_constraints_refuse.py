"""Every check, unique rule, foreign key, trigger and policy of the database refuses what it is there for.

Raw SQL of the database's owner: nothing of the program stands in front. Each rule has an entry written by hand, so that
a new one without fails, and one that is taken away or weakened does too. For the rules of a table its triggers are off.
"""
# ruff: noqa: S608 - the names in the statements are those of tables, written down in the modules next to this one

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg
import pytest
from flask import Flask

from app.access.program_role import GIVE_RIGHTS, MAKE_ROLE
from app.servers.postgres import connect
from tests.codebase.illegal_keys import OWN_KEY, UNIQUE
from tests.codebase.illegal_references import (
    DELETIONS,
    MAY_BE_EMPTY,
    NEVER_EMPTY,
    OTHER_REFERENCES,
    REFERENCES,
    WORDS_AS_KEYS,
)
from tests.codebase.illegal_rows import CHECKS
from tests.codebase.isolated_writes import WRITTEN
from tests.codebase.recorded_changes import JOURNALLED, Journalled
from tests.codebase.shadowed_tables import FOLLOWED, REFUSED, ROLES, shadow
from tests.codebase.trigger_effects import EFFECTS, GUARDS
from tests.servers import database_url_for, servers

ROWS = Path(__file__).with_name("row_of_every_table.sql")
RULES = """
    SELECT r.conname, r.contype::text, r.confdeltype::text FROM pg_constraint r
    WHERE r.connamespace = 'public'::regnamespace AND r.contype IN ('c', 'u', 'x', 'p', 'f')
    AND r.conrelid <> 'alembic_version'::regclass
    UNION ALL
    SELECT i.indexrelid::regclass::text, 'u', ' ' FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_constraint r WHERE r.conindid = i.indexrelid AND r.contype <> 'f')
"""
NUMBERED = """
    SELECT r.conname FROM pg_constraint r JOIN pg_attrdef d ON d.adrelid = r.conrelid AND d.adnum = r.conkey[1]
    WHERE r.contype = 'p' AND cardinality(r.conkey) = 1 AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%'
"""
COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
RULED_COLUMNS = """
    SELECT DISTINCT a.attrelid::regclass::text, a.attname FROM (
        SELECT conrelid AS ruled, unnest(conkey) AS number FROM pg_constraint WHERE contype IN ('c', 'u', 'p', 'f')
        UNION SELECT indrelid, unnest(indkey) FROM pg_index WHERE indisunique
    ) found JOIN pg_attribute a ON a.attrelid = found.ruled AND a.attnum = found.number
    JOIN pg_class c ON c.oid = found.ruled
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version' AND a.attnum > 0
"""
TRIGGERS = """
    SELECT t.tgname, t.tgtype, array(
        SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr)
    ) FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgfoid <> 'journal_row'::regproc
"""
SEARCHED = """
    SELECT proname, array_to_string(proconfig, '; ') FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND (prosecdef OR prorettype = 'trigger'::regtype)
"""
EVENTS = {"insert": 4, "delete": 8, "update": 16, "truncate": 32}
NOT_ISOLATED = "new row violates row-level security policy for table"
RECORDED = """
    SELECT data ->> 'act', data -> 'key', data -> 'before', data -> 'after', data -> 'masked' FROM journal_entry
    WHERE kind = 'row_changed' AND data ->> 'table' = %s ORDER BY id
"""


class Rows:
    """The database with one row of every table and more; whatever is tried is undone."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def run(self, statement: str) -> psycopg.Cursor[Any]:
        """The result of the last of the statements."""
        cursor = self.connection.execute(cast(LiteralString, statement))
        while cursor.nextset():
            pass
        return cursor

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(cast(LiteralString, query), values or None).fetchall()

    def refusal(self, *statements: str) -> str:
        """What refuses the statements: a rule by its name, an empty column, or a trigger or policy by its words; empty
        when they are accepted.
        """
        try:
            with self.connection.transaction(force_rollback=True):
                for statement in statements:
                    if self.run(statement).rowcount == 0:
                        return "no row"
        except psycopg.Error as error:
            said = error.diag
            empty = f"{said.table_name}.{said.column_name}" if said.column_name else None
            return str(empty or said.constraint_name or said.message_primary or error)
        return ""

    def found(self, *statements: str) -> list[tuple[Any, ...]]:
        """The rows that the last of the statements returns."""
        with self.connection.transaction(force_rollback=True):
            for statement in statements[:-1]:
                self.run(statement)
            return self.run(statements[-1]).fetchall()

    def copy(self, table: str, values: dict[str, Any], row: int | str | None = None) -> str:
        """The statement that adds a copy of a row with other values."""
        names = [name for (name,) in self.all(COLUMNS, table)]
        column, own = OWN_KEY.get(table, ("id", 9001))
        if column == "id" and own == 9001:
            values = {"id": 9009, **values}
        columns = ", ".join(f'"{name}"' for name in names)
        copied = ", ".join(f'r."{name}"' for name in names)
        return (
            f"INSERT INTO {table} ({columns}) SELECT {copied} FROM {table} t,"
            f" jsonb_populate_record(t, '{json.dumps(values)}') r WHERE t.{column} = '{row or own}'"
        )


def change(table: str, values: str, row: int | str | None = None) -> str:
    """The statement that changes a table's own row."""
    column, own = OWN_KEY.get(table, ("id", 9001))
    return f"UPDATE {table} SET {values} WHERE {column} = '{row or own}'"


@pytest.fixture(scope="module")
def _database(session_app: Flask, worker: str) -> Iterator[psycopg.Connection[Any]]:
    name = f"{worker}_rules"
    database_url_for(name)
    with connect(servers().postgres.sockets, f"test_{name}") as connection:
        connection.execute("SET timezone = 'UTC'")
        with connection.transaction(force_rollback=True):
            connection.execute(ROWS.read_bytes())
            yield connection


@pytest.fixture
def rows(_database: psycopg.Connection[Any]) -> Iterator[Rows]:
    with _database.transaction(force_rollback=True):
        yield Rows(_database)


@pytest.fixture
def without_triggers(rows: Rows) -> Rows:
    """Triggers come before rules: they are off."""
    for (table,) in rows.all("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"):
        rows.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return rows


def test_every_rule_has_an_entry(rows: Rows) -> None:
    keys = [f"fk_{table}_{column}_{named}" for table, column, named in _references()]
    entries = {*(check.name for check in CHECKS), *(twice.name for twice in UNIQUE), *keys}
    rules = {name for name, _, _ in rows.all(RULES)}
    assert rules - entries - {name for (name,) in rows.all(NUMBERED)} == set()
    assert entries - rules == set()
    hanging = {name for name, kind, deletion in rows.all(RULES) if kind == "f" and deletion != "a"}
    assert hanging == {deletion.name for deletion in DELETIONS}


def _references() -> list[tuple[str, str, str]]:
    """The foreign keys: table, column, and the table that it names."""
    of_rows = [(table, *pair.split(">")) for table, pairs in REFERENCES.items() for pair in pairs.split()]
    return [*of_rows, *(entry[:3] for entry in OTHER_REFERENCES)]  # type: ignore[list-item]


def test_each_check_refuses_the_rows_that_it_is_there_for_and_no_other(without_triggers: Rows) -> None:
    wrong = {}
    for name, table, refused, accepted, row in CHECKS:
        for expected, changes in ((name, refused), ("", accepted)):
            for values in changes:
                said = without_triggers.refusal(change(table, values, row))
                if said != expected:
                    wrong[name, values] = said
    assert wrong == {}


def test_each_unique_rule_refuses_a_second_row_and_accepts_one_that_differs(without_triggers: Rows) -> None:
    wrong = {}
    for name, table, different, copy, row, first in UNIQUE:
        for expected, values in ((name, {}), *(("", other) for other in different)):
            copied = without_triggers.copy(table, {**copy, **values}, row)
            said = without_triggers.refusal(*([first] if first else []), copied)
            if said != expected:
                wrong[name, copied.partition("jsonb_populate_record")[2]] = said
    assert wrong == {}


def test_each_foreign_key_refuses_what_is_not_there(without_triggers: Rows) -> None:
    """The row itself, which names one that is there, was accepted."""
    other_rows = {(table, column): row for table, column, _, row in OTHER_REFERENCES}
    wrong = {}
    for table, column, named in _references():
        row, missing = other_rows.get((table, column)), "'nowhere'" if column in WORDS_AS_KEYS else "0"
        if said := without_triggers.refusal(change(table, f"{column} = {column}", row) + f" AND {column} IS NOT NULL"):
            wrong[table, column, "there"] = said
        said = without_triggers.refusal(change(table, f"{column} = {missing}", row))
        if said != f"fk_{table}_{column}_{named}":
            wrong[table, column, "missing"] = said
    assert wrong == {}


def test_what_hangs_by_a_deleted_row_goes_or_is_emptied(without_triggers: Rows) -> None:
    left = {name: without_triggers.found(hang, delete, query) for name, hang, delete, query, _ in DELETIONS}
    assert left == {deletion.name: deletion.found for deletion in DELETIONS}


def test_a_column_under_a_rule_has_a_value_unless_none_has_a_meaning(without_triggers: Rows) -> None:
    ruled = {(table, column) for table, column in without_triggers.all(RULED_COLUMNS)}
    may_be = {(table, column) for table, names in MAY_BE_EMPTY.items() for column in names.split()}
    never = {(table, column) for table, names in NEVER_EMPTY.items() for column in names.split()}
    assert may_be - ruled == set()
    needed = {pair: f"{pair[0]}.{pair[1]}" for pair in (ruled - may_be) | never}
    said = {pair: without_triggers.refusal(change(pair[0], f'"{pair[1]}" = NULL')) for pair in needed}
    assert {pair: words for pair, words in said.items() if words != needed[pair]} == {}
    kept = {
        pair for pair in may_be if without_triggers.refusal(change(pair[0], f'"{pair[1]}" = NULL')) == ".".join(pair)
    }
    assert kept == set()


def test_every_event_of_a_trigger_has_an_entry(rows: Rows) -> None:
    found = set()
    for name, bits, columns in rows.all(TRIGGERS):
        for event, bit in EVENTS.items():
            if bits & bit:
                only = columns if event == "update" else []
                found |= {(name, f"update of {column}") for column in only} or {(name, event)}
    assert found == {(entry.trigger, entry.event) for entry in (*GUARDS, *EFFECTS)}
    journalled = rows.all("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'journal_row'::regproc")
    assert sorted(entry.table for entry in JOURNALLED) == sorted(table for (table,) in journalled)


def test_each_guard_refuses_with_its_words_and_accepts_what_differs_in_one_value(rows: Rows) -> None:
    wrong = {}
    for guard in GUARDS:
        for expected, statement in ((guard.words, guard.refused), ("", guard.accepted)):
            said = rows.refusal(statement)
            if said != expected:
                wrong[guard.trigger, guard.event, statement] = said
    assert wrong == {}


def test_each_trigger_that_follows_a_change_does_so(rows: Rows) -> None:
    wrong = {}
    for trigger, event, statement, read, expected in EFFECTS:
        found = rows.found(statement, read)
        if found != [(expected,)]:
            wrong[trigger, event, statement] = found
    assert wrong == {}


def test_what_a_trigger_runs_looks_at_temporary_tables_last(rows: Rows) -> None:
    """Also any other function with the rights of its owner."""
    found = dict(rows.all(SEARCHED))
    assert len(found) > 5
    assert {name: path for name, path in found.items() if path != "search_path=public, pg_temp"} == {}


def test_no_trigger_is_deceived_by_a_temporary_table(rows: Rows) -> None:
    rows.run(MAKE_ROLE + GIVE_RIGHTS)
    wrong = {}
    for role in ROLES:
        for table, words, first, statement in REFUSED:
            made = shadow(role, table) + first
            assert rows.refusal(made) == ""
            said = rows.refusal(made, statement)
            if said != words:
                wrong[role, table, statement] = said
    assert wrong == {}


def test_no_trigger_follows_or_writes_a_temporary_table(rows: Rows) -> None:
    rows.run(MAKE_ROLE + GIVE_RIGHTS)
    wrong = {}
    for table, first, statement, read, expected, roles in FOLLOWED:
        for role in roles:
            found = rows.found(shadow(role, table) + first, statement, "RESET ROLE", read)
            if found != [(expected,)]:
                wrong[role, table, statement] = found
    assert wrong == {}


@pytest.mark.parametrize("entry", JOURNALLED, ids=lambda entry: entry.table)
def test_each_change_of_settings_is_recorded(rows: Rows, entry: Journalled) -> None:
    rows.run("ALTER TABLE delegation DISABLE TRIGGER delegation_is_guarded")
    rows.run("ALTER TABLE choice DISABLE TRIGGER choice_stays")
    rows.run("ALTER TABLE office DROP CONSTRAINT ck_office_one_row")
    rows.run("ALTER TABLE field_definition DISABLE TRIGGER field_definition_stays")
    rows.run("ALTER TABLE text_version DISABLE TRIGGER text_version_stays")
    column = OWN_KEY.get(entry.table, ("id", 0))[0]
    key = entry.copy.get(column, 9009)
    recorded = len(rows.all(RECORDED, entry.table))
    rows.run(rows.copy(entry.table, entry.copy))
    for values in (entry.passed, entry.shown, entry.masked):
        if values:
            rows.run(change(entry.table, ", ".join(f"{name} = {_literal(to)}" for name, to in values.items()), key))
    rows.run(f"DELETE FROM {entry.table} WHERE {column} = '{key}'")
    (_, added_key, _, added, _), *changes, deleted = rows.all(RECORDED, entry.table)[recorded:]
    plain = {name: value for name, value in entry.copy.items() if name not in entry.masked}
    assert added_key[column] == key
    assert {name: added[name] for name in plain} == plain
    assert not added.keys() & entry.masked.keys()
    assert [(act, after, sorted(masked or ())) for act, _, _, after, masked in changes] == [
        *([("update", entry.shown, [])] if entry.shown else []),
        *([("update", None, sorted(entry.masked))] if entry.masked else []),
    ]
    assert all((before or {}).keys() == (after or {}).keys() for _, _, before, after, _ in changes)
    assert (deleted[0], deleted[3], deleted[2] | entry.shown) == ("delete", None, deleted[2])
    assert not deleted[2].keys() & entry.masked.keys()


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


def test_a_list_of_ones_own_is_recorded_while_it_is_shared(rows: Rows) -> None:
    recorded = len(rows.all(RECORDED, "saved_list"))
    for values in ("name = 'bb'", "shared = false", "name = 'cc'", "shared = true"):
        rows.run(change("saved_list", values))
    after = [entry[3] for entry in rows.all(RECORDED, "saved_list")[recorded:]]
    assert after == [{"name": "bb"}, {"shared": False}, {"shared": True}]


def test_each_policy_refuses_a_new_row_of_another_case(rows: Rows) -> None:
    policies = rows.all("SELECT tablename FROM pg_policies WHERE 'lapor_walled' = ANY (roles)")
    assert {table for (table,) in policies} == {entry.table for entry in WRITTEN}
    wrong = {}
    for table, copy, foreign, own, row, settings in WRITTEN:
        isolated = "SET LOCAL ROLE lapor_walled; " + " ".join(
            f"SELECT set_config('lapor.{name}', '{value}', true);" for name, value in settings.items()
        )
        for expected, values in ((f'{NOT_ISOLATED} "{table}"', foreign), ("", own)):
            said = rows.refusal(isolated + rows.copy(table, {**copy, **values}, row))
            if said != expected:
                wrong[table, str(values)] = said
    assert wrong == {}
