"""The journal of settings, the newest first, with no more of a long list of moves than a page shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH

from app.extensions import db
from app.models import JournalEntry
from app.models.history import ABOUT_PERSONS

MOVES_SHOWN = 20


@dataclass(frozen=True)
class JournalLine:
    """One entry; `moved` is how many limits it moved, `moves` the first of them."""

    kind: str
    at: datetime
    officer: str
    reason: str
    data: dict[str, Any]
    moved: int
    moves: list[dict[str, Any]]


def journal_size() -> int:
    counted = select(func.count()).select_from(JournalEntry).where(JournalEntry.kind.not_in(ABOUT_PERSONS))
    return db.session.execute(counted).scalar_one()


def journal_page(limit: int, offset: int) -> list[JournalLine]:
    """Entries in one statement; a list of a hundred thousand moves stays in the database."""
    path = cast(f"$.moves[0 to {MOVES_SHOWN - 1}]", JSONPATH)
    first_moves = func.jsonb_path_query_array(JournalEntry.data, path)
    statement = (
        select(
            JournalEntry.kind,
            JournalEntry.at,
            JournalEntry.reason,
            JournalEntry.data.op("-")("moves").label("data"),
            first_moves.label("moves"),
            User.first_name,
            User.last_name,
        )
        .outerjoin(User, User.id == JournalEntry.officer_id)
        .where(JournalEntry.kind.not_in(ABOUT_PERSONS))
        .order_by(JournalEntry.id.desc())
    )
    return [_line(row) for row in db.session.execute(statement.limit(limit).offset(offset))]


def _line(row: Any) -> JournalLine:
    name = f"{row.first_name or ''} {row.last_name or ''}".strip()
    moves = [{**m, "old": datetime.fromisoformat(m["old"]), "new": datetime.fromisoformat(m["new"])} for m in row.moves]
    return JournalLine(row.kind, row.at, name, row.reason, row.data, row.data.get("moved", 0), moves)
