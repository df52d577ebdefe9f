"""Charts of the public figures; a suppressed small number is shown as a dash."""

from datetime import date
from typing import Any

from flask_babel import gettext

from app.public.open_figures import OpenFigures
from app.reporting.figures.charts import Bar, BarChart
from app.web.formats import amount, day

HIDDEN = "–"


def charts_of(figures: OpenFigures) -> list[BarChart]:
    """Return the charts by month, by category and by agency."""
    return [_months(figures), _categories(figures), _agencies(figures)]


def key_figures(figures: OpenFigures) -> list[tuple[str, str, str]]:
    """Return name, value and explanation of the four key figures."""
    return [
        (gettext("Diterima"), written(figures.received), gettext("aduan dalam 12 bulan")),
        (gettext("Dijawab"), written(figures.answered), gettext("aduan dalam 12 bulan")),
        (gettext("Masih terbuka"), written(figures.open), gettext("belum dijawab dan belum berakhir")),
        (gettext("Setengahnya dijawab dalam"), written(figures.median_days), gettext("hari kerja atau lebih cepat")),
    ]


def written(value: float | None, unit: str = "") -> str:
    """Format a number with its unit; None, a suppressed number, becomes a dash."""
    return HIDDEN if value is None else f"{amount(value)}{unit}"


def _months(figures: OpenFigures) -> BarChart:
    bars = [
        Bar(day(month, "bulan"), received or 0, written(received), "b-ok", (written(answered),))
        for month, received, answered in _begun(figures)
    ]
    heads = (gettext("Bulan"), gettext("Diterima"), gettext("Dijawab"))
    return _chart("bulan", gettext("Aduan diterima dan dijawab per bulan"), heads, bars)


def _begun(figures: OpenFigures) -> list[tuple[date, int | None, int | None]]:
    """Return the months starting with the first one that is not empty, at least the newest."""
    months = list(figures.months)
    while len(months) > 1 and months[0][1:] == (0, 0):
        months.pop(0)
    return months


def _categories(figures: OpenFigures) -> BarChart:
    bars = [
        Bar(name or gettext("Belum dikategorikan"), count or 0, written(count), "b-ok")
        for _, name, count in figures.categories
    ]
    return _chart("kategori", gettext("Aduan diterima per kategori"), (gettext("Kategori"), gettext("Diterima")), bars)


def _agencies(figures: OpenFigures) -> BarChart:
    bars = [
        Bar(line.name, line.in_time or 0, written(line.in_time, "%"), "b-ok", (written(line.cases),))
        for line in figures.agencies
    ]
    heads = (gettext("OPD"), gettext("Langkah tepat waktu"), gettext("Aduan"))
    return _chart("opd", gettext("Ketepatan waktu per OPD"), heads, bars, most=100)


def _chart(key: str, title: str, heads: tuple[str, ...], bars: list[Bar], **more: Any) -> BarChart:
    return BarChart(key, title, title, heads, tuple(bars), **more)
