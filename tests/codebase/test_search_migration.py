"""The search's extension: the owner of a database may create it without being a superuser, and others are told who."""

from pathlib import Path

import pytest
from flask import current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from app.commands.maintenance import migrate_database
from app.core.extensions import db
from app.demo.accounts import make_accounts
from app.models import Complaint
from tests.codebase.bare_database import FOLDER, as_role
from tests.factories import a_complaint


def test_the_owner_migrates_there_and_back(database: str, worker: str, tmp_path: Path) -> None:
    with as_role("owner", database, worker, tmp_path):
        upgrade(directory=FOLDER)
        downgrade(directory=FOLDER, revision="0004")
        upgrade(directory=FOLDER)
        assert "pg_trgm" in db.session.execute(text("SELECT extname FROM pg_extension")).scalars().all()


def test_who_may_not_create_it_is_told_what_to_do(
    database: str, worker: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with as_role("owner", database, worker, tmp_path):
        db.session.execute(text(f"GRANT CREATE ON SCHEMA public TO guest_{worker}"))
        db.session.commit()
    with as_role("guest", database, worker, tmp_path), pytest.raises(SystemExit):
        upgrade(directory=FOLDER)
    assert 'Let the owner of the database run "CREATE EXTENSION pg_trgm"' in caplog.text


def test_cases_that_were_sent_before_are_searched_by_their_agencies(database: str, worker: str, tmp_path: Path) -> None:
    sent = select(Complaint.id, Complaint.sent_to).order_by(Complaint.id)
    with as_role("owner", database, worker, tmp_path):
        migrate_database(current_app)
        make_accounts()
        first = a_complaint(at="agency_receive", agencies=("dishub", "dplh")).id
        second = a_complaint().id
        before = [(first, ["dishub", "dplh"]), (second, [])]
        assert db.session.execute(sent).all() == before
        db.session.commit()
        downgrade(directory=FOLDER, revision="0025")
        upgrade(directory=FOLDER)
        assert db.session.execute(sent).all() == before
