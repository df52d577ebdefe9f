"""Which message carries a notice, and when: one row a message, joined by what else waits for the same officer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import CTE, BigInteger, Select, bindparam, exists, func, literal, select, true, union_all
from sqlalchemy import Row as SqlRow
from sqlalchemy.dialects.postgresql import insert

from app.core.after_commit import enqueue_after_commit
from app.core.bulk_insert import ROWS, Row, as_text, rows_given
from app.core.clock import office_time
from app.core.extensions import db
from app.core.jobs import JobName
from app.models import Delivery, DeliveryItem, NoticePreference
from app.notices.quiet_hours import Wishes, release
from workflow_rules.time.working_calendar import WorkingCalendar

ALARMS = frozenset({"step_near", "step_late", "step_overdue"})
GATHERED_SECONDS = 20
"""Alarms of one sweep wait this long for each other, so that an outage ends in one message an officer."""

DIGEST_LOCK = 4_217_003
LEASE_SECONDS = 30
"""A message handed to Redis is handed out again after this time, unless it has been sent by then."""

_UNTRIED = (Delivery.state == "queued", Delivery.attempts == 0)


@dataclass(frozen=True)
class Told:
    """A notice that has just been written, for whom, and how that officer wishes to hear of it."""

    notice_id: int
    user_id: int
    kind: str
    wishes: Wishes
    channels: tuple[str, ...]


def written_notices(new: CTE) -> Select[Any]:
    """The notices that an insertion has written, in their order, each with what its officer has chosen; `told_by`
    reads such a row.
    """
    chosen = NoticePreference.__table__
    by_default = {"by_email": True, "only_digest": False, "quiet": True, "limit_at_any_hour": False}
    wishes = (func.coalesce(chosen.c[name], value).label(name) for name, value in by_default.items())
    has_gateway = chosen.c.gateway_to.is_not(None).label("has_gateway")
    columns = (new.c.id, new.c.user_id, new.c.kind, has_gateway, *wishes)
    return select(*columns).outerjoin_from(new, chosen, chosen.c.user_id == new.c.user_id).order_by(new.c.id)


def told_by(row: SqlRow[Any]) -> Told:
    wishes = Wishes(row.quiet, row.only_digest, row.limit_at_any_hour)
    return Told(row.id, row.user_id, row.kind, wishes, _channels(row.by_email, row.has_gateway))


class Outbox:
    """Puts notices of one transaction on their way, by the office's hours and by what each officer has chosen."""

    def __init__(self, calendar: WorkingCalendar, at: datetime) -> None:
        self._calendar, self._at = calendar, at

    def send(self, told: Sequence[Told]) -> None:
        """Each notice on every channel its officer has chosen; an officer's go together, one message a channel carries
        them all.
        """
        roads = {(one.user_id, channel, one.kind): one.wishes for one in told for channel in one.channels}
        digests = {road: self._digest(*road, wishes) for road, wishes in roads.items()}
        items = [
            {"notice_id": one.notice_id, "user_id": one.user_id, "channel": channel, "delivery_id": digest}
            for one in told
            for channel in one.channels
            for digest in (digests[one.user_id, channel, one.kind],)
        ]
        _carry(items, self._at, gathers=all(one.kind in ALARMS for one in told))

    def _digest(self, user_id: int, channel: str, kind: str, wishes: Wishes) -> int | None:
        """The morning message in which the officer is to read this; None where it may go at once."""
        when = release(self._calendar, self._at, wishes, at_limit=kind == "step_late")
        if not when.with_digest:
            return None
        return open_digest(user_id, channel, office_time(when.at).date(), when.at, self._at)


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
    return {user: _channels_of(known.get(user)) for user in wanting}


def _preferences(users: Iterable[int]) -> dict[int, NoticePreference]:
    statement = select(NoticePreference).where(NoticePreference.user_id.in_(tuple(users)))
    return {row.user_id: row for row in db.session.scalars(statement)}


def _channels_of(preference: NoticePreference | None) -> tuple[str, ...]:
    return (
        _channels(preference.by_email, bool(preference.gateway_to))
        if preference is not None
        else _channels(True, False)
    )


def _channels(by_email: bool, has_gateway: bool) -> tuple[str, ...]:
    gateway = has_gateway and bool(current_app.config.get("GATEWAY_URL"))
    return ("email",) * by_email + ("gateway",) * gateway


def _carry(items: Sequence[Row], at: datetime, *, gathers: bool) -> None:
    """Notices go with the message they name, with one to the same officer that nobody has tried to send yet, or with a
    new one, which is on its way at the commit unless it waits for others.
    """
    if not items:
        return
    first = at + timedelta(seconds=GATHERED_SECONDS if gathers else LEASE_SECONDS)
    new = db.session.scalars(_CARRY, {ROWS: as_text(items), "created_at": at, "next_try_at": first}).all()
    for message in () if gathers else new:
        enqueue_after_commit(JobName.DELIVER, message)


def _carrying() -> Select[Any]:
    """The one statement of `_carry`, which gives back the new messages."""
    items, delivery = rows_given(DeliveryItem.__table__, user_id=BigInteger()), Delivery.__table__
    roads = select(items.c.user_id, items.c.channel).where(items.c.delivery_id.is_(None)).distinct().cte("road")
    waiting = _waiting(roads).cte("waiting")
    new = insert(delivery).from_select(*_new_messages(roads, waiting), include_defaults=False)
    made = new.returning(delivery.c.id, delivery.c.user_id, delivery.c.channel).cte("made")
    messages = union_all(select(waiting), select(made)).subquery("message")
    same = (messages.c.user_id == items.c.user_id) & (messages.c.channel == items.c.channel)
    carried = select(items.c.notice_id, items.c.channel, func.coalesce(items.c.delivery_id, messages.c.id))
    carried = carried.outerjoin_from(items, messages, same)
    item = insert(DeliveryItem.__table__).from_select(["notice_id", "channel", "delivery_id"], carried)
    return select(made.c.id).order_by(made.c.id).add_cte(item.on_conflict_do_nothing().cte("carried"))


def _waiting(road: CTE) -> Select[Any]:
    """Messages to the same officers that nobody has tried to send yet; one that is being sent is passed by."""
    same = (Delivery.user_id == road.c.user_id, Delivery.channel == road.c.channel, Delivery.digest_on.is_(None))
    of_notices = (Delivery.report_job_id.is_(None), Delivery.account_news.is_(None))
    one = select(Delivery.id).where(*same, *of_notices, *_UNTRIED).limit(1)
    found = one.with_for_update(skip_locked=True, of=Delivery).lateral("found")
    return select(found.c.id, road.c.user_id, road.c.channel).join_from(road, found, true())


def _new_messages(road: CTE, waiting: CTE) -> tuple[list[str], Select[Any]]:
    """A new message for each road on which none waits: its columns, and their values."""
    moments = {name: bindparam(name, type_=Delivery.__table__.c[name].type) for name in ("created_at", "next_try_at")}
    columns = {"user_id": road.c.user_id, "channel": road.c.channel, "state": literal("queued"), "attempts": literal(0)}
    same = (waiting.c.user_id == road.c.user_id) & (waiting.c.channel == road.c.channel)
    values = columns | moments
    return list(values), select(*values.values()).select_from(road).where(~exists(select(waiting.c.id).where(same)))


_CARRY = _carrying()


class Unsent(Exception):
    """Not now: the other side is away, slow or asks to come back; worth another try."""


class GatewayAway(Unsent):
    """Not reached, silent or closing: nothing was said about this message, and the next would fare no better."""


class Refused(Exception):
    """Never: the address or the message is not accepted; a person must look at it."""
