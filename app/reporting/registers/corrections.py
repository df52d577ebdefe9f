"""Differences between a stored register and its figures recomputed today; the register itself is not changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.casefile.event_history import checkpoint_at, written_late
from app.core.periods import Period
from app.models import RegisterKind
from app.reporting.registers.names import Names, names_in
from app.reporting.registers.stored_registers import DEFINITIONS, figures_of

# Columns of text and names, which may change without a figure being wrong.
LEFT_OUT = frozenset({"key", "title", "officer", "numbers"})

Row = dict[str, Any]


@dataclass(frozen=True)
class Correction:
    """A value object: a difference between a stored register and its figures as computed today.

    `table` is "" for a count at the top; `column` is "" for a whole row that was added or removed. `old` and `new` are
    values of the figures, or rows; None means that there is no such row.
    """

    table: str
    key: str
    column: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Comparison:
    """A value object: what differs today from a stored register.

    `names` are those of the codes in today's figures; `late_events` are (case number, kind, instant) of events that
    were written after the register for its period.
    """

    found: list[Correction]
    names: Names
    late_events: list[tuple[str, str, datetime]]


def corrections(
    old_counts: Mapping[str, Any],
    old_tables: Mapping[str, list[Row]],
    new_counts: Mapping[str, Any],
    new_tables: Mapping[str, list[Row]],
) -> list[Correction]:
    """Return a list of Correction with every difference between old and new figures, counts first, then tables in the
    old order, then new ones; [] when they agree.
    """
    found = [
        Correction("", name, name, old_counts.get(name), new_counts.get(name))
        for name in old_counts
        if old_counts.get(name) != new_counts.get(name)
    ]
    for table in [*old_tables, *(table for table in new_tables if table not in old_tables)]:
        old, new = ({row["key"]: row for row in rows.get(table, [])} for rows in (old_tables, new_tables))
        for key in [*old, *(key for key in new if key not in old)]:
            if key not in old or key not in new:
                found.append(Correction(table, key, "", old.get(key), new.get(key)))
                continue
            for column, value in old[key].items():
                if column not in LEFT_OUT and value != new[key].get(column):
                    found.append(Correction(table, key, column, value, new[key].get(column)))
    return found


def corrections_since(frozen: dict[str, Any]) -> Comparison:
    """Compute the figures of a stored register again and return as Comparison what differs; nothing is changed.

    `frozen` is the content of the register's paper.
    """
    period = Period(datetime.fromisoformat(frozen["begins"]), datetime.fromisoformat(frozen["ends"]))
    now = figures_of(RegisterKind(frozen["kind"]), period)
    found = corrections(frozen["counts"], frozen["tables"], now.counts, now.tables)
    if frozen.get("definitions", 1) < DEFINITIONS:
        found = [one for one in found if not _counted_otherwise(one)]
    head = checkpoint_at(period.ends)
    if head != frozen["checkpoint"]:
        found.append(Correction("", "checkpoint", "checkpoint", frozen["checkpoint"], head))
    return Comparison(found, names_in(now.tables), written_late(frozen["newest_event"], period.ends))


def _counted_otherwise(one: Correction) -> bool:
    """Whether a difference only comes from definitions before version 2, which left out open overdue steps."""
    measured = one.table in ("by_step", "by_agency")
    if measured and one.column == "":
        return one.old is None and one.new["count"] == 0
    return (measured and one.column == "share") or (one.table == "summary" and one.key in ("timely", "overdue"))
