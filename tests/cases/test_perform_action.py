"""The one door: whole or not at all, judged by the state at the moment, by the right officer and version."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.replay import audit_all
from app.cases import perform_action as door
from app.core import after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.models import Complaint, ComplaintEvent, Delivery, Letter, Notice, StepTask
from tests.factories import a_complaint
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused, RefusalReason


@pytest.mark.parametrize("route", ["fast", "via_admin"])
def test_a_case_goes_through_all_steps_and_its_record_holds(context: Flask, route: str) -> None:
    case = a_complaint(at="answered", agencies=("dpuprperkim", "dishub"), route=route)
    assert case.complaint.status == "answered"
    assert audit_all() == []


def test_a_stale_version_is_refused_and_nothing_is_written(context: Flask, person: Callable[[str], Person]) -> None:
    case = a_complaint(at="check")
    before = _counts()
    with pytest.raises(ActionRefused) as refused:
        door.perform_action(case.id, ActionRequest(Action.APPROVE_CHECK), person("kasi"), case.complaint.version - 1)
    assert refused.value.reason is RefusalReason.STALE_VERSION
    assert _counts() == before


def test_a_failure_at_the_last_line_leaves_no_row_and_no_job(
    context: Flask, person: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_complaint(at="sign_answer")
    before, version = _counts(), case.complaint.version

    def fail(*_args: object) -> None:
        raise RuntimeError("the last line")

    monkeypatch.setattr(door, "notify_of_action", fail)
    with pytest.raises(RuntimeError, match="the last line"):
        door.perform_action(case.id, ActionRequest(Action.SIGN), person("kepala.dpuprperkim"), version)
    assert _counts() == before
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.state, letter.number) == ("draft", None)


def test_what_leaves_the_house_is_committed_already(
    context: Flask, monkeypatch: pytest.MonkeyPatch, freeze: Callable[[str], object]
) -> None:
    """A worker that took the message before the commit would find no row, and nobody would be told."""
    freeze("2026-11-24 10:00")
    found: list[int] = []

    def look(job: JobName, *ids: int) -> None:
        if job is JobName.DELIVER:
            with db.engine.connect() as worker:
                rows = select(func.count()).where(Delivery.id.in_(ids))
                found.append(worker.execute(rows).scalar_one())

    monkeypatch.setattr(after_commit, "enqueue", look)
    a_complaint(at="check")
    assert found
    assert set(found) == {1}


def test_an_opened_step_gets_its_limit_and_tells_its_officer_once(context: Flask) -> None:
    case = a_complaint(at="check")
    task = db.session.scalars(select(StepTask).where(StepTask.closed_at.is_(None))).one()
    assert (task.step, task.actor) == ("check", "section_head")
    assert task.due_at > task.opened_at
    told = db.session.scalars(select(Notice).where(Notice.task_id == task.id)).all()
    assert [notice.user.username for notice in told] == ["kasi"]
    assert case.complaint.next_due_at == task.due_at


def test_an_officer_of_another_agency_cannot_tell_the_case_exists(
    context: Flask, person: Callable[[str], Person]
) -> None:
    case = a_complaint(at="agency_receive", agencies=("dishub",))
    with pytest.raises(ActionRefused) as refused:
        door.perform_action(case.id, ActionRequest(Action.ACCEPT), person("admin.dplh"), case.complaint.version)
    assert refused.value.reason is RefusalReason.NOT_VISIBLE


def test_a_replacement_for_an_agency_that_declined_takes_over_the_urgency(context: Flask) -> None:
    case = a_complaint(at="direct")
    orders = {"instruction": "Tangani.", "urgency": "urgent", "field_visit": True, "route": "fast"}
    case.act("office_head", "direct", agencies=["dishub"], lead="dishub", **orders)
    case.act("agency_admin", "decline", house="dishub", agency="dishub", reason="other", note="Bukan kami.")
    case.act("office_head", "direct", agency="dishub", agencies=["dplh"], instruction="Ambil alih.")
    assert case.complaint.urgency == "urgent"
    assert case.complaint.field_visit
    assert audit_all() == []


def test_who_left_only_a_phone_needs_no_proof_where_a_message_service_reaches_it(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_complaint(at="reply", channel="web")
    with pytest.raises(ActionRefused) as refused:
        case.act("complaint_admin", "reply", text="Sudah ditangani.")
    assert refused.value.reason is RefusalReason.DELIVERY_UNPROVEN
    monkeypatch.setitem(context.config, "GATEWAY_URL", "json://localhost/{to}")
    case.act("complaint_admin", "reply", text="Sudah ditangani.")
    assert case.complaint.status == "answered"


def _counts() -> tuple[int, ...]:
    db.session.expire_all()
    return tuple(
        db.session.execute(select(func.count()).select_from(model)).scalar_one()
        for model in (Complaint, ComplaintEvent, StepTask, Letter, Notice)
    )
