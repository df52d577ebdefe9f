"""The outbox: messages that carry notices to officers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, BigInteger, Select, bindparam, exists, func, literal, select, true, union_all
from sqlalchemy import Row as SqlRow
from sqlalchemy.dialects.postgresql import insert

from app.core.after_commit import enqueue_after_commit
from app.core.bulk_insert import ROWS, Row, as_text, parameter_rows
from app.core.clock import office_time
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.locks import DIGEST_LOCK, wait_for_lock
from app.models import Delivery, DeliveryItem, NoticePreference
from app.notices.quiet_hours import SendingChoices, release
from app.outbound.notification_channels import CHANNELS
from workflow_rules.time.working_calendar import WorkingCalendar

ALARMS = frozenset({"step_near", "step_late", "step_overdue"})
GATHERED_SECONDS = 20
"""Seconds that alarms of one sweep wait to be combined, so that an outage causes one message an officer."""

CLAIM_SECONDS = 30
"""Seconds after which a message is enqueued again if it has not been sent by then."""

_UNTRIED = (Delivery.state == "queued", Delivery.attempts == 0)


@dataclass(frozen=True)
class WrittenNotice:
    """A value object: a notice just written, with its recipient (`user_id`) and the recipient's preferences and
    channels.
    """

    notice_id: int
    user_id: int
    kind: str
    choices: SendingChoices
    channels: tuple[str, ...]


def written_notices(new: CTE) -> Select[Any]:
    """Return a SELECT statement for the notices that an INSERT (the CTE `new`) has written, in order of id, with their
    recipients' preferences. `written_notice` converts such a row.
    """
    chosen = NoticePreference.__table__
    by_default = {"only_digest": False, "quiet": True, "limit_at_any_hour": False}
    choices = (func.coalesce(chosen.c[name], value).label(name) for name, value in by_default.items())
    wanted = (
        (func.coalesce(column, True) if channel.for_everyone else column.is_not(None)).label(channel.name)
        for channel in CHANNELS.values()
        for column in (chosen.c[channel.preference],)
    )
    columns = (new.c.id, new.c.user_id, new.c.kind, *wanted, *choices)
    return select(*columns).outerjoin_from(new, chosen, chosen.c.user_id == new.c.user_id).order_by(new.c.id)


def written_notice(row: SqlRow[Any]) -> WrittenNotice:
    """Return a row that `written_notices` selected as a WrittenNotice."""
    choices = SendingChoices(row.quiet, row.only_digest, row.limit_at_any_hour)
    return WrittenNotice(row.id, row.user_id, row.kind, choices, _channels(row._mapping))


class Outbox:
    """A writer that puts the notices of one transaction into outgoing messages, according to office hours and the
    officers' preferences.
    """

    def __init__(self, calendar: WorkingCalendar, at: datetime) -> None:
        self._calendar, self._at = calendar, at

    def send(self, notices: Sequence[WrittenNotice]) -> None:
        """Put each notice into one message for each channel of its officer, within the transaction; the messages are
        sent after the commit.
        """
        routes = {(one.user_id, channel, one.kind): one.choices for one in notices for channel in one.channels}
        digests = {route: self._digest(*route, choices) for route, choices in routes.items()}
        items = [
            {"notice_id": one.notice_id, "user_id": one.user_id, "channel": channel, "delivery_id": digest}
            for one in notices
            for channel in one.channels
            for digest in (digests[one.user_id, channel, one.kind],)
        ]
        _add_to_messages(items, self._at, gathers=all(one.kind in ALARMS for one in notices))

    def _digest(self, user_id: int, channel: str, kind: str, choices: SendingChoices) -> int | None:
        """Return the id of the morning digest (a Delivery row, then locked) that a notice joins; None if the notice is
        not for a digest, or that digest is being sent.
        """
        when = release(self._calendar, self._at, choices, at_limit=kind == "step_late")
        if not when.with_digest:
            return None
        return open_digest(user_id, channel, office_time(when.at).date(), when.at, self._at)


def open_digest(user_id: int, channel: str, day: date, opening: datetime, at: datetime) -> int | None:
    """Return the id of an officer's morning digest (a Delivery row) on a channel, locked until the commit; it is
    inserted if there is none. None if it is being sent or another transaction has locked it.
    """
    same = (Delivery.user_id == user_id, Delivery.channel == channel, Delivery.digest_on == day)
    if not db.session.scalars(select(exists().where(*same))).one():
        # Serialise creation: two transactions waiting for each other's rows would deadlock.
        wait_for_lock(DIGEST_LOCK)
        row = {"user_id": user_id, "channel": channel, "digest_on": day, "state": "queued", "created_at": at}
        row |= {"next_try_at": opening, "attempts": 0}
        db.session.execute(insert(Delivery.__table__).values(row).on_conflict_do_nothing())
    return db.session.scalars(select(Delivery.id).where(*same, *_UNTRIED).with_for_update(skip_locked=True)).first()


def channels_of(user_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the names of the channels of each officer who wants a morning digest, by user id; others are left
    out.
    """
    channels = dict.fromkeys(user_ids, _channels({one.name: one.for_everyone for one in CHANNELS.values()}))
    for row in db.session.scalars(select(NoticePreference).where(NoticePreference.user_id.in_(tuple(channels)))):
        if row.morning_digest or row.only_digest:
            channels[row.user_id] = _channels({one.name: getattr(row, one.preference) for one in CHANNELS.values()})
        else:
            del channels[row.user_id]
    return channels


def _channels(wanted: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return a tuple of the names of the channels that take messages and have a true value in `wanted` (a mapping by
    channel name).
    """
    return tuple(name for name, channel in CHANNELS.items() if wanted[name] and channel.takes_messages())


def _add_to_messages(items: Sequence[Row], at: datetime, *, gathers: bool) -> None:
    """Insert each notice into the message that it names, into a message to the same officer that was not tried yet, or
    into a new one.

    New messages are enqueued at the commit, unless they wait to be combined (`gathers`).
    """
    if not items:
        return
    first = at + timedelta(seconds=GATHERED_SECONDS if gathers else CLAIM_SECONDS)
    new = db.session.scalars(_ADD, {ROWS: as_text(items), "created_at": at, "next_try_at": first}).all()
    for message in () if gathers else new:
        enqueue_after_commit(JobName.DELIVER, message)


def _add_statement() -> Select[Any]:
    """Return the SELECT statement that inserts everything for `_add_to_messages` and selects the ids of new
    messages.
    """
    items, delivery = parameter_rows(DeliveryItem.__table__, user_id=BigInteger()), Delivery.__table__
    routes = select(items.c.user_id, items.c.channel).where(items.c.delivery_id.is_(None)).distinct().cte("route")
    waiting = _waiting(routes).cte("waiting")
    new = insert(delivery).from_select(*_new_messages(routes, waiting), include_defaults=False)
    made = new.returning(delivery.c.id, delivery.c.user_id, delivery.c.channel).cte("made")
    messages = union_all(select(waiting), select(made)).subquery("message")
    same = (messages.c.user_id == items.c.user_id) & (messages.c.channel == items.c.channel)
    added = select(items.c.notice_id, items.c.channel, func.coalesce(items.c.delivery_id, messages.c.id))
    added = added.outerjoin_from(items, messages, same)
    item = insert(DeliveryItem.__table__).from_select(["notice_id", "channel", "delivery_id"], added)
    return select(made.c.id).order_by(made.c.id).add_cte(item.on_conflict_do_nothing().cte("added"))


def _waiting(route: CTE) -> Select[Any]:
    """Return a SELECT statement for messages to the same officers and channels that were not tried yet, as (id, user
    id, channel); messages being sent are skipped.
    """
    same = (Delivery.user_id == route.c.user_id, Delivery.channel == route.c.channel, Delivery.digest_on.is_(None))
    of_notices = (Delivery.report_job_id.is_(None), Delivery.account_news.is_(None))
    one = select(Delivery.id).where(*same, *of_notices, *_UNTRIED).limit(1)
    found = one.with_for_update(skip_locked=True, of=Delivery).lateral("found")
    return select(found.c.id, route.c.user_id, route.c.channel).join_from(route, found, true())


def _new_messages(route: CTE, waiting: CTE) -> tuple[list[str], Select[Any]]:
    """Return (column names, SELECT statement): the columns of a new message and their values for each officer and
    channel without a waiting message.
    """
    moments = {name: bindparam(name, type_=Delivery.__table__.c[name].type) for name in ("created_at", "next_try_at")}
    columns = {
        "user_id": route.c.user_id,
        "channel": route.c.channel,
        "state": literal("queued"),
        "attempts": literal(0),
    }
    same = (waiting.c.user_id == route.c.user_id) & (waiting.c.channel == route.c.channel)
    values = columns | moments
    return list(values), select(*values.values()).select_from(route).where(~exists(select(waiting.c.id).where(same)))


_ADD = _add_statement()
