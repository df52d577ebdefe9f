"""Health facts of every part of the program, read without changes and without long waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from redis.exceptions import RedisError
from rq.utils import as_text, utcparse
from rq.worker_registration import REDIS_WORKER_KEYS
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import office_today
from app.core.extensions import db, redis_client
from app.core.jobs import SCHEDULER_HEARTBEAT
from app.models import StepTask
from app.notices.failed_deliveries import MessageCounts, count_messages
from app.outbound.restore_hold import find_hold
from app.reference.calendar import missing_holiday_year

WORKER_SILENT = timedelta(seconds=90)
"""An idle worker sends a heartbeat every 30 seconds, a busy one every 5."""

SWEEP_LATE = timedelta(minutes=2)

# These checks run without agency isolation, since they must also work where it is not set up.
_WITHOUT_ISOLATION = {"without_isolation": True}


@dataclass(frozen=True)
class WorkerHeartbeat:
    """A value object: a background worker and its last heartbeat (aware UTC); None when only its name is left in Redis.

    `alive` is whether the heartbeat is less than 90 seconds old.
    """

    name: str
    seen_at: datetime | None
    alive: bool


@dataclass(frozen=True)
class Processes:
    """A value object: the scheduler's last heartbeat and the background workers, as found in Redis.

    `scheduler_at` is aware, None without a heartbeat.
    """

    scheduler_at: datetime | None
    workers: tuple[WorkerHeartbeat, ...]

    @property
    def alive(self) -> tuple[WorkerHeartbeat, ...]:
        """A tuple of the workers with a heartbeat in the last 90 seconds."""
        return tuple(worker for worker in self.workers if worker.alive)

    @property
    def dead(self) -> tuple[WorkerHeartbeat, ...]:
        """A tuple of the workers without a heartbeat in the last 90 seconds."""
        return tuple(worker for worker in self.workers if not worker.alive)


@dataclass(frozen=True)
class Records:
    """A value object: work that is due according to the tables.

    `messages` counts messages to send, `late_alarms` the steps with an alarm that is over 2 minutes late;
    `missing_year` is a year without national holidays, None when there is none.
    """

    messages: MessageCounts
    late_alarms: int
    missing_year: int | None


def database_answers() -> bool:
    """Whether the database answers a statement; errors are not raised."""
    try:
        db.session.execute(text("SELECT 1"), execution_options=_WITHOUT_ISOLATION)
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def redis_answers() -> bool:
    """Whether Redis answers; errors are not raised."""
    try:
        return bool(redis_client().ping())
    except RedisError:
        return False


_POLICIES = text(
    "SELECT count(*) > 0 AND bool_and(c.relrowsecurity) AND bool_and(pg_has_role(r.oid, 'MEMBER')) FROM pg_policy p"
    " JOIN pg_class c ON c.oid = p.polrelid JOIN pg_roles r ON r.oid = ANY (p.polroles)"
    " WHERE r.rolname = 'lapor_walled'"
)


def row_level_security_enforced() -> bool:
    """Whether row-level security is in force for the database role of this process.

    False also when the database cannot be asked. See `app/access/row_level_security.py`.
    """
    try:
        return bool(db.session.scalar(_POLICIES, execution_options=_WITHOUT_ISOLATION))
    except SQLAlchemyError:
        db.session.rollback()
        return False


def restored_from() -> datetime | None:
    """Return when the backup was taken (aware UTC) from which this copy was restored, None when sending is not on hold.

    Also None when the database cannot be asked, so that the health page can still be shown.
    """
    try:
        hold = find_hold()
    except SQLAlchemyError:
        db.session.rollback()
        return None
    return hold.taken_at if hold else None


def find_processes(now: datetime) -> Processes | None:
    """Return a Processes with scheduler and background workers by their heartbeats in Redis, None when Redis is
    unavailable.
    """
    connection = redis_client()
    try:
        beat = connection.get(SCHEDULER_HEARTBEAT)
        workers = []
        for key in sorted(as_text(key) for key in connection.smembers(REDIS_WORKER_KEYS)):
            heard = connection.hget(key, "last_heartbeat")
            seen = utcparse(as_text(heard)) if heard else None
            alive = seen is not None and now - seen < WORKER_SILENT
            workers.append(WorkerHeartbeat(key.rpartition(":")[2], seen, alive))
    except RedisError:
        return None
    return Processes(datetime.fromtimestamp(int(beat), now.tzinfo) if beat else None, tuple(workers))


def find_records(now: datetime) -> Records:
    """Return a Records with the numbers of messages and late alarms over all cases, and the year without national
    holidays. Database errors are raised.
    """
    late = select(func.count()).where(StepTask.closed_at.is_(None), StepTask.next_alarm_at < now - SWEEP_LATE)
    alarms = db.session.scalars(late.execution_options(unscoped=True)).one()
    return Records(count_messages(now), alarms, missing_holiday_year(office_today(now)))
