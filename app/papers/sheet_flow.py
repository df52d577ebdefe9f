"""The flow on the sheet of an SOP: lines from step to step, drawn cell by cell over the columns of the roles.

The rows of the sheet grow with their texts, so each cell draws the pieces that cross it: from its middle to an edge.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

THIN, THICK = "1pt", "3pt"
_PIECES = {"up": "50% 0 / {} 50%", "down": "50% 100% / {} 50%", "left": "0 50% / 50% {}", "right": "100% 50% / 50% {}"}
_BLACK = (
    "url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1' preserveAspectRatio='none'%3E"
    "%3Crect width='1' height='1'/%3E%3C/svg%3E\")"
)

Place = tuple[int, int]
Lines = dict[tuple[int, int, str], str]
"""The width of the line of each piece, by row, column and piece."""


def cell_lines(steps: Sequence[Mapping[str, Any]], columns: Sequence[str], receiving: str) -> list[list[str]]:
    """Return for each row of a sheet and each of its columns what CSS draws as background of the cell, "" for nothing.
    Thin lines lead from step to step, and to the second officer of a step; thick ones from each step of the fast track
    to the step `receiving`, over what is thin there.
    """
    places = [(n, columns.index(step["actor"])) for n, step in enumerate(steps)]
    lines: Lines = {}
    for n, step in enumerate(steps):
        for actor in step["actors"] - {step["actor"]}:
            _across(lines, n, columns.index(step["actor"]), columns.index(actor), THIN)
    for one, two in pairwise(places):
        _lead(lines, one, two, THIN)
    target = next(place for step, place in zip(steps, places, strict=True) if step["step"] == receiving)
    for step, place in zip(steps, places, strict=True):
        if step["fast"] and place[0] < target[0]:
            _lead(lines, place, target, THICK)
    return [[_background(lines, n, column) for column in range(len(columns))] for n in range(len(steps))]


def _lead(lines: Lines, one: Place, two: Place, width: str) -> None:
    """Draw a line from one step to a later one: across its row to the column of the other, and down there."""
    (row, column), (last, under) = one, two
    _across(lines, row, column, under, width)
    lines[row, under, "down"] = width
    for between in range(row + 1, last):
        lines[between, under, "up"] = lines[between, under, "down"] = width
    lines[last, under, "up"] = width


def _across(lines: Lines, row: int, one: int, two: int, width: str) -> None:
    towards, back = ("right", "left") if two > one else ("left", "right")
    for column in range(min(one, two) + 1, max(one, two)):
        lines[row, column, "left"] = lines[row, column, "right"] = width
    if one != two:
        lines[row, one, towards] = lines[row, two, back] = width


def _background(lines: Lines, row: int, column: int) -> str:
    found: Iterable[tuple[str, str]] = ((name, lines.get((row, column, name), "")) for name in _PIECES)
    return ", ".join(f"{_BLACK} {_PIECES[name].format(width)} no-repeat" for name, width in found if width)
