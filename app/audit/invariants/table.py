"""The sixteen invariants as one table, and the execution of one check, whose failure does not affect the others."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from rq.timeouts import JobTimeoutException
from sqlalchemy import text

from app.audit.invariants import machine_checks, queries, record_checks
from app.audit.invariants.queries import Queries
from app.audit.invariants.scope import MAX_FINDINGS, Checked, Finding, Scope, limited
from app.core.extensions import db

log = structlog.get_logger()


@dataclass(frozen=True)
class Check:
    """A value object that says how an invariant is checked: by queries that must return no row and by functions in
    Python, run in order.

    `counted` is SQL for the number of rows checked; the functions add their own numbers.
    """

    parts: tuple[Queries | Callable[[Scope], Checked], ...]
    counted: str | None = None


_EVERY_CASE = "SELECT count(*) FROM complaint"
CHECKS: Mapping[str, Check] = {
    "I1": Check((queries.I1,), _EVERY_CASE),
    "I2": Check((queries.I2,), _EVERY_CASE),
    "I3": Check((record_checks.sop_path,)),
    "I4": Check((queries.I4,), "SELECT count(*) FROM complaint WHERE id IN {cases}"),
    "I5": Check((record_checks.deadlines, queries.I5), "SELECT count(*) FROM step_alarm WHERE level = 1"),
    "I6": Check((queries.I6,), "SELECT count(*) FROM delivery"),
    "I7": Check((queries.I7,), "SELECT count(*) FROM notice"),
    "I8": Check((record_checks.unbroken_record,)),
    "I9": Check((machine_checks.stored_files,)),
    "I10": Check((queries.I10, record_checks.agency_counts), "SELECT count(*) FROM agency"),
    "I11": Check(
        (queries.I11, record_checks.secret_identities),
        "SELECT count(*) FROM complaint WHERE confidentiality <> 'open'",
    ),
    "I12": Check((queries.I12,), "SELECT count(*) FROM sync_change WHERE complaint_id IN {cases}"),
    "I13": Check((queries.I13, record_checks.signed_letters), "SELECT count(*) FROM issued_number"),
    "I14": Check((queries.I14,), "SELECT count(*) FROM complaint WHERE id IN {cases}"),
    "I15": Check((machine_checks.capacity,)),
    "I16": Check((machine_checks.heartbeats,)),
}

STATEMENT_TIMEOUT = "300s"
HARMLESS = frozenset({"files_without_row"})
"""Violations that are shown but do not make an invariant red."""


def is_red(checked: Checked) -> bool:
    """Return whether the result has a violation that needs action."""
    return any(finding.sentence not in HARMLESS for finding in checked.findings)


def check(name: str, scope: Scope) -> tuple[Checked, int]:
    """Run the check with this name ("I1" to "I16") in a savepoint and return (`Checked`, duration in milliseconds).

    An exception is logged and returned as the finding `not_checked`, not raised; only JobTimeoutException is.
    """
    began = time.perf_counter()
    try:
        with db.session.begin_nested():
            db.session.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
            try:
                checked = _run(name, CHECKS[name], scope)
            except Exception as fault:
                if _time_limit_in(fault):
                    # The query may still be running, so the connection is of no more use.
                    db.session.connection().invalidate()
                raise
    except Exception as fault:
        if limit := _time_limit_in(fault):
            raise limit from None
        log.exception("invariant_not_checked", invariant=name)
        checked = not_checked(name, fault)
    return checked, round(1000 * (time.perf_counter() - began))


def _time_limit_in(fault: BaseException | None) -> JobTimeoutException | None:
    """Return the job's time limit that caused the exception, also below a database error; None when none did."""
    while fault is not None and not isinstance(fault, JobTimeoutException):
        fault = fault.__cause__ or fault.__context__
    return fault


def not_checked(name: str, fault: Exception) -> Checked:
    """Return the result (`Checked`) of a check that an exception ended: the finding `not_checked` with the exception's
    name.
    """
    return Checked(0, (Finding(name, type(fault).__name__, "not_checked"),))


def _run(name: str, wanted: Check, scope: Scope) -> Checked:
    rows, findings, marks = 0, list[Finding](), dict[str, object]()
    if wanted.counted is not None:
        rows = int(db.session.execute(scope.sql(wanted.counted)).scalar_one())
    for part in wanted.parts:
        if isinstance(part, Mapping):
            for sentence, sql in part.items():
                findings += _violations(name, sentence, sql, scope)
        else:
            found = part(scope)
            rows += found.looked_at
            findings += found.findings
            marks |= found.marks
    return Checked(rows, limited(findings), marks)


def _violations(name: str, sentence: str, sql: str, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each row of a query, with the row's other columns as JSON-compatible values."""
    statement = f"SELECT * FROM ({sql}) AS found ORDER BY subject LIMIT {MAX_FINDINGS}"  # noqa: S608 (our own words)
    for row in db.session.execute(scope.sql(statement)).mappings():
        values = {column: value for column, value in row.items() if column != "subject"}
        for column, value in values.items():
            if isinstance(value, datetime):
                values[column] = value.isoformat()
            elif not isinstance(value, bool | int | str | None):
                values[column] = str(value)
        yield Finding(name, str(row["subject"]), sentence, values)
