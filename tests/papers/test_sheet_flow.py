"""The lines on the sheet of an SOP: which pieces the cells draw, written by hand."""

import re
from typing import Any

from app.papers.sheet_flow import cell_lines

PIECES = {
    "50% 0 / {} 50%": "u",
    "50% 100% / {} 50%": "d",
    "0 50% / 50% {}": "l",
    "100% 50% / 50% {}": "r",
}


def drawn(steps: str, columns: str = "abcd", receiving: int = 9) -> list[str]:
    """The rows of a sheet as text, for steps such as `a b! c+d`: ! is of the fast track, + a second officer.

    Each cell has its pieces: up, down, left and right, in capitals if they are thick; a dot for none.
    """
    rows: list[dict[str, Any]] = []
    for n, word in enumerate(steps.split(), 1):
        own = word[0]
        rows.append({"step": str(n), "actor": own, "actors": {own, word[-1]} - {"!"}, "fast": "!" in word})
    return [" ".join(_letters(cell) for cell in row) for row in cell_lines(rows, list(columns), str(receiving))]


def _letters(cell: str) -> str:
    found = re.findall(r'"\) (.*?) no-repeat', cell)
    letters = ""
    for text in found:
        width = "3pt" if "3pt" in text else "1pt"
        letter = PIECES[text.replace(width, "{}")]
        letters += letter.upper() if width == "3pt" else letter
    return letters or "."


def test_a_line_leads_across_its_row_and_down_to_the_next_step() -> None:
    assert drawn("a b a d", receiving=4) == [
        "r dl . .",
        "dr ul . .",
        "ur lr lr dl",
        ". . . u",
    ]


def test_a_step_of_the_same_officer_is_just_below() -> None:
    assert drawn("a a b", receiving=3) == ["d . . .", "ur dl . .", ". u . ."]


def test_the_fast_track_is_thick_and_passes_the_steps_between() -> None:
    assert drawn("a b! c d", receiving=4) == [
        "r dl . .",
        ". uR dLR DL",
        ". . ur UDl",
        ". . . U",
    ]


def test_the_fast_track_from_the_step_before_takes_the_place_of_the_thin_line() -> None:
    assert drawn("a b! c", receiving=3) == ["r dl . .", ". uR DL .", ". . U ."]


def test_a_second_officer_is_joined_along_the_row() -> None:
    assert drawn("b c+a d", receiving=3) == [". r dl .", "r lr ulr dl", ". . . u"]


def test_nothing_leads_on_from_the_last_step() -> None:
    assert drawn("a", receiving=1) == [". . . ."]
