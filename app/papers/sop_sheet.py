"""The SOP as the sheet that is decreed: head, eleven steps with a column an actor, and what it grants in all."""

from collections.abc import Mapping
from typing import Any

from app.papers.html_parts import paper_html
from app.vocabulary.words import ACTORS, DELEGATION_KINDS
from workflow_rules.process.steps import Step

COLUMNS = (
    *("complaint_admin", "section_head", "division_head", "office_head"),
    *("agency_admin", "agency_secretary", "agency_head"),
)


def sop_sheet(frozen: Mapping[str, Any]) -> str:
    """One version as a landscape sheet."""
    return paper_html(
        "sop_sheet",
        frozen,
        frozen["made_at"],
        capacity=DELEGATION_KINDS.get(frozen.get("approver_capacity") or ""),
        columns=COLUMNS,
        # For sheets of the first layout.
        office=COLUMNS[:4],
        agency_columns=COLUMNS[4:],
        actors=ACTORS,
        relay=Step.RELAY.value,
        headings=_headings(frozen),
        steps=_printed_steps(frozen["steps"]),
        whole=_whole(frozen["steps"]),
    )


def _headings(frozen: Mapping[str, Any]) -> list[str]:
    """The seven headings of the version, or the usual names of the officers."""
    own = (frozen.get("actor_headings") or "").splitlines()
    return own if len(own) == len(COLUMNS) else [str(ACTORS[actor]) for actor in COLUMNS]


def _printed_steps(steps: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The eleven rows of the sheet: the relay has none of its own, its officer stands in the row of step 4."""
    relayed = {step["number"]: step["actor"] for step in steps if step["step"] == Step.RELAY.value}
    own = [step for step in steps if step["step"] != Step.RELAY.value]
    return [{**step, "actors": {step["actor"], relayed.get(step["number"], step["actor"])}} for step in own]


def _whole(steps: list[Mapping[str, Any]]) -> str:
    """The sum as the sheet prints it: days and minutes are never folded into each other."""
    days = sum(s["allowance_value"] for s in steps if s["allowance_unit"] == "working_days")
    minutes = sum(s["allowance_value"] for s in steps if s["allowance_unit"] == "working_minutes")
    hours, rest = divmod(minutes, 60)
    parts = ((days, "hari"), (hours, "jam"), (rest, "menit"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
