"""Sections of the process: its roles, and the active version with its steps, the texts of its sheet and its decree."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import delete, inspect, select

from app.access.process_rows import ProcessParts
from app.core.definitions import forget_version
from app.core.extensions import db
from app.models import ActorRow, ProcessStep, SopStepRow, SopVersion
from app.models.sop import MOST_ALARM_DAYS, MOST_DAYS
from app.profile.row_types import (
    Code,
    Day,
    Label,
    Line,
    NeededLine,
    Prose,
    Strict,
    Word,
    Words,
    one_of,
    row_of,
    text,
    typed,
    within,
)
from app.profile.section import Applying, Profile, Row, Section, as_stored, rows_of, unknown
from app.profile.yaml_text import Fault
from app.reference.process_roles import is_named
from app.reference.process_steps import name_step
from app.reference.sop import load_sop
from app.reference.sop_versions import lock_versions, next_number, put_in_force
from workflow_rules.process.actors import Actor, DelegationKind, Organisation
from workflow_rules.process.choices import ChoiceList
from workflow_rules.process.possible_actions import ACT_OF
from workflow_rules.process.steps import CaseStatus, kind_of
from workflow_rules.time.deadlines import Unit

MOST_MINUTES = 10_000
Days = Annotated[int, within(1, MOST_DAYS)]


class ActorOfFile(Strict):
    """A role of the process; the order of the rows is that of the roles."""

    code: Code
    label: Label
    organisation: Annotated[str, one_of(Organisation)]
    superior: str | None = None


class StepRow(Strict):
    """A step of the SOP; without a value it has no allowance of its own, and only a review has a status."""

    step: Code
    label: Label
    number: Annotated[int, within(1, 99)]
    actor: str
    status: Annotated[str, one_of(CaseStatus)] | None = None
    back_to: str | None = None
    side_actions: Words = Field(default_factory=list)
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
    warning_percent: Annotated[int, within(1, 100)] = 80
    alarm_days: Annotated[int, within(1, MOST_ALARM_DAYS)] = 1
    powers: dict[str, Words]
    fast_track_actor: str
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


def _active() -> Row | None:
    version = db.session.scalars(select(SopVersion).where(SopVersion.status == "active")).one_or_none()
    if version is None:
        return None
    names = {row.code: _label(row.label_id, row.label_en) for row in db.session.scalars(select(ProcessStep))}
    steps = [row_of(StepRow, step, label=names[step.step]) for step in version.steps]
    powers = {action: sorted(codes) for action, codes in sorted(version.powers.items())}
    return row_of(SopRow, version, steps=steps, powers=powers)


def _label(indonesian: str, english: str) -> Row:
    return {"id": indonesian, "en": english}


def _write(there: Row, _here: Any, applying: Applying) -> None:
    """Write the process as a new version and put it in force; while the office is new, in place of the version that
    the program brings along.
    """
    versions = lock_versions()
    active = next((version for version in versions if version.status == "active"), None)
    if active is not None and applying.fresh:
        version = active
        version.status = "draft"
        db.session.flush()
        version.steps.clear()
        db.session.flush()
    else:
        version = SopVersion(number=next_number(versions), status="draft")
    _fill(version, there)
    db.session.add(version)
    db.session.flush()
    forget_version()
    try:
        load_sop(version)
    except ValueError as fault:
        applying.refuse((), f"cannot be applied: {fault}")
    put_in_force(version, versions, applying.now, applying.by, applying.reason)


def _fill(version: SopVersion, row: Row) -> None:
    for name, value in row.items():
        if name != "steps":
            setattr(version, name, date.fromisoformat(value) if name in _DAYS and value else value)
    before = None
    for position, step in enumerate(row["steps"], 1):
        before = name_step(step["step"], before)
        before.label_id, before.label_en = step["label"]["id"], step["label"]["en"]
        db.session.flush()
        values = {name: value for name, value in step.items() if name != "label"}
        version.steps.append(SopStepRow(position=position, **values))


_DAYS = ("decided_on", "created_on", "revised_on", "ratified_on")


def _actors() -> list[Row]:
    rows = db.session.scalars(select(ActorRow).order_by(ActorRow.order, ActorRow.code))
    return [row_of(ActorOfFile, row, label=_label(row.label_id, row.label_en)) for row in rows]


def _write_actors(there: list[Row], here: list[Row], applying: Applying) -> None:
    """Write the roles in the order of the file; a role stays in its organisation."""
    rows = {row.code: row for row in db.session.scalars(select(ActorRow))}
    for place, row in enumerate(there):
        actor = rows.setdefault(row["code"], ActorRow(code=row["code"], organisation=row["organisation"]))
        if actor.organisation != row["organisation"]:
            applying.refuse((place, "organisation"), "cannot change: cases name this role")
        actor.label_id, actor.label_en, actor.order = row["label"]["id"], row["label"]["en"], 10 * (place + 1)
        actor.superior = None if actor not in db.session else actor.superior
        db.session.add(actor)
    db.session.flush()
    for row in there:
        rows[row["code"]].superior = row["superior"]
    db.session.flush()
    forget_version()


def _drop_actors(gone: list[Row], _applying: Applying) -> None:
    """Delete roles that nothing names."""
    for row in gone:
        if not is_named(row["code"]):
            db.session.execute(delete(ActorRow).where(ActorRow.code == row["code"]))
    forget_version()


def _faults(profile: Profile) -> Iterator[Fault]:
    row = profile["sop"]
    channels = {one["code"] for one in profile["lists"] if one["list"] == ChoiceList.CHANNEL}
    for place, channel in enumerate(row["nik_channels"]):
        yield from unknown(("nik_channels", place), channel, channels, "channels")
    halves = [n for n, s in enumerate(row["steps"]) if (s["allowance_value"] is None) != (s["allowance_unit"] is None)]
    yield from (Fault(("steps", n, "allowance_unit"), "goes with allowance_value, or neither") for n in halves)
    try:
        load_sop(_version(row), _parts(profile))
    except ValueError as fault:
        yield Fault((), f"cannot be applied: {fault}")


def _version(row: Row) -> SopVersion:
    """Return the section as an SopVersion outside the session, for its check only: its dates are text."""
    columns = {column.key for column in inspect(SopVersion).column_attrs}
    values: dict[str, Any] = {name: value for name, value in row.items() if name in columns}
    steps = [
        SopStepRow(position=place, **{name: value for name, value in step.items() if name != "label"})
        for place, step in enumerate(row["steps"], start=1)
    ]
    return SopVersion(**values, number="", steps=steps)


def _parts(profile: Profile) -> ProcessParts:
    """Return the roles and steps of a file; what an office calls its own review does not matter for the check."""
    actors = [Actor(row["code"], Organisation(row["organisation"]), row["superior"]) for row in profile["actors"]]
    acts = {row["step"]: ACT_OF[kind_of(row["step"])] for row in profile["sop"]["steps"]}
    return ProcessParts(tuple(actors), acts, {}, {})


ACTORS = Section(
    name="actors",
    tables=("actor",),
    of_office=_actors,
    read=rows_of(typed(ActorOfFile)),
    arranged=as_stored,
    write=_write_actors,
    drop=_drop_actors,
    absent="would be deleted if nothing names it",
)


SOP = Section(
    name="sop",
    tables=("sop_version", "sop_step", "process_step"),
    of_office=_active,
    read=typed(SopRow),
    check=_faults,
    write=_write,
    arranged=as_stored,
)
