"""A number of SP4N tied to a case from elsewhere: an event of the case, told to SP4N, and untied with a reason."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.replay import audit_all
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Complaint, ComplaintEvent, StepTask, SyncChange
from app.sp4n.inbound.apply_revision import apply_report
from app.sp4n.inbound.link import LinkRequest, ReportHasCase, link, unlink, was_linked_by_hand
from tests.factories import Case, a_complaint
from tests.sp4n.reports import a_linked_case, a_revision
from workflow_rules.process.refusals import ActionRefused, RefusalReason

NUMBER = "9165816"


def link_request(case: Case, username: str = "admin.aduan", version: int | None = None) -> LinkRequest:
    return LinkRequest(demo_person(username), case.complaint.version if version is None else version, "192.0.2.7")


def changes() -> list[tuple[str, str, bool]]:
    columns = (SyncChange.tracking_id, SyncChange.kind, SyncChange.tombstone)
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(SyncChange.id))]


def limits(case: Case) -> list[object]:
    return list(
        db.session.scalars(select(StepTask.due_at).where(StepTask.complaint_id == case.id).order_by(StepTask.id))
    )


def test_a_case_is_tied_and_untied_and_its_record_tells_it(context: Flask) -> None:
    case = a_complaint(at="check")
    before = limits(case)
    link(case.id, f" {NUMBER} ", link_request(case))
    case.act("section_head", "approve_check")
    assert was_linked_by_hand(case.complaint)
    unlink(case.id, "Salah nomor", link_request(case))
    case.act("division_head", "report")
    events = db.session.scalars(select(ComplaintEvent).where(ComplaintEvent.complaint_id == case.id))
    told = {event.kind: (event.actor, event.address, event.data) for event in events}
    assert told["linked"] == ("complaint_admin", "192.0.2.7", {"tracking_id": NUMBER})
    assert told["unlinked"] == ("complaint_admin", "192.0.2.7", {"tracking_id": NUMBER, "reason": "Salah nomor"})
    assert changes() == [(NUMBER, "linked", False), (NUMBER, "approve_check", False), (NUMBER, "removed", True)]
    assert (case.complaint.sp4n_tracking_id, limits(case)[: len(before)]) == (None, before)
    assert audit_all() == []


def test_a_number_belongs_to_one_case(context: Flask) -> None:
    there, case = a_linked_case(NUMBER), a_complaint()
    with pytest.raises(ReportHasCase) as refused:
        link(case.id, NUMBER, link_request(case))
    assert (refused.value.complaint_id, refused.value.number) == (there.id, there.complaint.number)
    link(case.id, "9165817", link_request(case))
    with pytest.raises(ActionRefused) as again:
        link(case.id, "9165818", link_request(case))
    assert again.value.reason is RefusalReason.OUT_OF_ORDER


def test_the_report_that_comes_later_finds_the_case_that_was_tied(context: Flask) -> None:
    case = a_complaint()
    link(case.id, NUMBER, link_request(case))
    same = apply_report(NUMBER, a_revision(1, submitted_at=None))
    assert same.complaint is not None
    assert (same.complaint.id, same.outcome, same.complaint.sp4n_revision) == (case.id, "unchanged", 1)
    later = apply_report(NUMBER, a_revision(2, title="Judul baru"))
    assert (later.outcome, case.complaint.title) == ("updated", "Judul baru")
    assert len(list(db.session.scalars(select(Complaint.id)))) == 1


@pytest.mark.parametrize(
    ("username", "number", "stale", "reason"),
    [
        ("kasi", NUMBER, False, "not_your_step"),
        ("pengawas", NUMBER, False, "not_your_step"),
        ("admin.dishub", NUMBER, False, "not_visible"),
        ("admin.aduan", "12", False, "missing_input"),
        ("admin.aduan", "9165816x", False, "missing_input"),
        ("admin.aduan", NUMBER, True, "stale_version"),
    ],
)
def test_what_is_refused_changes_nothing(context: Flask, username: str, number: str, stale: bool, reason: str) -> None:
    case = a_complaint()
    version = case.complaint.version - 1 if stale else case.complaint.version
    with pytest.raises(ActionRefused) as refused:
        link(case.id, number, link_request(case, username, version))
    assert refused.value.reason == reason
    assert (changes(), case.complaint.sp4n_tracking_id) == ([], None)


def test_a_case_that_came_from_sp4n_or_has_ended_is_left_alone(context: Flask) -> None:
    case = a_linked_case(NUMBER)
    with pytest.raises(ActionRefused) as kept:
        unlink(case.id, "Salah", link_request(case))
    assert kept.value.reason is RefusalReason.OUT_OF_ORDER
    ended = a_complaint()
    ended.act("complaint_admin", "archive", reason="spam", note="Iklan")
    with pytest.raises(ActionRefused) as refused:
        link(ended.id, "9165817", link_request(ended))
    assert refused.value.reason is RefusalReason.CASE_ENDED


def test_the_page_ties_offers_to_merge_and_unties(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    with app.app_context():
        there, case = a_linked_case(NUMBER).complaint.number, a_complaint()
        address, version = f"/aduan/{case.id}", str(case.complaint.version)
    officer = as_user("admin.aduan")
    assert "Tautkan nomor SP4N" in officer.get(address).text
    assert "Tautkan nomor SP4N" not in as_user("kasi").get(address).text
    taken = officer.post(f"{address}/sp4n", data={"tracking_id": NUMBER, "expected_version": version})
    assert (taken.status_code, "Gabungkan ke aduan ini" in taken.text, there in taken.text) == (409, True, True)
    wrong = officer.post(f"{address}/sp4n", data={"tracking_id": "12", "expected_version": version})
    assert (wrong.status_code, "6 sampai 15 angka" in wrong.text) == (422, True)
    done = officer.post(f"{address}/sp4n", data={"tracking_id": "9165817", "expected_version": version})
    assert done.status_code == 303
    page = officer.get(address).text
    assert "Ditautkan ke laporan SP4N-LAPOR!" in page
    assert "9165817" in page
    version = str(int(version) + 1)
    empty = officer.post(f"{address}/sp4n/lepas", data={"reason": " ", "expected_version": version})
    assert (empty.status_code, 'id="reason-galat"' in empty.text) == (422, True)
    assert (
        officer.post(f"{address}/sp4n/lepas", data={"reason": "Salah", "expected_version": version}).status_code == 303
    )
    assert "Tautan ke laporan SP4N-LAPOR! dilepas" in officer.get(address).text
