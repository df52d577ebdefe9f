"""Tables of a register as rows of text, with the same columns and words for paper, page and workbook."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import format_date, gettext

from app.access.process_rows import ACTORS, STEPS, known_steps
from app.casefile.labels import HOUSES
from app.choices.lists import CHANNELS
from app.core.clock import office_time, zone_name
from app.reporting.figures.daily_figures import COUNTS as DAILY_COUNTS
from app.reporting.registers.labels import CAUSES, COLUMNS, HEADS, SUMMARY
from app.vocabulary.actions import SENTENCES
from app.vocabulary.words import CLASSIFICATIONS, CONFIDENTIALITIES, STATUSES, TIME_STATES, UNITS
from app.web.formats import EMPTY, HOURS_ONLY, amount, duration, moment
from app.web.formats import day as day_text

Frozen = Mapping[str, Any]
Row = Mapping[str, Any]

COLUMNS_OF: dict[str, tuple[str, ...]] = {
    "received": ("number", "at", "title", "category", "district", "channel", "classification", "confidentiality"),
    "moved": ("at", "number", "action", "step", "to", "agencies", "actor", "officer"),
    "answered": ("number", "at", "category", "agencies", "used", "due_at", "late"),
    "overdue": ("number", "title", "category", "step", "actor", "agency", "opened_at", "due_at", "used", "over"),
    "open": ("number", "title", "category", "district", "status", "step", "actor", "agency", "due_at", "late"),
    "imported": ("number", "old_number", "at", "title", "category", "district", "channel", "confidentiality"),
    "summary": ("key", "count", "before", "change"),
    "trend": ("key", "received", "answered", "closed"),
    "category": ("category", "count", "before", "change"),
    "district": ("district", "count", "before", "change"),
    "agency": ("agency", "count", "before", "change"),
    "recurring": ("category", "district", "village", "count", "in_month", "first_at", "last_at", "numbers"),
    "by_step": ("step", "allowances", "count", "within", "overdue", "share", "median", "p90", "longest", "percent"),
    "by_agency": ("agency", "count", "within", "overdue", "share", "median", "p90", "longest", "percent"),
    "causes": ("cause", "count", "percent"),
    "waiting": ("step", "closed_late", "open_late", "over"),
    "ratings": ("score", "count", "before", "change"),
    "imported_month": ("category", "received", "answered", "closed"),
}
DAILY = ("received", "moved", "answered", "overdue", "open", "imported")
MONTHLY = tuple(name for name in COLUMNS_OF if name not in DAILY)
TABLES_OF = {"daily": DAILY, "monthly": MONTHLY}
COUNTS_OF = {"daily": (*DAILY_COUNTS, "imported"), "monthly": ("late_cases",)}

COUNTED = frozenset(
    {"count", "before", "change", "in_month", "within", "overdue", "closed_late", "open_late", "score", "steps"}
) | {
    "received",
    "answered",
    "closed",
}
MINUTES = frozenset({"used", "over", "median", "p90", "longest"})
PERCENT = frozenset({"share", "percent"})
INSTANTS = ("at", "due_at", "opened_at", "first_at", "last_at")
UNBROKEN = frozenset({"number", "agency", *INSTANTS})
"""Columns whose cells must not wrap."""
NUMERIC = COUNTED | MINUTES | PERCENT


def counts_of(frozen: Frozen) -> list[tuple[str, int]]:
    """Return a list of (name, count) for the counts at the top of a register, in display order.

    Stored JSON does not preserve their order.
    """
    return [(name, frozen["counts"][name]) for name in COUNTS_OF[frozen["kind"]] if name in frozen["counts"]]


def tables_in(frozen: Frozen) -> list[str]:
    """Return a list of the names of a register's tables, in display order. Those of imported cases are missing where it
    has none.
    """
    return [name for name in TABLES_OF[frozen["kind"]] if name in frozen["tables"]]


@dataclass(frozen=True)
class Table:
    """A value object: a table of a register as text, with headings, and rows of cells in the same order."""

    name: str
    columns: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Whether the cells of each column are right-aligned, as a tuple of bool.

        False for the first column, since it names the row.
        """
        return tuple(place > 0 and column in NUMERIC for place, column in enumerate(self.columns))


def table_of(name: str, frozen: Frozen) -> Table:
    """Return the named table of a register as Table, with texts in the current language."""
    columns = COLUMNS_OF[name]
    rows = (tuple(written(name, column, row, frozen) for column in columns) for row in frozen["tables"][name])
    return Table(name, columns, tuple(head(name, column) for column in columns), tuple(rows))


def head(table: str, column: str) -> str:
    """Return the heading of a table's column as text in the current language, with the time zone for columns of
    instants. Raises KeyError for an unknown column.
    """
    zone = f" ({zone_name()})" if column in INSTANTS else ""
    return f"{HEADS.get(table, {}).get(column) or COLUMNS[column]}{zone}"


def written(table: str, column: str, row: Row, frozen: Frozen) -> str:
    """Return one cell of a register's table as text in the current language, EMPTY when it has no value."""
    value = row.get(column)
    own = _OWN.get((table, column)) or _WRITERS.get(column)
    if own is not None:
        return str(own(value, row, frozen))
    if value is None or value == "" or value == []:
        return EMPTY
    if column in MINUTES:
        return duration(round(value), HOURS_ONLY)
    if column in PERCENT:
        return f"{amount(value)}%"
    return amount(value) if isinstance(value, (int, float)) else str(value)


def _word(labels: Mapping[str, Any]) -> Callable[[Any, Row, Frozen], str]:
    return lambda value, _row, _frozen: str(labels.get(value, value)) if value else EMPTY


def _named(kind: str, nothing: str = EMPTY) -> Callable[[Any, Row, Frozen], str]:
    """Return a function that writes a code as the name stored with the register.

    Without a stored name it writes the code itself, without a code `nothing`.
    """
    return lambda value, _row, frozen: frozen["names"][kind].get(str(value), str(value)) if value else nothing


def _all_named(value: Any, _row: Row, frozen: Frozen) -> str:
    return ", ".join(frozen["names"]["agency"].get(code, code) for code in value) if value else EMPTY


def _step(value: Any, _row: Row, frozen: Frozen) -> str:
    return f"{frozen['step_numbers'].get(value, '')}. {STEPS[value]}" if value else EMPTY


def _steps(value: Any, row: Row, frozen: Frozen) -> str:
    ordered = sorted(value or (), key=known_steps().index)
    return "; ".join(_step(step, row, frozen) for step in ordered) or EMPTY


def _instant(value: Any, _row: Row, _frozen: Frozen) -> str:
    """Return the ISO instant as text in office time without the zone, which the column's heading names."""
    return moment(datetime.fromisoformat(value), "pendek").removesuffix(f" {zone_name()}") if value else EMPTY


def _title(value: Any, row: Row, _frozen: Frozen) -> str:
    return str(value) if value else f"({str(CONFIDENTIALITIES[row['confidentiality']]).lower()})"


def _limit(value: Any, row: Row, _frozen: Frozen) -> str:
    if row.get("paused"):
        return gettext("Dijeda, menunggu pelapor")
    return gettext("Lewat batas") if value else gettext("Dalam batas")


def _house(value: Any, _row: Row, frozen: Frozen) -> str:
    return frozen["names"]["agency"].get(value, value) if value else str(HOUSES["office"])


def _allowances(value: Any, _row: Row, _frozen: Frozen) -> str:
    return ", ".join(f"{number} {UNITS[unit]}" for number, unit in value)


def _change(value: Any, _row: Row, _frozen: Frozen) -> str:
    return EMPTY if value is None else f"{'+' if value > 0 else ''}{amount(value)}" if value else "0"


_WRITERS: dict[str, Callable[[Any, Row, Frozen], str]] = {
    "title": _title,
    "category": _named("category"),
    "district": _named("district"),
    "village": _named("village"),
    "agency": _named("agency"),
    "officer": _named("officer"),
    "agencies": _all_named,
    "channel": _word(CHANNELS),
    "classification": _word(CLASSIFICATIONS),
    "confidentiality": _word(CONFIDENTIALITIES),
    "action": _word(SENTENCES),
    "actor": _word(ACTORS),
    "status": _word(STATUSES),
    "cause": _word(CAUSES),
    "step": _step,
    "to": _steps,
    "late": _limit,
    "paused": lambda value, _row, _frozen: str(TIME_STATES["paused"]) if value else EMPTY,
    "allowances": _allowances,
    "change": _change,
    "numbers": lambda value, _row, _frozen: ", ".join(value),
    **dict.fromkeys(INSTANTS, _instant),
}
_OWN: dict[tuple[str, str], Callable[[Any, Row, Frozen], str]] = {
    ("summary", "key"): _word(SUMMARY),
    ("by_agency", "agency"): _house,
    ("overdue", "agency"): _house,
    ("open", "agency"): _house,
    ("trend", "key"): lambda value, _row, _frozen: str(format_date(date.fromisoformat(f"{value}-01"), "MMM y")),
}


def period_text(frozen: Frozen) -> str:
    """Return the day or month of a register as text in the current language.

    For a daily register the closed days that it also covers are mentioned.
    """
    day = date.fromisoformat(frozen["day"])
    period = day_or_month(frozen["kind"], day)
    first = office_time(datetime.fromisoformat(frozen["begins"])).date()
    if frozen["kind"] == "monthly" or first == day:
        return period
    return gettext("%(day)s, dan hari tutup sejak %(first)s", day=period, first=day_text(first))


def day_or_month(kind: str, day: date) -> str:
    """Return the date as text in the current language: `Jumat, 4 September 2026` for a daily register, `September 2026`
    for a monthly one.
    """
    return str(format_date(day, "MMMM y")) if kind == "monthly" else day_text(day, "lengkap")
