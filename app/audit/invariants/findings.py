"""What a look at an invariant is given and what it answers; questions that the database itself can be asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, TextClause, text

from app.core.extensions import db
from app.models import Complaint

MOST = 50
"""So many findings of one sentence are kept: who has fifty needs no more to begin with."""

SLICES = 28
"""In so many nights everything that lies still has been looked at once."""

CASES = """(
    SELECT id FROM complaint WHERE :whole OR id % :slices = :slice
    OR id IN (SELECT complaint_id FROM complaint_event WHERE at >= :since)
)"""
"""The cases of a look; a question in SQL names them by `{cases}`."""


@dataclass(frozen=True)
class Look:
    """At which moment, and how far: everything, or what changed since the last look and one slice of the rest.

    `marks` is what the last look at each invariant wished to remember.
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
        """The names that questions in SQL may use."""
        since = self.now if self.since is None else self.since
        return {"now": self.now, "since": since, "whole": self.whole, "slice": self.slice, "slices": SLICES}

    def cases(self) -> Select[Any] | None:
        """The keys of the cases of this look; None for every one."""
        if self.whole:
            return None
        wanted = bound("complaint.id IN {cases}", self.values)
        cases = Complaint.__table__
        return cases.select().with_only_columns(cases.c.id).where(wanted)


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold: which invariant, about what, by which sentence, with which particulars."""

    invariant: str
    subject: str
    sentence: str
    particulars: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """How much was looked at, what did not hold, and what the next look has to remember."""

    looked_at: int
    findings: tuple[Finding, ...] = ()
    marks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A sentence, and the SQL whose every row is a finding: `subject`, and the sentence's particulars by name."""

    sentence: str
    sql: str


def ask(invariant: str, look: Look, counted: str, questions: Iterable[Question], **more: Any) -> Checked:
    """All questions of an invariant; `counted` is the SQL for how much they look at."""
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
    """A text of SQL with those of the values that it names."""
    statement = text(sql.replace("{cases}", CASES))
    return statement.bindparams(**{name: values[name] for name in statement._bindparams if name in values})


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, bool | int | str | None) else str(value)


def few(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first so many of each sentence."""
    kept: dict[str, list[Finding]] = {}
    for finding in findings:
        own = kept.setdefault(finding.sentence, [])
        if len(own) < MOST:
            own.append(finding)
    return tuple(finding for own in kept.values() for finding in own)


def ago(look: Look, **length: float) -> datetime:
    """So long before the moment of the look."""
    return look.now - timedelta(**length)
