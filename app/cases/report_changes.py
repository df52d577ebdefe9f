"""What a later revision of a report from SP4N means for the case: secrecy only grows, and news may be an answer."""

from collections.abc import Iterable

from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import Confidentiality

_LOOSEST_FIRST = (Confidentiality.OPEN, Confidentiality.SECRET, Confidentiality.ANONYMOUS)


def stricter(one: Confidentiality, other: Confidentiality) -> Confidentiality:
    """The one of two wishes for secrecy that keeps more: an anonymous reporter's name is not even stored."""
    return max(one, other, key=_LOOSEST_FIRST.index)


def answers_question(facts: ComplaintFacts, changed: Iterable[str], brings_files: bool) -> bool:
    """Whether a revision is the answer somebody waits for.

    A reporter who is asked something at SP4N often answers by writing it into the report or adding a picture there.
    Whoever reads it decides what it is worth, but no clock stands still for a reporter who has spoken.
    """
    waits = any(step.paused_at is not None for step in facts.open_steps)
    return waits and (brings_files or "body" in changed)
