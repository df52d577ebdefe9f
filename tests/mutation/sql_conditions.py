"""Changes of a condition in SQL or PL/pgSQL: without one of its operands, or met both ways."""

import re
from collections.abc import Iterator

Change = tuple[str, int, str]
Word = tuple[str, int, int]
WORD = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[A-Za-z_]\w*|[()\[\];,]|\S")
JOINS = ("AND", "OR")
BEGINS = ("WHERE", "ON", "IF", "ELSIF", "WHEN", "CHECK", "USING", "HAVING", "RETURN")
ENDS = ("THEN", "GROUP", "ORDER", "LIMIT", "WHERE", "RETURNING", ";", ",")
OPENING, CLOSING = ("(", "["), (")", "]")
WRITES = re.compile(r"^\s*(?:INSERT|UPDATE|DELETE|PERFORM|RAISE)\b[^;]*;", re.MULTILINE)


def changes(text: str) -> Iterator[Change]:
    """Return each operator that fits, the place of the change in the text, and the whole new text."""
    words = [(found[0].upper(), found.start(), found.end()) for found in WORD.finditer(text)]
    for place, (word, start, end) in enumerate(words):
        if word in JOINS and words[place + 1][0] != "REPLACE":
            before, first = _begin(words, place)
            if before not in JOINS:  # else the word before it drops this operand
                yield "DropOperand", start, text[:first] + text[end:].lstrip()
            yield "DropOperand", start, text[:start] + text[_end(words, place, (*JOINS, *ENDS)) :]
        if _has_condition(words, place):
            after = _end(words, place, ENDS)
            yield from (("FixCondition", start, f"{text[:end]} {fixed} {text[after:]}") for fixed in ("true", "false"))
    for found in WRITES.finditer(text):
        yield "RemoveStatement", found.start(), f"{text[: found.start()]}\n    NULL;{text[found.end() :]}"


def _has_condition(words: list[Word], place: int) -> bool:
    """Whether a word stands before a whole condition."""
    before = [word for word, _, _ in words[max(0, place - 3) : place]]
    match words[place][0]:
        case "WHERE" | "ELSIF":
            return True
        case "IF":
            return before[-1:] != ["END"]
        case "ON":
            return "JOIN" in before
    return False


def _begin(words: list[Word], place: int) -> tuple[str, int]:
    """Return the word before the operand that ends at a place, and where the operand begins."""
    depth = 0
    for (word, _, _), (_, start, _) in zip(reversed(words[:place]), reversed(words[1 : place + 1]), strict=True):
        depth += (word in CLOSING) - (word in OPENING)
        if depth < 0 or (depth == 0 and word in (*BEGINS, *JOINS)):
            return word, start
    return "", 0


def _end(words: list[Word], place: int, ends: tuple[str, ...]) -> int:
    """Return where the operand, or the whole condition, after a word ends."""
    depth = 0
    for word, start, _ in words[place + 1 :]:
        depth += (word in OPENING) - (word in CLOSING)
        if depth < 0 or (depth == 0 and word in ends):
            return start
    return words[-1][2]
