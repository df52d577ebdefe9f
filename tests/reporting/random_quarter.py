"""Complaints that live through July to September 2026 by the real operations, on paths that a seed decides.

QUARTER_CASES in the environment sets how many (28 by default; 300 for the long run). Every time is a whole minute.
"""

import os
import random
from datetime import datetime, timedelta
from typing import Any

from app.casefile.facts import facts_of
from tests.factories import Case, a_complaint
from tests.office_zone import OFFICE_ZONE
from workflow_rules.process.facts import ComplaintFacts, OpenStep
from workflow_rules.process.refusals import ActionRefused

CASES = int(os.environ.get("QUARTER_CASES", "28"))
BEGINS = datetime(2026, 7, 1, tzinfo=OFFICE_ZONE)
ENDS = datetime(2026, 10, 1, tzinfo=OFFICE_ZONE)
HOUSES = ("dpuprperkim", "dishub", "dplh", "dinkes")
CATEGORIES = ("jalan_berlubang", "pengelolaan_sampah", "penerangan_jalan", None)
DISTRICTS = ("Paringin", "Awayan", "Halong")
MINUTES = (3, 10, 25, 45, 59, 75, 240, 24 * 60, 2 * 24 * 60, 5 * 24 * 60)

OWNERS = {
    "register": "complaint_admin",
    "check": "section_head",
    "report": "division_head",
    "direct": "office_head",
    "relay": "complaint_admin",
    "agency_receive": "agency_admin",
    "agency_dispose": "agency_head",
    "draft_answer": "agency_secretary",
    "sign_answer": "agency_head",
    "send_answer": "agency_admin",
    "dispose_answer": "office_head",
    "reply": "complaint_admin",
}
Choice = tuple[int, str, dict[str, Any]]
CHOICES: dict[str, tuple[Choice, ...]] = {
    "register": ((85, "register", {}), (10, "request_information", {"question": "Di mana?"}), (5, "archive", {})),
    "check": ((85, "approve_check", {}), (9, "send_back", {"note": "Lengkapi."}), (6, "archive", {})),
    "report": ((94, "report", {}), (6, "send_back", {"note": "Lengkapi."})),
    "direct": ((95, "direct", {}), (5, "send_back", {"note": "Lengkapi."})),
    "relay": ((1, "relay", {}),),
    "agency_receive": ((90, "accept", {}), (10, "decline", {"reason": "wrong_agency", "note": "Bukan kami."})),
    "agency_dispose": (
        (80, "dispose", {"instruction": "Siapkan."}),
        (10, "mark_field_visit", {"reason": "Perlu dilihat."}),
        (10, "decline", {"reason": "not_our_authority", "note": "Bukan kami."}),
    ),
    "draft_answer": (
        (80, "submit_draft", {"subject": "Tanggapan", "body": "Ditangani."}),
        (8, "mark_field_visit", {"reason": "Perlu dilihat."}),
        (12, "request_information", {"question": "Yang mana?"}),
    ),
    "sign_answer": ((85, "sign", {}), (15, "send_back", {"note": "Perbaiki."})),
    "send_answer": ((1, "send", {}),),
    "dispose_answer": ((90, "dispose_answer", {"instruction": "Jawab."}), (10, "send_back", {"note": "Kurang."})),
    "reply": ((93, "reply", {"text": "Ditangani.", "proof": "Dicatat."}), (7, "send_back", {"note": "Tunggu."})),
}
ARCHIVE = {"reason": "other", "note": "Tidak dapat diproses."}


def live_through(seed: int, cases: int = CASES) -> list[int]:
    """Let so many complaints live, one after the other; their keys."""
    dice = random.Random(seed)
    return [_live(dice) for _ in range(cases)]


def _live(dice: random.Random) -> int:
    at = BEGINS + timedelta(minutes=dice.randrange(int((ENDS - BEGINS).total_seconds() // 60)))
    report = {
        "category": dice.choice(CATEGORIES),
        "location": {"text": "Depan pasar", "district": dice.choice(DISTRICTS)},
        "confidentiality": dice.choice(("open", "open", "open", "secret", "anonymous")),
    }
    case = a_complaint(received=at, **{name: value for name, value in report.items() if value})
    for _ in range(80):
        at += timedelta(minutes=dice.choice(MINUTES) + dice.randrange(7))
        if at >= ENDS or not _move(dice, case, at):
            break
    return case.id


def _move(dice: random.Random, case: Case, at: datetime) -> bool:
    """One act at a random open step; whether anything may follow."""
    facts = facts_of(case.complaint)
    if facts.ended is not None:
        return False
    try:
        if not facts.open_steps:
            return _after_the_answer(dice, case, at)
        _act(dice, case, facts, dice.choice(facts.open_steps), at)
    except ActionRefused:
        pass
    return True


def _act(dice: random.Random, case: Case, facts: ComplaintFacts, step: OpenStep, at: datetime) -> None:
    if step.paused_at is not None:
        case.act("complaint_admin", "add_information", agency=step.agency, now=at, text="Di sini.")
        return
    weights = [weight for weight, _, _ in CHOICES[step.step]]
    _, action, params = dice.choices(CHOICES[step.step], weights)[0]
    more = dict(ARCHIVE) if action == "archive" else _direction(dice, facts, step) if action == "direct" else params
    if action == "direct" and facts.anonymity_unconfirmed:
        case.act("complaint_admin", "confirm_anonymity", now=at)
    house, agency = (step.agency, None) if step.of_agency else (None, step.agency)
    if step.step == "dispose_answer" and action == "send_back":
        agency = dice.choice(facts.active_tracks).agency
    case.act(OWNERS[step.step], action, house, agency, at, **more)


def _direction(dice: random.Random, facts: ComplaintFacts, step: OpenStep) -> dict[str, Any]:
    free = [house for house in HOUSES if facts.track(house) is None] or list(HOUSES)
    houses = dice.sample(free, min(len(free), dice.choice((1, 1, 1, 2))))
    again = {"lead": facts.lead or houses[0]} if step.agency else {"lead": houses[0]}
    common = {"agencies": houses, "instruction": "Tangani.", "urgency": "normal", "field_visit": dice.random() < 0.1}
    return {**common, **again, "route": dice.choice(("fast", "via_admin"))}


def _after_the_answer(dice: random.Random, case: Case, at: datetime) -> bool:
    luck = dice.random()
    if luck < 0.5 and not case.complaint.rated:
        case.act("complaint_admin", "rate", now=at, score=dice.randrange(1, 6))
        return True
    if luck < 0.6:
        case.act("complaint_admin", "reopen", now=at, reason="Belum selesai.")
        return True
    case.act("complaint_admin", "close", now=at)
    return False
