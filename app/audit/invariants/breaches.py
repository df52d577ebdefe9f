"""Invariant I5: every breach is reported; deadlines are computed independently and compared with rows and alarms."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from app.audit.invariants.due_times import DayTable, Week, due_at
from app.audit.invariants.findings import MOST, Checked, Finding, Look, Question, ago, ask, few
from app.core.extensions import db
from app.models import Holiday, WorkingWeek
from app.models.reference import WEEKDAYS

ZONE = ZoneInfo("Asia/Makassar")
GRACE = timedelta(minutes=10)
"""Time allowed for the sweep, which runs every half minute, to report a breach."""

CLOSED_DAYS = 7
"""Days of closed steps that are checked too, as long as the calendar has not changed since."""

# The pause that ends with the closing of its step is excluded.
_STEPS = """
    SELECT c.number, t.step, t.clock_from, t.allowance_value, t.allowance_unit, t.due_at, (
        SELECT json_agg(json_build_array(p.began_at, p.ended_at)) FROM step_pause p
        WHERE p.task_id = t.id AND p.ended_at IS NOT NULL AND p.ended_at IS DISTINCT FROM t.closed_at
    ) AS pauses
    FROM step_task t JOIN complaint c ON c.id = t.complaint_id
    WHERE t.closed_at IS NULL OR t.closed_at > greatest(
        :closed_since, (SELECT max(at) FROM journal_entry WHERE kind = 'calendar_changed')
    )
"""

_QUESTIONS = (
    Question(
        "allowance_differs",
        """
        SELECT c.number AS subject, t.step, t.allowance_value AS held, wanted.amount AS wanted
        FROM step_task t JOIN complaint c ON c.id = t.complaint_id JOIN sop_version v ON v.id = c.sop_version_id
        JOIN sop_step s ON s.sop_version_id = v.id AND s.step = t.step
        JOIN sop_step d ON d.sop_version_id = v.id AND d.step = 'direct'
        LEFT JOIN agency_track k
            ON k.complaint_id = c.id AND k.cycle = t.cycle AND k.agency_code = t.agency_code
        CROSS JOIN LATERAL (
            SELECT t.step = 'draft_answer' AND coalesce(k.field_visit OR k.cross_agency, false) AS longer
        ) AS draft
        CROSS JOIN LATERAL (
            SELECT CASE WHEN draft.longer THEN v.extended_draft_days
                ELSE coalesce(s.allowance_value, d.allowance_value) END
                + CASE WHEN t.step = 'draft_answer' THEN coalesce(k.more_days, 0) ELSE 0 END AS amount,
            CASE WHEN draft.longer THEN 'working_days' ELSE coalesce(s.allowance_unit, d.allowance_unit) END AS unit
        ) AS wanted
        WHERE t.closed_at IS NULL AND (t.allowance_value, t.allowance_unit) <> (wanted.amount, wanted.unit)
        """,
    ),
    Question(
        "breach_unreported",
        """
        SELECT c.number AS subject, t.step, t.due_at FROM step_task t JOIN complaint c ON c.id = t.complaint_id
        WHERE t.due_at < :overdue AND t.paused_at IS NULL AND (t.closed_at IS NULL OR t.closed_at > t.due_at)
        AND (t.closed_at IS NULL OR t.closed_at > :closed_since)
        AND NOT EXISTS (SELECT 1 FROM step_alarm a WHERE a.task_id = t.id AND a.level = 1)
        AND NOT EXISTS (SELECT 1 FROM step_pause p WHERE p.task_id = t.id AND p.ended_at = t.closed_at)
        """,
    ),
    Question(
        "breach_without_reason",
        """
        SELECT c.number AS subject, t.step, t.due_at FROM step_alarm a
        JOIN step_task t ON t.id = a.task_id JOIN complaint c ON c.id = t.complaint_id
        WHERE a.level >= 1 AND a.due_at = t.due_at AND (a.raised_at < t.due_at OR t.closed_at < t.due_at)
        """,
    ),
    Question(
        "breach_not_in_log",
        """
        SELECT c.number AS subject, raised.reports, logged.events FROM complaint c
        JOIN (
            SELECT t.complaint_id, count(*) AS reports FROM step_alarm a JOIN step_task t ON t.id = a.task_id
            WHERE a.level = 1 GROUP BY t.complaint_id
        ) AS raised ON raised.complaint_id = c.id
        LEFT JOIN (
            SELECT complaint_id, count(*) AS events FROM complaint_event WHERE kind = 'breached' GROUP BY complaint_id
        ) AS logged ON logged.complaint_id = c.id
        WHERE raised.reports <> coalesce(logged.events, 0)
        """,
    ),
)
_COUNTED = "SELECT count(*) FROM step_alarm WHERE level = 1"


def no_breach_unreported(look: Look) -> Checked:
    """Check invariant I5 and return the violations with the number of rows checked.

    It holds when each deadline equals the independent computation, and each late step has exactly one breach alarm.
    """
    times = {"overdue": look.now - GRACE, "closed_since": ago(look, days=CLOSED_DAYS)}
    asked = ask("I5", look, _COUNTED, _QUESTIONS, **times)
    seen = 0
    found: list[Finding] = []
    for row in _steps(times["closed_since"]):
        seen += 1
        if len(found) < MOST:
            found += _differences(row)
    return Checked(asked.looked_at + seen, (*few(found), *asked.findings))


def day_table() -> DayTable:
    """Return the office's calendar, built from its rows for the independent computation."""
    weeks = db.session.scalars(select(WorkingWeek).order_by(WorkingWeek.id)).all()
    closed = frozenset(db.session.scalars(select(Holiday.day)))
    rows = [Week(w.starts_on, w.ends_on, tuple(getattr(w, day) or "" for day in WEEKDAYS)) for w in weeks]
    return DayTable(ZONE, rows, closed)


def _steps(closed_since: datetime) -> Iterator[tuple[DayTable, Any]]:
    table = day_table()
    rows = db.session.execute(text(_STEPS), {"closed_since": closed_since}, execution_options={"yield_per": 1000})
    for row in rows:
        yield table, row


def _differences(found: tuple[DayTable, Any]) -> Iterator[Finding]:
    table, row = found
    pauses = [(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in row.pauses or ()]
    try:
        due = due_at(table, row.clock_from, row.allowance_value, row.allowance_unit, pauses)
    except ValueError:
        yield Finding("I5", row.number, "limit_not_reckoned", {"step": row.step})
        return
    if due != row.due_at:
        told = {"step": row.step, "due_at": row.due_at.isoformat(), "reckoned": due.isoformat()}
        yield Finding("I5", row.number, "limit_differs", told)
