"""The printed head of the SOP in a database from before: the version that came with the program gets it, no other."""

from pathlib import Path

from flask import current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from app.commands.maintenance import migrate_database
from app.core.extensions import db
from app.models import SopVersion
from app.reference.seed_files import PRINTED, STEP_TEXTS
from app.reference.sop_versions import copy_as_draft
from tests.codebase.bare_database import FOLDER, as_role
from workflow_rules.process.standard_sop import STANDARD_SOP


def the_one_before() -> str:
    """The revision before the one that brought the printed head."""
    (path,) = Path("migrations/versions").glob("*_sop_sheet.py")
    return f"{int(path.name[:4]) - 1:04d}"


def test_the_seeded_version_gets_its_printed_head_and_a_draft_stays(database: str, worker: str, tmp_path: Path) -> None:
    with as_role("owner", database, worker, tmp_path):
        migrate_database(current_app)
        copy = copy_as_draft(db.session.scalars(select(SopVersion.id)).one()).id
        db.session.remove()
        downgrade(directory=FOLDER, revision=the_one_before())
        upgrade(directory=FOLDER)
        seeded = db.session.scalars(select(SopVersion).where(SopVersion.status == "active")).one()
        assert {name: getattr(seeded, name) for name in PRINTED} == PRINTED
        assert (seeded.decided_on, seeded.created_on, seeded.ratified_on) == (None, None, None)
        assert [row.output for row in seeded.steps] == [STEP_TEXTS[step.step][2] for step in STANDARD_SOP.steps]
        assert db.session.get_one(SopVersion, copy).approver_name == ""
