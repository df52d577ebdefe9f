"""What each type of field takes and refuses, and what it is in words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from app.fields.definitions import DefinedField
from app.fields.types import matches, parameter_of, text_of, value_of
from workflow_rules.process.refusals import FieldFault


def a_field(kind: str, **more: Any) -> DefinedField:
    values: dict[str, Any] = {
        "id": 1,
        "code": "uji",
        "labels": ("Uji", ""),
        "hints": ("", ""),
        "type": kind,
        "options": {"a": ("Merah", "Red"), "b": ("Biru", "")},
        "bounds": {},
        "pattern": "",
        "categories": frozenset(),
        "classifications": frozenset(),
        "moments": frozenset({"intake"}),
        "required": False,
        "only_if": None,
        "visible_to": frozenset({"office"}),
        "personal": False,
        "order": 1,
        "active_from": datetime(2026, 1, 1, tzinfo=UTC),
        "active_until": None,
    }
    return DefinedField(**{**values, **more})


GOOD: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("text", {}, " Tiang ", "Tiang"),
    ("text", {"pattern": "[A-Z]{2}[0-9]+"}, "PR1", "PR1"),
    ("long_text", {}, "x" * 4000, "x" * 4000),
    ("integer", {"bounds": {"least": 0, "most": 9}}, 9, 9),
    ("integer", {}, -5, -5),
    ("decimal", {}, 1.25, 1.25),
    ("decimal", {"bounds": {"most": 2}}, 2, 2),
    ("date", {}, "2026-12-01", "2026-12-01"),
    ("boolean", {}, False, False),
    ("choice", {}, "b", "b"),
    ("choices", {}, ["b", "a"], ["a", "b"]),
    ("choices", {}, [], []),
    ("phone", {}, "0812 3456 7890", "0812 3456 7890"),
]
WRONG: list[tuple[str, dict[str, Any], Any, FieldFault]] = [
    ("text", {}, 7, FieldFault.WRONG_TYPE),
    ("text", {}, " ", FieldFault.BLANK),
    ("text", {}, "x" * 301, FieldFault.TOO_LONG),
    ("text", {"bounds": {"least": 3}}, "ab", FieldFault.TOO_SHORT),
    ("text", {"pattern": "[A-Z]{2}[0-9]+"}, "PR1x", FieldFault.NOT_IN_PATTERN),
    ("long_text", {}, "x" * 4001, FieldFault.TOO_LONG),
    ("integer", {}, 1.5, FieldFault.WRONG_TYPE),
    ("integer", {}, True, FieldFault.WRONG_TYPE),
    ("integer", {"bounds": {"most": 9}}, 10, FieldFault.OUT_OF_RANGE),
    ("decimal", {}, "1", FieldFault.WRONG_TYPE),
    ("decimal", {}, False, FieldFault.WRONG_TYPE),
    ("decimal", {"bounds": {"least": 0}}, -0.1, FieldFault.OUT_OF_RANGE),
    ("decimal", {}, float("inf"), FieldFault.OUT_OF_RANGE),
    ("date", {}, "2026-02-30", FieldFault.NOT_A_DATE),
    ("date", {}, "20261201", FieldFault.NOT_A_DATE),
    ("date", {}, "1899-12-31", FieldFault.NOT_A_DATE),
    ("date", {}, 20261201, FieldFault.NOT_A_DATE),
    ("boolean", {}, "true", FieldFault.WRONG_TYPE),
    ("choice", {}, "c", FieldFault.NOT_ALLOWED),
    ("choice", {}, ["a"], FieldFault.WRONG_TYPE),
    ("choices", {}, "a", FieldFault.WRONG_TYPE),
    ("choices", {}, ["a", "c"], FieldFault.NOT_ALLOWED),
    ("choices", {}, ["a", "a"], FieldFault.DUPLICATE),
    ("phone", {}, "12", FieldFault.NOT_A_PHONE),
    ("file", {}, "foto.jpg", FieldFault.WRONG_TYPE),
]


@pytest.mark.parametrize(("kind", "more", "given", "stored"), GOOD)
def test_a_right_value_is_taken(kind: str, more: dict[str, Any], given: Any, stored: Any) -> None:
    assert parameter_of(a_field(kind, **more)).clean("fields.uji", given) == (stored, None)


@pytest.mark.parametrize(("kind", "more", "given", "fault"), WRONG)
def test_a_wrong_value_is_refused(kind: str, more: dict[str, Any], given: Any, fault: FieldFault) -> None:
    _, error = parameter_of(a_field(kind, **more)).clean("fields.uji", given)
    assert error is not None
    assert (error.field, error.fault) == ("fields.uji", fault)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("text", None, ""),
        ("text", "Tiang", "Tiang"),
        ("boolean", True, "ya"),
        ("boolean", False, "tidak"),
        ("choice", "a", "Merah"),
        ("choice", "gone", "gone"),
        ("choices", ["a", "b"], "Merah, Biru"),
        ("choices", [], ""),
        ("integer", 0, "0"),
        ("date", "2026-12-01", "1 Desember 2026"),
        ("file", {"filename": "foto.jpg", "sha256": "aa"}, "foto.jpg"),
    ],
)
def test_a_value_in_words(context: Flask, kind: str, value: Any, words: str) -> None:
    assert text_of(a_field(kind), value) == words


def test_a_pattern_that_takes_too_long_matches_nothing() -> None:
    assert not matches(r"(a+)+b", "a" * 5000)


READ: list[tuple[str, str, Any, Any]] = [
    # type, text, what a program means by it, what a spreadsheet of the office means by it
    ("integer", " 12 ", 12, 12),
    ("integer", "-3", -3, -3),
    ("integer", "1.500", "1.500", 1500),
    ("integer", "12,5", "12,5", "12,5"),
    ("integer", "1_0", "1_0", "1_0"),
    ("integer", "\u0661", "\u0661", "\u0661"),
    ("decimal", "2.5", 2.5, 2.5),
    ("decimal", "2,5", 2.5, 2.5),
    ("decimal", "1.500", 1.5, "1.500"),
    ("decimal", "1.500,25", "1.500,25", 1500.25),
    ("decimal", "nan", "nan", "nan"),
    ("decimal", "1e9", "1e9", "1e9"),
    ("decimal", "9" * 5000, "9" * 5000, "9" * 5000),
    ("boolean", "Ya", True, True),
    ("boolean", "0", False, False),
    ("boolean", "mungkin", "mungkin", "mungkin"),
    ("date", "2026-12-01", "2026-12-01", "2026-12-01"),
    ("date", "2026-12-01T10:00:00+08:00", "2026-12-01", "2026-12-01"),
    ("date", "1/12/2026", "2026-12-01", "2026-12-01"),
    ("date", "besok", "besok", "besok"),
    ("choice", "a", "a", "a"),
    ("choice", "merah", "a", "a"),
    ("choice", "RED", "a", "a"),
    ("choice", "hijau", "hijau", "hijau"),
    ("choices", "Merah, Biru", ["a", "b"], ["a", "b"]),
    ("choices", "b;Red", ["b", "a"], ["b", "a"]),
    ("choices", "hijau", ["hijau"], ["hijau"]),
    ("text", " PR1 ", " PR1 ", " PR1 "),
]


@pytest.mark.parametrize(("kind", "text", "by_program", "by_office"), READ)
def test_a_text_means_a_value(kind: str, text: str, by_program: Any, by_office: Any) -> None:
    read = value_of(a_field(kind), text), value_of(a_field(kind), text, thousands=True)
    assert read == (by_program, by_office)
    assert [type(value) for value in read] == [type(by_program), type(by_office)]


def test_a_label_with_a_comma_is_one_option() -> None:
    field = a_field("choices", options={"a": ("Lampu, tiang", ""), "b": ("Kabel", "")})
    assert value_of(field, "Lampu, tiang") == ["a"]
    assert value_of(field, "Kabel; lampu, tiang") == ["b", "a"]
