"""Reads of stored registers."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, load_only

from app.core.extensions import db
from app.core.identifiers import LARGEST_ID
from app.core.periods import Period
from app.models import Paper, Register, RegisterKind
from app.reporting.figures.daily_figures import Figures, daily_figures
from app.reporting.figures.monthly_figures import monthly_figures

DEFINITIONS = 2
"""Version of the figures' definitions; since 2, punctuality counts open overdue steps."""


def figures_of(kind: RegisterKind, period: Period) -> Figures:
    """Compute and return the Figures of a daily or monthly register for the period, by today's
    data; nothing is stored.
    """
    return daily_figures(period) if kind is RegisterKind.DAILY else monthly_figures(period)


def find_register(kind: RegisterKind, day: date) -> Register | None:
    return db.session.scalars(select(Register).where(Register.kind == kind.value, Register.day == day)).first()


def register_with_paper(register_id: int) -> Register | None:
    """Return the Register row with its paper and maker loaded, or None when there is no such register."""
    wanted = select(Register).where(Register.id == min(register_id, LARGEST_ID))
    loaded = wanted.options(joinedload(Register.paper), joinedload(Register.made_by))
    return db.session.scalars(loaded).first()


def count_registers(kind: RegisterKind) -> int:
    return db.session.execute(select(func.count()).where(Register.kind == kind.value)).scalar_one()


def registers_page(kind: RegisterKind, size: int, offset: int) -> Sequence[Register]:
    """Return a sequence of Register rows, one page of a kind, newest day first, with makers and papers.

    Of the papers only state and page count are loaded.
    """
    paper = joinedload(Register.paper).options(load_only(Paper.id, Paper.state, Paper.pages))
    statement = select(Register).where(Register.kind == kind.value).options(paper, joinedload(Register.made_by))
    return db.session.scalars(statement.order_by(Register.day.desc()).limit(size).offset(offset)).all()
