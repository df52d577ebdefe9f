"""Section of the SOP: the active version with its steps, the texts of its sheet, and its decree."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import inspect

from app.models import SopStepRow, SopVersion
from app.profile.row_types import Day, Line, NeededLine, Prose, Strict, Word, Words, one_of, row_of, text, typed, within
from app.profile.section import Profile, Row, Section, as_stored, unknown
from app.profile.yaml_text import Fault
from app.reference.sop import active_sop_version, load_sop
from workflow_rules.process.actors import DelegationKind
from workflow_rules.process.choices import ChoiceList
from workflow_rules.process.standard_sop import OFFICERS, Step
from workflow_rules.time.deadlines import Unit

MOST_DAYS, MOST_MINUTES = 365, 10_000
Days = Annotated[int, within(1, MOST_DAYS)]
_Actor = Annotated[str, one_of(sorted(OFFICERS))]


class StepRow(Strict):
    """A step of the SOP; without a value it has no allowance of its own."""

    step: Annotated[str, one_of(Step)]
    number: Annotated[int, within(1, 99)]
    actor: _Actor
    allowance_value: Annotated[int, within(1, MOST_MINUTES)] | None = None
    allowance_unit: Annotated[str, one_of(Unit)] | None = None
    procedure: Prose = ""
    inputs: Line = ""
    output: Line = ""
    remark: Prose = ""


class SopRow(Strict):
    """The active version. Its number is not in the profile: each office counts its own versions."""

    title: NeededLine
    decree_number: Line = ""
    decided_on: Day | None = None
    approved_by: Line = ""
    extended_draft_days: Days = 14
    silence_days: Days = 10
    question_days: Days = 10
    most_more_days: Annotated[int, within(0, MOST_DAYS)] = 14
    fast_track_actor: _Actor = "office_head"
    fast_track_from: Words
    nik_channels: Words = Field(default_factory=list)
    legal_basis: Prose = ""
    qualifications: Prose = ""
    related: Prose = ""
    equipment: Prose = ""
    warnings: Prose = ""
    records: Prose = ""
    sheet_number: Line = ""
    created_on: Day | None = None
    revised_on: Day | None = None
    ratified_on: Day | None = None
    approver_capacity: Annotated[str, one_of(("", *DelegationKind))] = ""
    approver_name: Line = ""
    approver_rank: Line = ""
    approver_nip: Word = ""
    flow_heading: Line = ""
    office_heading: Line = ""
    agency_heading: Line = ""
    actor_headings: Annotated[str, text(4000)] = ""
    legend: Line = ""
    steps: list[StepRow]


def _active() -> Row:
    version = active_sop_version()
    return row_of(SopRow, version, steps=[row_of(StepRow, step) for step in version.steps])


def _faults(profile: Profile) -> Iterator[Fault]:
    row = profile["sop"]
    channels = {one["code"] for one in profile["lists"] if one["list"] == ChoiceList.CHANNEL}
    for place, channel in enumerate(row["nik_channels"]):
        yield from unknown(("nik_channels", place), channel, channels, "channels")
    halves = [n for n, s in enumerate(row["steps"]) if (s["allowance_value"] is None) != (s["allowance_unit"] is None)]
    yield from (Fault(("steps", n, "allowance_unit"), "goes with allowance_value, or neither") for n in halves)
    try:
        load_sop(_version(row))
    except ValueError as fault:
        yield Fault((), f"cannot be applied: {fault}")


def _version(row: Row) -> SopVersion:
    """Return the section as an SopVersion outside the session, for its check only: its dates are text."""
    columns = {column.key for column in inspect(SopVersion).column_attrs}
    values: dict[str, Any] = {name: value for name, value in row.items() if name in columns}
    steps = [SopStepRow(**step, position=place) for place, step in enumerate(row["steps"], start=1)]
    return SopVersion(**values, number="", steps=steps)


SOP = Section(
    name="sop",
    tables=("sop_version", "sop_step"),
    of_office=_active,
    read=typed(SopRow),
    check=_faults,
    arranged=as_stored,
)
