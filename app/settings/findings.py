"""What a look at the settings found: each with its state and a sentence for the person at the keyboard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

OK, WARNING, REFUSED = "ok", "warning", "refused"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: its name, its state (ok, warning, refused), and what is so."""

    name: str
    state: str
    sentence: str


def refusals(findings: Iterable[Finding]) -> list[str]:
    """The sentences that forbid a start."""
    return [finding.sentence for finding in findings if finding.state == REFUSED]


def as_table(findings: Iterable[Finding]) -> str:
    """A line for each: name, state, sentence, in columns."""
    lines = list(findings)
    width = max((len(line.name) for line in lines), default=0)
    return "\n".join(f"{line.name:<{width}}  {line.state:<7}  {line.sentence}" for line in lines)
