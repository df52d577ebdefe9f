"""The printed sheet of an SOP version."""

from datetime import datetime
from typing import Any

from app.core.hashing import json_digest
from app.models import Paper, PaperKind, SopVersion
from app.papers.frozen_blocks import letterhead, office
from app.papers.papers import make_paper
from app.reference.sop import OF_A_STEP

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


def ask_for_sop_sheet(version: SopVersion, now: datetime) -> Paper:
    """Return the sheet of a version's present content, creating it if needed."""
    content = _content(version)
    key = f"sop_sheet:{version.id}:{json_digest(content)[:16]}"
    return make_paper(PaperKind.SOP_SHEET, key, {**content, "made_at": now.isoformat()}, at=now)


def _content(version: SopVersion) -> dict[str, Any]:
    return {
        **{name: getattr(version, name) for name in _OF_A_VERSION},
        "agency": letterhead(office()),
        **{name: day.isoformat() if (day := getattr(version, name)) else None for name in _DAYS},
        "steps": [
            {**{name: getattr(row, name) for name in OF_A_STEP}, "fast": row.step in version.fast_track_from}
            for row in version.steps
        ],
    }
