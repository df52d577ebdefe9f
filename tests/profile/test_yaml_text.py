"""Every value comes back from the YAML text that is written of it, and no text is read that is not plain YAML."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.profile.yaml_text import DEEPEST, LARGEST_FILE, NotYaml, as_yaml, read_yaml

ODD = "ab01 \n\t\r\0:#-'\"|>&*!%@`{}[],.eE+~=<?\x85\u2028\ufeff🦜"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text(ODD, max_size=14)
NUMBERS = st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(VALUES)
def test_a_value_comes_back_as_it_was_and_is_written_the_same_way(value: Any) -> None:
    written = as_yaml(value)
    again = read_yaml(written.encode()).value
    assert again == value
    assert as_yaml(again) == written


@given(st.binary(max_size=60) | st.text(ODD, max_size=60).map(str.encode))
def test_any_file_is_read_or_refused_with_its_line(content: bytes) -> None:
    lines = content.decode("utf-8", "replace").splitlines()
    line, message = 1, "read"
    try:
        read_yaml(content)
    except NotYaml as refused:
        line, message = refused.fault.line or 0, refused.fault.message
    assert 1 <= line <= len(lines) + 2
    assert message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("12:30", "12:30"),
        ("0526", "0526"),
        ("1_000", "1_000"),
        ("2026-08-17", "2026-08-17"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("9" * 5000, "9" * 5000),
        ("'12'", "12"),
        ("12", 12),
        ("-1.50", -1.5),
        ("true", True),
        ("~", None),
        ("", None),
        ("{a: [1, {b: c}]}", {"a": [1, {"b": "c"}]}),
    ],
)
def test_what_stands_without_quotes_is_read_without_surprise(text: str, value: Any) -> None:
    found = read_yaml(text.encode()).value
    assert (found, type(found)) == (value, type(value))


def test_a_text_of_several_lines_is_a_block_and_equal_parts_are_written_out() -> None:
    part = ["a"]
    assert as_yaml({"x": "satu\ndua\n", "y": part, "z": part}) == "x: |\n  satu\n  dua\ny:\n- a\nz:\n- a\n"


def test_every_part_has_its_line() -> None:
    document = read_yaml(b"a:\n- b: 1\n  c:\n    d: 2\n- e\n")
    places = {("a",): 1, ("a", 0): 2, ("a", 0, "b"): 2, ("a", 0, "c", "d"): 4, ("a", 1): 5}
    assert {path: document.line_of(path) for path in places} == places
    assert document.line_of(("a", 0, "unknown", "deeper")) == 2


BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("content", "path", "line", "said"),
    [
        (BOMB, ("a",), 1, "anchors (&) and aliases (*) are not read"),
        (b"a: 1\nb: *a\n", ("b",), 2, "anchors (&) and aliases (*) are not read"),
        (b"a: 1\nb:\n  c: 1\n  c: 2\n", ("b", "c"), 4, "is written twice"),
        (b"a: !!python/object/apply:os.system [id]\n", ("a",), 1, "must have no tag"),
        (b"a: !!binary aGk=\n", ("a",), 1, "must have no tag"),
        (b"a: 1\n---\nb: 2\n", (), 2, "a second begins"),
        (b"? [a, b]\n: 1\n", (), 1, "a member whose name is no text"),
        (b"? &x a\n: 1\n", ("a",), 1, "anchors"),
        (b"a: 1\n  b: 2\n", ("a",), 2, "is no YAML from here on"),
        (b"a: [1, 2\n", ("a", 1), 2, "is no YAML from here on"),
        (b"a: 'open\n", ("a",), 2, "is no YAML from here on"),
        (b"a: 1\nb: \tx: y\n", ("b",), 2, "is no YAML from here on"),
        (b"a: 1\nb: \xff\n", (), 2, "is not UTF-8"),
        (b"a: 1\nb: \x07\n", (), 2, "the character U+0007"),
        (b"[" * 50 + b"]" * 50, (0,) * DEEPEST, 1, "is nested too deeply"),
        (b"[" * 100_000, (), 1, "is no YAML from here on"),
        (b"a: " * 100_000, ("a",), 1, "is no YAML from here on"),
        (b"#" * (LARGEST_FILE + 1), (), 1, "is larger than 10 MB"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_at_its_place(content: bytes, path: Any, line: int, said: str) -> None:
    with pytest.raises(NotYaml) as refused:
        read_yaml(content)
    assert (refused.value.fault.path, refused.value.fault.line) == (path, line)
    assert said in refused.value.fault.message
