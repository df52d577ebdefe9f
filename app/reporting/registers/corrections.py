"""Differences between a stored register and its figures recomputed today; the register itself is not changed."""

from collections.abc import Iterator, Mapping
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
    for table, rows in old_tables.items():
        found += _of_table(table, rows, new_tables.get(table, []))
    return found


def _of_table(table: str, old_rows: list[Row], new_rows: list[Row]) -> Iterator[Correction]:
    old, new = ({row["key"]: row for row in rows} for rows in (old_rows, new_rows))
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in old or key not in new:
            yield Correction(table, key, "", old.get(key), new.get(key))
        else:
            yield from _of_row(table, key, old[key], new[key])


def _of_row(table: str, key: str, old: Row, new: Row) -> Iterator[Correction]:
    for column in old:
        if column not in LEFT_OUT and old[column] != new.get(column):
            yield Correction(table, key, column, old[column], new.get(column))
