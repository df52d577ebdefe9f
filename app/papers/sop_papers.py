"""The printed sheet of an SOP version."""

from datetime import datetime

from app.core.extensions import db
from app.core.hashing import json_digest
from app.core.identifiers import LARGEST_ID
from app.models import Paper, PaperKind, SopVersion
from app.papers.frozen_blocks import letterhead, office
from app.papers.html import role_columns
from app.papers.papers import make_paper

_OF_A_STEP = (
    *(
        "step",
        "number",
        "actor",
        "back_to",
        "allowance_value",
        "allowance_unit",
        "procedure",
        "inputs",
        "output",
        "remark",
    ),
)
_OF_A_VERSION = (
    "number",
    "title",
    "status",
    "approved_by",
    "decree_number",
    "extended_draft_days",
    "legal_basis",
    "qualifications",
    "related",
    "equipment",
    "warnings",
    "records",
    *("sheet_number", "approver_capacity", "approver_name", "approver_rank", "approver_nip"),
    *("flow_heading", "office_heading", "agency_heading", "actor_headings", "legend"),
)
_DAYS = ("created_on", "revised_on", "ratified_on")


def find_version(version_id: int) -> SopVersion | None:
    """Return the SopVersion row with this id, or None if there is none."""
    return db.session.get(SopVersion, min(version_id, LARGEST_ID))


def ask_for_sop_sheet(version: SopVersion, now: datetime) -> Paper:
    """Return the Paper row with the sheet of an SOP version's present content. If there is none, it is created and
    committed, and its drawing is enqueued.
    """
    days = {name: getattr(version, name) for name in _DAYS}
    content = {
        **{name: getattr(version, name) for name in _OF_A_VERSION},
        "agency": letterhead(office()),
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "steps": [
            {**{name: getattr(row, name) for name in _OF_A_STEP}, "fast": row.step in version.fast_track_from}
            for row in version.steps
        ],
        "columns": role_columns({row.actor for row in version.steps}),
    }
    key = f"sop_sheet:{version.id}:{json_digest(content)[:16]}"
    return make_paper(PaperKind.SOP_SHEET, key, {**content, "made_at": now.isoformat()}, at=now)
