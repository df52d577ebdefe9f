"""What has happened to a complaint: one record per accepted action, from which every state can be replayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Capacity
from workflow_rules.process.steps import Step


class SystemEvent(StrEnum):
    """What happens to a complaint without being an action of the SOP."""

    RECEIVED = "received"
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


def event_kind(name: str) -> EventKind:
    """The kind that a stored record names; ValueError for a name that is none."""
    return Action(name) if name in frozenset(Action) else SystemEvent(name)


@dataclass(frozen=True)
class Event:
    """One thing that happened: what, where, when (aware instant), by whom in which capacity, with which particulars."""

    kind: EventKind
    at: datetime
    by: Capacity
    step: Step | None
    agency: str | None
    data: Mapping[str, Any]
