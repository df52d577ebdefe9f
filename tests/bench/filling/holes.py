"""Rows of a prototype as text for COPY, with a hole wherever a copy says something of its own."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

Row = Mapping[str, Any]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKED = re.compile(f"{_OPEN}(.+?){_CLOSE}")
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass
class Holes:
    """What is to be filled in: texts by what they were, keys by table, and instants to be moved."""

    texts: dict[str, str]
    keys: dict[tuple[str, int], str]
    instants: dict[str, datetime] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def line(self, table: str, columns: Iterable[str], row: Row, own: Mapping[str, str]) -> str:
        """One row of COPY; `own` names the hole of a column that is not what the prototype has."""
        return "\t".join(self._cell(table, name, row[name], own) for name in columns) + "\n"

    def canonical(self, value: Any) -> str:
        """A value as canonical JSON, as hashes are taken of it."""
        text = json.dumps(self.marked(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return as_template(text)

    def marked(self, value: Any) -> Any:
        """The same with marks in place of what a copy fills in."""
        if isinstance(value, Mapping):
            return {name: self.marked(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.marked(part) for part in value]
        if isinstance(value, datetime):
            return self._instant(value)
        if isinstance(value, str):
            return self._text(value)
        return value

    def _text(self, value: str) -> str:
        if value in self.texts:
            return mark(self.texts[value])
        return self._instant(datetime.fromisoformat(value)) if _INSTANT.fullmatch(value) else value

    def _instant(self, value: datetime) -> str:
        name = self._names.setdefault(value.isoformat(), f"t{len(self._names)}")
        self.instants[name] = value
        return mark(name)

    def _cell(self, table: str, name: str, value: Any, own: Mapping[str, str]) -> str:
        if name in own:
            return f"%({own[name]})s"
        if value is None:
            return "\\N"
        target = _KEYS.get((table, name)) or _KEYS.get(("", name))
        if target:
            return f"%({self.keys[target, value]})s"
        return as_template(self._plain(value).translate(_COPY_ESCAPES))

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return "t" if value else "f"
        if isinstance(value, dict | list):
            return json.dumps(self.marked(value), ensure_ascii=False)
        if isinstance(value, datetime):
            return str(self._instant(value.astimezone(UTC)))
        if isinstance(value, date):
            name = f"y{len(self.days)}"
            self.days[name] = value
            return mark(name)
        return str(self.marked(value))


_KEYS = {
    **{(table, "id"): table for table in ("complaint", "complaint_event", "step_task", "notice", "delivery")},
    **{(table, "id"): table for table in ("letter", "paper")},
    ("", "complaint_id"): "complaint",
    ("", "task_id"): "step_task",
    ("", "notice_id"): "notice",
    ("", "delivery_id"): "delivery",
    ("", "paper_id"): "paper",
    ("sync_change", "event_id"): "complaint_event",
}


def mark(name: str) -> str:
    return f"{_OPEN}{name}{_CLOSE}"


def as_template(text: str) -> str:
    """A text with marks as one for the % operator."""
    return _MARKED.sub(r"%(\1)s", text.replace("%", "%%"))
