"""Findings of the configuration checks, each with a state and a message for the administrator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

OK, WARNING, REFUSED = "ok", "warning", "refused"


@dataclass(frozen=True)
class Finding:
    """A value object with the result of one check: its name, its state (ok, warning, refused) and a message."""

    name: str
    state: str
    sentence: str


def refusals(findings: Iterable[Finding]) -> list[str]:
    """Return a list of the messages of the findings with state "refused", which forbid a start in production; [] if
    none.
    """
    return [finding.sentence for finding in findings if finding.state == REFUSED]


def as_table(findings: Iterable[Finding]) -> str:
    """Return the Findings as text, one line each with name, state and message in columns; "" without Findings."""
    lines = list(findings)
    width = max((len(line.name) for line in lines), default=0)
    return "\n".join(f"{line.name:<{width}}  {line.state:<7}  {line.sentence}" for line in lines)
