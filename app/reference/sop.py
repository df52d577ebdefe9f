"""SOP versions read from their tables as `Sop` values."""

import json
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from app.core.extensions import db
from app.models import SopStepRow, SopVersion
from workflow_rules.process.sop import FastTrack, Sop, SopStep
from workflow_rules.process.sop_check import checked
from workflow_rules.process.standard_sop import STANDARD_SOP
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
    """Return the `Sop` of these values, cached: equal arguments give the same object.

    Raises ValueError when they form no valid SOP.
    """
    return checked(
        replace(
            STANDARD_SOP,
            version=number,
            steps=tuple(_step(*row) for row in json.loads(steps)),
            fast_track=FastTrack(fast, frozenset(early)),
            extended_draft=Allowance(draft, Unit.WORKING_DAYS),
            silence=Allowance(silence, Unit.WORKING_DAYS),
            question=Allowance(question, Unit.WORKING_DAYS),
            nik_channels=frozenset(nik),
            most_more_days=more,
        )
    )


def _step(step: str, number: int, actor: str, value: int | None, unit: str | None, *words: str) -> SopStep:
    allowance = Allowance(value, Unit(unit)) if value is not None and unit is not None else None
    texts: dict[str, Any] = dict(zip(OF_A_STEP[-len(words) :], words, strict=True))
    return replace(STANDARD_SOP.row(step), number=number, actor=actor, allowance=allowance, **texts)


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


def active_sop_version() -> SopVersion:
    """Return the SopVersion row of the active SOP version, under which new complaints are registered.

    Raises NoResultFound when there is none.
    """
    return db.session.scalars(select(SopVersion).where(SopVersion.status == "active")).one()
