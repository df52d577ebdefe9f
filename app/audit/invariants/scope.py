"""Scope and result of an invariant check, and SQL bound to the scope."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Select, TextClause, text

from app.core.clock import office_today
from app.models import Complaint
from workflow_rules.process.steps import StepKind

MAX_FINDINGS = 50
"""Most findings stored for each sentence."""

SLICES = 28
"""Number of nights after which unchanged rows have all been checked once."""

CASES = """(
    SELECT id FROM complaint WHERE :whole OR id % :slices = :slice
    OR id IN (SELECT complaint_id FROM complaint_event WHERE at >= :since)
)"""
"""SQL for the ids of the cases to check; a query names them by `{cases}`."""

SWEEP_DELAY = timedelta(minutes=10)
"""Time allowed for the sweep, which runs every half minute, to report a breach."""

CLOSED_DAYS = 7
"""Days of closed steps whose deadlines are checked too, as long as the calendar has not changed since."""

MAX_ATTEMPTS = 9
"""Most attempts that the delivery job makes for one message."""

CLOCK_AHEAD = timedelta(minutes=5)
CLOCK_SKEW = timedelta(minutes=1)
"""Tolerance for two application hosts that write to one log with slightly different clocks."""


@dataclass(frozen=True)
class Scope:
    """A value object with the scope of an invariant check: which rows are checked, as of `now` (aware UTC).

    Everything if `since` is None, else what changed since then and one of 28 slices of the rest. `marks` holds, by
    invariant, the values that its last check stored for the next.
    """

    now: datetime
    since: datetime | None = None
    slice: int = 0
    marks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """The dict from name to value of every bind parameter that the SQL of an invariant may name."""
        return {
            "since": self.now if self.since is None else self.since,
            "whole": self.since is None,
            "slice": self.slice,
            "slices": SLICES,
            "yesterday": self.now - timedelta(days=1),
            "four_hours": self.now - timedelta(hours=4),
            "today": office_today(self.now),
            "overdue": self.now - SWEEP_DELAY,
            "closed_since": self.now - timedelta(days=CLOSED_DAYS),
            "most_tries": MAX_ATTEMPTS,
            "kept_since": self.now - timedelta(days=current_app.config["SYNC_RETENTION_DAYS"] - 1),
            "soon": self.now + CLOCK_AHEAD,
            "skew": CLOCK_SKEW,
            "direct": StepKind.DIRECT.value,
            "draft": StepKind.DRAFT_ANSWER.value,
        }

    def sql(self, sql: str) -> TextClause:
        """Return this SQL text as a statement, with `{cases}` expanded and every parameter bound that it names."""
        statement, values = text(sql.replace("{cases}", CASES)), self.values
        return statement.bindparams(**{name: values[name] for name in statement._bindparams if name in values})

    def cases(self) -> Select[Any] | None:
        """Return a select of the complaint ids to check, None when all cases are to be checked."""
        if self.since is None:
            return None
        table = Complaint.__table__
        return table.select().with_only_columns(table.c.id).where(self.sql("complaint.id IN {cases}"))


@dataclass(frozen=True)
class Finding:
    """A value object with a violation of an invariant.

    `subject` is the case or thing concerned, `sentence` the key of the text that describes it (`labels.SENTENCES`),
    `particulars` are the values in that text.
    """

    invariant: str
    subject: str
    sentence: str
    particulars: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """A value object with the result of one check: number of rows checked, violations, and values that the next check
    needs (`marks`).
    """

    looked_at: int
    findings: tuple[Finding, ...] = ()
    marks: Mapping[str, Any] = field(default_factory=dict)


def limited(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return a tuple of the given Findings (violations), grouped by sentence, at most 50 for each; further ones are
    dropped.
    """
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        group = groups.setdefault(finding.sentence, [])
        if len(group) < MAX_FINDINGS:
            group.append(finding)
    return tuple(finding for group in groups.values() for finding in group)
