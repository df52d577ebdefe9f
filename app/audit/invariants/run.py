"""Runs the invariant checks nightly, or by command, notifies of the result, and reads the last one.

One worker per night runs them: it inserts the night's row, which is unique. A run whose worker died is taken over by
the next nightly job.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog
from rq.timeouts import JobTimeoutException
from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from app.access.people import administrators, supervisors
from app.audit.invariants.scope import SLICES, Checked, Finding, Scope
from app.audit.invariants.table import CHECKS, check, is_red, not_checked
from app.core.clock import office_time, utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import InvariantFinding, InvariantResult, InvariantRun, Notice
from app.notices.notify import Notifier
from app.reference.calendar import load_working_calendar

log = structlog.get_logger()

NIGHTLY_AT = time(2, 30)
SILENT = timedelta(minutes=30)
"""A run without a heartbeat for this long is presumed dead."""

RETENTION = timedelta(days=90)
OVERLAP = timedelta(hours=1)
"""Overlap with the previous run, for transactions that were still open when it began."""

MAX_SHOWN = 5

Clock = Callable[[], datetime]


def run_nightly(clock: Clock = utc_now) -> str:
    """Run all checks, once per night from 02:30 office time, store and commit their results, and notify of them.

    Returns "not_yet" before 02:30, "elsewhere" when the night's run is done or claimed by another worker, "green"
    without and "red" with violations that need action. The job's time limit ends the run: the checks that are left are
    red as not checked. `clock` returns the present time (aware UTC).
    """
    now = clock()
    if office_time(now).time() < NIGHTLY_AT:
        return "not_yet"
    night = office_time(now).date()
    run_id = _claim(night, now)
    if run_id is None:
        return "elsewhere"
    scope = Scope(now, _last_green(), night.toordinal() % SLICES, _last_marks())
    left = list(CHECKS)
    try:
        while left:
            checked, milliseconds = _check_on_snapshot(left[0], scope)
            _store(run_id, left[0], checked, milliseconds, clock())
            del left[0]
    except JobTimeoutException as timeout:
        log.exception("invariants_not_checked", invariants=left)
        for name in left:
            _store(run_id, name, not_checked(name, timeout), 0, clock())
    return _finish(run_id, clock())


def _store(run_id: int, name: str, checked: Checked, milliseconds: int, now: datetime) -> None:
    """Store and commit the result of one check, and with it the run's heartbeat."""
    with one_transaction():
        db.session.get_one(InvariantRun, run_id).alive_at = now
        result = InvariantResult(run_id=run_id, invariant=name, looked_at=checked.looked_at, red=is_red(checked))
        result.milliseconds, result.marks = milliseconds, dict(checked.marks)
        result.findings = [
            InvariantFinding(subject=f.subject[:300], sentence=f.sentence, particulars=dict(f.particulars))
            for f in checked.findings
        ]
        db.session.add(result)


def check_now(names: Iterable[str], now: datetime) -> Iterator[tuple[str, Checked]]:
    """Yield (name, `Checked`) of the named checks, such as "I3", over all rows as each completes.

    Nothing is stored, and nobody is notified. `now` is an aware UTC datetime.
    """
    scope = Scope(now, marks=_last_marks())
    for name in names:
        yield name, _check_on_snapshot(name, scope)[0]


def _claim(night: date, now: datetime) -> int | None:
    """Claim and commit the run of a night, and return its id; None when it is done or claimed by another worker.

    A run without a heartbeat for 30 minutes is taken over, and its results are deleted.
    """
    table = InvariantRun.__table__
    row = {"night": night, "began_at": now, "alive_at": now, "red": 0}
    silent = table.c.ended_at.is_(None) & (table.c.alive_at < now - SILENT)
    again = {"began_at": now, "alive_at": now}
    with one_transaction():
        statement = insert(table).values(row)
        statement = statement.on_conflict_do_update(index_elements=[table.c.night], set_=again, where=silent)
        run_id = db.session.execute(statement.returning(table.c.id)).scalar()
        if run_id is not None:
            db.session.execute(delete(InvariantResult).where(InvariantResult.run_id == run_id))
        return run_id


def _check_on_snapshot(name: str, scope: Scope) -> tuple[Checked, int]:
    """Return (`Checked`, milliseconds) of one check, which reads a single snapshot of the database.

    The session is rolled back before and after, so that nothing is changed. Raises JobTimeoutException when the time
    limit of the job ends.
    """
    db.session.rollback()
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        return check(name, scope)
    finally:
        db.session.rollback()


def _finish(run_id: int, now: datetime) -> str:
    """End and commit a run, notify of its result, and return "red" or "green".

    Results over 90 days old are deleted, and also their runs, ended or not, if no notice refers to them.
    """
    with one_transaction():
        run = db.session.get_one(InvariantRun, run_id)
        red = select(InvariantResult.id).where(InvariantResult.run_id == run_id, InvariantResult.red)
        run.ended_at, run.red = now, len(db.session.scalars(red).all())
        _notify(run, now)
        expired = InvariantRun.alive_at < now - RETENTION
        results = delete(InvariantResult).where(InvariantResult.run_id.in_(select(InvariantRun.id).where(expired)))
        db.session.execute(results)
        notified = exists().where(Notice.invariant_run_id == InvariantRun.id)
        runs = delete(InvariantRun).where(expired, ~notified)
        db.session.execute(runs.execution_options(synchronize_session=False))
        return "red" if run.red else "green"


def _last_green() -> datetime | None:
    """Return the instant (aware UTC) from which changes must be checked, None when everything must be.

    It is an hour before the last green run began; a red run does not count, so that its violations are checked again.
    """
    green = (InvariantRun.night.is_not(None), InvariantRun.ended_at.is_not(None), InvariantRun.red == 0)
    statement = select(InvariantRun.began_at).where(*green).order_by(InvariantRun.began_at.desc()).limit(1)
    found = db.session.scalars(statement).first()
    return found - OVERLAP if found is not None else None


def _last_marks() -> dict[str, dict[str, object]]:
    """Return a dict from invariant ("I8") to the values that its last check stored for its next one."""
    statement = select(InvariantResult.invariant, InvariantResult.marks).where(InvariantResult.marks != {})
    rows = db.session.execute(statement.order_by(InvariantResult.id.desc()).limit(len(CHECKS)))
    found: dict[str, dict[str, object]] = {}
    for name, marks in rows:
        found.setdefault(name, marks)
    return found


def _notify(run: InvariantRun, now: datetime) -> None:
    """Notify administrators and supervisors when the run is red, or when it is the first green one after a red one.

    A unique index prevents duplicate notices.
    """
    if run.red:
        kind = "records_red"
    elif _red_before(run):
        kind = "records_green"
    else:
        return
    recipients = sorted({*administrators(), *supervisors()})
    Notifier(load_working_calendar(), now).records_checked(run.id, kind, recipients)


def _red_before(run: InvariantRun) -> bool:
    """Return whether the last completed nightly run before this one was red; False if there is none."""
    earlier = (InvariantRun.id != run.id, InvariantRun.night < run.night, InvariantRun.ended_at.is_not(None))
    statement = select(InvariantRun.red).where(*earlier).order_by(InvariantRun.night.desc()).limit(1)
    return bool(db.session.scalars(statement).first())


@dataclass(frozen=True)
class RedInvariant:
    """A value object with an invariant that has violations: its name, the first 5 of them, and how many are stored.

    `red` is whether any of them needs action.
    """

    name: str
    findings: tuple[Finding, ...]
    count: int
    red: bool


@dataclass(frozen=True)
class LastRun:
    """A value object with the last completed nightly run: its end (aware UTC), and the invariants in which it found
    violations.
    """

    ended_at: datetime
    red: tuple[RedInvariant, ...]


def last_invariant_run() -> LastRun | None:
    """Return the last completed nightly run as a `LastRun`, or None when there is none yet."""
    ended = select(InvariantRun).where(InvariantRun.night.is_not(None), InvariantRun.ended_at.is_not(None))
    results = selectinload(InvariantRun.results).selectinload(InvariantResult.findings)
    statement = ended.order_by(InvariantRun.night.desc()).limit(1).options(results)
    run = db.session.scalars(statement.execution_options(populate_existing=True)).first()
    if run is None or run.ended_at is None:
        return None
    red = []
    for result in run.results:
        shown = tuple(
            Finding(result.invariant, f.subject, f.sentence, f.particulars) for f in result.findings[:MAX_SHOWN]
        )
        if shown:
            red.append(RedInvariant(result.invariant, shown, len(result.findings), result.red))
    return LastRun(run.ended_at, tuple(red))
