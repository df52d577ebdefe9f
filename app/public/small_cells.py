"""Suppression of small counts in published tables, safe against subtraction from the total."""

from collections.abc import Collection, Mapping
from typing import TypeVar

LEAST = 5
"""Counts from 1 to below this are hidden, since they may lead to a person; zero is shown where it reveals nothing."""

Key = TypeVar("Key")


def without_small(counts: Mapping[Key, int], total_shown: bool = True) -> dict[Key, int | None]:
    """Return a dict with the counts of one row or column, with None in place of each that is hidden: those from 1 to
    below LEAST (5), and others where needed.

    If the total is published too, at least two cells with a sum of at least twice LEAST must be hidden, or the
    difference would reveal them; the smallest other cells are hidden until that holds or none is left. Each hidden cell
    is at least 1 as long as zeros are shown, so a sum that leaves no cell room to reach LEAST (five cells with the sum
    5 are five ones) hides others too, and at last the zeros: the counts must give every cell, also those of zero.
    """
    hidden = {key for key, count in counts.items() if 0 < count < LEAST}
    if hidden and total_shown:
        others = sorted((count, str(key), key) for key, count in counts.items() if count >= LEAST)
        while others and (len(hidden) < 2 or _sum(counts, hidden) < max(2 * LEAST, _room(hidden))):
            hidden.add(others.pop(0)[2])
        if _sum(counts, hidden) < _room(hidden):
            hidden = set(counts)
    return {key: None if key in hidden else count for key, count in counts.items()}


def _sum(counts: Mapping[Key, int], keys: Collection[Key]) -> int:
    return sum(counts[key] for key in keys)


def _room(hidden: Collection[Key]) -> int:
    """Return the least sum of these hidden cells at which each of them may be LEAST while all others are 1."""
    return len(hidden) - 1 + LEAST


def shown_total(counts: Mapping[Key, int]) -> int | None:
    """Return the sum of the counts; None if the sum itself is too small to be published (1 to below LEAST)."""
    total = sum(counts.values())
    return None if 0 < total < LEAST else total
