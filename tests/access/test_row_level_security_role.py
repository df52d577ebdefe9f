"""An account that may not make the role of row-level security gets a message that says what its administrator must do;
nothing is served without isolation.
"""

from collections.abc import Iterator
from importlib import import_module
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import text

from app.core.extensions import db
from app.monitoring.health import row_level_security_enforced
from app.servers.given_database import check_database
from app.servers.postgres import connect
from app.servers.start_refused import LaunchRefused
from tests.servers import servers

migration = import_module("migrations.versions.0026_baseline")


@pytest.fixture
def poor_account(app: Flask) -> Iterator[str]:
    """An account without any right, as a careful database administrator gives out."""
    name = f"poor_{uuid4().hex[:12]}"
    with connect(servers().postgres.sockets) as administrator:
        administrator.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        yield name
        administrator.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def _as(name: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(servers().postgres.sockets), user=name, dbname="postgres", autocommit=True)


def test_an_account_that_may_not_make_the_role_is_told_what_to_ask_for(poor_account: str) -> None:
    with _as(poor_account) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
            connection.execute(migration.MAKE_ROLE)
        assert f'CREATE ROLE lapor_walled NOLOGIN; GRANT lapor_walled TO "{poor_account}";' in str(refused.value)


def test_the_start_refuses_it_before_anything_is_migrated(poor_account: str) -> None:
    url = servers().postgres.url("postgres").replace("postgres@", f"{poor_account}@")
    with pytest.raises(LaunchRefused, match=f'GRANT lapor_walled TO "{poor_account}"'):
        check_database(url, production=False)


def test_once_granted_it_goes_on_and_twice_does_no_harm(poor_account: str) -> None:
    with connect(servers().postgres.sockets) as administrator:
        administrator.execute(sql.SQL("GRANT lapor_walled TO {}").format(sql.Identifier(poor_account)))
    with _as(poor_account) as connection:
        connection.execute(migration.MAKE_ROLE)
        connection.execute(migration.MAKE_ROLE)
        assert connection.execute("SELECT current_user").fetchone() == (poor_account,)
    check_database(servers().postgres.url("postgres").replace("postgres@", f"{poor_account}@"), production=False)


def test_an_account_that_may_make_roles_makes_it_for_itself(poor_account: str) -> None:
    with connect(servers().postgres.sockets) as administrator:
        administrator.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(sql.Identifier(poor_account)))
    mine = migration.MAKE_ROLE.replace(migration.ROLE, f"{poor_account}_walled")
    with _as(poor_account) as connection:
        connection.execute(mine)
        connection.execute(f"SET ROLE {poor_account}_walled")
        connection.execute("RESET ROLE")
        connection.execute(f"DROP ROLE {poor_account}_walled")


def test_readiness_names_missing_row_level_security(app: Flask, client: FlaskClient) -> None:
    assert client.get("/readyz").get_json()["parts"]["wall"] is True
    with app.app_context():
        db.session.execute(text("ALTER TABLE letter DISABLE ROW LEVEL SECURITY"))
        db.session.commit()
        assert not row_level_security_enforced()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["parts"]["wall"]) == (503, False)
