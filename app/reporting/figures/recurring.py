"""Problems that come back: several complaints of one category in one place within three months.

What counts is the category and the place (the village where the report names one, else the district), not the words:
likeness of words finds the same report sent twice, and those are merged at step 2.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.core.periods import Period

RECURRING = 3
"""From so many complaints on, at least one of them in the month itself, a problem is said to recur."""

NUMBERS_SHOWN = 12


class Reception(NamedTuple):
    """A complaint that came in, with the codes of what and where."""

    number: str
    at: datetime
    category: str
    district: str
    village: str


def recurring_rows(receptions: Iterable[Reception], period: Period) -> list[dict[str, Any]]:
    """The recurring problems of a month, the most frequent first; a report without category or place is no part of
    one.
    """
    groups: dict[tuple[str, str, str], list[Reception]] = defaultdict(list)
    for one in receptions:
        if one.category and (one.village or one.district):
            groups[one.category, one.district, one.village].append(one)
    rows = [_row(key, found, period) for key, found in groups.items()]
    told = [row for row in rows if row["count"] >= RECURRING and row["in_month"]]
    return sorted(told, key=lambda row: (-row["count"], row["key"]))


def _row(key: tuple[str, str, str], found: list[Reception], period: Period) -> dict[str, Any]:
    category, district, village = key
    return {
        "key": " ".join(part for part in key if part),
        "category": category,
        "district": district,
        "village": village,
        "count": len(found),
        "in_month": sum(period.holds(one.at) for one in found),
        "first_at": found[0].at.astimezone(UTC).isoformat(),
        "last_at": found[-1].at.astimezone(UTC).isoformat(),
        "numbers": [one.number for one in found[-NUMBERS_SHOWN:]],
    }
