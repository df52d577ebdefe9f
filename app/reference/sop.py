"""SOP versions read from their tables as `Sop` values."""

import json
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from app.access.process_rows import ProcessParts, process_parts
from app.core.definitions import per_version
from app.core.extensions import db
from app.core.hashing import json_digest
from app.models import SopStepRow, SopVersion
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Person
from workflow_rules.process.sop import FastTrack, Sop, SopStep
from workflow_rules.process.sop_check import checked
from workflow_rules.process.steps import STATUS_OF, CaseStatus, StepKind, kind_of
from workflow_rules.time.deadlines import Allowance, Unit


def load_sop(version: SopVersion, parts: ProcessParts | None = None) -> Sop:
    """Return an SopVersion row with its steps as a `Sop`, with the roles and steps of the office unless others are
    given. Raises ValueError when the rows form no valid SOP.
    """
    steps = json.dumps([[getattr(row, name) for name in OF_A_STEP] for row in version.steps])
    return _sop(steps, *_exceptions(version, parts or process_parts()))


def steps_of_sop(version_id: int | InstrumentedAttribute[int] | BindParameter[int]) -> ScalarSelect[Any]:
    """Return a scalar subquery for the steps of an SOP version as a JSON array in order.

    `sop_with` and `sop_with_text` convert its value.
    """
    step = func.json_build_array(*(getattr(SopStepRow, name) for name in OF_A_STEP))
    steps = select(func.json_agg(aggregate_order_by(step, SopStepRow.position)))
    return steps.where(SopStepRow.sop_version_id == version_id).scalar_subquery()


def sop_with(version: SopVersion, steps: list[Any]) -> Sop:
    """Return the `Sop` of a version row and its steps, given as lists of the columns `OF_A_STEP`.

    Raises ValueError when they form no valid SOP.
    """
    return _sop(json.dumps(steps), *_exceptions(version, process_parts()))


def sop_with_text(version: SopVersion, steps: str) -> Sop:
    """Return the `Sop` of a version row and its steps, given as JSON text of lists of the columns `OF_A_STEP`.

    Raises ValueError when they form no valid SOP.
    """
    return _sop(steps, *_exceptions(version, process_parts()))


def _exceptions(version: SopVersion, parts: ProcessParts) -> tuple[Any, ...]:
    days = version.extended_draft_days, version.silence_days, version.question_days
    early, channels = tuple(version.fast_track_from), tuple(version.nik_channels)
    powers = json.dumps(version.powers)
    alarms = version.warning_percent, version.alarm_days
    return (
        parts,
        powers,
        version.number,
        *days,
        version.fast_track_actor,
        early,
        channels,
        version.most_more_days,
        *alarms,
    )


def pinned_sop(sop: Sop) -> dict[str, str]:
    """Return what the first event of a case records of its SOP: the number of the version, and the SHA-256 (hex) of
    what it decides by, which are its steps, rights and times.
    """
    steps = [
        [row.step, row.actor, row.act, row.status, row.back_to, sorted(row.side_actions), *_amount(row.allowance)]
        for row in sop.steps
    ]
    powers = {action: sorted(roles) for action, roles in sop.powers.items()}
    fast = [sop.fast_track.actor, *sorted(sop.fast_track.from_steps)]
    times = [_amount(one) for one in (sop.extended_draft, sop.silence, sop.question)]
    numbers = [sop.most_more_days, sop.warning_percent, sop.alarm_days]
    return {
        "version": sop.version,
        "hash": json_digest([steps, powers, fast, times, numbers, sorted(sop.nik_channels)]),
    }


def _amount(allowance: Allowance | None) -> list[str]:
    return [str(allowance.value), allowance.unit] if allowance else []


def draft_sop(version: SopVersion) -> Sop:
    """Return an SopVersion row as a `Sop` that may have faults."""
    steps = json.dumps([[getattr(row, name) for name in OF_A_STEP] for row in version.steps])
    return _unchecked(steps, *_exceptions(version, process_parts()))


@lru_cache(maxsize=16)
def _sop(*parts: Any) -> Sop:
    """Return the `Sop` of these parts (see `_unchecked`), cached: equal ones give the same object.

    Raises WrongSop, a ValueError, when they form no valid SOP.
    """
    return checked(_unchecked(*parts))


def _unchecked(
    steps: str,
    parts: ProcessParts,
    powers: str,
    number: str,
    draft: int,
    silence: int,
    question: int,
    fast: str,
    early: tuple[str],
    nik: tuple[str],
    more: int,
    warning: int,
    alarm_days: int,
) -> Sop:
    return Sop(
        number,
        tuple(_step(parts, *row) for row in json.loads(steps)),
        parts.actors,
        FastTrack(fast, frozenset(early)),
        {Action(action): frozenset(codes) for action, codes in json.loads(powers).items()},
        Allowance(draft, Unit.WORKING_DAYS),
        Allowance(silence, Unit.WORKING_DAYS),
        Allowance(question, Unit.WORKING_DAYS),
        frozenset(nik),
        more,
        warning,
        alarm_days,
    )


def _step(
    parts: ProcessParts,
    step: str,
    number: int,
    actor: str,
    value: int | None,
    unit: str | None,
    status: str | None,
    back_to: str | None,
    side_actions: list[str],
) -> SopStep:
    kind = kind_of(step)
    allowance = Allowance(value, Unit(unit)) if value is not None and unit is not None else None
    own = parts.acts[step], CaseStatus(status) if status else STATUS_OF.get(kind)
    sides = frozenset(Action(action) for action in side_actions)
    return SopStep(step, kind, number, actor, allowance, *own, back_to, sides)


OF_A_STEP = (*("step", "number", "actor", "allowance_value", "allowance_unit", "status", "back_to", "side_actions"),)


def active_sop_version() -> SopVersion:
    """Return the SopVersion row of the active SOP version, under which new complaints are registered.

    Raises NoResultFound when there is none.
    """
    return db.session.scalars(select(SopVersion).where(SopVersion.status == "active")).one()


@per_version
def active_sop() -> Sop:
    """Return the active SOP version as a `Sop`. Raises NoResultFound when there is none."""
    return load_sop(active_sop_version())


def registering_actor() -> str:
    """Return the role that registers complaints under the active version (step 1)."""
    return active_sop().of_kind(StepKind.REGISTER).actor


def registers(person: Person) -> bool:
    """Return whether a person holds the role that registers complaints (step 1)."""
    return person.capacity_as({registering_actor()}) is not None


@per_version
def last_numbers() -> dict[int, int]:
    """Return the printed number of the last step of every version, by the id of the version."""
    highest = select(SopStepRow.sop_version_id, func.max(SopStepRow.number)).group_by(SopStepRow.sop_version_id)
    return {row.sop_version_id: row[1] for row in db.session.execute(highest)}


def step_numbers() -> dict[str, int]:
    """Return a dict from step code to printed number, for the steps of every SOP version that is or was active: that of
    the active one, else of the newest one that has the step. Cases of earlier versions still run.
    """
    in_force = SopVersion.status == "active"
    rows = select(SopStepRow.step, SopStepRow.number).join(SopStepRow.sop_version).where(SopVersion.status != "draft")
    return {row.step: row.number for row in db.session.execute(rows.order_by(in_force, SopVersion.id))}
