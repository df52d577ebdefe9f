"""Public case history: events reduced to kind, agencies and a quotation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from app.models import AgencyTrackRow, Complaint, ComplaintEvent
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import BY_REPORTER
from workflow_rules.process.events import SystemEvent

SENT = "sent"
PUBLIC_KINDS = frozenset(
    {
        SystemEvent.RECEIVED.value,
        SystemEvent.IMPORTED.value,
        Action.REQUEST_INFORMATION.value,
        Action.ADD_INFORMATION.value,
        Action.EXPIRE_QUESTION.value,
        Action.NOTE.value,
        Action.ATTACH.value,
        Action.ARCHIVE.value,
        Action.MERGE.value,
        Action.WITHDRAW.value,
        Action.REPLY.value,
        Action.RATE.value,
        Action.REOPEN.value,
        Action.CLOSE.value,
    }
)
"""Kinds of events shown to the reporter; of notes and files only the reporter's own, without content."""


@dataclass(frozen=True)
class News:
    """A value object: a line of the public case history. `at` is aware, `agency_names` is empty for the office,
    `detail` is a code value or a score, `quote` the question asked.
    """

    kind: str
    at: datetime
    agency_names: tuple[str, ...] = ()
    detail: str = ""
    quote: str = ""


def news_of(complaint: Complaint, events: Iterable[ComplaintEvent]) -> tuple[News, ...]:
    """Return the public history of a case as a tuple of News, newest first: its public events, and a line for each time
    it was sent to agencies.
    """
    names = {track.agency_code: track.agency.name for track in complaint.tracks}
    lines = [
        _news(event, names)
        for event in events
        if event.kind not in (Action.NOTE, Action.ATTACH) or event.actor == BY_REPORTER
    ]
    # One line for each time the case was sent to agencies; a direction that is not sent yet is not public.
    sent = sorted((t for t in complaint.tracks if t.sent_at is not None), key=_sent_at)
    lines += [News(SENT, at, tuple(t.agency.name for t in tracks)) for at, tracks in groupby(sent, key=_sent_at)]
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True))


def _sent_at(track: AgencyTrackRow) -> datetime:
    return track.sent_at or datetime.max.replace(tzinfo=UTC)


def _news(event: ComplaintEvent, names: dict[str, str]) -> News:
    agency_name = (names[event.agency_code],) if event.agency_code in names else ()
    data = event.data
    quote = data.get("question", "") if event.kind == Action.REQUEST_INFORMATION else ""
    detail = _DETAILS.get(event.kind, lambda _: "")(data)
    return News(event.kind, event.at, agency_name, detail, quote)


_DETAILS: dict[str, Callable[[dict[str, object]], str]] = {
    Action.ARCHIVE.value: lambda data: str(data.get("reason", "")),
    Action.RATE.value: lambda data: str(data.get("score", "")),
}
