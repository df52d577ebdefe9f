"""Scope and results of an invariant check, and checks that are SQL queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, TextClause, text

from app.core.extensions import db
from app.models import Complaint

MOST = 50
"""Most findings stored for each sentence."""

SLICES = 28
"""Number of nights after which unchanged rows have all been checked once."""

CASES = """(
    SELECT id FROM complaint WHERE :whole OR id % :slices = :slice
    OR id IN (SELECT complaint_id FROM complaint_event WHERE at >= :since)
)"""
"""SQL for the ids of the cases to check; a query names them by `{cases}`."""


@dataclass(frozen=True)
class Look:
    """The scope of a check at `now` (aware UTC): everything if `since` is None, else changes since then and one slice.

    `marks` is what the last check of each invariant stored for the next.
    """

    now: datetime
    since: datetime | None = None
    slice: int = 0
    marks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return self.since is None

    @property
    def values(self) -> dict[str, Any]:
        """Return the bind parameters available to SQL queries."""
        since = self.now if self.since is None else self.since
        return {"now": self.now, "since": since, "whole": self.whole, "slice": self.slice, "slices": SLICES}

    def cases(self) -> Select[Any] | None:
        """Return a select of the ids of the cases to check, None for all cases."""
        if self.whole:
            return None
        wanted = bound("complaint.id IN {cases}", self.values)
        cases = Complaint.__table__
        return cases.select().with_only_columns(cases.c.id).where(wanted)


@dataclass(frozen=True)
class Finding:
    """One violation: the invariant, its subject, the key of the sentence that describes it, and the values for it."""

    invariant: str
    subject: str
    sentence: str
    particulars: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """The result of one check: number of rows checked, violations, and what the next check needs."""

    looked_at: int
    findings: tuple[Finding, ...] = ()
    marks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A key of a sentence, and SQL whose every row is a violation:

    `subject`, and other columns as the sentence's values.
    """

    sentence: str
    sql: str


def ask(invariant: str, look: Look, counted: str, questions: Iterable[Question], **more: Any) -> Checked:
    """Run all queries of an invariant and return the result; `counted` is SQL for the number of rows checked.

    `more` adds bind parameters.
    """
    values = look.values | more
    looked_at = db.session.execute(bound(counted, values)).scalar_one()
    found = [finding for question in questions for finding in _answers(invariant, question, values)]
    return Checked(int(looked_at), tuple(found))


def _answers(invariant: str, question: Question, values: dict[str, Any]) -> Iterable[Finding]:
    limited = f"SELECT * FROM ({question.sql}) AS found ORDER BY subject LIMIT {MOST}"  # noqa: S608 (our own words)
    for row in db.session.execute(bound(limited, values)).mappings():
        particulars = {name: plain(value) for name, value in row.items() if name != "subject"}
        yield Finding(invariant, str(row["subject"]), question.sentence, particulars)


def bound(sql: str, values: Mapping[str, Any]) -> TextClause:
    """Return the SQL as a statement with `{cases}` expanded and the parameters bound that it names."""
    statement = text(sql.replace("{cases}", CASES))
    return statement.bindparams(**{name: values[name] for name in statement._bindparams if name in values})


def plain(value: Any) -> Any:
    """Return the value as JSON-compatible data."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, bool | int | str | None) else str(value)


def few(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return at most 50 findings of each sentence."""
    kept: dict[str, list[Finding]] = {}
    for finding in findings:
        own = kept.setdefault(finding.sentence, [])
        if len(own) < MOST:
            own.append(finding)
    return tuple(finding for own in kept.values() for finding in own)


def ago(look: Look, **length: float) -> datetime:
    """Return the instant this long before the check's `now`; `length` are timedelta keywords."""
    return look.now - timedelta(**length)
