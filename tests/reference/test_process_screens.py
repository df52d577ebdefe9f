"""The process on screen: another review with a role of its own, no relay, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.process_rows import process_actors
from app.audit.replay import audit_all
from app.cases.perform_action import perform_action
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import ActorRow, Complaint, Role, SopStepRow, SopVersion, StepTask
from app.reference.process_check import check_version
from app.reference.sop import active_sop
from app.reference.sop_versions import activate_sop
from app.web.form_labels import REFUSED
from tests.factories import a_complaint, demo_person
from tests.office_zone import office_today
from tests.reference.reference_forms import key_of, refused, save
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import Capacity, Person
from workflow_rules.process.refusals import ActionRefused

ROLE = {"label_id": "Sekretaris Dinas", "organisation": "office", "superior": "office_head", "order": "35"}
REVIEW = {
    "label_id": "Paraf Sekretaris Dinas",
    "after": "report",
    "actor": "sekretaris_dinas",
    "allowance_value": "60",
    "allowance_unit": "working_minutes",
}


def a_draft(app: Flask, screen: FlaskClient) -> int:
    active = key_of(app, SopVersion, status="active")
    assert screen.post(f"/versi-sop/action/copy_draft/{active}").status_code == 302
    return key_of(app, SopVersion, status="draft")


def steps_of(draft: int) -> list[tuple[str, int, str | None]]:
    db.session.expire_all()
    rows = select(SopStepRow).where(SopStepRow.sop_version_id == draft).order_by(SopStepRow.position)
    return [(row.step, row.number, row.back_to) for row in db.session.scalars(rows)]


def with_review(app: Flask, screen: FlaskClient) -> int:
    draft = a_draft(app, screen)
    assert save(screen, "/pelaksana/add", **ROLE, rights_as="division_head") is None
    assert save(screen, f"/versi-sop/langkah-baru/{draft}", **REVIEW) is None
    return draft


def test_a_new_role_has_the_rights_of_the_one_it_is_like(app: Flask, screen: FlaskClient) -> None:
    assert save(screen, "/pelaksana/add", **ROLE, rights_as="division_head") is None
    with app.app_context():
        by_name = {role.name: role for role in db.session.scalars(select(Role))}
        rights = {
            name: {(pv.permission.name, pv.view_menu.name) for pv in by_name[name].permissions}
            for name in ("sekretaris_dinas", "division_head")
        }
        assert rights["sekretaris_dinas"] == rights["division_head"] != set()
        assert "sekretaris_dinas" in [actor.code for actor in process_actors()]


def test_a_review_takes_its_place_and_the_direction_sends_back_to_it(app: Flask, screen: FlaskClient) -> None:
    draft = with_review(app, screen)
    with app.app_context():
        assert steps_of(draft)[2:6] == [
            ("report", 3, "check"),
            ("paraf_sekretaris_dinas", 4, "report"),
            ("direct", 5, "paraf_sekretaris_dinas"),
            ("relay", 5, None),
        ]
        check = check_version(db.session.get_one(SopVersion, draft))
        assert check.faults == ()
        assert check.warnings == (
            "Judul kolom pelaksana ada 7, kolomnya 8. Lembar SOP memakai nama pelaksana sampai judulnya disesuaikan.",
            "Belum ada petugas aktif dengan peran Sekretaris Dinas.",
        )
    page = screen.get(f"/versi-sop/show/{draft}").text
    assert "Belum ada petugas aktif dengan peran Sekretaris Dinas." in page


def test_a_version_without_a_relay_must_let_the_head_direct_at_once(app: Flask, screen: FlaskClient) -> None:
    draft = with_review(app, screen)
    relay = key_of(app, SopStepRow, sop_version_id=draft, step="relay")
    assert screen.post(f"/langkah-sop/delete/{relay}").status_code == 302
    with app.app_context():
        version = db.session.get_one(SopVersion, draft)
        assert [step for step, _, _ in steps_of(draft)][4:6] == ["direct", "agency_receive"]
        assert check_version(version).faults == ()
        version.fast_track_from = ["report"]
        db.session.commit()
        (fault,) = check_version(version).faults
        assert (fault.path, fault.reason) == ("fast_track.from_steps", "no_way_to_agencies")
    assert "perbolehkan jalur cepat dari Memberi arahan" in screen.get(f"/versi-sop/show/{draft}").text


def test_a_step_that_is_needed_and_a_place_that_is_none_are_refused(app: Flask, screen: FlaskClient) -> None:
    draft = with_review(app, screen)
    reply = key_of(app, SopStepRow, sop_version_id=draft, step="reply")
    said = screen.post(f"/langkah-sop/delete/{reply}", follow_redirects=True).text
    assert str(REFUSED["step_needed"]) in said
    assert refused(save(screen, f"/versi-sop/langkah-baru/{draft}", **REVIEW), "already_exists", "label_id")
    assert save(screen, f"/versi-sop/langkah-baru/{draft}", **{**REVIEW, "after": "sign_answer"}) is not None
    paraf = key_of(app, SopStepRow, sop_version_id=draft, step="paraf_sekretaris_dinas")
    assert screen.post(f"/langkah-sop/delete/{paraf}").status_code == 302
    with app.app_context():
        assert steps_of(draft)[2:4] == [("report", 3, "check"), ("direct", 4, "report")]


def test_roles_that_are_named_stay_and_no_line_of_superiors_goes_in_a_circle(app: Flask, screen: FlaskClient) -> None:
    with_review(app, screen)
    head, own = (key_of(app, ActorRow, code=code) for code in ("office_head", "sekretaris_dinas"))
    for row in (head, own):
        assert str(REFUSED["role_stays"]) in screen.post(f"/pelaksana/delete/{row}", follow_redirects=True).text
    assert save(screen, "/pelaksana/add", **{**ROLE, "label_id": "Staf ahli"}, rights_as="section_head") is None
    unused = key_of(app, ActorRow, code="staf_ahli")
    assert screen.post(f"/pelaksana/delete/{unused}").status_code == 302
    with app.app_context():
        assert "staf_ahli" not in [actor.code for actor in process_actors()]
        assert db.session.scalars(select(Role).where(Role.name == "staf_ahli")).first() is None
    circle = {"label_id": "Kepala Dinas", "superior": "sekretaris_dinas", "order": "40"}
    assert refused(save(screen, f"/pelaksana/edit/{head}", **circle), "role_line", "superior")
    below = {**ROLE, "label_id": "Staf ahli", "superior": "agency_head", "rights_as": "section_head"}
    assert refused(save(screen, "/pelaksana/add", **below), "role_line", "superior")


def test_who_may_withdraw_and_close_is_a_choice_of_the_version(app: Flask, screen: FlaskClient) -> None:
    draft = with_review(app, screen)
    path = f"/versi-sop/hak/{draft}"
    with app.app_context():
        powers = db.session.get_one(SopVersion, draft).powers
    opened = screen.get(path).text
    assert opened.count(" multiple name=") == len(powers) == 14
    changed = {**powers, "withdraw": ["section_head", "sekretaris_dinas"]}
    assert refused(save(screen, path, **{**changed, "close": []}), "nobody_may", "close")
    assert save(screen, path, **{**changed, "close": ["agency_head"]}) is not None
    assert save(screen, path, **changed) is None
    with app.app_context():
        assert db.session.get_one(SopVersion, draft).powers == changed
    assert "Kepala Seksi, Sekretaris Dinas" in screen.get(f"/versi-sop/show/{draft}").text
    stale = screen.post(path, data={**powers, "seen": "0" * 20}).text
    assert str(REFUSED["changed_meanwhile"]) in stale
    compared = screen.get(f"/banding-sop/?baru={draft}").text
    assert "Catat pencabutan" in compared
    assert "Catat penilaian pelapor" not in compared
    active = key_of(app, SopVersion, status="active")
    for method in (screen.get, screen.post):
        assert method(f"/versi-sop/hak/{active}").status_code == 302


def test_new_cases_run_under_the_new_version_and_old_ones_under_theirs(app: Flask, screen: FlaskClient) -> None:
    with app.app_context():
        old = a_complaint("report").id
    draft = with_review(app, screen)
    with app.app_context():
        activate_sop(draft, "100.3/7/DINAS/2026", date(2026, 11, 1), utc_now())
        assert office_today() >= date(2026, 11, 1)
        new = a_complaint("report")
        act(new.id, Action.REPORT, demo_person("kabid"))
        steps = {
            row.complaint_id: (row.step, row.actor, row.status)
            for row in db.session.scalars(select(StepTask).where(StepTask.closed_at.is_(None)))
        }
        assert steps[old] == ("report", "division_head", "reporting")
        assert steps[new.id] == ("paraf_sekretaris_dinas", "sekretaris_dinas", "reporting")
        assert active_sop().version == "2"
        statuses = dict(db.session.execute(select(Complaint.id, Complaint.status)).all())
        assert (statuses[old], statuses[new.id]) == ("reporting", "reporting")
        with pytest.raises(ActionRefused):
            act(new.id, Action.APPROVE, demo_person("kasi"))
        act(new.id, Action.APPROVE, replace(demo_person("kabid"), capacities=(Capacity("sekretaris_dinas"),)))
        act(old, Action.REPORT, demo_person("kabid"))
        for case in (old, new.id):
            assert [task.step for task in db.session.get_one(Complaint, case).tasks if task.closed_at is None] == [
                "direct"
            ]
        assert audit_all() == []


def act(case: int, action: Action, by: Person) -> None:
    perform_action(case, ActionRequest(action), by, db.session.get_one(Complaint, case).version)
