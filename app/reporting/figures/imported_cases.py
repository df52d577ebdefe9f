"""Imported complaints in the registers: those that the older records say were received, answered or ended in a period.

They have tables of their own, so that no other figure of a past month changes by an import.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ScalarSelect, Select, SQLColumnExpression, cast, func, literal, select, true

from app.casefile.event_history import CASE_COLUMNS, with_case
from app.core.extensions import db
from app.core.periods import Period
from app.models import Complaint, ComplaintEvent
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.identity import Confidentiality

Row = dict[str, Any]

RECEIVED_AT = "received_at"
HAPPENED = {RECEIVED_AT: "received", "answered_at": "answered", "ended_at": "closed"}
"""What the older records tell of a case: the member of the event that holds the time, and the column of the table."""

_IMPORTED = (Complaint.imported_key.is_not(None), ComplaintEvent.kind == SystemEvent.IMPORTED.value)


def imported_rows(period: Period, beside: ScalarSelect[int]) -> tuple[int, list[Row]]:
    """Return (value of `beside`, which the same statement selects; list of dicts, one for each imported case that was
    received in the period, in order of time): the columns of a received case and its number in the older records. The
    title is "" unless the confidentiality is `open`.
    """
    at = cast(ComplaintEvent.data[RECEIVED_AT].astext, DateTime(timezone=True))
    within = (*_IMPORTED, at >= period.begins, at < period.ends)
    found = with_case(select(ComplaintEvent.data, *CASE_COLUMNS)).where(*within).subquery("found")
    one = select(literal(1)).subquery("one")
    read = db.session.execute(select(beside.label("beside"), found).select_from(one.outerjoin(found, true()))).all()
    rows = [_row(row) for row in read if row.data is not None]
    return read[0].beside, sorted(rows, key=lambda row: (row["at"], row["number"]))


def _row(found: Any) -> Row:
    data, is_open = found.data, found.data["confidentiality"] == Confidentiality.OPEN
    plain = {name: data[name] for name in ("confidentiality", "channel", "classification", "old_number")}
    case = {"key": found.number, "number": found.number, "title": found.title if is_open else ""}
    at = datetime.fromisoformat(data[RECEIVED_AT])
    return {**plain, **case, "at": at, "category": found.category, "district": found.district}


def imported_happenings(period: Period, *columns: SQLColumnExpression[Any]) -> Select[Any]:
    """Return a SELECT with a row for each time in the period that the older records tell of an imported case: `kind`
    (a key of HAPPENED), `at`, the given columns of the event, and those of the case.
    """
    said = func.jsonb_each_text(ComplaintEvent.data).table_valued("key", "value").lateral("said")
    at = cast(said.c.value, DateTime(timezone=True)).label("at")
    times = with_case(select(said.c.key.label("kind"), at, *columns, *CASE_COLUMNS)).join(said, true())
    times = (
        times.where(*_IMPORTED, said.c.key.in_(HAPPENED), said.c.value.is_not(None))
        .cte("times")
        .prefix_with("MATERIALIZED")
    )
    return select(times).where(times.c.at >= period.begins, times.c.at < period.ends)


def rows_by_category(counts: Counter[tuple[str, str]]) -> list[Row]:
    """Return the rows of the monthly table from the numbers by (category code, column), the most frequent first."""
    found = [
        {"key": code, "category": code, **{name: counts[code, name] for name in HAPPENED.values()}}
        for code in dict.fromkeys(code for code, _ in counts)
    ]
    return sorted(found, key=lambda row: (-row["received"], row["key"]))
