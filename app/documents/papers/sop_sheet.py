"""The SOP as the sheet that is decreed: head, eleven steps with a column an actor, and what it grants in all."""

from collections.abc import Mapping
from typing import Any

from app.documents.papers.parts import paper_html
from app.labels.words import ACTORS, UNITS
from workflow_rules.steps import Step

OFFICE_COLUMNS = ("complaint_admin", "section_head", "division_head", "office_head")
AGENCY_COLUMNS = ("agency_admin", "agency_secretary", "agency_head")


def sop_sheet(frozen: Mapping[str, Any]) -> str:
    """One version as a landscape sheet."""
    return paper_html(
        "sop_sheet",
        frozen,
        frozen["made_at"],
        office=OFFICE_COLUMNS,
        agency_columns=AGENCY_COLUMNS,
        actors=ACTORS,
        units=UNITS,
        relay=Step.RELAY.value,
        whole=_whole(frozen["steps"]),
    )


def _whole(steps: list[Mapping[str, Any]]) -> str:
    """The sum as the sheet prints it: days and minutes are never folded into each other."""
    days = sum(s["allowance_value"] for s in steps if s["allowance_unit"] == "working_days")
    minutes = sum(s["allowance_value"] for s in steps if s["allowance_unit"] == "working_minutes")
    hours, rest = divmod(minutes, 60)
    parts = ((days, "hari"), (hours, "jam"), (rest, "menit"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
