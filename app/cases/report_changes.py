"""Pure rules for a later revision of a report from SP4N: secrecy only grows, and a revision may answer a question."""

from collections.abc import Iterable

from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import SECRECY, Confidentiality


def stricter(one: Confidentiality, other: Confidentiality) -> Confidentiality:
    """Return the stricter of two levels of secrecy (Confidentiality)."""
    return max(one, other, key=SECRECY.index)


def answers_question(facts: ComplaintFacts, changed: Iterable[str], brings_files: bool) -> bool:
    """Return whether a revision from SP4N answers an open question to the reporter: a step is paused, and the revision
    brings files or changes the text (`body`).

    Reporters often answer at SP4N by changing the report or adding a picture. The officer judges the content, but no
    clock stays paused for a reporter who has answered.
    """
    waits = any(step.paused_at is not None for step in facts.open_steps)
    return waits and (brings_files or "body" in changed)
