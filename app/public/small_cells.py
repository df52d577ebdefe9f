"""Small numbers in published tables: hidden, and so that no subtraction from the total brings them back."""

from collections.abc import Mapping
from typing import TypeVar

LEAST = 5
"""Counts below this may lead to a person; nothing at all leads to nobody."""

Key = TypeVar("Key")


def without_small(counts: Mapping[Key, int], total_shown: bool = True) -> dict[Key, int | None]:
    """The cells of one row or column, None for each that is hidden.

    Where the total is published too, what is hidden must be at least two cells that are more than a few together: else
    the total less what is shown would tell them. The smallest of the others are hidden along until that holds.
    """
    hidden = {key for key, count in counts.items() if 0 < count < LEAST}
    if hidden and total_shown:
        others = sorted((count, str(key), key) for key, count in counts.items() if count >= LEAST)
        while others and (len(hidden) < 2 or sum(counts[key] for key in hidden) < 2 * LEAST):
            hidden.add(others.pop(0)[2])
    return {key: None if key in hidden else count for key, count in counts.items()}


def shown_total(counts: Mapping[Key, int]) -> int | None:
    """The total of a table; None where it is small itself, or where everything in it is one hidden cell."""
    total = sum(counts.values())
    return None if 0 < total < LEAST else total
