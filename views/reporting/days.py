"""Dates in forms and query strings of the reporting screens."""

from datetime import date


def parse_day(text: str) -> date | None:
    """Return the date of an ISO text (YYYY-MM-DD); None for other texts, and for years before 2000 and after 2099."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None
