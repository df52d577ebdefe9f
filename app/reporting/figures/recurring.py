"""Recurring problems: several complaints of one category in one place within three months.

Category and place are compared (the village where named, else the district), not the text: similar text marks
duplicates, which are merged at step 2.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.core.periods import Period

RECURRING = 3
"""Fewest complaints of a recurring problem, at least one of them in the month itself."""

NUMBERS_SHOWN = 12


class Reception(NamedTuple):
    """A named tuple: a received complaint with the codes of its category and place ("" for none); `at` is aware."""

    number: str
    at: datetime
    category: str
    district: str
    village: str


def recurring_rows(receptions: Iterable[Reception], period: Period) -> list[dict[str, Any]]:
    """Return a list of dicts, one for each category and place with 3 or more complaints, one of them in the period.

    The most frequent come first. `receptions` must be in order of time; those without category or place are skipped.
    """
    groups: dict[tuple[str, str, str], list[Reception]] = defaultdict(list)
    for one in receptions:
        if one.category and (one.village or one.district):
            groups[one.category, one.district, one.village].append(one)
    rows = [
        {
            "key": " ".join(part for part in (category, district, village) if part),
            "category": category,
            "district": district,
            "village": village,
            "count": len(found),
            "in_month": in_month,
            "first_at": found[0].at.astimezone(UTC).isoformat(),
            "last_at": found[-1].at.astimezone(UTC).isoformat(),
            "numbers": [one.number for one in found[-NUMBERS_SHOWN:]],
        }
        for (category, district, village), found in groups.items()
        if len(found) >= RECURRING and (in_month := sum(period.holds(one.at) for one in found))
    ]
    return sorted(rows, key=lambda row: (-row["count"], row["key"]))
