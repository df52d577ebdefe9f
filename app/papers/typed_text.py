"""Typed plain text parsed into blocks: paragraphs, numbered items and tab-separated columns."""

import re
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

DEEPEST = 3
MOST_COLUMNS = 8
_LABEL = re.compile(
    r"(?P<label>\d{1,3}(?:\.\d{1,3})*[.)]|\(\d{1,3}\)|[a-zA-Z][.)]|\([a-zA-Z]\)|[ivx]{2,5}[.)]|[-–•*])[ \t]+(?=\S)"
)
_SECOND_CAPITAL = re.compile(r"^\s*B[.)]\s", re.MULTILINE)
_GAP = re.compile(r"\t[ \t]*| {3,}")
_WIDE_SPACE = "\u2003"
_CODE = re.compile(r"(?<!\S)(?=\S*[A-Z0-9])(?=\S*[/-])\S{3,60}(?!\S)")


@dataclass(frozen=True)
class Block:
    """A value object: one block of a typed text. `kind` is "paragraph", "item" or "columns". `text` belongs to a
    paragraph or an item, `label` is an item's number as typed and `depth` its level from 0, `rows` are the cells of
    columns.
    """

    kind: str
    text: str = ""
    label: str = ""
    depth: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def blocks_of(text: str) -> list[Block]:
    """Parse a typed text and return a list of Block in order, with their texts as HTML; [] for an empty text. An empty
    line or a numbered line starts a new block.
    """
    found: list[Block] = []
    levels: list[str] = []
    capitals = _SECOND_CAPITAL.search(text) is not None
    parted = True
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line.strip():
            parted = True
            continue
        block = _item(line.strip(), levels, capitals)
        if block is None:
            cells = tuple(_GAP.split(line.strip(), MOST_COLUMNS - 1))
            block = Block("columns", rows=(cells,)) if len(cells) > 1 else Block("paragraph", cells[0])
        joined = None if parted or not found else _joined(found[-1], block, line)
        if joined is not None:
            found[-1] = joined
        else:
            found.append(block)
        if block.kind == "paragraph" and found[-1].kind != "item":
            levels.clear()
        parted = False
    return [_settled(block) for block in found]


def unbroken(text: str) -> Markup:
    """Return the text as escaped HTML (Markup) in which codes like `500.12/001/DISHUB-BLG/2026` do not wrap."""
    parts, end = [], 0
    for code in _CODE.finditer(text):
        parts += [escape(text[end : code.start()]), Markup('<span class="whole">%s</span>') % code.group()]
        end = code.end()
    return Markup("").join([*parts, escape(text[end:])])


def _item(line: str, levels: list[str], capitals: bool) -> Block | None:
    """Parse a line as a numbered or dashed list item and return its Block; None for any other line. Updates `levels`,
    the label styles of the open list levels.

    A single capital is a number only in a list that has a "B.", because "H. Rahmat" is a name.
    """
    match = _LABEL.match(line)
    label = match["label"] if match else ""
    if match is None or (label[0].isupper() and not capitals):
        return None
    # The style of a level: `1.`, `1.1.`, `a)`, `i.` or `-`.
    shape = re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"\d+", "1", label)))
    letters = label.strip("().")
    if letters.isalpha() and letters.islower():
        roman = "i." in levels or (letters == "i" and not {"a.", "a)"} & {*levels})
        if len(letters) > 1 or (letters in ("i", "v", "x") and roman):
            shape = "i."
    if shape in levels:
        del levels[levels.index(shape) + 1 :]
    else:
        levels.append(shape)
    text = _GAP.sub(_WIDE_SPACE, line[match.end() :])
    return Block("item", text, label, min(len(levels) - 1, DEEPEST))


def _joined(last: Block, block: Block, line: str) -> Block | None:
    """Return a new Block, `last` extended by the text of `block`, or None if `block` does not continue it."""
    if block.kind == "columns" and last.kind == "columns":
        return replace(last, rows=last.rows + block.rows)
    if block.kind == "paragraph" and (last.kind == "paragraph" or (last.kind == "item" and line[0] in " \t")):
        return replace(last, text=f"{last.text}\n{block.text}")
    return None


def _settled(block: Block) -> Block:
    """Return a Block of a typed text with its texts as HTML. A single row of columns without a colon becomes a
    paragraph.
    """
    if block.kind != "columns":
        return replace(block, text=unbroken(block.text))
    if len(block.rows) == 1 and not block.rows[0][1].startswith(":"):
        return Block("paragraph", unbroken(_WIDE_SPACE.join(block.rows[0])))
    return replace(block, rows=tuple(tuple(unbroken(cell) for cell in row) for row in block.rows))
