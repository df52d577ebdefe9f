"""Thousands of settled cases in a few statements: copies of a real one, each with its own day and its own lengths."""

from sqlalchemy import text

from app.core.extensions import db
from app.models import Complaint, StepTask

_CASES = """
INSERT INTO complaint ({columns}, number, received_at)
SELECT {sources}, 'LB-2021-' || lpad(n::text, 6, '0'),
    received_at + (n % 60) * interval '1 day' + n * interval '1 second'
FROM complaint, generate_series(1, :many) n WHERE complaint.id = :source
"""
_STEPS = """
INSERT INTO step_task ({columns}, complaint_id, opened_at, closed_at, clock_from, due_at, warn_at)
SELECT {sources}, c.id, {times}
FROM step_task t JOIN complaint c ON c.number LIKE 'LB-2021-%' JOIN complaint s ON s.id = :source
WHERE t.complaint_id = :source
"""


def copy_openings(source: int, many: int) -> None:
    """That many cases like the source, their steps moved with them."""
    own = {"id", "number", "received_at", "search_words", "sp4n_tracking_id"}
    _run(_CASES, [c.name for c in Complaint.__table__.columns if c.name not in own], "complaint", source, many)
    moved = ("opened_at", "closed_at", "clock_from", "due_at", "warn_at")
    kept = [c.name for c in StepTask.__table__.columns if c.name not in {"id", "complaint_id", *moved}]
    times = ", ".join(f"t.{name} + (c.received_at - s.received_at)" for name in moved)
    _run(_STEPS.replace("{times}", times), kept, "t", source, many)
    db.session.commit()


def _run(statement: str, kept: list[str], table: str, source: int, many: int) -> None:
    filled = statement.format(columns=", ".join(kept), sources=", ".join(f"{table}.{name}" for name in kept))
    given = {"source": source, "many": many} if ":many" in filled else {"source": source}
    db.session.execute(text(filled), given)
