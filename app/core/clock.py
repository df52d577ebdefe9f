"""The current time: aware UTC datetimes; the office's zone (WITA) is used for display and dates only."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Makassar")


def utc_now() -> datetime:
    return datetime.now(UTC)


def office_time(at: datetime) -> datetime:
    """Return an aware datetime converted to the office's zone (WITA, UTC+8)."""
    return at.astimezone(OFFICE_ZONE)


def office_today(at: datetime | None = None) -> date:
    """Return the date in the office's zone (WITA) at an aware datetime, by default now."""
    return office_time(at or utc_now()).date()


def midnight(day: date) -> datetime:
    """Return the moment at which an office date begins, as an aware datetime in the office's zone (WITA)."""
    return datetime.combine(day, time(), OFFICE_ZONE)
