"""SOP versions read from their tables as `Sop` values."""

import json
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from app.access.actors import process_actors
from app.core.extensions import db
from app.models import SopStepRow, SopVersion
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Actor
from workflow_rules.process.possible_actions import ACT_OF
from workflow_rules.process.sop import FastTrack, Sop, SopStep
from workflow_rules.process.sop_check import checked
from workflow_rules.process.steps import STATUS_OF, CaseStatus, kind_of
from workflow_rules.time.deadlines import Allowance, Unit


def load_sop(version: SopVersion) -> Sop:
    """Return an SopVersion row with its steps as a `Sop`. Raises ValueError when the rows form no valid SOP."""
    return sop_with(version, [[getattr(row, name) for name in OF_A_STEP] for row in version.steps])


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
    return _sop(json.dumps(steps), *_exceptions(version))


def sop_with_text(version: SopVersion, steps: str) -> Sop:
    """Return the `Sop` of a version row and its steps, given as JSON text of lists of the columns `OF_A_STEP`.

    Raises ValueError when they form no valid SOP.
    """
    return _sop(steps, *_exceptions(version))


def _exceptions(version: SopVersion) -> tuple[Any, ...]:
    days = version.extended_draft_days, version.silence_days, version.question_days
    early, channels = tuple(version.fast_track_from), tuple(version.nik_channels)
    powers = json.dumps(version.powers)
    alarms = version.warning_percent, version.alarm_days
    return (
        process_actors(),
        powers,
        version.number,
        *days,
        version.fast_track_actor,
        early,
        channels,
        version.most_more_days,
        *alarms,
    )


@lru_cache(maxsize=16)
def _sop(
    steps: str,
    roles: tuple[Actor, ...],
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
    """Return the `Sop` of these values, cached: equal arguments give the same object.

    Raises WrongSop, a ValueError, when they form no valid SOP.
    """
    return checked(
        Sop(
            number,
            tuple(_step(*row) for row in json.loads(steps)),
            roles,
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
    )


def _step(
    step: str,
    number: int,
    actor: str,
    value: int | None,
    unit: str | None,
    act: str | None,
    status: str | None,
    back_to: str | None,
    side_actions: list[str],
    *words: str,
) -> SopStep:
    kind = kind_of(step)
    allowance = Allowance(value, Unit(unit)) if value is not None and unit is not None else None
    own = Action(act) if act else ACT_OF[kind], CaseStatus(status) if status else STATUS_OF.get(kind)
    sides = frozenset(Action(action) for action in side_actions)
    return SopStep(step, kind, number, actor, allowance, *own, back_to, sides, *words)


OF_A_STEP = (
    *("step", "number", "actor", "allowance_value", "allowance_unit", "act", "status", "back_to", "side_actions"),
    *("procedure", "inputs", "output", "remark"),
)


def active_sop_version() -> SopVersion:
    """Return the SopVersion row of the active SOP version, under which new complaints are registered.

    Raises NoResultFound when there is none.
    """
    return db.session.scalars(select(SopVersion).where(SopVersion.status == "active")).one()
