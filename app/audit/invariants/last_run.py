"""Result of the last nightly invariant check, for the health page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.extensions import db
from app.models import InvariantResult, InvariantRun

SHOWN = 5


@dataclass(frozen=True)
class Told:
    """One violation: key of its sentence, subject, and the sentence's values."""

    sentence: str
    subject: str
    particulars: dict[str, Any]


@dataclass(frozen=True)
class RedInvariant:
    """An invariant with violations: the first 5, their total, and whether they need action (`red`)."""

    name: str
    findings: tuple[Told, ...]
    count: int
    red: bool


@dataclass(frozen=True)
class LastLook:
    """The last completed nightly check, and the invariants with violations."""

    ended_at: datetime
    red: tuple[RedInvariant, ...]


def last_look() -> LastLook | None:
    """Return the last completed nightly check, or None when there is none yet."""
    ended = select(InvariantRun).where(InvariantRun.night.is_not(None), InvariantRun.ended_at.is_not(None))
    results = selectinload(InvariantRun.results).selectinload(InvariantResult.findings)
    statement = ended.order_by(InvariantRun.night.desc()).limit(1).options(results)
    run = db.session.scalars(statement.execution_options(populate_existing=True)).first()
    if run is None or run.ended_at is None:
        return None
    return LastLook(run.ended_at, tuple(_red(result) for result in run.results if result.findings))


def _red(result: InvariantResult) -> RedInvariant:
    told = tuple(Told(f.sentence, f.subject, f.particulars) for f in result.findings[:SHOWN])
    return RedInvariant(result.invariant, told, len(result.findings), result.red)
