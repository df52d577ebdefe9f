"""What must be true of any case at any moment, worked out from its log alone, without the rules that made it."""

from collections.abc import Sequence

from tests.workflow_rules.rules_cases import IN_SERVICE, agency_admin
from workflow_rules.process.actions import Action
from workflow_rules.process.decide import Decision, allowed_actions, sees
from workflow_rules.process.events import Event
from workflow_rules.process.evolve import evolve
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.sop import Sop
from workflow_rules.process.standard_sop import Step

Where = tuple[Step | None, str | None]

OPENED_BY = {
    "register": "send_back at check",
    "check": "register at register, send_back at report, reopen at nothing",
    "report": "approve_check at check, send_back at direct",
    "direct": "report at report, decline at agency_receive, decline at agency_dispose, recall at agency_receive, "
    "release at draft_answer, release at sign_answer, release at send_answer",
    "relay": "direct at direct",
    "agency_receive": "direct at register, direct at check, direct at report, direct at direct, relay at relay, "
    "add_agency at nothing",
    "agency_dispose": "accept at agency_receive",
    "draft_answer": "dispose at agency_dispose, send_back at sign_answer, send_back at dispose_answer, "
    "return_letter at send_answer",
    "sign_answer": "submit_draft at draft_answer",
    "send_answer": "sign at sign_answer",
    "dispose_answer": "send at send_answer, continue_without at direct, send_back at reply, "
    "drop_agency at agency_receive, drop_agency at agency_dispose, drop_agency at draft_answer, "
    "drop_agency at sign_answer, drop_agency at send_answer",
    "reply": "dispose_answer at dispose_answer",
}
"""By hand from design section 4: which act, at which step, may open a step."""

AFTER = {
    "check": "register reopen",
    "report": "approve_check",
    "direct": "report decline recall release",
    "relay": "direct",
    "agency_receive": "direct add_agency",
    "agency_dispose": "accept",
    "draft_answer": "dispose",
    "sign_answer": "submit_draft",
    "send_answer": "sign",
    "dispose_answer": "send",
    "reply": "dispose_answer",
}
"""What must stand in the log before a step opens, on the agency's own track for the agencies' steps."""

OWN_TRACK = ("agency_dispose", "draft_answer", "sign_answer", "send_answer")
LEAVING = (Action.DECLINE, Action.RECALL, Action.DROP_AGENCY)
ENDINGS = (Action.ARCHIVE, Action.MERGE, Action.WITHDRAW, Action.CLOSE)


class Watch:
    """An onlooker that hears of every event and keeps its own account of who has the case and who waits."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.on_case: set[str] = set()
        self.unsent: dict[str | None, list[str]] = {}
        self.asked: set[Where] = set()
        self.lead_lost_by: str | None = None
        self.cycle_began = 0

    def hears(self, before: ComplaintFacts, decision: Decision, log: Sequence[Event], sop: Sop) -> None:
        event = decision.event
        assert event.by.agency in (None, event.agency), "nobody acts for another agency"
        if event.kind in ENDINGS:
            self.asked.clear()
        if event.kind is Action.REOPEN:
            self.on_case, self.cycle_began = set(), len(log) - 1
        if event.kind is Action.REPLY:
            self.may_be_answered(log)
        self._follows_agencies(before, event)
        self._follows_questions(event)
        self.opened_in_turn(before, decision, log)
        replayed = evolve(before, log[-1], sop)
        assert replayed == decision.after, "by induction the log replays to the facts, at every event"

    def _follows_agencies(self, before: ComplaintFacts, event: Event) -> None:
        if event.kind is Action.DIRECT:
            self.on_case |= set(event.data["agencies"])
            self.lead_lost_by = None
            self.unsent[event.agency] = list(event.data["agencies"])
        if event.kind is Action.RELAY or (event.kind is Action.DIRECT and event.data["route"] == "fast"):
            self.seen |= set(self.unsent.pop(event.agency))
        if event.kind is Action.ADD_AGENCY:
            assert event.agency == event.data["agency"]
            assert event.agency not in self.on_case, "nobody joins twice"
            self.on_case.add(event.agency)
            self.seen.add(event.agency)
        if event.kind in LEAVING or (event.kind is Action.RELEASE and event.data["accept"]):
            assert event.agency is not None
            self.on_case.remove(event.agency)
            self.seen.remove(event.agency)
            if before.lead == event.agency:
                self.lead_lost_by = event.agency
        if event.kind is Action.CONTINUE_WITHOUT:
            self.lead_lost_by = None
        if before.anonymity_unconfirmed:
            assert event.kind not in (Action.DIRECT, Action.RELAY, Action.ADD_AGENCY)

    def _follows_questions(self, event: Event) -> None:
        where = (event.step, event.agency)
        if event.kind is Action.REQUEST_INFORMATION:
            assert where not in self.asked
            self.asked.add(where)
        if event.kind in (Action.ADD_INFORMATION, Action.EXPIRE_QUESTION):
            self.asked.remove(where)

    def opened_in_turn(self, before: ComplaintFacts, decision: Decision, log: Sequence[Event]) -> None:
        event = decision.event
        if decision.opened and event.step is not None:
            at = None if event.kind is Action.SEND_BACK and event.step is Step.DISPOSE_ANSWER else event.agency
            assert before.find_step(event.step, at) is not None
        for opened in decision.opened:
            step = opened.step.value
            assert f"{event.kind.value} at {event.step.value if event.step else 'nothing'}" in OPENED_BY[step].split(
                ", "
            )
            if step in AFTER:
                track = opened.agency if step in OWN_TRACK else None
                told = [e for e in log if e.kind.value in AFTER[step].split() and track in (None, e.agency)]
                assert told, (step, opened.agency)

    def may_be_answered(self, log: Sequence[Event]) -> None:
        """Each agency on the case drafted, then signed, then sent; and step 10 came after all of them."""
        cycle = list(log)[self.cycle_began :]
        disposed = _last(cycle, Action.DISPOSE_ANSWER, None)
        assert self.on_case
        for agency in self.on_case:
            drafted, signed, sent = (_last(cycle, a, agency) for a in (Action.SUBMIT_DRAFT, Action.SIGN, Action.SEND))
            assert -1 < drafted < signed < sent < disposed
            assert _last(cycle, Action.SEND_BACK, agency) < drafted
            assert _last(cycle, Action.RETURN_LETTER, agency) < drafted

    def looks_at(self, facts: ComplaintFacts, log: Sequence[Event], sop: Sop) -> None:
        """The invariants of issue 2, on the state itself."""
        places = [(s.step, s.agency) for s in facts.open_steps]
        tracks = [(s.agency if s.of_agency else ("office", s.agency)) for s in facts.open_steps]
        assert len(set(places)) == len(places)
        assert len(set(tracks)) == len(tracks), "one open task a track"
        assert not (facts.open_steps and (facts.ended or facts.answered_at))
        assert facts.open_steps or facts.ended or facts.answered_at, "nobody has anything to do"
        assert {(s.step, s.agency) for s in facts.open_steps if s.paused_at is not None} == self.asked
        assert facts.version == len(log)
        self._agencies_of(facts, sop)

    def _agencies_of(self, facts: ComplaintFacts, sop: Sop) -> None:
        assert {t.agency for t in facts.active_tracks} == self.on_case
        assert len({t.agency for t in facts.tracks}) == len(facts.tracks)
        assert facts.seen_by == self.seen
        for agency in IN_SERVICE:
            assert sees(agency_admin(agency), facts) is (agency in self.seen)
            if agency not in self.seen:
                assert allowed_actions(facts, agency_admin(agency), sop) == ()
        assert {s.agency for s in facts.open_steps if s.of_agency} <= self.on_case & self.seen
        replaced = {s.agency for s in facts.open_steps if not s.of_agency}
        at_work = {t.agency for t in facts.active_tracks if t.sent_at is not None}
        assert not replaced & at_work, "nobody is replaced while at work on the case"
        leads = sum(t.lead for t in facts.active_tracks)
        assert sum(t.lead for t in facts.tracks) == leads <= 1
        if facts.active_tracks and not leads and not facts.ended:
            assert facts.find_step(Step.DIRECT, self.lead_lost_by) is not None


def _last(log: Sequence[Event], kind: Action, agency: str | None) -> int:
    return max((i for i, e in enumerate(log) if e.kind is kind and agency in (None, e.agency)), default=-1)
