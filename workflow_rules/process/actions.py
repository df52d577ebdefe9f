"""Everything that can be done to a complaint, and how a request for it is put."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from workflow_rules.process.actors import Actor
from workflow_rules.process.refusals import FieldError
from workflow_rules.process.steps import CaseStatus


class Action(StrEnum):
    """The verbs of the SOP and of its exceptions (design section 4)."""

    REGISTER = "register"
    REQUEST_INFORMATION = "request_information"
    ADD_INFORMATION = "add_information"
    ARCHIVE = "archive"
    MERGE = "merge"
    APPROVE_CHECK = "approve_check"
    REPORT = "report"
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
"""Acts of the office on one agency's part; the parameter `agency` names it."""


@dataclass(frozen=True)
class LetterState:
    """What the rules need to know of an agency's signed letter: whether its file is there, whether it was signed with
    ink, and whether the scan of the signed page is there.
    """

    ready: bool = True
    ink: bool = False
    scanned: bool = False


@dataclass(frozen=True)
class Correction:
    """What a correction changes, in words: old and new values by name, of the identity only the names of the parts
    that were set or removed; `errors` are values that the database does not know.
    """

    before: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    after: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    identity: tuple[str, ...] = ()
    identity_removed: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class MergeTarget:
    """The complaint that a duplicate is to be merged into, as far as the rules need to know it."""

    number: str
    status: CaseStatus


@dataclass(frozen=True)
class Known:
    """What the request names and only the database can tell: agencies in service, the merge target, ends of waiting,
    and which officers initial the drafts of each agency on the case.
    """

    agencies: frozenset[str] = frozenset()
    merge_target: MergeTarget | None = None
    silence_ends_at: datetime | None = None
    question_ends_at: datetime | None = None
    initials: Mapping[str, tuple[Actor, ...]] = field(default_factory=lambda: MappingProxyType({}))
    drafts: Mapping[str | None, str] = field(default_factory=lambda: MappingProxyType({}))
    """The hash of each agency's draft that waits for its signature."""
    letters: Mapping[str | None, LetterState] = field(default_factory=lambda: MappingProxyType({}))
    """Each agency's signed letter of this cycle."""
    draft_due_at: Mapping[str | None, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """The limit of step 7 at each agency that is at it."""
    correction: Correction = Correction()


@dataclass(frozen=True)
class ActionRequest:
    """One wish to act: the verb, the agency's track it is meant for where there are several, and its parameters;
    `reviewed` is the hash of the draft that was read before it was signed, where the sender says so.
    """

    action: Action
    agency: str | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    known: Known = Known()
    reviewed: str | None = None
