"""The texts that an office edits: placeholders, conditions, the check of a text, and its rendering.

A text holds `{complaint.number}`, `{deadline|date}` and `{#if deadline}…{/if}`, which may be nested. Nothing else in it
has a meaning, so no text can run code. A literal brace is written `{brace.open}` or `{brace.close}`. All work is linear
in the length of the text.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from itertools import islice

LONGEST = 20_000
DEEPEST = 5
MOST_FAULTS = 100
"""Faults that a check lists; a text with more of them is not a text."""
_LONGEST_TAG = 100
_BRACES = {"brace.open": "{", "brace.close": "}"}
_IF, _END = "#if", "/if"
_BRACE = re.compile("[{}]")
# Everything below the space except tab and line feed, DEL, C1, and what turns the direction of reading.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class ValueType(StrEnum):
    """What a placeholder stands for."""

    TEXT = "text"
    DATE = "date"
    MOMENT = "moment"
    NUMBER = "number"
    LINK = "link"


FORMATS: Mapping[ValueType, tuple[str, ...]] = {
    ValueType.TEXT: (),
    ValueType.DATE: ("date", "short"),
    ValueType.MOMENT: ("date", "short", "time"),
    ValueType.NUMBER: (),
    ValueType.LINK: (),
}
"""The formats that may be written after the name of a placeholder of each type."""


class Target(StrEnum):
    """Where a rendered text is put; its markup is escaped for that."""

    PLAIN = "plain"
    HTML = "html"


class TextFault(StrEnum):
    """What is wrong at one place of a text."""

    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    UNKNOWN_FORMAT = "unknown_format"
    HIDDEN_FIELD = "hidden_field"
    PERSONAL_FIELD = "personal_field"
    IF_WITHOUT_END = "if_without_end"
    END_WITHOUT_IF = "end_without_if"
    STRAY_BRACE = "stray_brace"
    TOO_DEEP = "too_deep"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    LINE_BREAK = "line_break"
    EMPTY = "empty"
    NOT_USED = "not_used"


@dataclass(frozen=True)
class Fault:
    """A value object: one fault of a text, with its line and column (both from 1) and what was probably meant ("": no
    suggestion). `found` is the piece of the text that is wrong.
    """

    reason: TextFault
    line: int = 1
    column: int = 1
    found: str = ""
    suggestion: str = ""


class TextRefused(Exception):
    """Exception raised for a text that cannot be rendered; `faults` is what `check` returns for it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(fault.reason for fault in faults))
        self.faults = faults


Allowed = Mapping[str, ValueType]
"""The names that a text may hold, with the type of each."""

Values = Mapping[str, str | Callable[[str], str]]
"""The value of each name: a text, or a function from a format ("": none) to the text."""


@dataclass(frozen=True)
class Limits:
    """A value object: the length and the number of lines that a text may have."""

    longest: int = LONGEST
    one_line: bool = False
    may_be_empty: bool = False


@dataclass(frozen=True)
class _Piece:
    """A part of a text: what is written (`literal`), or the content of a pair of braces (`tag`), from `place` on."""

    place: int
    literal: str = ""
    tag: str | None = None


@dataclass
class _Parsed:
    """A text as nested lists of literals (str), (name, format) and blocks, with its faults in the order found."""

    nodes: list["_Node"] = field(default_factory=list)
    faults: list[tuple[int, Fault]] = field(default_factory=list)


@dataclass(frozen=True)
class _Block:
    name: str
    nodes: list["_Node"]
    place: int


_Node = str | tuple[str, str] | _Block


def check(text: str, allowed: Allowed, limits: Limits | None = None) -> list[Fault]:
    """Return the faults of a text in the order of their places, at most `MOST_FAULTS`; [] if it can be used."""
    limits = limits or Limits()
    if len(text) > limits.longest:
        return [Fault(TextFault.TOO_LONG, found=str(limits.longest))]
    if not text.strip() and not limits.may_be_empty:
        return [Fault(TextFault.EMPTY)]
    found = _parse(text, allowed).faults + list(_unwanted_characters(text, limits.one_line))
    return _placed(text, sorted(found, key=lambda pair: pair[0])[:MOST_FAULTS])


def render(text: str, values: Values, target: Target, allowed: Allowed) -> str:
    """Return the text with its placeholders replaced, escaped for its target. A value is never read as a text with
    placeholders. A name without a value is replaced by nothing. Raises TextRefused if the text has a fault.
    """
    if faults := check(text, allowed, Limits(may_be_empty=True)):
        raise TextRefused(tuple(faults))
    said = "".join(_said(_parse(text, allowed).nodes, values))
    return html.escape(said) if target is Target.HTML else said


def names_in(text: str, allowed: Allowed) -> set[str]:
    """Return the allowed names that occur in a text, also as a condition."""
    found: set[str] = set()
    waiting = list(_parse(text, allowed).nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, _Block):
            found.add(node.name)
            waiting.extend(node.nodes)
        elif isinstance(node, tuple):
            found.add(node[0])
    return found


def _said(nodes: list[_Node], values: Values) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif isinstance(node, _Block):
            if _value(values, node.name, ""):
                yield from _said(node.nodes, values)
        else:
            yield _value(values, *node)


def _value(values: Values, name: str, written: str) -> str:
    if name in _BRACES:
        return _BRACES[name]
    value = values.get(name, "")
    return value if isinstance(value, str) else value(written)


def _pieces(text: str) -> Iterator[_Piece]:
    """Yield the text as literals and tags. A brace that belongs to no tag is a literal of that one character."""
    done, opened = 0, -1
    for found in _BRACE.finditer(text):
        place = found.start()
        if text[place] == "}" and opened >= 0 and place - opened <= _LONGEST_TAG and "\n" not in text[opened:place]:
            yield from _literal(text, done, opened)
            yield _Piece(opened, tag=text[opened + 1 : place])
            done, opened = place + 1, -1
            continue
        if opened >= 0:
            yield from _stray(text, done, opened)
            done, opened = opened + 1, -1
        if text[place] == "{":
            opened = place
        else:
            yield from _stray(text, done, place)
            done = place + 1
    if opened >= 0:
        yield from _stray(text, done, opened)
        done = opened + 1
    yield from _literal(text, done, len(text))


def _literal(text: str, start: int, end: int) -> Iterator[_Piece]:
    if start < end:
        yield _Piece(start, text[start:end])


def _stray(text: str, start: int, place: int) -> Iterator[_Piece]:
    yield from _literal(text, start, place)
    yield _Piece(place, text[place])


def _parse(text: str, allowed: Allowed) -> _Parsed:
    """Return a text with its blocks nested and all faults of its tags. What is at fault is left out of the nodes."""
    parsed, blocks = _Parsed(), list[_Block]()
    for piece in _pieces(text):
        nodes = blocks[-1].nodes if blocks else parsed.nodes
        if piece.tag is None:
            if piece.literal in ("{", "}"):
                name = "brace.open" if piece.literal == "{" else "brace.close"
                _fault(parsed, piece, TextFault.STRAY_BRACE, piece.literal, "{" + name + "}")
            nodes.append(piece.literal)
        elif piece.tag == _END:
            if blocks:
                blocks.pop()
            else:
                _fault(parsed, piece, TextFault.END_WITHOUT_IF, "{/if}")
        elif piece.tag == _IF or piece.tag.startswith(f"{_IF} "):
            block = _Block(piece.tag[len(_IF) + 1 :], [], piece.place)
            _check_name(parsed, piece, block.name, "{#if %s}", allowed)
            if len(blocks) == DEEPEST:
                _fault(parsed, piece, TextFault.TOO_DEEP, "{" + piece.tag + "}")
            nodes.append(block)
            blocks.append(block)
        else:
            name, bar, written = piece.tag.partition("|")
            if _check_name(parsed, piece, name, "{%s}", allowed) and bar:
                _check_format(parsed, piece, name, written, allowed)
            nodes.append((name, written))
    for block in blocks:
        _fault(parsed, _Piece(block.place), TextFault.IF_WITHOUT_END, "{#if " + block.name + "}", "{/if}")
    return parsed


def _check_name(parsed: _Parsed, piece: _Piece, name: str, pattern: str, allowed: Allowed) -> bool:
    if name in allowed or name in _BRACES:
        return True
    near = get_close_matches(name.strip().lower(), allowed, 1) if len(parsed.faults) < MOST_FAULTS else []
    suggestion = pattern % near[0] if near else ""
    _fault(parsed, piece, TextFault.UNKNOWN_PLACEHOLDER, "{" + (piece.tag or "") + "}", suggestion)
    return False


def _check_format(parsed: _Parsed, piece: _Piece, name: str, written: str, allowed: Allowed) -> None:
    known = FORMATS[allowed[name]] if name in allowed else ()
    if written not in known:
        near = get_close_matches(written.strip().lower(), known, 1) or known[:1]
        suggestion = "{" + (f"{name}|{near[0]}" if near else name) + "}"
        _fault(parsed, piece, TextFault.UNKNOWN_FORMAT, "{" + (piece.tag or "") + "}", suggestion)


def _fault(parsed: _Parsed, piece: _Piece, reason: TextFault, found: str, suggestion: str = "") -> None:
    if len(parsed.faults) < MOST_FAULTS:
        parsed.faults.append((piece.place, Fault(reason, found=found, suggestion=suggestion)))


def _unwanted_characters(text: str, one_line: bool) -> Iterator[tuple[int, Fault]]:
    for found in islice(_CONTROL.finditer(text), MOST_FAULTS):
        yield found.start(), Fault(TextFault.CONTROL_CHARACTER, found=f"U+{ord(found.group()):04X}")
    if one_line and (place := text.find("\n")) >= 0:
        yield place, Fault(TextFault.LINE_BREAK)


def _placed(text: str, faults: list[tuple[int, Fault]]) -> list[Fault]:
    """Return the faults with line and column for their places, which are in ascending order."""
    placed, line, start, done = list[Fault](), 1, 0, 0
    for place, fault in faults:
        line += text.count("\n", done, place)
        if (last := text.rfind("\n", done, place)) >= 0:
            start = last + 1
        done = place
        placed.append(Fault(fault.reason, line, place - start + 1, fault.found, fault.suggestion))
    return placed
