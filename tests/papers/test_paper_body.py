"""Typed text on paper: numbered lines hang, tabs part columns, numbers and codes stay whole."""

import pytest

from app.papers.typed_text import Block, blocks_of, unbroken

NESTED = """Sehubungan dengan arahan Saudara, kami sampaikan:
1. Lubang ditutup
   pekan ini.
2. Rambu dipasang:
   a. di simpang;
\tb. di pasar:
      - dua buah.
3. Diperiksa ulang.
Demikian."""


def test_numbered_lines_are_items_at_their_depth() -> None:
    assert [(block.kind, block.label, block.depth, str(block.text)) for block in blocks_of(NESTED)] == [
        ("paragraph", "", 0, "Sehubungan dengan arahan Saudara, kami sampaikan:"),
        ("item", "1.", 0, "Lubang ditutup\npekan ini."),
        ("item", "2.", 0, "Rambu dipasang:"),
        ("item", "a.", 1, "di simpang;"),
        ("item", "b.", 1, "di pasar:"),
        ("item", "-", 2, "dua buah."),
        ("item", "3.", 0, "Diperiksa ulang."),
        ("paragraph", "", 0, "Demikian."),
    ]


@pytest.mark.parametrize(
    ("label", "next_label"),
    [
        ("1.", "2."),
        ("1)", "2)"),
        ("(1)", "(2)"),
        ("a.", "b."),
        ("A.", "B."),
        ("i.", "ii."),
        ("1.1.", "1.2."),
        ("•", "•"),
    ],
)
def test_every_way_of_numbering_is_known(label: str, next_label: str) -> None:
    found = blocks_of(f"{label} Satu\n\n{next_label}\tDua")
    assert [(block.kind, block.label, block.depth) for block in found] == [("item", label, 0), ("item", next_label, 0)]


@pytest.mark.parametrize(
    "line", ["H. Rahmat hadir.", "12.30 WITA rapat dimulai.", "-5 derajat", "2026. Tahun ini", "a.n. Kepala"]
)
def test_what_only_looks_like_a_number_stays_a_paragraph(line: str) -> None:
    assert [block.kind for block in blocks_of(line)] == ["paragraph"]


def test_tabs_and_wide_gaps_part_columns() -> None:
    typed = "Hari\t\t: Selasa\nTempat        : Aula\nNo\tNama\tKet\n\nSatu\tdua"
    columns, paragraph = blocks_of(typed)
    assert columns.rows == (("Hari", ": Selasa"), ("Tempat", ": Aula"), ("No", "Nama", "Ket"))
    assert paragraph == Block("paragraph", "Satu\u2003dua")


def test_lines_of_a_paragraph_stay_lines_and_empty_lines_part() -> None:
    assert [str(block.text) for block in blocks_of("Satu\r\ndua\r\n\r\ntiga")] == ["Satu\ndua", "tiga"]


@pytest.mark.parametrize("code", ["500.12/001/DISHUB-BLG/2026", "DISDUKCAPI/L", "LB-2026-000001,", "KTP-el"])
def test_a_code_is_kept_whole(code: str) -> None:
    assert str(unbroken(f"surat {code} itu")) == f'surat <span class="whole">{code}</span> itu'


def test_words_may_break_at_their_hyphen_and_markup_stays_text() -> None:
    assert str(unbroken("sungguh-sungguh dan/atau <b>")) == "sungguh-sungguh dan/atau &lt;b&gt;"
    assert "<b>" not in str(unbroken("A/<b>x</b>/1"))
