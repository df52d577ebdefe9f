"""Mutants of Jinja templates: an escape less, a condition met both ways, a form without its token."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2

from tests.mutation.mutant import Mutant

Token = tuple[str, str]
PIECE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TOKENS = re.compile(r"\b(csrf\w*|hidden_tag)\(")
CALL = r"(\w+|self\.\w+|lib\.\w+)\("
LITERALS = r"('[^']*'|\d+)( if .*?)?( else ('[^']*'|\d+))?$"
MARKUP = r".*\|\s*(safe|tojson|forceescape|length|urlencode)\b"
NOT_WORTH = re.compile(f"{CALL}|{LITERALS}|{MARKUP}|loop\\.")
"""Outputs of macros, of our own words and of numbers: they are markup already, or can hold none."""
BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
LEXER = jinja2.Environment(autoescape=True).lexer


def mutants_of(root: Path, file: str) -> list[Mutant]:
    """Return the mutants of one template, in the order of its lines."""
    source = (root / file).read_text("utf-8")
    lines, found = source.splitlines(), list[Mutant]()
    for piece in PIECE.finditer(source):
        if piece[0].startswith("{#"):
            continue
        line = source.count("\n", 0, piece.start()) + 1
        for number, (operator, text) in enumerate(_changes(piece[0], file.endswith(".html"))):
            becomes = functools.partial(_replaced, source, piece.span(), text)
            place = ("template", file, "", operator, line, (line,), lines[line - 1].strip())
            found.append(Mutant(*place, becomes, number))
    return found


def _replaced(source: str, span: tuple[int, int], text: str) -> str:
    return source[: span[0]] + text + source[span[1] :]


def _changes(piece: str, is_markup: bool) -> Iterator[Token]:
    """Return each operator that fits an output or a statement, with the new text."""
    tokens = [(kind, value) for _, kind, value in LEXER.tokeniter(piece, None)]
    if piece.startswith("{{"):
        inner = "".join(value for _, value in tokens[1:-1]).strip()
        if TOKENS.search(inner):
            yield "DropToken", ""
        elif is_markup and not NOT_WORTH.match(inner):
            yield "MarkAsSafe", f"{{{{ ({inner})|safe }}}}"
    for place, (kind, value) in enumerate(tokens):
        if value == "forceescape":
            yield "RemoveEscape", _text(tokens, place, place + 1, "string")
        if kind == "name" and value in ("if", "elif"):
            end = _end_of_condition(tokens, place + 1)
            yield from (("FixCondition", _text(tokens, place + 1, end, f" {word} ")) for word in ("true", "false"))


def _text(tokens: list[Token], start: int, end: int, instead: str) -> str:
    """Return the piece with some of its tokens replaced."""
    values = [value for _, value in tokens]
    return "".join([*values[:start], instead, *values[end:]])


def _end_of_condition(tokens: list[Token], start: int) -> int:
    """Return the place of the first token after a condition: `else`, the end, or a bracket or comma from around it."""
    depth = 0
    for place in range(start, len(tokens)):
        kind, value = tokens[place]
        depth += BRACKETS.get(value, 0) if kind == "operator" else 0
        if depth < 0 or kind.endswith("_end") or (depth == 0 and value in ("else", ",")):
            return place
    return len(tokens) - 1
