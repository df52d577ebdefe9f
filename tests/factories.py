"""Complaints in any state, led there by the real operations, so that no test ever meets an impossible one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.cases.perform_action import Performed, perform_action
from app.cases.receive_complaint import receive_complaint
from app.cases.report_input import clean_report
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.demo.accounts import demo_person, username_of
from app.models import Complaint, ComplaintEvent, Paper, PaperKind
from app.papers.papers import keep_file
from tests.canaries import SECRET_REPORTER
from tests.output_search import secret_is_in_play
from workflow_rules.process.actions import Action, ActionRequest

REPORTER = {"name": "Aminah", "address": "Jl. Contoh No. 7", "phone": "0800-0000-0007"}
OFFICE_PATH = ("register", "check", "report", "direct")
AGENCY_PATH = ("agency_receive", "agency_dispose", "draft_answer", "sign_answer", "send_answer")


@dataclass
class Case:
    """One complaint and a hand to move it on."""

    complaint: Complaint
    agencies: tuple[str, ...]
    code: str

    @property
    def id(self) -> int:
        return self.complaint.id

    def act(
        self,
        actor: str,
        action: str,
        house: str | None = None,
        agency: str | None = None,
        now: datetime | None = None,
        **params: Any,
    ) -> Performed:
        """Let the demo officer of an office do one action with the version that stands."""
        by = demo_person(username_of(actor, house))
        request = ActionRequest(Action(action), agency, params)
        return perform_action(self.id, request, by, self.complaint.version, now=now, letters_drawn=False)


def a_report(**more: Any) -> dict[str, Any]:
    """A good report body; keywords replace its parts. Who reports secretly is told by marks that no output may hold."""
    secret = more.get("confidentiality") == "secret" and "reporter" not in more
    if secret:
        secret_is_in_play()
    return {
        "title": "Jalan berlubang di depan sekolah",
        "body": "Lubang dalam dan sudah dua orang jatuh.",
        "channel": "web",
        "reporter": SECRET_REPORTER if secret else REPORTER,
        "location": {"text": "Depan sekolah", "district": "Paringin"},
        **more,
    }


def a_complaint(
    at: str = "register",
    agencies: tuple[str, ...] = ("dpuprperkim",),
    route: str = "fast",
    received: datetime | None = None,
    field_visit: bool = False,
    **report: Any,
) -> Case:
    """A complaint whose open step is `at` (in every agency's track), moved there through the operations."""
    by = demo_person("admin.aduan")
    received_case = receive_complaint(clean_report(a_report(**report)), by, now=received or utc_now())
    case = Case(received_case.complaint, agencies, received_case.tracking_code)
    move_on(case, at, route, received, field_visit)
    return case


def store_letters() -> None:
    """Give every letter that waits for its drawing a short file, as a worker would: for tests that only send."""
    waiting = select(Paper).where(Paper.kind == PaperKind.ANSWER_LETTER, Paper.state == "queued")
    with one_transaction():
        for paper in db.session.scalars(waiting.execution_options(unscoped=True)):
            keep_file(paper, b"%PDF-1.7 a letter", 1)


def move_on(
    case: Case, at: str = "answered", route: str = "fast", now: datetime | None = None, field_visit: bool = False
) -> None:
    """Lead a case at its first step to a later one, or to its answer."""
    for stage, moves in _stages(case, route, field_visit):
        if stage == at:
            return
        for move in moves:
            case.act(now=now, **move)
    assert at == "answered", at


def _stages(case: Case, route: str, field_visit: bool) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    direct = {
        "agencies": list(case.agencies),
        "lead": case.agencies[0],
        "instruction": "Tindak lanjuti.",
        "urgency": "normal",
        "field_visit": field_visit,
        "route": route,
    }
    confirm = {"actor": "complaint_admin", "action": "confirm_anonymity"}
    guarded = case.complaint.confidentiality != "open" and not case.complaint.anonymity_confirmed
    yield "register", [{"actor": "complaint_admin", "action": "register"}, *([confirm] if guarded else [])]
    yield "check", [{"actor": "section_head", "action": "approve_check"}]
    yield "report", [{"actor": "division_head", "action": "report"}]
    yield "direct", [{"actor": "office_head", "action": "direct", **direct}]
    if route == "via_admin":
        yield "relay", [{"actor": "complaint_admin", "action": "relay"}]
    yield "agency_receive", _all(case, "agency_admin", "accept")
    yield "agency_dispose", _all(case, "agency_head", "dispose", instruction="Siapkan tanggapan.")
    yield "draft_answer", _all(case, "agency_secretary", "submit_draft", subject="Tanggapan", body="Sudah ditangani.")
    yield "sign_answer", _all(case, "agency_head", "sign")
    yield "send_answer", _all(case, "agency_admin", "send")
    yield "dispose_answer", [{"actor": "office_head", "action": "dispose_answer", "instruction": "Jawab."}]
    yield "reply", [{"actor": "complaint_admin", "action": "reply", "text": "Sudah ditangani.", "proof": "Dicatat."}]


def _all(case: Case, actor: str, action: str, **params: Any) -> list[dict[str, Any]]:
    return [{"actor": actor, "action": action, "house": house, **params} for house in case.agencies]


def events_of(complaint_id: int) -> list[ComplaintEvent]:
    """The events of a case, oldest first."""
    statement = select(ComplaintEvent).where(ComplaintEvent.complaint_id == complaint_id)
    return list(db.session.scalars(statement.order_by(ComplaintEvent.seq)))
