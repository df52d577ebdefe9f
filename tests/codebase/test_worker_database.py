"""A test finds the database as the template is, whatever the test before it left."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from app.core.extensions import db
from tests.factories import a_complaint
from tests.scenes import Scene
from tests.worker_database import WorkerDatabase


def asked(app: Flask, statement: str) -> object:
    with app.app_context():
        found = db.session.scalar(text(statement))
        db.session.rollback()
        return found


def written(app: Flask) -> int:
    with app.app_context():
        number = a_complaint().id
        db.session.commit()
        return int(number)


def other_program(app: Flask) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""))


def test_rows_and_keys_begin_again(app: Flask, worker_database: WorkerDatabase) -> None:
    server = asked(app, "SELECT pg_backend_pid()")
    first = written(app)
    worker_database.put_back(app)
    assert asked(app, "SELECT count(*) FROM complaint") == 0
    assert written(app) == first
    assert asked(app, "SELECT pg_backend_pid()") == server, "the connection and what it has planned is kept"


def test_what_was_changed_and_taken_away_is_there_again(app: Flask, worker_database: WorkerDatabase) -> None:
    names = "SELECT string_agg(name, ',' ORDER BY id) FROM district"
    before = asked(app, names)
    with other_program(app) as other:
        other.execute("UPDATE district SET name = 'Lain' WHERE id = (SELECT min(id) FROM district)")
        other.execute("DELETE FROM holiday")
    worker_database.put_back(app)
    assert asked(app, names) == before
    assert asked(app, "SELECT count(*) FROM holiday")


def test_a_key_that_an_undone_insert_used_is_free_again(app: Flask, worker_database: WorkerDatabase) -> None:
    with other_program(app) as other:
        other.execute("SELECT nextval('complaint_id_seq')")
        other.rollback()
    worker_database.put_back(app)
    assert asked(app, "SELECT nextval('complaint_id_seq')") == 1


def test_what_another_program_wrote_goes_and_so_does_the_program(app: Flask, worker_database: WorkerDatabase) -> None:
    other = other_program(app)
    other.autocommit = True
    other.execute("UPDATE district SET name = 'Lain'")
    worker_database.put_back(app)
    assert asked(app, "SELECT count(*) FROM district WHERE name = 'Lain'") == 0
    with pytest.raises(psycopg.OperationalError):
        other.execute("SELECT 1")


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE extra (id int)",
        "ALTER TABLE complaint DISABLE TRIGGER ALL",
        "TRUNCATE holiday",
        "ANALYZE district",
    ],
)
def test_after_a_change_of_the_schema_it_is_a_new_copy(
    app: Flask, worker_database: WorkerDatabase, change: str
) -> None:
    made = "SELECT oid FROM pg_database WHERE datname = current_database()"
    before = asked(app, made)
    with other_program(app) as other:
        other.execute(change)
    worker_database.put_back(app)
    assert asked(app, made) != before


def two_cases() -> int:
    for _ in range(2):
        a_complaint()
    db.session.commit()
    return 2


def test_a_scene_stands_again(app: Flask, scene: Scene[int], worker_database: WorkerDatabase) -> None:
    scene(two_cases)
    ids = "SELECT string_agg(id::text, ',' ORDER BY id) FROM complaint"
    before = asked(app, ids)
    written(app)
    worker_database.put_back(app)
    assert asked(app, ids) is None
    scene(two_cases)
    assert asked(app, ids) == before
    assert asked(app, "SELECT nextval('complaint_id_seq')") == int(str(before).rpartition(",")[2]) + 1
