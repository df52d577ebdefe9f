"""Reads of stored registers, and their comparison with figures recomputed today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, load_only

from app.casefile.event_log import checkpoint_at, written_late
from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.core.periods import Period
from app.models import Paper, Register, RegisterKind
from app.reporting.figures.daily_figures import Figures, daily_figures
from app.reporting.figures.monthly_figures import monthly_figures
from app.reporting.registers.corrections import Correction, corrections
from app.reporting.registers.names import Names, names_in

DEFINITIONS = 2
"""Version of the figures' definitions; since 2, punctuality counts open overdue steps."""


@dataclass(frozen=True)
class Since:
    """What differs today from a register: figures, the names in them, and events written later for its period."""

    found: list[Correction]
    names: Names
    late_events: list[tuple[str, str, datetime]]


def figures_of(kind: RegisterKind, period: Period) -> Figures:
    """Return the figures of a register's period, computed now."""
    return daily_figures(period) if kind is RegisterKind.DAILY else monthly_figures(period)


def find_register(kind: RegisterKind, day: date) -> Register | None:
    return db.session.scalars(select(Register).where(Register.kind == kind.value, Register.day == day)).first()


def register_with_paper(register_id: int) -> Register | None:
    """Return the register with its paper and maker loaded, or None."""
    wanted = select(Register).where(Register.id == min(register_id, LARGEST_ID))
    loaded = wanted.options(joinedload(Register.paper), joinedload(Register.made_by))
    return db.session.scalars(loaded).first()


def count_registers(kind: RegisterKind) -> int:
    return db.session.execute(select(func.count()).where(Register.kind == kind.value)).scalar_one()


def registers_page(kind: RegisterKind, size: int, offset: int) -> Sequence[Register]:
    """Return one page of registers of a kind, newest day first.

    Of their papers only state and page count are loaded.
    """
    paper = joinedload(Register.paper).options(load_only(Paper.id, Paper.state, Paper.pages))
    statement = select(Register).where(Register.kind == kind.value).options(paper, joinedload(Register.made_by))
    return db.session.scalars(statement.order_by(Register.day.desc()).limit(size).offset(offset)).all()


def corrections_since(frozen: dict[str, Any]) -> Since:
    """Compute the register's figures again from the ledger and return what differs; the register is not changed."""
    period = Period(datetime.fromisoformat(frozen["begins"]), datetime.fromisoformat(frozen["ends"]))
    now = figures_of(RegisterKind(frozen["kind"]), period)
    found = corrections(frozen["counts"], frozen["tables"], now.counts, now.tables)
    if frozen.get("definitions", 1) < DEFINITIONS:
        found = [one for one in found if not _counted_otherwise(one)]
    head = checkpoint_at(period.ends)
    if head != frozen["checkpoint"]:
        found.append(Correction("", "checkpoint", "checkpoint", frozen["checkpoint"], head))
    return Since(found, names_in(now.tables), written_late(frozen["newest_event"], period.ends))


def _counted_otherwise(one: Correction) -> bool:
    """Return True when a difference only comes from definitions before version 2, which left out open overdue steps."""
    measured = one.table in ("by_step", "by_agency")
    if measured and one.column == "":
        return one.old is None and one.new["count"] == 0
    return (measured and one.column == "share") or (one.table == "summary" and one.key in ("timely", "overdue"))
