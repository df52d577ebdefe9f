"""The actions on a complaint: their names, the request for one, and the database values that the rules need for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from workflow_rules.process.choices import SEEDED_CHOICES, Choices
from workflow_rules.process.refusals import FieldError
from workflow_rules.process.steps import CaseStatus


class Action(StrEnum):
    """An enum of every action on a case: SOP steps and their exceptions (design section 4). Events store the values."""

    REGISTER = "register"
    REQUEST_INFORMATION = "request_information"
    ADD_INFORMATION = "add_information"
    ARCHIVE = "archive"
    MERGE = "merge"
    APPROVE_CHECK = "approve_check"
    REPORT = "report"
    APPROVE = "approve"
    DIRECT = "direct"
    RELAY = "relay"
    SEND_BACK = "send_back"
    ACCEPT = "accept"
    DECLINE = "decline"
    DISPOSE = "dispose"
    MARK_FIELD_VISIT = "mark_field_visit"
    SUBMIT_DRAFT = "submit_draft"
    INITIAL = "initial"
    SIGN = "sign"
    SEND = "send"
    CONTINUE_WITHOUT = "continue_without"
    DISPOSE_ANSWER = "dispose_answer"
    REPLY = "reply"
    RATE = "rate"
    REOPEN = "reopen"
    CLOSE = "close"
    NOTE = "note"
    ATTACH = "attach"
    WITHDRAW = "withdraw"
    CORRECT = "correct"
    CONFIRM_ANONYMITY = "confirm_anonymity"
    ADD_AGENCY = "add_agency"
    DROP_AGENCY = "drop_agency"
    RECALL = "recall"
    EXTEND = "extend"
    RETURN_LETTER = "return_letter"
    ASK_RELEASE = "ask_release"
    RELEASE = "release"
    EXPIRE_QUESTION = "expire_question"


NAMES_AGENCY = frozenset(
    {Action.CONTINUE_WITHOUT, Action.ADD_AGENCY, Action.DROP_AGENCY, Action.RECALL, Action.EXTEND, Action.RELEASE}
)
"""Actions of the office on one agency's track; their parameter `agency` holds the agency code."""


@dataclass(frozen=True)
class LetterState:
    """A value object with the state of an agency's signed letter: `ready` when its file is stored, `ink` when it was
    signed on paper, `scanned` when the scan of the signed page is attached.
    """

    ready: bool = True
    ink: bool = False
    scanned: bool = False


@dataclass(frozen=True)
class Correction:
    """A value object with the changes of a correction, looked up in the database. `before` and `after` map field names
    to texts; `identity` and `identity_removed` name the parts of the reporter's identity that are set or removed,
    without their values. `errors` lists the values that the database does not know.
    """

    before: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    after: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    identity: tuple[str, ...] = ()
    identity_removed: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class FieldValues:
    """A value object with the office's own fields that an action fills in, as its event records them: `values` (None
    removes one) and `before` by code, `personal` the commitments to personal values, `definitions` the ids of the
    definitions that they were validated against. `errors` lists invalid ones.
    """

    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    before: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    personal: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    definitions: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    errors: tuple[FieldError, ...] = ()

    @property
    def recorded(self) -> dict[str, Any]:
        """The members that the data of the event gets; {} if no field is filled in."""
        parts = {"values": self.values, "personal": self.personal, "definitions": self.definitions}
        return {name: dict(part) for name, part in parts.items() if part}


@dataclass(frozen=True)
class MergeTarget:
    """A value object with number and status of the complaint that a duplicate is to be merged into."""

    number: str
    status: CaseStatus


@dataclass(frozen=True)
class Known:
    """The database values by which a request is judged: `agencies` are codes of agencies in service, `merge_target` is
    None for an unknown complaint, `silence_ends_at` and `question_ends_at` (aware) end the wait for the reporter,
    `initials` maps an agency code to the roles that initial its drafts.
    """

    agencies: frozenset[str] = frozenset()
    merge_target: MergeTarget | None = None
    silence_ends_at: datetime | None = None
    question_ends_at: datetime | None = None
    initials: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    drafts: Mapping[str | None, str] = field(default_factory=lambda: MappingProxyType({}))
    """Agency code to the hash of its draft that waits for a signature."""
    letters: Mapping[str | None, LetterState] = field(default_factory=lambda: MappingProxyType({}))
    """Agency code to the state of its signed letter in the current cycle."""
    draft_due_at: Mapping[str | None, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """Agency code to the deadline (aware) of step 7, for each agency that is at step 7."""
    correction: Correction = Correction()
    choices: Choices = SEEDED_CHOICES
    fields: FieldValues = FieldValues()


@dataclass(frozen=True)
class ActionRequest:
    """A request to perform an action. `agency` is the code of the track's agency, None when the request names none;
    `reviewed` is the hash of the draft that the signer read, None when the client did not send it.
    """

    action: Action
    agency: str | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    known: Known = Known()
    reviewed: str | None = None
