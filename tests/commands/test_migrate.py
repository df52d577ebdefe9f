"""`migrate` once a release: two at once do it one after the other, and hosts of the release before stay ready."""

import threading

import psycopg
from flask import Flask
from sqlalchemy import text

from app.commands.maintenance import migrate_database
from app.core.extensions import db
from app.core.locks import MIGRATE_LOCK
from app.core.schema import OLDEST_CODE, migrated
from tests.conftest import build_app
from tests.servers import database_url_for, redis_url_for


def test_two_at_once_on_a_new_database_leave_every_role_whole(app: Flask, worker: str) -> None:
    url = database_url_for(f"fresh_{worker}", template="no template")
    programs = [build_app(url, redis_url_for(worker), app.config["LAPOR_HOME"]) for _ in range(2)]
    failures: list[BaseException] = []

    def migrate(program: Flask) -> None:
        try:
            migrate_database(program)
        except BaseException as failure:
            failures.append(failure)
        finally:
            with program.app_context():
                db.engine.dispose()

    threads = [threading.Thread(target=migrate, args=(program,)) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert grants(url) == grants(app.config["SQLALCHEMY_DATABASE_URI"])


def grants(url: str) -> set[tuple[object, ...]]:
    """Each right of each role."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return set(
            connection.execute(
                "SELECT r.name, p.name, v.name FROM ab_permission_view_role x JOIN ab_role r ON r.id = x.role_id"
                " JOIN ab_permission_view pv ON pv.id = x.permission_view_id"
                " JOIN ab_permission p ON p.id = pv.permission_id JOIN ab_view_menu v ON v.id = pv.view_menu_id"
            )
        )


def test_a_migration_waits_for_the_whole_of_the_one_before(app: Flask) -> None:
    with psycopg.connect(app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (MIGRATE_LOCK,))
        second = threading.Thread(target=migrate_database, args=(app,))
        second.start()
        second.join(1)
        assert second.is_alive()
        other.execute("SELECT pg_advisory_unlock(%s)", (MIGRATE_LOCK,))
        second.join(120)
        assert not second.is_alive()


def test_a_host_stays_ready_on_tables_newer_than_it(context: Flask) -> None:
    assert migrated()
    _at("9998")
    assert migrated()
    assert context.test_client().get("/readyz").get_json()["parts"]["migrations"]


def test_a_host_is_not_ready_where_a_later_migration_needs_a_stop(context: Flask) -> None:
    _at("9999")
    _comment(f"{OLDEST_CODE} 9998")
    assert not migrated()
    _comment(f"{OLDEST_CODE} 0026")
    assert migrated()


def test_a_host_is_not_ready_on_tables_older_than_it(context: Flask) -> None:
    _at("0026")
    assert not migrated()


def _at(revision: str) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    db.session.commit()


def _comment(words: str) -> None:
    db.session.execute(text(f"COMMENT ON TABLE alembic_version IS '{words}'"))
    db.session.commit()
