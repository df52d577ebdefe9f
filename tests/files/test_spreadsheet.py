"""Spreadsheets are read as text with the numbers of their rows, whatever wrote them, and within limits."""

from datetime import date, datetime, time
from typing import Any

import pytest

from app.files.spreadsheet import (
    LARGEST,
    MOST_COLUMNS,
    MOST_UNPACKED,
    Formula,
    Number,
    SpreadsheetRefused,
    read_spreadsheet,
)
from tests.files.spreadsheets import with_part, xlsx

PLAIN = "Nama;NIP\r\nRenée;0123\r\n"
SHEET = "xl/worksheets/sheet1.xml"
BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c t="inlineStr">
<is><t>&b;</t></is></c></row><row r="2"><c><v>1</v></c></row></sheetData></worksheet>"""


def rows_of(content: bytes, name: str = "isi.csv", most: int = 10) -> list[tuple[int, list[str]]]:
    return read_spreadsheet(content, name, most).rows


def refused(content: bytes, name: str = "isi.csv", most: int = 10) -> str:
    with pytest.raises(SpreadsheetRefused) as raised:
        read_spreadsheet(content, name, most)
    assert raised.value.reason
    assert "%" not in raised.value.reason
    return raised.value.fault


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_file_of_any_program(encoding: str, delimiter: str) -> None:
    table = read_spreadsheet(PLAIN.replace(";", delimiter).encode(encoding), "isi.csv", 1)
    assert (table.headings, table.rows) == (["Nama", "NIP"], [(2, ["Renée", "0123"])])


def test_rows_have_the_numbers_that_the_spreadsheet_shows() -> None:
    text = 'sep=|\r\n\r\nA|B\r\n"dua\r\nbaris"|1,5\r\n|\r\n  \r\nx|y|lebih\r\npendek\r\n'
    assert rows_of(text.encode()) == [
        (3, ["dua\nbaris", "1,5"]),
        (6, ["x", "y", "lebih"]),
        (7, ["pendek", ""]),
    ]
    table = [[], ["A", "B"], [], ["x", None, "lebih"], [None, "y"]]
    assert rows_of(xlsx(table, hidden_first=True)) == [(4, ["x", "", "lebih"]), (5, ["", "y"])]


def test_cells_of_a_workbook_become_text_of_their_kind() -> None:
    cells: list[Any] = [
        *(198001012005011009, 1.98e17, 81234567890, 1.5, 100, True),
        *(date(2024, 2, 29), datetime.fromisoformat("2024-02-29T13:05:00"), time(8, 30), "=1+1", " 0812 "),
    ]
    (((_number, row),)) = rows_of(xlsx([["x"] * len(cells), cells]))
    assert row == [
        *("198001012005011000", "198000000000000000", "81234567890", "1.5", "100", "TRUE"),
        *("2024-02-29", "2024-02-29T13:05:00", "08:30:00", "=1+1", "0812"),
    ]
    assert [type(cell) for cell in row] == [*[Number] * 5, *[str] * 4, Formula, str]


def test_formulas_of_a_csv_file_are_told_apart() -> None:
    ((_number, row),) = rows_of(b'A,B\n"=HYPERLINK(""x"")",+62812\n')
    assert [type(cell) for cell in row] == [Formula, str]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "missing"),
        (b"Nama;NIP\n;;\n\n", "missing"),
        (b"a" * (LARGEST + 1), "too_large"),
        (b"A\n" + b"x\n" * 11, "too_many_rows"),
        (b";".join([b"A"] * (MOST_COLUMNS + 1)) + b"\nx\n", "too_many_columns"),
        (b"A\nx\n" + b"," * MOST_COLUMNS + b"x\n", "too_many_columns"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_or_locked"),
        (b"%PDF-1.7", "other_kind"),
        (b'A;B\n"tidak ditutup;1\nx;y\n', "quotes"),
        (b'A;B\n"x" y;1\n', "quotes"),
        (b"A" * 300 + b"\n\x00\n", "encoding"),
        (b"\xff\xfeA", "encoding"),
        (b"PK\x03\x04 tidak utuh", "broken"),
        (xlsx([["A"], ["x"]])[:-30], "broken"),
        (with_part(xlsx([["A"], ["x"]]), SHEET, b"<worksheet"), "broken"),
        (with_part(xlsx([["A"], ["x"]]), SHEET, BOMB.encode()), "broken"),
        (with_part(xlsx([["A"], ["x"]]), "xl/media/a.bin", bytes(MOST_UNPACKED)), "too_large"),
        (with_part(xlsx([["A"], ["x"]]), "[Content_Types].xml", b""), "broken"),
        (xlsx([["A"]]), "missing"),
        (xlsx([["A"], *[["x"]] * 11]), "too_many_rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(content: bytes, fault: str) -> None:
    assert refused(content) == fault


def test_a_damaged_xlsx_file_is_not_read_as_text() -> None:
    assert refused(b"A;B\nx;y\n", "petugas.xlsx") == "broken"
