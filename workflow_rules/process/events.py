"""Recorded events of a case: one per accepted action, from which every state can be replayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Capacity


class SystemEvent(StrEnum):
    """An enum of the kinds of event that are not actions of the SOP."""

    RECEIVED = "received"
    IMPORTED = "imported"
    REVISED = "revised"
    SETTLED = "settled"
    BREACHED = "breached"
    CODE_REPLACED = "code_replaced"
    LINKED = "linked"
    UNLINKED = "unlinked"
    FILE_CHECKED = "file_checked"
    IDENTITY_OPENED = "identity_opened"
    IDENTITY_REMOVED = "identity_removed"
    REDACTED = "redacted"


EventKind = Action | SystemEvent

FIRST_EVENTS = frozenset({SystemEvent.RECEIVED, SystemEvent.IMPORTED})
"""The kinds of the first event of a case: its reception, or its import from the records that the office had before."""


def event_kind(name: str) -> EventKind:
    """Return the `Action` or `SystemEvent` with this stored name. Raises ValueError for an unknown name."""
    return Action(name) if name in frozenset(Action) else SystemEvent(name)


@dataclass(frozen=True)
class Event:
    """One recorded event. `at` is aware; `by` is the capacity of the person who acted; `step` and `agency` are None for
    an event of the whole case or of the office; `data` holds the recorded parameters, never secret ones.
    """

    kind: EventKind
    at: datetime
    by: Capacity
    step: str | None
    agency: str | None
    data: Mapping[str, Any]
