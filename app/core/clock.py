"""The current time: aware UTC datetimes; the office's zone is used for display and dates only."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from app.core.office import ZONES, current_office
from app.core.request_context import request_context


def utc_now() -> datetime:
    return datetime.now(UTC)


def office_zone() -> ZoneInfo:
    """Return the zone of the office (WIB, WITA or WIT), read once in each request."""
    context = request_context()
    if context.office_zone is None:
        context.office_zone = current_office().zone
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
