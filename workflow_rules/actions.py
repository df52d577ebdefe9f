"""Everything that can be done to a complaint, and how a request for it is put."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from workflow_rules.actors import Actor
from workflow_rules.steps import CaseStatus


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
    EXPIRE_QUESTION = "expire_question"


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
