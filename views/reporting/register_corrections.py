"""Corrections of a register as text: where a figure is, its frozen value and its value today."""

from typing import Any

from flask_babel import gettext

from app.reporting.registers.corrections import Comparison, Correction
from app.reporting.registers.labels import COUNTS, TABLES
from app.reporting.registers.tables import head, written

Frozen = dict[str, Any]

# The columns that identify a row, by table.
NAMED_BY = {
    "moved": ("number", "action"),
    "overdue": ("number", "step", "agency"),
    "summary": ("key",),
    "category": ("category",),
    "district": ("district",),
    "agency": ("agency",),
    "recurring": ("category", "village", "district"),
    "by_step": ("step",),
    "by_agency": ("agency",),
    "causes": ("cause",),
    "waiting": ("step",),
    "ratings": ("score",),
    "imported_month": ("category",),
}


def correction_text(one: Correction, frozen: Frozen, since: Comparison) -> dict[str, str]:
    """Return a correction of a register as a dict of texts: `table`, `row`, `old` and `new` value.

    Names added since the register was frozen are resolved too.
    """
    if not one.table:
        name = gettext("Sidik jejak audit") if one.column == "checkpoint" else str(COUNTS[one.column])
        return {"table": gettext("Ringkasan"), "row": name, "old": str(one.old), "new": str(one.new)}
    names = {kind: {**since.names.get(kind, {}), **frozen_names} for kind, frozen_names in frozen["names"].items()}
    words = {"names": names, "step_numbers": frozen["step_numbers"]}
    table = str(TABLES[one.table])
    if not one.column:
        row = one.old or one.new
        return {"table": table, "row": _row_name(one.table, row, words), "old": _there(one.old), "new": _there(one.new)}
    row = next(row for row in frozen["tables"][one.table] if row["key"] == one.key)
    old, new = (written(one.table, one.column, {**row, one.column: value}, words) for value in (one.old, one.new))
    name = f"{_row_name(one.table, row, words)}: {head(one.table, one.column)}"
    return {"table": table, "row": name, "old": old, "new": new}


def _row_name(table: str, row: dict[str, Any], words: Frozen) -> str:
    columns = NAMED_BY.get(table, ("number",))
    given = [column for column in columns if row.get(column)] or list(columns[:1])
    return ", ".join(written(table, column, row, words) for column in given)


def _there(row: Any) -> str:
    return gettext("ada") if row else gettext("tidak ada")
