"""The printed head of the SOP in a database from before: the version that came with the program gets it, no other."""

from pathlib import Path

from flask import current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from app.commands.maintenance import migrate_database
from app.core.extensions import db
from app.demo.accounts import set_up_office
from app.demo.read import OFFICE
from app.models import SopVersion
from app.profile.seed import PROFILES
from app.profile.yaml_text import read_yaml
from app.reference.sop_versions import copy_as_draft
from tests.codebase.bare_database import FOLDER, as_role

PRINTED = (
    *("approved_by", "approver_capacity", "approver_name", "approver_nip", "flow_heading", "office_heading"),
    *("agency_heading", "actor_headings", "legend"),
)


def the_one_before() -> str:
    """The revision before the one that brought the printed head."""
    (path,) = Path("migrations/versions").glob("*_sop_sheet.py")
    return f"{int(path.name[:4]) - 1:04d}"


def test_the_seeded_version_gets_its_printed_head_and_a_draft_stays(database: str, worker: str, tmp_path: Path) -> None:
    with as_role("owner", database, worker, tmp_path):
        migrate_database(current_app)
        set_up_office()
        copy = copy_as_draft(db.session.scalars(select(SopVersion.id)).one()).id
        db.session.remove()
        downgrade(directory=FOLDER, revision=the_one_before())
        upgrade(directory=FOLDER)
        of_office = read_yaml((PROFILES / f"{OFFICE}.yaml").read_bytes()).value["sop"]
        seeded = db.session.scalars(select(SopVersion).where(SopVersion.status == "active")).one()
        assert {name: getattr(seeded, name) for name in PRINTED} == {name: of_office[name] for name in PRINTED}
        assert (seeded.decided_on, seeded.created_on, seeded.ratified_on) == (None, None, None)
        assert [row.output for row in seeded.steps] == [row["output"] for row in of_office["steps"]]
        assert db.session.get_one(SopVersion, copy).approver_name == ""
