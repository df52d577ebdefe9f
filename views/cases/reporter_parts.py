"""The reporter section of the case page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.access.personal_data import personal_traces
from app.access.process_rows import agency_actors
from app.access.visibility import REPORTER_TEXT_KINDS, is_reading_program
from app.casefile.case import Case
from app.casefile.original_text import original_of
from app.core.encrypted_columns import Unreadable
from app.core.identifiers import masked
from app.fields.definitions import known_fields
from app.fields.values import audience_of, shown_texts
from app.privacy.identity_access import opening_for
from app.privacy.redaction import may_redact
from views.cases.identity_labels import IDENTITY_PARTS, PLACES, TRACES
from workflow_rules.process.identity import Confidentiality

AROUND = 30
MOST_SHOWN = 12
Part = tuple[str, bool]


@dataclass(frozen=True)
class IdentityTrace:
    """A value object: a place in the case text that may reveal the reporter.

    `kind` and `place` are codes of the label tables; `parts` is the text around it as (text, is the trace itself).
    """

    kind: str
    place: str
    parts: tuple[Part, ...]


def reporter_parts(case: Case, opened: dict[str, str] | None = None, **fault: str) -> dict[str, Any]:
    """Return the template values (dict) of the reporter section of the case page.

    `opened` are identity fields to show unmasked once; `reason_fault` and `reason_typed` are error and text of a
    refused reason.
    """
    opening = opening_for(case.person, case.facts) if case.reporter is not None else None
    # The masks of the identity fields; the name has none.
    masks = {}
    for name in opening.fields if opening is not None else ():
        text = getattr(case.reporter, name)
        if text and name != "name":
            masks[name] = text if is_unreadable(text) else masked(name, text)
    traces = identity_traces(case)
    reads_original = case.person.sees_every_case and not is_reading_program(case.person)
    return {
        "own_fields": shown_texts(case.complaint, audience_of(case.person)),
        "identity_opened": opened,
        "may_open": opening is not None,
        "identity_masked": masks,
        "identity_parts": {**IDENTITY_PARTS, **{f"fields.{code}": one.label for code, one in known_fields().items()}},
        "reason_fault": fault.get("reason_fault", ""),
        "reason_typed": fault.get("reason_typed", ""),
        "is_unreadable": is_unreadable,
        "traces": traces[:MOST_SHOWN],
        "more_traces": max(0, len(traces) - MOST_SHOWN),
        "trace_words": TRACES,
        "trace_places": PLACES,
        "original": original_of(case.complaint) if reads_original else None,
        "redacts": may_redact(case.complaint, case.person) is not None,
    }


def is_unreadable(text: object) -> bool:
    """Return whether an identity field cannot be shown, because it is encrypted with a key that is missing."""
    return isinstance(text, Unreadable)


def identity_traces(case: Case) -> list[IdentityTrace]:
    """Return an `IdentityTrace` for each place in the texts of a secret or anonymous case that may reveal the reporter.

    [] for open cases, for users who do not see every case, and for API programs that only read.
    """
    guarded = case.complaint.confidentiality != Confidentiality.OPEN
    if not guarded or not case.person.sees_every_case or is_reading_program(case.person):
        return []
    found = []
    for place, text in _texts(case):
        for kind, begin, end in personal_traces(text):
            parts = ((_before(text[:begin]), False), (text[begin:end], True), (_after(text[end:]), False))
            found.append(IdentityTrace(kind, place, parts))
    return found


def _texts(case: Case) -> Iterator[tuple[str, str]]:
    yield "title", case.complaint.title
    yield "body", case.complaint.body
    for row in case.attachments:
        yield "files", row.filename
    for event in case.events:
        if event.kind in REPORTER_TEXT_KINDS and event.actor not in agency_actors():
            yield from (("messages", text) for text in event.data.values() if isinstance(text, str))


def _before(text: str) -> str:
    """Return the end of a text, about 30 characters of whole words, with an ellipsis if it was cut."""
    if len(text) <= AROUND:
        return text
    first, space, rest = text[-AROUND:].partition(" ")
    return f"… {rest if space else first}"


def _after(text: str) -> str:
    """Return the beginning of a text, about 30 characters of whole words, with an ellipsis if it was cut."""
    if len(text) <= AROUND:
        return text
    rest, space, last = text[:AROUND].rpartition(" ")
    return f"{rest if space else last} …"
