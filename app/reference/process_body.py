"""The body by which a program gives a draft of the SOP; what it leaves out stays as in the draft."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.access.process_rows import process_parts
from app.choices.lists import CHANNELS
from app.core.definitions import forget_version
from app.core.extensions import db
from app.core.transaction import lock_row, one_transaction
from app.models import SopStepRow, SopVersion
from app.models.sop import MOST_ALARM_DAYS, MOST_DAYS
from app.reference.process_steps import StepRefused, name_step, number_steps
from workflow_rules.process.possible_actions import POWERS, SIDE_ACTIONS
from workflow_rules.process.refusals import FieldError, FieldFault
from workflow_rules.process.steps import CaseStatus, StepKind, kind_of
from workflow_rules.time.deadlines import Unit

MOST_STEPS = 40
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
Line = Annotated[str, Field(max_length=300)]
Prose = Annotated[str, Field(max_length=4000)]
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class LabelBody(_Strict):
    """The name of a step in both languages."""

    id: Annotated[str, Field(min_length=1, max_length=300)]
    en: Line | None = None


class AllowanceBody(_Strict):
    """The time of a step."""

    value: Annotated[int, Field(ge=1, le=10_000)]
    unit: Annotated[str, Field(pattern=f"^({'|'.join(Unit)})$")]


class StepBody(_Strict):
    """One step; the order of the steps is that of the process."""

    id: Code
    label: LabelBody | None = None
    actor: Code
    status: Annotated[str, Field(pattern=f"^({'|'.join(CaseStatus)})$")] | None = None
    back_to: Code | None = None
    side_actions: list[Code] = []
    allowance: AllowanceBody | None = None
    procedure: Prose = ""
    inputs: Line = ""
    output: Line = ""
    remark: Prose = ""


class ProcessBody(_Strict):
    """A draft of the SOP. Members that are missing stay, also those of `powers`."""

    title: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    steps: Annotated[list[StepBody], Field(min_length=1, max_length=MOST_STEPS)] | None = None
    powers: dict[str, list[Code]] | None = None
    fast_track_actor: Code | None = None
    fast_track_from: list[Code] | None = None
    nik_channels: list[Code] | None = None
    extended_draft_days: Days | None = None
    silence_days: Days | None = None
    question_days: Days | None = None
    most_more_days: Days | None = None
    warning_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    alarm_days: Annotated[int, Field(ge=1, le=MOST_ALARM_DAYS)] | None = None


_FAULTS = {"missing": FieldFault.REQUIRED, "extra_forbidden": FieldFault.UNKNOWN_FIELD}
_OF_TYPE = ("_type", "_parsing")


def read_process(given: Mapping[str, Any]) -> tuple[ProcessBody | None, tuple[FieldError, ...]]:
    """Return (the body, ()) or (None, faults): members that are missing, unknown or of a wrong type, and roles, steps,
    actions and channels that there are not.
    """
    try:
        body = ProcessBody.model_validate(given)
    except ValidationError as error:
        return None, tuple(_fault(one["loc"], one["type"]) for one in error.errors())
    faults = tuple(_unknown_names(body))
    return (None, faults) if faults else (body, ())


def _fault(place: tuple[Any, ...], kind: str) -> FieldError:
    other = FieldFault.WRONG_TYPE if kind.endswith(_OF_TYPE) else FieldFault.NOT_ALLOWED
    return FieldError(".".join(map(str, place)), _FAULTS.get(kind, other))


def _unknown_names(body: ProcessBody) -> Iterator[FieldError]:
    parts = process_parts()
    roles, seen = {actor.code for actor in parts.actors}, set[str]()
    for place, step in enumerate(body.steps or ()):
        if step.actor not in roles:
            yield FieldError(f"steps.{place}.actor", FieldFault.NOT_ALLOWED)
        if not SIDE_ACTIONS.keys() >= set(step.side_actions):
            yield FieldError(f"steps.{place}.side_actions", FieldFault.NOT_ALLOWED)
        if step.id in seen:
            yield FieldError(f"steps.{place}.id", FieldFault.NOT_ALLOWED)
        if step.id not in parts.acts and step.label is None:
            yield FieldError(f"steps.{place}.label", FieldFault.REQUIRED)
        seen.add(step.id)
    if body.fast_track_actor and body.fast_track_actor not in roles:
        yield FieldError("fast_track_actor", FieldFault.NOT_ALLOWED)
    if not parts.acts.keys() | seen >= set(body.fast_track_from or ()):
        yield FieldError("fast_track_from", FieldFault.NOT_ALLOWED)
    if not CHANNELS.keys() >= set(body.nik_channels or ()):
        yield FieldError("nik_channels", FieldFault.NOT_ALLOWED)
    for action, codes in (body.powers or {}).items():
        if action not in POWERS or not roles >= set(codes):
            yield FieldError(f"powers.{action}", FieldFault.NOT_ALLOWED)


def change_draft(version: SopVersion, body: ProcessBody) -> None:
    """Write a body to a draft and commit. Raises StepRefused(is_draft_no_more) for a version that is none."""
    with one_transaction():
        lock_row(version)
        if version.status != "draft":
            raise StepRefused("is_draft_no_more")
        for name in ProcessBody.model_fields:
            value = getattr(body, name)
            if value is not None and name not in ("steps", "powers"):
                setattr(version, name, value)
        version.powers = {**version.powers, **(body.powers or {})}
        if body.steps is not None:
            _write_steps(version, body.steps)
        forget_version()


def _write_steps(version: SopVersion, wanted: list[StepBody]) -> None:
    _name_steps(wanted)
    rows = {row.step: row for row in version.steps}
    for gone in rows.keys() - {step.id for step in wanted}:
        version.steps.remove(rows[gone])
    ordered = list[SopStepRow]()
    for step in wanted:
        row = rows.get(step.id) or SopStepRow(step=step.id, number=0, position=0)
        for name in ("actor", "back_to", "side_actions", "procedure", "inputs", "output", "remark"):
            setattr(row, name, getattr(step, name))
        row.status = step.status if kind_of(step.id) is StepKind.REVIEW else None
        row.allowance_value = step.allowance.value if step.allowance else None
        row.allowance_unit = step.allowance.unit if step.allowance else None
        if step.id not in rows:
            version.steps.append(row)
        ordered.append(row)
    number_steps(ordered)


def _name_steps(wanted: list[StepBody]) -> None:
    """Write the names of the steps, and give new ids their places among all ids."""
    before = None
    for step in wanted:
        row = name_step(step.id, before)
        if step.label is not None:
            row.label_id, row.label_en = step.label.id, step.label.en or ""
        before = row
    db.session.flush()
