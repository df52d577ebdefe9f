"""Charts of the monthly register, for page and paper: bars inside table rows, and a line chart of the trend."""

from datetime import date

from flask_babel import format_date
from markupsafe import Markup

from app.reporting.figures.charts import Bar, BarChart, LineChart, Series
from app.reporting.figures.definitions import TARGET
from app.reporting.registers.labels import TABLES
from app.reporting.registers.tables import Frozen, head

# The column that a table's bars show.
BARRED = {
    "category": "count",
    "district": "count",
    "agency": "count",
    "by_step": "share",
    "by_agency": "share",
    "causes": "count",
    "ratings": "count",
}


def bars_of(table: str, frozen: Frozen) -> tuple[Markup, ...]:
    """Return a tuple with the SVG image (Markup) of a bar for each row of a register's table, () for a table without
    bars.
    """
    column, rows = BARRED.get(table), frozen["tables"][table]
    if column is None:
        return ()
    values = [row[column] for row in rows]
    if column == "count":
        chart = BarChart(table, "", "", (), tuple(Bar("", value, str(value)) for value in values))
    else:
        tones = ("b-ok" if value >= TARGET else "b-late" for value in values)
        bars = (Bar("", value, str(value), tone, target=TARGET) for value, tone in zip(values, tones, strict=True))
        chart = BarChart(table, "", "", (), tuple(bars), most=100)
    return tuple(chart.cell(bar) for bar in chart.bars)


def trend_of(frozen: Frozen) -> LineChart:
    """Return the LineChart of received and answered complaints in the last months of a monthly register."""
    rows = frozen["tables"]["trend"]
    periods = tuple(str(format_date(date.fromisoformat(f"{row['key']}-01"), "MMM y")) for row in rows)
    lines = (Series(head("trend", name), tuple(row[name] for row in rows)) for name in ("received", "answered"))
    title = str(TABLES["trend"])
    return LineChart("tren", title, title, head("trend", "key"), periods, tuple(lines))
