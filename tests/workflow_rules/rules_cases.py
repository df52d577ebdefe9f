"""One complaint played through the rules by the officers of the SOP: no test starts from an impossible state."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workflow_rules.process.actions import NAMES_AGENCY, Action, ActionRequest, Known, MergeTarget
from workflow_rules.process.actors import SYSTEM, Capacity, Person
from workflow_rules.process.decide import Decision, decide
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.evolve import begin
from workflow_rules.process.facts import AgencyTrack, ComplaintFacts
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.process.standard_sop import STANDARD_SOP, Officer, Step
from workflow_rules.process.steps import CaseStatus

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
IN_SERVICE = frozenset({"dishub", "dinkes", "dplh", "disdukcapil", "dpuprperkim"})
NUMBER = "LB-2026-000001"
TARGET = MergeTarget("LB-2026-000002", CaseStatus.CHECKING)

WHOLE_IDENTITY = {"has_name": True, "has_address": True, "has_phone": True}
RECEIVED: dict[str, Any] = {
    "channel": "web",
    "confidentiality": "open",
    "classification": "complaint",
    "reporter": {**WHOLE_IDENTITY, "has_email": True},
    "in_sp4n": False,
}

GOOD: dict[Action, dict[str, Any]] = {
    Action.REGISTER: {},
    Action.REQUEST_INFORMATION: {"question": "Di desa mana?"},
    Action.ADD_INFORMATION: {"text": "Desa Paringin"},
    Action.ARCHIVE: {"reason": "spam", "note": "Iklan"},
    Action.MERGE: {"into": TARGET.number},
    Action.APPROVE_CHECK: {},
    Action.REPORT: {},
    Action.APPROVE: {},
    Action.DIRECT: {
        "agencies": ["disdukcapil"],
        "lead": "disdukcapil",
        "instruction": "Tindak lanjuti",
        "urgency": "normal",
        "field_visit": False,
        "route": "fast",
    },
    Action.RELAY: {},
    Action.SEND_BACK: {"note": "Belum lengkap"},
    Action.ACCEPT: {},
    Action.DECLINE: {"reason": "not_our_authority", "note": "Jalan provinsi"},
    Action.DISPOSE: {"instruction": "Periksa"},
    Action.MARK_FIELD_VISIT: {"reason": "Perlu ke lokasi"},
    Action.SUBMIT_DRAFT: {"subject": "Tanggapan", "body": "Sudah diperbaiki"},
    Action.INITIAL: {},
    Action.SIGN: {},
    Action.SEND: {},
    Action.CONTINUE_WITHOUT: {"agency": "dishub"},
    Action.DISPOSE_ANSWER: {"instruction": "Sampaikan"},
    Action.REPLY: {"text": "Sudah diperbaiki"},
    Action.RATE: {"score": 4},
    Action.REOPEN: {"reason": "Masih rusak"},
    Action.CLOSE: {},
    Action.NOTE: {"text": "Ditelepon"},
    Action.ATTACH: {"filename": "foto.jpg", "sha256": "a" * 64, "media_type": "image/jpeg", "size": 10},
    Action.WITHDRAW: {"reason": "Sudah selesai"},
    Action.EXPIRE_QUESTION: {},
    Action.CORRECT: {"category": "jalan", "reason": "Pelapor menyebutkannya di loket"},
    Action.CONFIRM_ANONYMITY: {},
    Action.ADD_AGENCY: {"agency": "dpuprperkim", "instruction": "Tindak lanjuti bersama"},
    Action.DROP_AGENCY: {"agency": "dishub", "reason": "Sudah ditangani OPD lain"},
    Action.RECALL: {"agency": "dishub", "reason": "Salah alamat"},
    Action.EXTEND: {"agency": "dishub", "working_days": 5, "reason": "Menunggu suku cadang"},
    Action.RETURN_LETTER: {"note": "Salah tanggal"},
    Action.ASK_RELEASE: {"reason": "Jalan nasional"},
    Action.RELEASE: {"agency": "dishub", "accept": True, "note": "Diarahkan ulang"},
}


def officer(actor: str, agency: str | None = None) -> Person:
    return Person(1, f"{actor} {agency or ''}".strip(), (Capacity(actor, agency),))


ADMIN = officer(Officer.COMPLAINT_ADMIN)
SECTION_HEAD = officer(Officer.SECTION_HEAD)
DIVISION_HEAD = officer(Officer.DIVISION_HEAD)
OFFICE_HEAD = officer(Officer.OFFICE_HEAD)
SUPERVISOR = Person(2, "supervisor", observes=True)
NOBODY = Person(3, "nobody")


def agency_admin(agency: str) -> Person:
    return officer(Officer.AGENCY_ADMIN, agency)


def secretary(agency: str) -> Person:
    return officer(Officer.AGENCY_SECRETARY, agency)


def agency_head(agency: str) -> Person:
    return officer(Officer.AGENCY_HEAD, agency)


class Case:
    """A complaint with its log: an accepted action is recorded, a refused one must leave the facts as they were."""

    def __init__(self, sop: Sop = STANDARD_SOP, **received: Any) -> None:
        self.sop, self.now = sop, MONDAY
        first = Event(SystemEvent.RECEIVED, self.now, SYSTEM.capacities[0], None, None, {**RECEIVED, **received})
        self.log = [first]
        self.facts: ComplaintFacts = begin(NUMBER, first, sop)

    @property
    def known(self) -> Known:
        return Known(IN_SERVICE, TARGET, self.now, self.now)

    def ask(self, request: ActionRequest, by: Person) -> Decision:
        decision = decide(self.facts, request, by, self.sop, self.now)
        self.facts = decision.after
        self.log.append(decision.event)
        return decision

    def do(
        self,
        action: Action,
        by: Person,
        agency: str | None = None,
        known: Mapping[str, Any] | None = None,
        **params: Any,
    ) -> Decision:
        """Carry the action out one minute later, with good parameters unless others are given (None leaves one out)."""
        self.now += timedelta(minutes=1)
        if action in NAMES_AGENCY and agency is not None:
            params = {"agency": agency, **params}
        given = {name: value for name, value in {**GOOD[action], **params}.items() if value is not None}
        return self.ask(ActionRequest(action, agency, given, replace(self.known, **(known or {}))), by)

    def refused(
        self, reason: RefusalReason, action: Action, by: Person, agency: str | None = None, **more: Any
    ) -> ActionRefused:
        before, count = deepcopy(self.facts), len(self.log)
        with pytest.raises(ActionRefused) as caught:
            self.do(action, by, agency, **more)
        assert caught.value.reason is reason, (action, caught.value)
        assert self.facts == before
        assert len(self.log) == count
        return caught.value

    def faults(self, action: Action, by: Person, agency: str | None = None, **more: Any) -> list[tuple[str, str]]:
        """Every field that a form refused as a whole complains of, with what is wrong."""
        refusal = self.refused(RefusalReason.MISSING_INPUT, action, by, agency, **more)
        return [(e.field, e.fault.value) for e in refusal.errors]

    def faults_of(self, request: ActionRequest, by: Person) -> list[tuple[str, str]]:
        """The same for a request that is not a well-formed one."""
        before = deepcopy(self.facts)
        with pytest.raises(ActionRefused) as caught:
            self.ask(request, by)
        assert caught.value.reason is RefusalReason.MISSING_INPUT
        assert self.facts == before
        return [(e.field, e.fault.value) for e in caught.value.errors]

    def track(self, agency: str) -> AgencyTrack:
        found = self.facts.track(agency)
        assert found is not None
        return found

    def steps(self) -> set[tuple[str, str | None]]:
        return {(s.step, s.agency) for s in self.facts.open_steps}


_OFFICE_PATH = (
    (Step.REGISTER, Action.REGISTER, ADMIN),
    (Step.CHECK, Action.APPROVE_CHECK, SECTION_HEAD),
    (Step.REPORT, Action.REPORT, DIVISION_HEAD),
)
_AGENCY_PATH = (
    (Step.AGENCY_RECEIVE, Action.ACCEPT, agency_admin),
    (Step.AGENCY_DISPOSE, Action.DISPOSE, agency_head),
    (Step.DRAFT_ANSWER, Action.SUBMIT_DRAFT, secretary),
    (Step.SIGN_ANSWER, Action.SIGN, agency_head),
    (Step.SEND_ANSWER, Action.SEND, agency_admin),
)


def at_office(step: Step, sop: Sop = STANDARD_SOP, **received: Any) -> Case:
    """A case at one of the steps 1 to 4."""
    case = Case(sop, **received)
    for here, action, by in _OFFICE_PATH:
        if case.facts.find_step(step, None):
            break
        assert case.facts.find_step(here, None)
        case.do(action, by)
    return case


def directed(*agencies: str, **direction: Any) -> Case:
    """A case that the Kepala Dinas has sent to these agencies, the first one leading."""
    case = at_office(Step.DIRECT)
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=list(agencies), lead=agencies[0], **direction)
    return case


def bring(case: Case, agency: str, to: Step | None = None) -> Case:
    """Move one agency on to a step of its own, or until its answer is sent."""
    for here, action, by in _AGENCY_PATH:
        if here is to:
            break
        if case.facts.find_step(here, agency):
            case.do(action, by(agency))
    return case


def at_agency(step: Step, *agencies: str, **direction: Any) -> Case:
    """A case whose first agency has reached the step while the others have only received it."""
    named = agencies or ("dishub", "dinkes")
    return bring(directed(*named, **direction), named[0], step)


def all_sent(*agencies: str) -> Case:
    case = directed(*agencies)
    for agency in agencies:
        bring(case, agency)
    return case


def at_reply(*agencies: str, **received: Any) -> Case:
    named = agencies or ("dishub",)
    case = at_office(Step.DIRECT, **received)
    if case.facts.anonymity_unconfirmed:
        case.do(Action.CONFIRM_ANONYMITY, ADMIN)
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=list(named), lead=named[0])
    for agency in named:
        bring(case, agency)
    case.do(Action.DISPOSE_ANSWER, OFFICE_HEAD)
    return case


def answered(*agencies: str) -> Case:
    case = at_reply(*agencies)
    case.do(Action.REPLY, ADMIN)
    return case
