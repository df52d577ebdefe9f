"""Every act that a person can do, done twice at the same moment from two processes: it happens once, and the other is
told why not.

Written by hand from the SOP: where a case stands, who acts, and what. RACE_ROUNDS as in `test_races`.
"""

from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.audit.replay import audit_all
from app.core.extensions import db
from app.models import ComplaintEvent
from tests.factories import Case, a_complaint, store_letters
from tests.races.test_races import BY_COURIER, ROUNDS, TOLD, run
from tests.workflow_rules.rules_cases import GOOD
from workflow_rules.process.actions import Action

EACH = max(1, ROUNDS // 40)
DIRECTION = {"agencies": ["dishub"], "lead": "dishub"}
MERGED_INTO = "merged into this one"
LOST_SIGHT = {"not_visible"}
"""What an agency is told of a case that it has declined already."""
OF_ITS_AGENCY = {"agency": "dishub"}
"""An act of the office in one agency's part of the case."""
RACES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("register", "admin.aduan", "register", {}),
    ("register", "admin.aduan", "request_information", {}),
    ("register", "admin.aduan", "archive", {}),
    ("register", "admin.aduan", "withdraw", {}),
    ("register", "admin.aduan", "merge", {"into": MERGED_INTO}),
    ("check", "kasi", "approve_check", {}),
    ("check", "kasi", "send_back", {}),
    ("report", "kabid", "report", {}),
    ("report", "kabid", "send_back", {}),
    ("direct", "kadis", "direct", DIRECTION),
    ("direct", "kadis", "send_back", {}),
    ("relay", "admin.aduan", "relay", {}),
    ("agency_receive", "admin.dishub", "accept", {}),
    ("agency_receive", "admin.dishub", "decline", {}),
    ("agency_dispose", "kepala.dishub", "dispose", {}),
    ("agency_dispose", "kepala.dishub", "mark_field_visit", {}),
    ("draft_answer", "sekretaris.dishub", "submit_draft", {}),
    ("draft_answer", "sekretaris.dishub", "request_information", {}),
    ("sign_answer", "kepala.dishub", "sign", {}),
    ("sign_answer", "kepala.dishub", "send_back", {}),
    ("send_answer", "admin.dishub", "send", BY_COURIER),
    ("send_answer", "admin.dishub", "return_letter", {}),
    ("check", "kasi", "correct", {"category": None, "title": "Jalan rusak"}),
    ("agency_receive", "kadis", "recall", {}),
    ("agency_dispose", "kadis", "extend", {}),
    ("agency_dispose", "kadis", "add_agency", {}),
    ("draft_answer", "kepala.dishub", "ask_release", {}),
    ("dispose_answer", "kadis", "dispose_answer", {}),
    ("dispose_answer", "kadis", "send_back", OF_ITS_AGENCY),
    ("reply", "admin.aduan", "reply", {"proof": "Dicatat"}),
    ("reply", "admin.aduan", "send_back", {}),
    ("answered", "admin.aduan", "rate", {}),
    ("answered", "admin.aduan", "reopen", {}),
    ("answered", "admin.aduan", "close", {}),
    ("answered", "admin.aduan", "note", {}),
)


def test_every_act_done_twice_at_once_happens_once(context: Flask) -> None:
    other = a_complaint(at="check").complaint.number
    attempts = [
        attempt(a_case(at), username, action, {**params, **({"into": other} if "into" in params else {})})
        for at, username, action, params in RACES
        for _ in range(EACH)
    ]
    store_letters()
    before = events()
    db.session.remove()
    outcomes = run(context, attempts, attempts, refusals=TOLD | LOST_SIGHT)
    wrong = {}
    for number, wanted in enumerate(attempts):
        first, second = sorted(outcomes[number], key=lambda outcome: outcome != "done")
        if first != "done" or second not in (LOST_SIGHT if wanted["action"] == "decline" else TOLD):
            wrong[f"{wanted['action']} {number}"] = outcomes[number]
    assert wrong == {}
    assert events() - before == len(attempts)
    assert audit_all() == []


def a_case(at: str) -> Case:
    return a_complaint(at=at, agencies=("dishub",), route="via_admin" if at == "relay" else "fast")


def attempt(case: Case, username: str, action: str, params: dict[str, Any]) -> dict[str, Any]:
    """What both processes do at once, with the same version of the case before them."""
    agency = "dishub" if username.endswith(".dishub") or params == OF_ITS_AGENCY else None
    told = {} if params == OF_ITS_AGENCY else params
    wish = {"username": username, "action": action, "id": case.id, "version": case.complaint.version}
    return {**wish, "agency": agency, "params": {**GOOD[Action(action)], **told}}


def events() -> int:
    """How many acts of people are on record."""
    acts = select(func.count()).select_from(ComplaintEvent).where(ComplaintEvent.actor != "system")
    return db.session.execute(acts).scalar_one()
