"""From the tables and the rows of the first migration to today's, by the owner of a database who is no superuser."""

from pathlib import Path

import pytest
from flask import current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from app.audit.replay import audit_all
from app.commands.maintenance import migrate_database
from app.core import schema
from app.core.extensions import db
from app.core.schema import OLDEST_CODE, newest_revision, note_oldest_code, refuse_unserved
from app.models import Complaint, ComplaintEvent
from app.servers.postgres import connect
from app.servers.start_refused import LaunchRefused
from tests.codebase.bare_database import FOLDER, as_role, url_of
from tests.factories import Case
from tests.servers import servers

FIRST = "0026"
ROWS = Path(__file__).with_name("data_of_0026.sql")
OPEN_STEPS = "SELECT step, agency_code FROM step_task WHERE closed_at IS NULL ORDER BY id"


def test_the_owner_migrates_there_and_back(database: str, worker: str, tmp_path: Path) -> None:
    with as_role("owner", database, worker, tmp_path):
        upgrade(directory=FOLDER)
        downgrade(directory=FOLDER, revision=FIRST)
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


def test_what_an_office_wrote_is_brought_along_and_goes_on(database: str, worker: str, tmp_path: Path) -> None:
    with as_role("owner", database, worker, tmp_path):
        upgrade(directory=FOLDER, revision=FIRST)
    with connect(servers().postgres.sockets, database) as administrator:
        administrator.execute("DELETE FROM sync_peer")
        administrator.execute(ROWS.read_bytes())
        steps = administrator.execute(OPEN_STEPS).fetchall()
    with as_role("owner", database, worker, tmp_path):
        migrate_database(current_app)
        assert audit_all() == []
        assert [tuple(row) for row in db.session.execute(text(OPEN_STEPS))] == steps
        assert steps == [
            *[("register", None), ("direct", None), ("agency_receive", "dishub"), ("agency_receive", "dplh")],
            ("send_answer", "dpuprperkim"),
        ]
        statuses = db.session.scalars(select(Complaint.status).order_by(Complaint.id)).all()
        assert statuses == ["registering", "directing", "with_agencies", "with_agencies", "answered"]
        first = db.session.scalars(select(Complaint).order_by(Complaint.id)).first()
        assert first is not None
        Case(first, (), "").act("complaint_admin", "register")
        assert first.status == "checking"
        assert audit_all() == []
        numbers = select(ComplaintEvent.seq).where(ComplaintEvent.complaint_id == first.id).order_by(ComplaintEvent.id)
        numbered = db.session.scalars(numbers).all()
        assert numbered == [*range(1, len(numbered) + 1)]


@pytest.mark.parametrize(("stored", "words"), [("0012", "older than the first one"), ("9999", "they are newer")])
def test_tables_of_another_history_are_refused_with_a_sentence(
    database: str, worker: str, tmp_path: Path, stored: str, words: str
) -> None:
    with as_role("owner", database, worker, tmp_path):
        upgrade(directory=FOLDER, revision=FIRST)
        _at(stored, oldest_code=stored)
        with pytest.raises(LaunchRefused, match=f"The tables are at migration {stored}, .*{words}"):
            migrate_database(current_app)


def test_the_release_before_leaves_newer_tables_as_they_are_if_it_can_serve_them(
    database: str, worker: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The way back: it grants, removes and fills nothing of what the later release knows better."""
    with as_role("owner", database, worker, tmp_path):
        upgrade(directory=FOLDER)
        _at("9999", oldest_code="0047")
        migrate_database(current_app)
        assert db.session.scalar(text("SELECT count(*) FROM ab_role")) == 0
    assert "at migration 9999, of a later release" in capsys.readouterr().out


def test_a_server_starts_on_newer_tables_only_if_it_can_serve_them(database: str, worker: str, tmp_path: Path) -> None:
    url = url_of(database, f"owner_{worker}")
    refuse_unserved(url.replace(database, "nowhere"))
    with as_role("owner", database, worker, tmp_path):
        upgrade(directory=FOLDER)
        refuse_unserved(url)
        _at("9999", oldest_code=newest_revision())
        refuse_unserved(url)
        _at("9999", oldest_code="9998")
        with pytest.raises(LaunchRefused, match=r"need a program that knows 9998.*restore FILE --replace"):
            refuse_unserved(url)


def test_a_restored_copy_says_again_which_programs_can_serve_it(
    database: str, worker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comment is not in the archive; of two migrations that declare something the later one holds."""
    declared = {"0040": "0040", "0044": "0043"}
    monkeypatch.setattr(schema, "oldest_code_of", lambda step: declared.get(step.revision, ""))
    with as_role("owner", database, worker, tmp_path):
        upgrade(directory=FOLDER, revision="0046")
        note_oldest_code()
        assert schema.stored_revision() == ("0046", f"{OLDEST_CODE} 0043")


def _at(stored: str, oldest_code: str) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = :stored"), {"stored": stored})
    db.session.execute(text(f"COMMENT ON TABLE alembic_version IS '{OLDEST_CODE} {oldest_code}'"))
    db.session.commit()
