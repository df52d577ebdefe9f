"""Charts as SVG: figures by hand, every text escaped, drawn by WeasyPrint as on the page."""

import re
from xml.etree import ElementTree

import pytest

from app.reporting.figures.chart_parts import NARROW, WIDE, top_of
from app.reporting.figures.charts import Bar, BarChart, LineChart, Series, Stack, StackedBars

EVIL = '<script>alert("x")</script>&'
CHART_TEXT = {"key": "uji", "title": EVIL, "description": EVIL}
LINES = LineChart(
    **CHART_TEXT, head=EVIL, periods=("7/9", EVIL), series=(Series(EVIL, (10, 40)), Series("selesai", (0, 20.5)))
)
BARS = BarChart(
    **CHART_TEXT,
    heads=("OPD", "Tepat", "Jumlah"),
    bars=(Bar(EVIL, 50, EVIL, more=("34",), target=90), Bar("DLH", 200, "200%", "b-late")),
    most=100,
)
STACKS = StackedBars(
    **CHART_TEXT, head="Umur", names=(EVIL, "dekat", "lewat"), rows=(Stack(EVIL, (3, 0, 1)), Stack("b", (1, 1, 0)))
)
ALL = [LINES, BARS, STACKS]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("chart", ALL)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_chart_is_well_formed_named_and_holds_no_markup_of_others(chart: LineChart, width: int) -> None:
    drawn = ElementTree.fromstring(chart.svg(width))  # noqa: S314  (our own text)
    assert drawn.get("viewBox", "").split()[2] == str(width)
    assert [drawn.findtext(f"{SVG}title"), drawn.findtext(f"{SVG}desc")] == [EVIL, EVIL]
    assert {part.tag.removeprefix(SVG) for part in drawn.iter()} <= {
        *("svg", "title", "desc", "line", "text", "polyline", "circle", "rect")
    }
    assert "style" not in {name for part in drawn.iter() for name in part.attrib}


@pytest.mark.parametrize("chart", ALL)
def test_what_is_painted_says_its_colour_itself_since_a_pdf_has_no_style_sheet_of_the_page(chart: LineChart) -> None:
    for part in ElementTree.fromstring(chart.svg()).iter():  # noqa: S314  (our own text)
        if part.tag.removeprefix(SVG) in ("line", "text", "polyline", "circle", "rect"):
            assert part.get("fill") or part.get("stroke"), part.attrib


def test_lines_lie_where_their_values_are() -> None:
    """The axis ends at 40: 12 units from the top; the bottom of the plot is 26 above the lower edge of 230."""
    first, second = re.findall(r'points="([^"]+)"', LINES.svg())
    assert first == "40.0,156.0 828.0,12.0"
    assert second == "40.0,204.0 828.0,105.6"
    assert 'stroke-dasharray="7 4"' in LINES.svg()


@pytest.mark.parametrize(
    ("values", "top"), [((), 4), ((4,), 4), ((5,), 8), ((38, 35), 40), ((41,), 80), ((999,), 2000)]
)
def test_the_axis_ends_at_a_round_number(values: tuple[int, ...], top: int) -> None:
    assert top_of(values) == top


def test_a_bar_is_as_long_as_its_value_and_never_leaves_its_cell() -> None:
    assert 'class="b-ok" x="0.0" y="0.0" width="50.0"' in BARS.cell(BARS.bars[0])
    assert 'x1="90.0"' in BARS.cell(BARS.bars[0])
    assert 'class="b-late" x="0.0" y="0.0" width="100.0"' in BARS.cell(BARS.bars[1])


def test_the_pieces_of_a_stack_follow_one_another() -> None:
    drawn = STACKS.cell(STACKS.rows[0])
    assert 'class="b-ok" x="0.0" y="0.0" width="74.7"' in drawn
    assert "b-warn" not in drawn
    assert 'class="b-late" x="75.0" y="0.0" width="24.7"' in drawn


def test_each_chart_is_a_table_too() -> None:
    assert LINES.table().rows == ((EVIL, "10", "40"), ("selesai", "0", "20,5"))
    assert LINES.table().heads == (EVIL, "7/9", EVIL)
    assert BARS.table().rows == ((EVIL, EVIL, "34"), ("DLH", "200%"))
    assert STACKS.table().rows == ((EVIL, "3", "0", "1", "4"), ("b", "1", "1", "0", "2"))


def test_no_figures_at_all_still_draw() -> None:
    empty = LineChart("uji", "t", "d", "h", (), (Series("a", ()),))
    assert "<svg" in empty.svg()
    assert "<svg" in BarChart("uji", "t", "d", ("a", "b"), ()).svg()


def test_lines_that_end_together_are_named_one_below_the_other() -> None:
    drawn = LineChart("uji", "t", "d", "h", ("1", "2"), (Series("a", (0, 4)), Series("b", (4, 4)))).svg()
    assert re.findall(r'y="([\d.]+)" text-anchor="start" class="lab"', drawn) == ["16.0", "32.0"]


def test_a_fourth_line_would_look_like_another_one() -> None:
    with pytest.raises(ValueError, match="more lines"):
        LineChart("uji", "t", "d", "h", ("1",), (Series("a", (1,)),) * 4).svg()


def test_weasyprint_draws_them() -> None:
    from app.papers.render import render_pdf

    page = f"<html lang='id'><title>Grafik</title><p>{LINES.svg()}</p><p>{BARS.svg(NARROW)}</p><p>{STACKS.svg()}</p>"
    assert render_pdf(page).startswith(b"%PDF")


def test_a_figure_is_written_in_digits_however_large_it_is() -> None:
    chart = LineChart(**CHART_TEXT, head="", periods=("a", "b"), series=(Series("s", (1_000_000, 12.504)),))
    assert chart.table().rows == (("s", "1000000", "12,5"),)
