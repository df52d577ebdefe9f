"""The zone and the clock of the office of the tests (Kabupaten Balangan), for moments where no app runs."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Makassar")


def office_time(at: datetime) -> datetime:
    """An aware moment on the clock of the office."""
    return at.astimezone(OFFICE_ZONE)


def office_today(at: datetime | None = None) -> date:
    """The date at the office, by default of now."""
    return office_time(at or datetime.now(UTC)).date()
