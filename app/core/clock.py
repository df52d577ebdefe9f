"""The only source of time: always aware, always UTC; the office's zone is for showing and for days."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Makassar")


def utc_now() -> datetime:
    return datetime.now(UTC)


def office_time(at: datetime) -> datetime:
    """The same instant on the office's clock (WITA, UTC+8)."""
    return at.astimezone(OFFICE_ZONE)


def office_today(at: datetime | None = None) -> date:
    return office_time(at or utc_now()).date()


def midnight(day: date) -> datetime:
    """The instant at which a day begins on the office's clock."""
    return datetime.combine(day, time(), OFFICE_ZONE)
