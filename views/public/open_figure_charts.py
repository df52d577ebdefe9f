"""Charts of the public figures; a suppressed small number is shown as a dash."""

from typing import Any

from flask_babel import gettext

from app.public.open_figures import OpenFigures
from app.reporting.figures.charts import Bar, BarChart
from app.web.formats import amount, day

HIDDEN = "–"


def charts_of(figures: OpenFigures) -> list[BarChart]:
    """Return the three `BarChart`s of the public figures: by month (from the first with cases), by category and by
    agency.
    """
    months = list(figures.months)
    while len(months) > 1 and months[0][1:] == (0, 0):
        months.pop(0)
    by_month = [
        Bar(day(month, "bulan"), received or 0, written(received), "b-ok", (written(answered),))
        for month, received, answered in months
    ]
    by_category = [
        Bar(name or gettext("Belum dikategorikan"), count or 0, written(count), "b-ok")
        for _, name, count in figures.categories
    ]
    by_agency = [
        Bar(line.name, line.in_time or 0, written(line.in_time, "%"), "b-ok", (written(line.cases),))
        for line in figures.agencies
    ]
    month_heads = (gettext("Bulan"), gettext("Diterima"), gettext("Dijawab"))
    category_heads = (gettext("Kategori"), gettext("Diterima"))
    agency_heads = (gettext("OPD"), gettext("Langkah tepat waktu"), gettext("Aduan"))
    return [
        _chart("bulan", gettext("Aduan diterima dan dijawab per bulan"), month_heads, by_month),
        _chart("kategori", gettext("Aduan diterima per kategori"), category_heads, by_category),
        _chart("opd", gettext("Ketepatan waktu per OPD"), agency_heads, by_agency, most=100),
    ]


def key_figures(figures: OpenFigures) -> list[tuple[str, str, str]]:
    """Return a list of (name, value as text, explanation) of the four public key figures."""
    return [
        (gettext("Diterima"), written(figures.received), gettext("aduan dalam 12 bulan")),
        (gettext("Dijawab"), written(figures.answered), gettext("aduan dalam 12 bulan")),
        (gettext("Masih terbuka"), written(figures.open), gettext("belum dijawab dan belum berakhir")),
        (gettext("Setengahnya dijawab dalam"), written(figures.median_days), gettext("hari kerja atau lebih cepat")),
    ]


def written(value: float | None, unit: str = "") -> str:
    """Return a number as text with its unit; None, a suppressed number, becomes a dash."""
    return HIDDEN if value is None else f"{amount(value)}{unit}"


def _chart(key: str, title: str, heads: tuple[str, ...], bars: list[Bar], **more: Any) -> BarChart:
    return BarChart(key, title, title, heads, tuple(bars), **more)
