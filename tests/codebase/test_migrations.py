"""One history, equal to the models; the event log refuses to be changed."""

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, text
from sqlalchemy.exc import IntegrityError

from app.core.extensions import db
from tests.factories import a_complaint


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory("migrations").get_heads()) == 1


def test_the_tables_are_what_the_models_say(context: Flask) -> None:
    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(found, Model.metadata) == []


def test_the_checks_allow_the_words_that_the_models_list(context: Flask) -> None:
    """Alembic compares no checks: a later migration could list the words anew and lose one."""
    rules = text(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'ck_%'"
    )
    stored = {name: _words(rule) for name, rule in db.session.execute(rules)}
    listed = {
        str(check.name): _words(str(check.sqltext))
        for table in Model.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    assert len(listed) > 50
    assert {name: stored.get(name, []) for name in listed} == listed


def _words(rule: str) -> list[str]:
    return sorted(set(re.findall(r"'([^']*)'", rule)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE complaint_event SET data = '{}'",
        "DELETE FROM complaint_event",
        "TRUNCATE complaint_event",
    ],
)
def test_the_database_refuses_to_change_the_event_log(context: Flask, statement: str) -> None:
    a_complaint()
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE complaint SET status = 'flying'", "ck_complaint_status"),
        ("UPDATE complaint SET status = 'answered'", "ck_complaint_answered"),
        ("UPDATE step_task SET agency_code = 'nowhere'", "fk_step_task_agency_code_agency"),
        (
            (
                "INSERT INTO step_task (complaint_id, cycle, step, actor, opened_at, clock_from, allowance_value,"
                " allowance_unit, due_at, warn_at) SELECT complaint_id, cycle, 'check', actor, opened_at, clock_from,"
                " allowance_value, allowance_unit, due_at, warn_at FROM step_task"
            ),
            "uq_step_task_one_open_of_office",
        ),
        ("UPDATE step_task SET step = 'sign_answer'", "ck_step_task_agency_steps"),
    ],
)
def test_the_database_refuses_an_illegal_state(context: Flask, statement: str, name: str) -> None:
    a_complaint()
    with pytest.raises(IntegrityError, match=name):
        db.session.execute(text(statement))
