"""The texts that an office edits: what a check finds, what is rendered, and that no text and no value can do more."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.texts.field_names import with_fields
from app.texts.placeholders import (
    DEEPEST,
    LONGEST,
    MOST_FAULTS,
    Fault,
    Limits,
    Target,
    TextFault,
    TextRefused,
    ValueType,
    check,
    names_in,
    render,
)

ALLOWED = {
    "complaint.number": ValueType.TEXT,
    "agency.name": ValueType.TEXT,
    "deadline": ValueType.MOMENT,
    "received": ValueType.DATE,
    "days": ValueType.NUMBER,
    "site": ValueType.LINK,
}
DEADLINE = {"": "Kamis, 3 Desember 2026, 15.10 WITA", "date": "3 Desember 2026", "time": "15.10 WITA"}
VALUES = {
    "complaint.number": "ADU-2026-0001",
    "agency.name": "Dinas A & B",
    "deadline": DEADLINE.__getitem__,
    "days": "3",
}


def rendered(text: str, target: Target = Target.PLAIN, **values: str) -> str:
    return render(text, {**VALUES, **values}, target, ALLOWED)


def test_what_a_text_may_hold_is_replaced() -> None:
    assert rendered("Aduan {complaint.number}, {deadline|date}.") == "Aduan ADU-2026-0001, 3 Desember 2026."
    assert rendered("{deadline}") == "Kamis, 3 Desember 2026, 15.10 WITA"
    assert rendered("a{received}b{site}c") == "abc"
    assert rendered("{brace.open}x{brace.close}") == "{x}"


def test_a_condition_shows_its_text_when_the_value_is_there() -> None:
    text = "A{#if deadline} sampai {deadline|time}{#if received} sejak {received}{/if}{/if}."
    assert rendered(text) == "A sampai 15.10 WITA."
    assert rendered(text, received="1 Desember 2026") == "A sampai 15.10 WITA sejak 1 Desember 2026."
    assert rendered(text, deadline="") == "A."


def test_html_is_escaped_in_the_text_and_in_the_values() -> None:
    assert rendered("<b>{agency.name}</b>", Target.HTML) == "&lt;b&gt;Dinas A &amp; B&lt;/b&gt;"
    assert rendered("<b>{agency.name}</b>") == "<b>Dinas A & B</b>"


@pytest.mark.parametrize(
    ("text", "reason", "line", "column", "suggestion"),
    [
        ("Aduan {complaint.numbr}", TextFault.UNKNOWN_PLACEHOLDER, 1, 7, "{complaint.number}"),
        ("a\n\nb {Agency.Name}", TextFault.UNKNOWN_PLACEHOLDER, 3, 3, "{agency.name}"),
        ("{ complaint.number }", TextFault.UNKNOWN_PLACEHOLDER, 1, 1, "{complaint.number}"),
        ("{}", TextFault.UNKNOWN_PLACEHOLDER, 1, 1, ""),
        ("{zzz}", TextFault.UNKNOWN_PLACEHOLDER, 1, 1, ""),
        ("{#if zzz}a{/if}", TextFault.UNKNOWN_PLACEHOLDER, 1, 1, ""),
        ("{#if}a{/if}", TextFault.UNKNOWN_PLACEHOLDER, 1, 1, ""),
        ("{#if deadlin}a{/if}", TextFault.UNKNOWN_PLACEHOLDER, 1, 1, "{#if deadline}"),
        ("{deadline|dat}", TextFault.UNKNOWN_FORMAT, 1, 1, "{deadline|date}"),
        ("{deadline|}", TextFault.UNKNOWN_FORMAT, 1, 1, "{deadline|date}"),
        ("{received|time}", TextFault.UNKNOWN_FORMAT, 1, 1, "{received|date}"),
        ("{days|date}", TextFault.UNKNOWN_FORMAT, 1, 1, "{days}"),
        ("{brace.open|date}", TextFault.UNKNOWN_FORMAT, 1, 1, "{brace.open}"),
        ("a\n{#if deadline}b", TextFault.IF_WITHOUT_END, 2, 1, "{/if}"),
        ("a{/if}", TextFault.END_WITHOUT_IF, 1, 2, ""),
        ("a { b", TextFault.STRAY_BRACE, 1, 3, "{brace.open}"),
        ("a } b", TextFault.STRAY_BRACE, 1, 3, "{brace.close}"),
        ("{complaint\n.number}", TextFault.STRAY_BRACE, 1, 1, "{brace.open}"),
        ("{" + "a" * 200 + "}", TextFault.STRAY_BRACE, 1, 1, "{brace.open}"),
        ("{{ config }}", TextFault.STRAY_BRACE, 1, 1, "{brace.open}"),
        ("{% for x in y %}", TextFault.UNKNOWN_PLACEHOLDER, 1, 1, ""),
        ("{complaint.number.__class__}", TextFault.UNKNOWN_PLACEHOLDER, 1, 1, "{complaint.number}"),
        ("a\x00b", TextFault.CONTROL_CHARACTER, 1, 2, ""),
        ("a\rb", TextFault.CONTROL_CHARACTER, 1, 2, ""),
        ("a\u202eb", TextFault.CONTROL_CHARACTER, 1, 2, ""),
        ("a\ud800b", TextFault.CONTROL_CHARACTER, 1, 2, ""),
        ("x" * (LONGEST + 1), TextFault.TOO_LONG, 1, 1, ""),
        ("", TextFault.EMPTY, 1, 1, ""),
        (" \n", TextFault.EMPTY, 1, 1, ""),
        ("{#if days}" * (DEEPEST + 1) + "{/if}" * (DEEPEST + 1), TextFault.TOO_DEEP, 1, DEEPEST * 10 + 1, ""),
    ],
)
def test_a_fault_has_its_place_and_a_suggestion(
    text: str, reason: TextFault, line: int, column: int, suggestion: str
) -> None:
    first = check(text, ALLOWED)[0]
    assert (first.reason, first.line, first.column, first.suggestion) == (reason, line, column, suggestion)


def test_every_fault_is_listed_in_the_order_of_its_place() -> None:
    text = "{zzz}\n}\n{#if deadline}\n\x01{deadline|zzz}"
    found = [(fault.reason, fault.line, fault.column) for fault in check(text, ALLOWED)]
    assert found == [
        (TextFault.UNKNOWN_PLACEHOLDER, 1, 1),
        (TextFault.STRAY_BRACE, 2, 1),
        (TextFault.IF_WITHOUT_END, 3, 1),
        (TextFault.CONTROL_CHARACTER, 4, 1),
        (TextFault.UNKNOWN_FORMAT, 4, 2),
    ]
    assert len(check("{" * LONGEST, ALLOWED)) == MOST_FAULTS


def test_the_depth_and_the_length_that_are_allowed() -> None:
    assert check("{#if days}" * DEEPEST + "a" + "{/if}" * DEEPEST, ALLOWED) == []
    assert check("{#if days}a{/if}" * 100, ALLOWED) == []
    assert check("x" * LONGEST, ALLOWED) == []
    assert check("", ALLOWED, Limits(may_be_empty=True)) == []
    assert check("abc", ALLOWED, Limits(longest=2)) == [Fault(TextFault.TOO_LONG, found="2")]


def test_one_line_is_one_line() -> None:
    assert check("a\nb", ALLOWED) == []
    assert check("a\nb", ALLOWED, Limits(one_line=True)) == [Fault(TextFault.LINE_BREAK, 1, 2)]


def test_the_names_of_a_text() -> None:
    text = "{#if deadline}{#if days}{agency.name}{/if}{/if}{brace.open}"
    assert names_in(text, ALLOWED) == {"deadline", "days", "agency.name", "brace.open"}


ALPHABET = st.sampled_from(["{", "}", "#if ", "/if", "|", "date", " ", "\n", "complaint.number", "deadline", "%", "a"])
NOISE = st.one_of(st.text(), st.lists(ALPHABET).map("".join))


@given(NOISE)
def test_no_text_raises_anything_but_its_faults(text: str) -> None:
    faults = check(text, ALLOWED, Limits(may_be_empty=True))
    lines = text.split("\n")
    for fault in faults:
        assert fault.column <= len(lines[fault.line - 1]) + 1
    if faults:
        with pytest.raises(TextRefused) as refused:
            rendered(text)
        assert list(refused.value.faults) == faults
    else:
        said = rendered(text)
        assert names_in(text, ALLOWED) or said == text


@pytest.mark.parametrize("part", ["{field.tiang}", "{field.tiang|date}", "{#if field.tiang}x{/if}"])
def test_a_field_that_this_office_does_not_have_is_replaced_by_nothing(part: str) -> None:
    text = f"A{part}B"
    assert render(text, {}, Target.PLAIN, with_fields({}, text)) == "AB"
    with pytest.raises(TextRefused):
        render(text, {}, Target.PLAIN, {})


@given(NOISE, st.sampled_from(Target))
def test_a_value_stays_text(value: str, target: Target) -> None:
    said = render("[{complaint.number}]", {"complaint.number": value}, target, ALLOWED)
    assert said[0] + said[-1] == "[]"
    if target is Target.PLAIN:
        assert said[1:-1] == value
    else:
        assert not set(said) & set("<>\"'")


def test_the_work_is_linear_in_the_length() -> None:
    """Twenty times the text takes at most a hundred times the processor's time, whatever it consists of."""
    for piece in ("{", "}", "{#if days}", "{/if}", "{zz}", "{complaint.number}", "{a|", "\n{", "{{"):
        text = piece * (LONGEST // len(piece))
        short = _seconds(text[: len(text) // 20 // len(piece) * len(piece)])
        assert _seconds(text) < 100 * max(short, 0.0005), piece


def _seconds(text: str) -> float:
    """Return the least processor time of three checks of a text."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        check(text, ALLOWED)
        taken.append(time.process_time() - start)
    return min(taken)
