"""Differences between a stored register and its figures recomputed today; the register itself is not changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Columns of text and names, which may change without a figure being wrong.
LEFT_OUT = frozenset({"key", "title", "officer", "numbers"})

Row = dict[str, Any]


@dataclass(frozen=True)
class Correction:
    """One difference between a register and its recomputed figures.

    `table` is "" for a count at the top; `column` is "" for a whole row that was added or removed. `old` and `new` are
    values of the figures, or rows; None means that there is no such row.
    """

    table: str
    key: str
    column: str
    old: Any
    new: Any


def corrections(
    old_counts: Mapping[str, Any],
    old_tables: Mapping[str, list[Row]],
    new_counts: Mapping[str, Any],
    new_tables: Mapping[str, list[Row]],
) -> list[Correction]:
    """Return every difference, counts first, then tables in their order."""
    found = [
        Correction("", name, name, old_counts.get(name), new_counts.get(name))
        for name in old_counts
        if old_counts.get(name) != new_counts.get(name)
    ]
    for table in old_tables:
        old, new = ({row["key"]: row for row in rows.get(table, [])} for rows in (old_tables, new_tables))
        for key in [*old, *(key for key in new if key not in old)]:
            if key not in old or key not in new:
                found.append(Correction(table, key, "", old.get(key), new.get(key)))
                continue
            for column, value in old[key].items():
                if column not in LEFT_OUT and value != new[key].get(column):
                    found.append(Correction(table, key, column, value, new[key].get(column)))
    return found
