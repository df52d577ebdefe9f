"""The current time: aware UTC datetimes; the office's zone is used for display and dates only."""

from datetime import UTC, date, datetime, time
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from app.core.extensions import db
from app.core.office import NOT_SET_UP, ZONES, current_office
from app.core.request_context import request_context

_LAST_READ: WeakKeyDictionary[object, ZoneInfo] = WeakKeyDictionary()
"""The zone by database engine, of which each installation has its own."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def office_zone() -> ZoneInfo:
    """Return the zone of the office (WIB, WITA or WIT), read once in each request.

    Before a request has read any definition, the zone that this process read last is taken, which saves a statement: a
    zone stays once there is a complaint.
    """
    context = request_context()
    if context.office_zone is None:
        if context.definitions_version is None and (known := _LAST_READ.get(db.engine)):
            return known
        office = current_office()
        context.office_zone = office.zone
        if office is not NOT_SET_UP:
            _LAST_READ[db.engine] = office.zone
    return context.office_zone


def zone_name() -> str:
    """Return the name of the office's zone that people know: WIB, WITA or WIT."""
    return ZONES[office_zone().key]


def office_time(at: datetime) -> datetime:
    """Return an aware datetime converted to the office's zone."""
    return at.astimezone(office_zone())


def office_today(at: datetime | None = None) -> date:
    """Return the date in the office's zone at an aware datetime, by default now."""
    return office_time(at or utc_now()).date()


def midnight(day: date) -> datetime:
    """Return the moment at which an office date begins, as an aware datetime in the office's zone."""
    return datetime.combine(day, time(), office_zone())
