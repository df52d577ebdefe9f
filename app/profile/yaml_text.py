"""YAML text of a profile: written the same way each time, and read with the line of every value.

Only plain YAML is read: no anchors, aliases, tags or second document, so that a small file cannot become a large value.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

LARGEST_FILE = 10 * 1024 * 1024
DEEPEST = 12
Path = tuple[str | int, ...]
"""The place of a value: names of members and positions in lists, from the top."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Numbers and words as YAML 1.1 writes them, without those that surprise: `yes`, `0777`, `12:30`, `1_000`, dates.
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]*([eE][-+][0-9]+)?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True)
class Fault:
    """A value object: what is wrong at one place. `message` is the end of a sentence that begins with the path; `line`
    counts from 1, None: that of the place.
    """

    path: Path
    message: str
    line: int | None = None


class NotYaml(Exception):
    """Raised for text that cannot be read as YAML; `fault` says why and where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(frozen=True)
class Document:
    """A value object: the value of a YAML text, and the line of each of its parts, counted from 1."""

    value: Any
    lines: Mapping[Path, int]

    def line_of(self, path: Path) -> int:
        """Return the line of a place; of one that the text lacks, that of the nearest place around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(content: bytes) -> Document:
    """Return the document of a file. Raises NotYaml."""
    if len(content) > LARGEST_FILE:
        raise NotYaml(Fault((), f"is larger than {LARGEST_FILE // 1024 // 1024} MB", 1))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise NotYaml(Fault((), "is not UTF-8", content.count(b"\n", 0, broken.start) + 1)) from broken
    if found := _UNREADABLE.search(text):
        message = f"holds the character U+{ord(found.group()):04X}, which YAML does not allow"
        raise NotYaml(Fault((), message, text.count("\n", 0, found.start()) + 1))
    reader = _Reader(text)
    try:
        return Document(reader.document(), reader.lines)
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        problem = getattr(broken, "problem", None) or "it breaks off"
        line = mark.line + 1 if mark is not None else text.count("\n") + 1
        raise NotYaml(Fault(reader.path, f"is no YAML from here on: {problem}", line)) from broken


class _Reader:
    """Builds the value from the parser's events. `lines` holds the line of each place, `path` is the place reached."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self.lines: dict[Path, int] = {}
        self.path: Path = ()

    def document(self) -> Any:
        """Return the value of the only document, None for an empty text. Raises NotYaml and yaml.YAMLError."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self._events), ())
        next(self._events)
        if not isinstance(after := next(self._events), yaml.StreamEndEvent):
            raise self._refused((), "must be one document, but a second begins", after)
        return value

    def _value(self, event: yaml.Event, path: Path) -> Any:
        self.path = path
        self.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._refused(path, "must be written out: anchors (&) and aliases (*) are not read", event)
        if event.tag is not None:
            raise self._refused(path, f"must have no tag ({event.tag})", event)
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event.value) if event.implicit[0] else event.value
        if len(path) >= DEEPEST:
            raise self._refused(path, "is nested too deeply", event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        items: list[Any] = []
        while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(item, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise self._refused(path, "has a member whose name is no text", key)
            self._value(key, (*path, key.value))
            if key.value in members:
                raise self._refused((*path, key.value), "is written twice", key)
            members[key.value] = self._value(next(self._events), (*path, key.value))
        return members

    def _refused(self, path: Path, message: str, event: yaml.Event) -> NotYaml:
        return NotYaml(Fault(path, message, event.start_mark.line + 1))


def _plain(text: str) -> Any:
    """Return the value of a text without quotes: None, a truth value, a number, or the text."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML has no types
    """Writes texts of several lines as a block, and everything in full."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    style = None
    if re.search("[\r\x85\u2028\u2029\ufeff]", text):
        style = '"'  # readers of YAML 1.1 and 1.2 disagree whether these end a line
    elif "\n" in text and not re.search(r"\A\s|[ \t]\n|[ \t]\Z|[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]", text):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(value: Any) -> str:
    """Return plain values as YAML text: members in the order given, one value a line."""
    written: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=False, sort_keys=False, allow_unicode=True, width=math.inf
    )
    return written
