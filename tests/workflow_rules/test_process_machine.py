"""Thousands of cases with a will of their own: officers act at random, in turn and out of it, while time passes.

MACHINE_EXAMPLES in the environment sets how many sequences are played (400 unless told).
"""

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.workflow_rules.process_watch import Watch
from tests.workflow_rules.rules_cases import GOOD, IN_SERVICE, NUMBER, TARGET, Case, officer
from workflow_rules.process.actions import NAMES_AGENCY, Action, ActionRequest, Known
from workflow_rules.process.actors import REPORTER, SYSTEM, Person
from workflow_rules.process.decide import AllowedAction, allowed_actions
from workflow_rules.process.evolve import replay
from workflow_rules.process.identity import SECRECY
from workflow_rules.process.refusals import ActionRefused, RefusalReason
from workflow_rules.process.sop import FastTrack
from workflow_rules.process.standard_sop import STANDARD_SOP, Officer, Step

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "400"))

AGENCIES = sorted(IN_SERVICE)
TURN = {
    Step.REGISTER: Officer.COMPLAINT_ADMIN,
    Step.CHECK: Officer.SECTION_HEAD,
    Step.REPORT: Officer.DIVISION_HEAD,
    Step.DIRECT: Officer.OFFICE_HEAD,
    Step.RELAY: Officer.COMPLAINT_ADMIN,
    Step.AGENCY_RECEIVE: Officer.AGENCY_ADMIN,
    Step.AGENCY_DISPOSE: Officer.AGENCY_HEAD,
    Step.DRAFT_ANSWER: Officer.AGENCY_SECRETARY,
    Step.SIGN_ANSWER: Officer.AGENCY_HEAD,
    Step.SEND_ANSWER: Officer.AGENCY_ADMIN,
    Step.DISPOSE_ANSWER: Officer.OFFICE_HEAD,
    Step.REPLY: Officer.COMPLAINT_ADMIN,
}
OFFICE_ACTORS = tuple(Officer)[:4]
AGENCY_ACTORS = tuple(Officer)[4:]
LEADING_STEPS = frozenset({Step.REGISTER, Step.CHECK, Step.REPORT, Step.DIRECT})
OFFICERS = {(a, None): officer(a) for a in OFFICE_ACTORS} | {
    (a, g): officer(a, g) for a in AGENCY_ACTORS for g in AGENCIES
}
EVERYBODY: list[Person] = [*(OFFICERS[k] for k in sorted(OFFICERS, key=str)), REPORTER, SYSTEM]
RARE = frozenset({Action.ARCHIVE, Action.MERGE, Action.WITHDRAW, Action.CLOSE, Action.NOTE, Action.ATTACH})
SIDEWAYS = RARE | {
    Action.SEND_BACK,
    Action.DECLINE,
    Action.REQUEST_INFORMATION,
    Action.MARK_FIELD_VISIT,
    Action.CORRECT,
    Action.RETURN_LETTER,
    Action.ASK_RELEASE,
    Action.RELEASE,
    Action.RECALL,
    Action.DROP_AGENCY,
    Action.ADD_AGENCY,
    Action.EXTEND,
}
WIDE_SOP = replace(STANDARD_SOP, fast_track=FastTrack(Officer.OFFICE_HEAD, LEADING_STEPS))
TEN_DAYS = timedelta(days=10)
DICE = st.integers(0, 999_999)


class Process(RuleBasedStateMachine):
    """One complaint; the dice of each rule choose who acts, how, and how long after the act before."""

    @initialize(wide_fast_track=st.booleans(), confidentiality=st.sampled_from(["open", "open", "secret"]))
    def received(self, wide_fast_track: bool, confidentiality: str) -> None:
        self.case = Case(WIDE_SOP if wide_fast_track else STANDARD_SOP, confidentiality=confidentiality)
        self.watch = Watch()

    @rule(dice=DICE)
    def whose_turn_it_is_goes_on(self, dice: int) -> None:
        steps = self.case.facts.open_steps
        if not steps:
            return self.anybody_does_something_allowed(dice)
        dice, which = divmod(dice, 24)
        step = steps[which % len(steps)]
        if step.paused_at is not None:
            return self.the_question_ends(step.agency, dice)
        if self.case.facts.anonymity_unconfirmed and dice % 3 == 0:
            return self.must_do_one(Action.CONFIRM_ANONYMITY, OFFICERS[Officer.COMPLAINT_ADMIN, None])
        person = OFFICERS[TURN[step.step], step.agency if step.of_agency else None]
        offered = [
            a for a in allowed_actions(self.case.facts, person, self.case.sop) if a.agency in (step.agency, None)
        ]
        return self.one_of(offered, person, dice)

    @rule(dice=DICE)
    def the_next_one_goes_on(self, dice: int) -> None:
        self.whose_turn_it_is_goes_on(dice)

    @rule(dice=DICE)
    def anybody_does_something_allowed(self, dice: int) -> None:
        dice, who = divmod(dice, len(EVERYBODY))
        self.one_of(list(allowed_actions(self.case.facts, EVERYBODY[who], self.case.sop)), EVERYBODY[who], dice)

    @rule(dice=DICE, more=DICE)
    def anybody_asks_for_anything(self, dice: int, more: int) -> None:
        dice, who = divmod(dice, len(EVERYBODY))
        dice, what = divmod(dice, len(Action))
        action, agency = list(Action)[what], [None, None, *AGENCIES][dice % (2 + len(AGENCIES))]
        params = self.good_params(action, agency, more)
        if action is Action.DIRECT:
            first, second = AGENCIES[more % 5], AGENCIES[more // 5 % 5]
            params |= {"agencies": sorted({first, second}), "lead": first}
        if more % 10 == 0:
            params = {**params, "unknown": 1}
        self.asks(ActionRequest(action, agency, params, self.known(agency)), EVERYBODY[who])

    @rule(dice=DICE)
    def the_office_head_names_any_agencies(self, dice: int) -> None:
        open_here = [s for s in self.case.facts.open_steps if s.step is Step.DIRECT]
        if not open_here:
            return self.whose_turn_it_is_goes_on(dice)
        dice, which = divmod(dice, 12)
        first, second = AGENCIES[dice % 5], AGENCIES[dice // 5 % 5]
        params = {**GOOD[Action.DIRECT], "agencies": sorted({first, second}), "lead": first}
        params["route"] = ("fast", "via_admin")[dice // 25 % 2]
        agency = open_here[which % len(open_here)].agency
        self.asks(ActionRequest(Action.DIRECT, agency, params, self.known(agency)), OFFICERS[Officer.OFFICE_HEAD, None])
        return None

    @rule(days=st.integers(1, 11))
    def time_passes(self, days: int) -> None:
        self.case.now += timedelta(days=days)

    def teardown(self) -> None:
        if hasattr(self, "case"):
            assert replay(NUMBER, self.case.log, self.case.sop) == self.case.facts

    def one_of(self, offered: list[AllowedAction], person: Person, dice: int) -> None:
        """Mostly the action that leads on, sometimes one sideways, seldom one that ends the case."""
        dice, chance = divmod(dice, 20)
        passed_over = SIDEWAYS if chance < 12 else RARE if chance < 19 else frozenset()
        wanted = [a for a in offered if a.action not in passed_over] or offered
        if wanted:
            self.must_do(wanted[dice % len(wanted)], person, dice)

    def must_do_one(self, action: Action, person: Person) -> None:
        """The act, where it is offered: not while the whole case waits for the reporter."""
        offered = [a for a in allowed_actions(self.case.facts, person, self.case.sop) if a.action is action]
        self.one_of(offered, person, 0)

    def must_do(self, chosen: AllowedAction, person: Person, dice: int) -> None:
        """What is offered succeeds with good parameters, unless it is not its time yet or any more."""
        params = self.good_params(chosen.action, chosen.agency, dice)
        if chosen.action is Action.DIRECT and chosen.step is not Step.DIRECT:
            params["route"] = "fast"
        known = self.known(chosen.agency)
        refused = self.asks(ActionRequest(chosen.action, chosen.agency, params, known), person)
        if refused is not None:
            if chosen.action in (Action.ADD_AGENCY, Action.DIRECT) and not self.free_agencies(chosen.agency):
                return
            late = chosen.action is Action.REOPEN and self.case.now > self.silence_ends()
            early = chosen.action is Action.CLOSE and person is SYSTEM and self.case.now < self.silence_ends()
            assert refused.reason is RefusalReason.OUT_OF_ORDER
            assert late or early

    def the_question_ends(self, agency: str | None, dice: int) -> None:
        if dice % 4:
            action, person = Action.ADD_INFORMATION, REPORTER
        else:
            action, person = Action.EXPIRE_QUESTION, SYSTEM
        known = self.known(agency)
        refused = self.asks(ActionRequest(action, agency, GOOD[action], known), person)
        early = action is Action.EXPIRE_QUESTION and known.question_ends_at > self.case.now  # type: ignore[operator]
        assert (refused is not None) is early

    def asks(self, request: ActionRequest, person: Person) -> ActionRefused | None:
        case, before, count = self.case, self.case.facts, len(self.case.log)
        case.now += timedelta(minutes=1)
        try:
            decision = case.ask(request, person)
        except ActionRefused as refused:
            assert case.facts is before
            assert len(case.log) == count
            return refused
        self.watch.hears(before, decision, case.log, case.sop)
        self.watch.looks_at(case.facts, case.log, case.sop)
        return None

    def good_params(self, action: Action, agency: str | None, dice: int) -> dict[str, Any]:
        facts = self.case.facts
        if action is Action.ADD_AGENCY:
            free = self.free_agencies(agency) or AGENCIES
            return {**GOOD[action], "agency": free[dice % len(free)]}
        if action in NAMES_AGENCY:
            return {**GOOD[action], "agency": agency or AGENCIES[dice % 5], **self.answer_to_release(action, dice)}
        if action is Action.CORRECT:
            upward = SECRECY[SECRECY.index(facts.confidentiality) :]
            return {**GOOD[action], "confidentiality": upward[dice % 60 % len(upward)] if dice % 4 == 0 else upward[0]}
        if action is not Action.DIRECT:
            return dict(GOOD[action])
        free = self.free_agencies(agency)
        turned = free[dice % 5 :] + free[: dice % 5]
        named = turned[: 1 + dice // 5 % (1 if facts.tracks else 4)] or ["dishub"]
        route, visit = ("fast", "via_admin")[dice // 20 % 2], dice // 40 % 3 == 0
        return {**GOOD[action], "agencies": named, "lead": named[0], "route": route, "field_visit": visit}

    def free_agencies(self, agency: str | None) -> list[str]:
        """The agencies that are not on the case and in whose place no other is sought, apart from this one's."""
        facts = self.case.facts
        taken = {t.agency for t in facts.active_tracks}
        taken |= {s.agency for s in facts.open_steps if not s.of_agency and s.agency != agency}
        return [a for a in AGENCIES if a not in taken]

    def answer_to_release(self, action: Action, dice: int) -> dict[str, Any]:
        return {"accept": dice % 2 == 0} if action is Action.RELEASE else {}

    def known(self, agency: str | None) -> Known:
        asked = [s.paused_at for s in self.case.facts.open_steps if s.paused_at is not None and s.agency == agency]
        ends = asked[0] + TEN_DAYS if asked else None
        return Known(IN_SERVICE, TARGET, self.silence_ends(), ends)

    def silence_ends(self) -> Any:
        answered_at = self.case.facts.answered_at
        return answered_at + TEN_DAYS if answered_at is not None else self.case.now


TestProcess = Process.TestCase
TestProcess.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=40,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
pytest.mark.timeout(max(300, EXAMPLES // 10))(TestProcess)
