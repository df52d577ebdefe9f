"""Runs the invariant checks nightly, or by command, and notifies of the result.

The unique row of a night is the claim to run; a run whose worker died is taken over at the next slot.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from app.access.people import ADMINISTRATOR_ROLE, SUPERVISOR_ROLE
from app.audit.invariants.catalogue import CHECKS, check, is_red
from app.audit.invariants.findings import SLICES, Checked, Look
from app.core.clock import office_time, utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import InvariantFinding, InvariantResult, InvariantRun, Notice, Role, User, assoc_user_role
from app.notices.notify import Notifier
from app.reference.calendar import load_working_calendar

NIGHTLY_AT = time(2, 30)
SILENT = timedelta(minutes=30)
"""A run without a heartbeat for this long is presumed dead."""

KEPT = timedelta(days=90)
OVERLAP = timedelta(hours=1)
"""Overlap with the previous run, for transactions that were still open when it began."""

Clock = Callable[[], datetime]


def run_nightly(clock: Clock = utc_now) -> str:
    """Run all checks once per night from 02:30 office time, store the results, and notify.

    Returns `not_yet`, `elsewhere` (done or claimed by another worker), `green` or `red`.
    """
    now = clock()
    if office_time(now).time() < NIGHTLY_AT:
        return "not_yet"
    night = office_time(now).date()
    run_id = _claim(night, now)
    if run_id is None:
        return "elsewhere"
    look = Look(now, _last_green(), night.toordinal() % SLICES, _marks())
    for name in CHECKS:
        _look_at(run_id, name, look, clock)
    return _finish(run_id, clock())


def look_now(names: Iterable[str], now: datetime) -> Iterator[tuple[str, Checked]]:
    """Yield (name, result) of the named checks over all rows, as each completes; nothing is stored or notified."""
    look = Look(now, marks=_marks())
    for name in names:
        yield name, _in_one_picture(name, look)[0]


def _claim(night: date, now: datetime) -> int | None:
    """Claim the night's run and return its id, or None when it is done or another worker is at it.

    A silent run is taken over, and its results are deleted.
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


def _look_at(run_id: int, name: str, look: Look, clock: Clock) -> None:
    checked, milliseconds = _in_one_picture(name, look)
    with one_transaction():
        run = db.session.get_one(InvariantRun, run_id)
        run.alive_at = clock()
        result = InvariantResult(run_id=run_id, invariant=name, looked_at=checked.looked_at, red=is_red(checked))
        result.milliseconds, result.marks = milliseconds, dict(checked.marks)
        result.findings = [
            InvariantFinding(subject=f.subject[:300], sentence=f.sentence, particulars=dict(f.particulars))
            for f in checked.findings
        ]
        db.session.add(result)


def _in_one_picture(name: str, look: Look) -> tuple[Checked, int]:
    """Return the result and the milliseconds of one check on a single snapshot; nothing is changed."""
    db.session.rollback()
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        return check(name, look)
    finally:
        db.session.rollback()


def _finish(run_id: int, now: datetime) -> str:
    with one_transaction():
        run = db.session.get_one(InvariantRun, run_id)
        red = select(InvariantResult.id).where(InvariantResult.run_id == run_id, InvariantResult.red)
        run.ended_at, run.red = now, len(db.session.scalars(red).all())
        tell_of_run(run, now)
        _forget(now)
        return "red" if run.red else "green"


def _last_green() -> datetime | None:
    """Return the instant from which changes must be checked: an hour before the last green run began, None for all.

    A red run does not count, so that what it saw is checked again.
    """
    green = (InvariantRun.night.is_not(None), InvariantRun.ended_at.is_not(None), InvariantRun.red == 0)
    statement = select(InvariantRun.began_at).where(*green).order_by(InvariantRun.began_at.desc()).limit(1)
    found = db.session.scalars(statement).first()
    return found - OVERLAP if found is not None else None


def _marks() -> dict[str, dict[str, object]]:
    """Return what the last check of each invariant stored for the next, by invariant."""
    statement = select(InvariantResult.invariant, InvariantResult.marks).where(InvariantResult.marks != {})
    rows = db.session.execute(statement.order_by(InvariantResult.id.desc()).limit(len(CHECKS)))
    found: dict[str, dict[str, object]] = {}
    for name, marks in rows:
        found.setdefault(name, marks)
    return found


def _forget(now: datetime) -> None:
    """Delete results after 90 days, and runs without a notice."""
    old = select(InvariantRun.id).where(InvariantRun.ended_at < now - KEPT)
    db.session.execute(delete(InvariantResult).where(InvariantResult.run_id.in_(old)))
    told = exists().where(Notice.invariant_run_id == InvariantRun.id)
    statement = delete(InvariantRun).where(InvariantRun.ended_at < now - KEPT, ~told)
    db.session.execute(statement.execution_options(synchronize_session=False))


HEARERS = (ADMINISTRATOR_ROLE, SUPERVISOR_ROLE)


def tell_of_run(run: InvariantRun, now: datetime) -> None:
    """Notify administrators and supervisors of a red night, or of the first green one after it.

    Call it in the transaction that ends the run; the unique notice prevents duplicates.
    """
    if run.red:
        kind = "records_red"
    elif _red_before(run):
        kind = "records_green"
    else:
        return
    Notifier(load_working_calendar(), now).records_looked_at(run.id, kind, _hearers())


def _red_before(run: InvariantRun) -> bool:
    """Return True when the previous completed nightly run was red."""
    earlier = (InvariantRun.id != run.id, InvariantRun.night < run.night, InvariantRun.ended_at.is_not(None))
    statement = select(InvariantRun.red).where(*earlier).order_by(InvariantRun.night.desc()).limit(1)
    return bool(db.session.scalars(statement).first())


def _hearers() -> list[int]:
    statement = select(User.id).join(assoc_user_role, assoc_user_role.c.user_id == User.id)
    statement = statement.join(Role, Role.id == assoc_user_role.c.role_id)
    statement = statement.where(Role.name.in_(HEARERS), User.active.is_(True)).distinct().order_by(User.id)
    return list(db.session.scalars(statement))
