"""SOP versions as the rules read them: the active one, and the one that a case is pinned to."""

import json
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from app.core.extensions import db
from app.models import SopStepRow, SopVersion
from workflow_rules.process.actors import Actor
from workflow_rules.process.identity import Channel
from workflow_rules.process.sop import FastTrack, Sop, SopStep
from workflow_rules.process.steps import Step
from workflow_rules.time.deadlines import Allowance, Unit


def load_sop(version: SopVersion) -> Sop:
    """The version as a value; ValueError when its rows do not make an SOP."""
    return sop_with(version, [[getattr(row, name) for name in OF_A_STEP] for row in version.steps])


def steps_of_sop(version_id: int | InstrumentedAttribute[int] | BindParameter[int]) -> ScalarSelect[Any]:
    """The steps of a version in their order, as part of another query; `sop_with` makes an SOP of them."""
    step = func.json_build_array(*(getattr(SopStepRow, name) for name in OF_A_STEP))
    steps = select(func.json_agg(aggregate_order_by(step, SopStepRow.position)))
    return steps.where(SopStepRow.sop_version_id == version_id).scalar_subquery()


def sop_with(version: SopVersion, steps: list[Any]) -> Sop:
    """The version with its steps as a value; ValueError when they do not make an SOP."""
    return _sop(json.dumps(steps), *_exceptions(version))


def sop_with_text(version: SopVersion, steps: str) -> Sop:
    """The same of the steps as the JSON text that the database made of them."""
    return _sop(steps, *_exceptions(version))


def _exceptions(version: SopVersion) -> tuple[Any, ...]:
    days = version.extended_draft_days, version.silence_days, version.question_days
    early, channels = tuple(version.fast_track_from), tuple(version.nik_channels)
    return version.number, *days, version.fast_track_actor, early, channels, version.most_more_days


@lru_cache(maxsize=16)
def _sop(
    steps: str,
    number: str,
    draft: int,
    silence: int,
    question: int,
    fast: str,
    early: tuple[str],
    nik: tuple[str],
    more: int,
) -> Sop:
    """The SOP of these very rows: the same ones give the same object, changed ones never."""
    return Sop(
        number,
        tuple(_step(*row) for row in json.loads(steps)),
        Allowance(draft, Unit.WORKING_DAYS),
        FastTrack(Actor(fast), frozenset(Step(step) for step in early)),
        Allowance(silence, Unit.WORKING_DAYS),
        Allowance(question, Unit.WORKING_DAYS),
        frozenset(Channel(channel) for channel in nik),
        more,
    )


OF_A_STEP = (
    "step",
    "number",
    "actor",
    "allowance_value",
    "allowance_unit",
    "procedure",
    "inputs",
    "output",
    "remark",
)


def _step(step: str, number: int, actor: str, value: int | None, unit: str | None, *words: str) -> SopStep:
    allowance = Allowance(value, Unit(unit)) if value is not None and unit is not None else None
    return SopStep(Step(step), number, Actor(actor), allowance, *words)


def active_sop_version() -> SopVersion:
    """The version under which complaints are registered today."""
    return db.session.scalars(select(SopVersion).where(SopVersion.status == "active")).one()
