"""Plain text that somebody typed, as the blocks of a paper: paragraphs, numbered lines, columns parted by tabs."""

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
    """`kind` is paragraph, item or columns; `label` is an item's number as typed, `depth` its level from 0."""

    kind: str
    text: str = ""
    label: str = ""
    depth: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def blocks_of(text: str) -> list[Block]:
    """The blocks of a text in their order, their texts as HTML; empty lines part them, as does a numbered line."""
    found: list[Block] = []
    levels: list[str] = []
    capitals = _SECOND_CAPITAL.search(text) is not None
    parted = True
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line.strip():
            parted = True
            continue
        block = _item(line.strip(), levels, capitals) or _plain(line)
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
    """The text as HTML in which numbers and codes like `500.12/001/DISHUB-BLG/2026` stay in one line."""
    parts, end = [], 0
    for code in _CODE.finditer(text):
        parts += [escape(text[end : code.start()]), Markup('<span class="whole">%s</span>') % code.group()]
        end = code.end()
    return Markup("").join([*parts, escape(text[end:])])


def _item(line: str, levels: list[str], capitals: bool) -> Block | None:
    """A numbered or dashed line; a single capital is a number only in a list that has a B: "H. Rahmat" is a name."""
    match = _LABEL.match(line)
    label = match["label"] if match else ""
    if match is None or (label[0].isupper() and not capitals):
        return None
    shape = _shape(label, levels)
    if shape in levels:
        del levels[levels.index(shape) + 1 :]
    else:
        levels.append(shape)
    text = _GAP.sub(_WIDE_SPACE, line[match.end() :])
    return Block("item", text, label, min(len(levels) - 1, DEEPEST))


def _shape(label: str, levels: list[str]) -> str:
    """What numbers of one list have in common: `1.`, `1.1.`, `a)`, `i.`, `-`."""
    letters = label.strip("().")
    if letters.isalpha() and letters.islower():
        roman = "i." in levels or (letters == "i" and not {"a.", "a)"} & {*levels})
        if len(letters) > 1 or (letters in ("i", "v", "x") and roman):
            return "i."
    return re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"\d+", "1", label)))


def _plain(line: str) -> Block:
    cells = tuple(_GAP.split(line.strip(), MOST_COLUMNS - 1))
    return Block("columns", rows=(cells,)) if len(cells) > 1 else Block("paragraph", cells[0])


def _joined(last: Block, block: Block, line: str) -> Block | None:
    """The last block with a line that goes on in it; None where the line begins a block."""
    if block.kind == "columns" and last.kind == "columns":
        return replace(last, rows=last.rows + block.rows)
    if block.kind == "paragraph" and (last.kind == "paragraph" or (last.kind == "item" and line[0] in " \t")):
        return replace(last, text=f"{last.text}\n{block.text}")
    return None


def _settled(block: Block) -> Block:
    """The block as HTML; a single row without a colon is a paragraph with a wide space in it."""
    if block.kind != "columns":
        return replace(block, text=unbroken(block.text))
    if len(block.rows) == 1 and not block.rows[0][1].startswith(":"):
        return Block("paragraph", unbroken(_WIDE_SPACE.join(block.rows[0])))
    return replace(block, rows=tuple(tuple(unbroken(cell) for cell in row) for row in block.rows))
