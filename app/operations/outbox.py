"""Which message carries a notice, and when: one row a message, joined by what else waits for the same officer."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import BigInteger, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.after_commit import enqueue_after_commit
from app.clock import office_time
from app.extensions import db
from app.job_names import JobName
from app.models import Delivery, DeliveryItem, NoticePreference
from workflow_rules.quiet_hours import Release, Wishes, release
from workflow_rules.working_calendar import WorkingCalendar

ALARMS = frozenset({"step_near", "step_late", "step_overdue"})
GATHERED_SECONDS = 20
"""Alarms of one sweep wait this long for each other, so that an outage ends in one message an officer."""

DIGEST_LOCK = 4_217_003
LEASE_SECONDS = 30
"""A message handed to Redis is handed out again after this time, unless it has been sent by then."""

_UNTRIED = (Delivery.state == "queued", Delivery.attempts == 0)


@dataclass(frozen=True)
class Told:
    """A notice that has just been written, and for whom."""

    notice_id: int
    user_id: int


class Outbox:
    """Puts notices of one transaction on their way, by the office's hours and by what each officer has chosen."""

    def __init__(self, calendar: WorkingCalendar, at: datetime) -> None:
        self._calendar, self._at = calendar, at
        self._chosen: dict[int, NoticePreference | None] = {}

    def send(self, told: Sequence[Told], kind: str) -> None:
        """Each notice on every channel its officer has chosen."""
        self._read_wishes({t.user_id for t in told} - self._chosen.keys())
        for user_id, notices in _by_user(told).items():
            self._carry(user_id, notices, kind)

    def _carry(self, user_id: int, notices: list[int], kind: str) -> None:
        """An officer's notices go together: one message a channel carries them all."""
        preference = self._chosen[user_id]
        when = release(self._calendar, self._at, _wishes(preference), at_limit=kind == "step_late")
        for channel in _channels(preference):
            message = _message_for(user_id, channel, when, kind, self._at)
            notice = func.unnest(literal(notices, ARRAY(BigInteger))).column_valued("notice_id")
            rows = select(notice, literal(channel), literal(message, BigInteger))
            statement = insert(DeliveryItem.__table__).from_select(["notice_id", "channel", "delivery_id"], rows)
            db.session.execute(statement.on_conflict_do_nothing())

    def _read_wishes(self, users: Set[int]) -> None:
        if users:
            self._chosen |= dict.fromkeys(users) | _preferences(users)


def open_digest(user_id: int, channel: str, day: date, opening: datetime, at: datetime) -> int | None:
    """The message of that morning to an officer on a channel, made if there is none yet; None once it is on its way."""
    same = (Delivery.user_id == user_id, Delivery.channel == channel, Delivery.digest_on == day)
    if not db.session.scalars(select(exists().where(*same))).one():
        # One maker at a time: two that wait for each other's rows in different order would never end.
        db.session.execute(select(func.pg_advisory_xact_lock(DIGEST_LOCK)))
        row = {"user_id": user_id, "channel": channel, "digest_on": day, "state": "queued", "created_at": at}
        row |= {"next_try_at": opening, "attempts": 0}
        db.session.execute(insert(Delivery.__table__).values(row).on_conflict_do_nothing())
    return db.session.scalars(select(Delivery.id).where(*same, *_UNTRIED).with_for_update(skip_locked=True)).first()


def channels_of(user_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The channels on which officers take their morning message; those who want none are left out."""
    users = tuple(user_ids)
    known = _preferences(users)
    wanting = (u for u in users if (p := known.get(u)) is None or p.morning_digest or p.only_digest)
    return {user: tuple(_channels(known.get(user))) for user in wanting}


def _preferences(users: Iterable[int]) -> dict[int, NoticePreference]:
    statement = select(NoticePreference).where(NoticePreference.user_id.in_(tuple(users)))
    return {row.user_id: row for row in db.session.scalars(statement)}


def _wishes(preference: NoticePreference | None) -> Wishes:
    if preference is None:
        return Wishes()
    return Wishes(preference.quiet, preference.only_digest, preference.limit_at_any_hour)


def _channels(preference: NoticePreference | None) -> Iterator[str]:
    if preference is None or preference.by_email:
        yield "email"
    if preference is not None and preference.gateway_to and current_app.config.get("GATEWAY_URL"):
        yield "gateway"


def _by_user(told: Iterable[Told]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one in told:
        found.setdefault(one.user_id, []).append(one.notice_id)
    return found


def _message_for(user_id: int, channel: str, when: Release, kind: str, at: datetime) -> int:
    message = None
    if when.with_digest:
        message = open_digest(user_id, channel, office_time(when.at).date(), when.at, at)
    return message or _waiting(user_id, channel) or _new_message(user_id, channel, kind, at)


def _waiting(user_id: int, channel: str) -> int | None:
    """A message to the same officer that nobody has tried to send yet; one that is being sent is passed by."""
    same = (Delivery.user_id == user_id, Delivery.channel == channel, Delivery.digest_on.is_(None))
    of_notices = (Delivery.report_job_id.is_(None), Delivery.account_news.is_(None))
    statement = select(Delivery.id).where(*same, *of_notices, *_UNTRIED)
    return db.session.scalars(statement.limit(1).with_for_update(skip_locked=True)).first()


def _new_message(user_id: int, channel: str, kind: str, at: datetime) -> int:
    gathers = kind in ALARMS
    first = at + timedelta(seconds=GATHERED_SECONDS if gathers else LEASE_SECONDS)
    message = Delivery(user_id=user_id, channel=channel, created_at=at, next_try_at=first)
    db.session.add(message)
    db.session.flush()
    if not gathers:
        enqueue_after_commit(JobName.DELIVER, message.id)
    return message.id
