"""A complaint in every state its page can show, for the test of what a page costs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.cases.perform_action import attach_to_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import DelegationRow
from tests.factories import Case, a_complaint
from tests.office_zone import office_today

THREE = ("dpuprperkim", "dishub", "dinkes")
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer << >>\n%%EOF\n"
DIRECTION = {"agencies": list(THREE[:2]), "lead": "dishub", "instruction": "Ulangi.", "urgency": "urgent"}
STANDS_IN = (("kadis", "kabid"), ("kabid", "kasi"), ("kepala.dishub", "kepala.dinkes"))
"""Who is away, and who stands in."""

Act = tuple[str, str, dict[str, Any]]


def _at(step: str, *acts: Act, **more: Any) -> Callable[[], Case]:
    """A case of three agencies at a step, and what is done to it there."""

    def make() -> Case:
        case = a_complaint(step, **{"agencies": THREE, "category": "jalan_berlubang", **more})
        for actor, action, params in acts:
            case.act(actor, action, **params)
        return case

    return make


def _merged() -> Case:
    """Merged into another one."""
    into, case = a_complaint("check"), a_complaint("check")
    case.act("section_head", "merge", into=into.complaint.number)
    return case


def _full() -> Case:
    """Files, notes and letters of a secret reporter's case, its agencies not equally far."""
    case, by = a_complaint("sign_answer", agencies=THREE, confidentiality="secret"), demo_person("admin.aduan")
    for n in range(6):
        case.act("complaint_admin", "note", text=f"Catatan {n}")
        attach_to_case(case.id, f"{n}.pdf", PDF, by, case.complaint.version)
    case.act("agency_head", "sign", house="dishub")
    case.act("agency_head", "send_back", house="dinkes", note="Lengkapi.")
    return case


def _alike() -> Case:
    """At its direction, with cases in like words that were settled and that are open."""
    for _ in range(3):
        a_complaint("answered", agencies=("dishub", "dinkes"))
        a_complaint("check")
    return _at("direct")()


def _delegated() -> Case:
    """While three officers are away."""
    users = dict(db.session.execute(select(User.username, User.id)).all())
    today = office_today()
    for n, (giver, holder) in enumerate(STANDS_IN):
        row = DelegationRow(kind="plh", giver_id=users[giver], holder_id=users[holder], decree_number=str(n))
        row.starts_on, row.ends_on, row.created_at = today, today + timedelta(days=1), utc_now()
        db.session.add(row)
    db.session.commit()
    case = _at("direct")()
    case.act("division_head", "direct", route="fast", field_visit=True, **DIRECTION)
    return case


def _reopened() -> Case:
    """In its second round, with other agencies than in the first."""
    case = _at("answered", ("complaint_admin", "reopen", {"reason": "Rusak lagi."}))()
    case.act("section_head", "approve_check")
    case.act("division_head", "report")
    case.act("office_head", "direct", route="fast", field_visit=False, **DIRECTION)
    case.act("agency_admin", "accept", house="dishub")
    return case


ASKS = {"question": "Di mana?"}
DECLINES = {"house": "dishub", "reason": "other", "note": "Bukan kami."}

STATES: dict[str, Callable[[], Case]] = {
    **{step: _at(step) for step in ("register", "check", "report", "direct", "agency_receive", "agency_dispose")},
    **{step: _at(step) for step in ("draft_answer", "sign_answer", "send_answer", "dispose_answer", "reply")},
    "relay": _at("relay", route="via_admin"),
    "answered": _at("answered"),
    "closed": _at("answered", ("complaint_admin", "close", {})),
    "rated": _at("answered", ("complaint_admin", "rate", {"score": 4})),
    "archived": _at("check", ("section_head", "archive", {"reason": "spam", "note": "Iklan."})),
    "withdrawn": _at("draft_answer", ("complaint_admin", "withdraw", {"reason": "Diminta."})),
    "merged": _merged,
    "waiting": _at("register", ("complaint_admin", "request_information", ASKS)),
    "one agency waits": _at("draft_answer", ("agency_secretary", "request_information", {"house": "dishub", **ASKS})),
    "declined": _at("agency_receive", ("agency_admin", "decline", DECLINES)),
    "anonymous": _at("register", confidentiality="anonymous", reporter={}),
    "full": _full,
    "alike": _alike,
    "delegated": _delegated,
    "reopened": _at("answered", ("complaint_admin", "reopen", {"reason": "Rusak lagi."})),
    "reopened and directed": _reopened,
}
