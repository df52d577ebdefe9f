"""When the other side asks to be left alone, and until when (RFC 9110, 10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def read_retry_after(text: str, now: datetime, longest: int) -> int | None:
    """Seconds from a number or an HTTP date, at most `longest`; None for what cannot be read."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), longest)
    try:
        at = parsedate_to_datetime(text)
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return int(min(max(seconds, 0), longest))
