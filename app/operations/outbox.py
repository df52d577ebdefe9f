"""Which message carries a notice, and when: one row a message, joined by what else waits for the same officer."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import BigInteger, Text, exists, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.after_commit import enqueue_after_commit
from app.clock import office_time
from app.extensions import db
from app.job_names import JobName
from app.models import Delivery, DeliveryItem, NoticePreference
from workflow_rules.quiet_hours import Wishes, release
from workflow_rules.working_calendar import WorkingCalendar

ALARMS = frozenset({"step_near", "step_late", "step_overdue"})
GATHERED_SECONDS = 20
"""Alarms of one sweep wait this long for each other, so that an outage ends in one message an officer."""

DIGEST_LOCK = 4_217_003
LEASE_SECONDS = 30
"""A message handed to Redis is handed out again after this time, unless it has been sent by then."""

Road = tuple[int, str]
"""An officer and a channel on which to reach them."""

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
        """Each notice on every channel its officer has chosen; an officer's go together, one message a channel carries
        them all.
        """
        notices = _by_user(told)
        self._read_wishes(notices.keys() - self._chosen.keys())
        roads = [(user, channel) for user in notices for channel in _channels(self._chosen[user])]
        messages = {road: digest for road in roads if (digest := self._digest(*road, kind))}
        messages |= _waiting([road for road in roads if road not in messages])
        messages |= _new_messages([road for road in roads if road not in messages], kind, self._at)
        _carry([(notice, road[1], messages[road]) for road in roads for notice in notices[road[0]]])

    def _digest(self, user_id: int, channel: str, kind: str) -> int | None:
        """The morning message in which the officer is to read this; None where it may go at once."""
        wishes = _wishes(self._chosen[user_id])
        when = release(self._calendar, self._at, wishes, at_limit=kind == "step_late")
        if not when.with_digest:
            return None
        return open_digest(user_id, channel, office_time(when.at).date(), when.at, self._at)

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


def _waiting(roads: Sequence[Road]) -> dict[Road, int]:
    """Messages to the same officers that nobody has tried to send yet; one that is being sent is passed by."""
    if not roads:
        return {}
    users, channels = (list(part) for part in zip(*roads, strict=True))
    columns = literal(users, ARRAY(BigInteger)), literal(channels, ARRAY(Text))
    road = func.unnest(*columns).table_valued("user_id", "channel", name="road").render_derived()
    same = (Delivery.user_id == road.c.user_id, Delivery.channel == road.c.channel, Delivery.digest_on.is_(None))
    of_notices = (Delivery.report_job_id.is_(None), Delivery.account_news.is_(None))
    one = select(Delivery.id).where(*same, *of_notices, *_UNTRIED).limit(1)
    found = one.with_for_update(skip_locked=True, of=Delivery).lateral("message")
    statement = select(road.c.user_id, road.c.channel, found.c.id).join_from(road, found, true())
    return {(user, channel): message for user, channel, message in db.session.execute(statement)}


def _new_messages(roads: Sequence[Road], kind: str, at: datetime) -> dict[Road, int]:
    gathers = kind in ALARMS
    first = at + timedelta(seconds=GATHERED_SECONDS if gathers else LEASE_SECONDS)
    new = {(u, c): Delivery(user_id=u, channel=c, created_at=at, next_try_at=first) for u, c in roads}
    db.session.add_all(new.values())
    db.session.flush()
    if not gathers:
        for message in new.values():
            enqueue_after_commit(JobName.DELIVER, message.id)
    return {road: message.id for road, message in new.items()}


def _carry(items: Sequence[tuple[int, str, int]]) -> None:
    """Notices with their channels and messages; one that is on its way there already stays with its message."""
    if not items:
        return
    notices, channels, messages = (list(part) for part in zip(*items, strict=True))
    columns = literal(notices, ARRAY(BigInteger)), literal(channels, ARRAY(Text)), literal(messages, ARRAY(BigInteger))
    names = ("notice_id", "channel", "delivery_id")
    rows = func.unnest(*columns).table_valued(*names).render_derived()
    statement = insert(DeliveryItem.__table__).from_select(names, select(*(rows.c[name] for name in names)))
    db.session.execute(statement.on_conflict_do_nothing())
