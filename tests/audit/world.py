"""A lively office: cases in every state, letters, messages, files, the feed, a register; all by the operations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.cases.perform_action import attach_to_case
from app.cases.raise_alarms import raise_due_alarms
from app.cases.receive_complaint import receive_complaint
from app.cases.replace_tracking_code import replace_code
from app.cases.report_input import clean_report
from app.cases.timed_actions import close_silent_cases
from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.delivery.deliver import deliver
from app.demo.accounts import demo_person
from app.feed.sequence import number_changes
from app.models import Complaint, Delivery, Paper, RegisterKind
from app.papers.papers import keep_file
from app.privacy.open_identity import open_identity
from app.reporting.registers.make import make_register
from app.sp4n.inbound.apply_message import apply_message
from app.sp4n.inbound.apply_revision import apply_report
from app.sp4n.inbound.link import LinkRequest, link
from tests.factories import REPORTER, Case, a_complaint, a_report, move_on
from tests.files.states import call_clean

PDF = b"%PDF-1.7\n%a file\n"
BEGAN, NEXT_DAY, LOOKED_AT = "2026-03-02 09:00", "2026-03-05 10:00", "2026-03-12 09:00"
SECRET_REPORTER = {"name": "Siti Rahmawati", "address": "Jl. Mawar 3", "phone": "0812-5555-0199"}


def build(freeze: Callable[[str], Any]) -> None:
    """Two days of work and a quiet week after it."""
    freeze(BEGAN)
    for at in ("register", "check", "report", "direct", "agency_receive", "agency_dispose", "dispose_answer"):
        a_complaint(at=at, title=f"Aduan pada {at}")
    a_complaint(at="draft_answer", agencies=("dishub", "dplh"), confidentiality="secret", reporter=SECRET_REPORTER)
    a_complaint(at="reply", confidentiality="anonymous", reporter={})
    _of_sp4n()
    _asked_and_waiting()
    a_complaint(at="relay", route="via_admin", agencies=("dinkes",))
    answered = a_complaint(at="answered", agencies=("dishub",), route="via_admin")
    _told_reporter()
    freeze(NEXT_DAY)
    _work_of_the_next_day(answered)
    freeze(LOOKED_AT)
    _quiet_down()


def _of_sp4n() -> None:
    """One report that is taken, and one that names a category nobody knows and waits."""
    apply_report("9165816", of_sp4n(title="Dari SP4N"))
    apply_report("9165817", of_sp4n(category="tidak dikenal"))


def of_sp4n(**more: Any) -> dict[str, Any]:
    return {**a_report(channel="sp4n"), "revision": 1, "submitted_at": "2026-03-01T08:00:00+08:00", **more}


def _asked_and_waiting() -> None:
    case = a_complaint(at="register")
    case.act("complaint_admin", "request_information", question="Di jalan apa?")
    other = a_complaint(at="draft_answer")
    other.act("agency_secretary", "request_information", house="dpuprperkim", agency="dpuprperkim", question="Kapan?")


def _told_reporter() -> None:
    """A case whose reporter is notified by e-mail; it is archived."""
    report = clean_report(a_report(reporter={**REPORTER, "email": "aminah@example.id"}))
    received = receive_complaint(report, demo_person("admin.aduan"), now=utc_now(), tell=True)
    case = Case(received.complaint, ("dishub",), received.tracking_code)
    case.act("complaint_admin", "archive", reason="spam", note="Bukan aduan.")
    replace_code(case.id, {"code_reason": "Kode hilang"}, demo_person("admin.aduan"))


def _work_of_the_next_day(answered: Case) -> None:
    admin = demo_person("admin.aduan")
    answered.act("complaint_admin", "reopen", reason="Belum selesai.")
    case = db.session.scalars(select(Complaint).where(Complaint.title == "Dari SP4N")).one()
    reported = Case(case, ("dinkes",), "")
    move_on(reported, "sign_answer")
    apply_message("9165816", {"message_id": "m1", "kind": "comment", "text": "Masih berlubang."})
    linked = db.session.scalars(select(Complaint).where(Complaint.title == "Aduan pada check")).one()
    link(linked.id, "9165822", LinkRequest(admin, linked.version))
    Case(linked, ("dishub",), "").act("section_head", "approve_check")
    waiting = db.session.scalars(select(Complaint).where(Complaint.status == "waiting_for_reporter")).first()
    assert waiting is not None
    Case(waiting, (), "").act("complaint_admin", "add_information", text="Jalan Mawar.")
    attach_to_case(waiting.id, "foto.pdf", PDF, admin, waiting.version)
    call_clean(waiting.id)
    open_identity(linked.id, {"reason": "Menelepon pelapor untuk keterangan"}, admin)
    make_register(RegisterKind.DAILY, datetime(2026, 3, 4).date(), admin, utc_now())  # noqa: DTZ001


def _quiet_down() -> None:
    """What the background does: sweeps, papers, messages, the feed."""
    now = utc_now()
    while raise_due_alarms(now):
        pass
    close_silent_cases(now)
    for paper in db.session.scalars(select(Paper).where(Paper.state == "queued")):
        keep_file(paper, PDF + str(paper.id).encode(), 1)
    db.session.commit()
    for message in db.session.scalars(select(Delivery.id).where(Delivery.state == "queued")).all():
        deliver(message, now)
    number_changes()
    redis_client().flushdb()
