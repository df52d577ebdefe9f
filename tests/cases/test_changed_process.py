"""An office whose SOP has another initial, no relay and a shorter draft: old cases run on under the old version, new
ones under the new one, at every place that shows a case.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.role_rights import add_role
from app.audit.replay import audit_all
from app.cases.perform_action import perform_action
from app.cases.raise_alarms import raise_due_alarms
from app.core.definitions import forget_version
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.feed.read import read_changes
from app.feed.sequence import number_changes
from app.models import ActorRow, Complaint, Notice, OfficeRole, Paper, PaperKind, RegisterKind, SopStepRow, StepTask
from app.notices.outbox import ALARMS
from app.papers.kinds import html_of
from app.papers.sop_papers import ask_for_sop_sheet
from app.reference.process_body import ProcessBody, StepBody, change_draft
from app.reference.sop import active_sop_version
from app.reference.sop_versions import activate_sop, copy_as_draft
from app.reporting.registers.make import make_register
from tests.access.made_roles import an_account
from tests.factories import Case, a_complaint, demo_person, events_of
from tests.office_zone import OFFICE_ZONE
from tests.public.tracked_pages import CASE, reporter
from tests.scenes import Scene
from tests.sp4n.reports import a_linked_case
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import SYSTEM
from workflow_rules.process.refusals import ActionRefused

As = Callable[[str], FlaskClient]
THURSDAY, FRIDAY = (datetime(2026, 9, day, 9, tzinfo=OFFICE_ZONE) for day in (3, 4))
LATER = datetime(2026, 10, 1, 8, tzinfo=OFFICE_ZONE)
INITIAL, DEPUTY, SECRETARY = "paraf_sekretaris", "sekretaris_dinas", "sekretaris.dinas"
NAME = "Paraf Sekretaris Dinas"


def step_of(row: SopStepRow, **changed: Any) -> StepBody:
    """A step of the active version as a draft takes it, with what is changed."""
    kept = ("actor", "status", "back_to", "side_actions", "procedure", "inputs", "output", "remark")
    body: dict[str, Any] = {"id": row.step, **{name: getattr(row, name) for name in kept}}
    if row.allowance_value:
        body["allowance"] = {"value": row.allowance_value, "unit": row.allowance_unit}
    return StepBody.model_validate(body | changed)


def change_process() -> None:
    """Put a version in force: the secretary of the office initials before the head directs, nobody relays, agencies may
    ask for release at step 6 of the SOP, and the draft has three days.
    """
    with one_transaction():
        deputy = ActorRow(code=DEPUTY, label_id="Sekretaris Dinas", organisation="office", superior="office_head")
        deputy.order = 35
        db.session.add(deputy)
        db.session.flush()
        db.session.scalars(select(ActorRow).where(ActorRow.code == "division_head")).one().superior = DEPUTY
        add_role(OfficeRole(name=DEPUTY, actor=DEPUTY, acts=True), "division_head")
        forget_version()
    an_account(SECRETARY, DEPUTY)
    version = active_sop_version()
    changes: dict[str, dict[str, Any]] = {
        "direct": {"back_to": INITIAL},
        "draft_answer": {"allowance": {"value": 3, "unit": "working_days"}},
        "agency_dispose": {"side_actions": ["ask_release", "extend"]},
    }
    steps = [step_of(row, **changes.get(row.step, {})) for row in version.steps if row.step != "relay"]
    initial = {"id": INITIAL, "label": {"id": NAME, "en": "Initial of the secretary"}, "actor": DEPUTY}
    initial |= {"status": "reporting", "back_to": "report", "allowance": {"value": 30, "unit": "working_minutes"}}
    steps.insert(
        3, StepBody.model_validate(initial | {"procedure": "Membubuhkan paraf.", "output": "Laporan berparaf"})
    )
    draft = copy_as_draft(version.id)
    change_draft(draft, ProcessBody(title="SOP dengan paraf", steps=steps))
    activate_sop(draft.id, "100.3/7/DINAS/2026", date(2026, 9, 4), FRIDAY)


def do(case: Case, username: str, action: Action, **params: Any) -> None:
    """Let an officer act whom the demonstration has not, or with an agency among the parts of the action."""
    request = ActionRequest(action, None, params)
    perform_action(case.id, request, demo_person(username), case.complaint.version, now=FRIDAY)


def to_the_initial(case: Case, now: datetime | None = FRIDAY) -> Case:
    """Lead a case of the new version from its registration to the initial."""
    case.act("complaint_admin", "register", now=now)
    case.act("section_head", "approve_check", now=now)
    case.act("division_head", "report", now=now)
    return case


def direct(case: Case, route: str = "fast") -> None:
    said = {"agencies": ["dishub"], "lead": "dishub", "instruction": "Tindak lanjuti.", "urgency": "normal"}
    case.act("office_head", "direct", now=FRIDAY, **said, field_visit=False, route=route)


def to_the_draft(case: Case) -> Case:
    """Lead a case of the new version from its initial to the draft, by way of a release that is not granted."""
    do(case, SECRETARY, Action.APPROVE)
    direct(case)
    case.act("agency_admin", "accept", "dishub", now=FRIDAY)
    case.act("agency_head", "ask_release", "dishub", now=FRIDAY, reason="Bukan kewenangan kami.")
    do(case, "kadis", Action.RELEASE, agency="dishub", accept=False, note="Tetap pada Dishub.")
    case.act("agency_head", "dispose", "dishub", now=FRIDAY, instruction="Siapkan tanggapan.")
    return case


def two_processes() -> dict[str, tuple[int, str]]:
    """Make cases under the old version, change the process, make cases under the new one; each case as (id, code)."""
    old = {
        "relayed": a_complaint("relay", ("dishub",), "via_admin", THURSDAY, title="Lama: diteruskan"),
        "drafted": a_complaint("draft_answer", ("dishub",), received=THURSDAY, title="Lama: disusun"),
        "reported": a_complaint("report", ("dishub",), received=THURSDAY, title="Lama: dilaporkan"),
    }
    change_process()
    at_draft = to_the_initial(a_complaint(received=FRIDAY, agencies=("dishub",), title="Baru: disusun"))
    new = {
        "to_report": a_complaint("report", ("dishub",), received=FRIDAY, title="Baru: dilaporkan"),
        "initialled": to_the_initial(a_complaint(received=FRIDAY, agencies=("dishub",), title="Baru: diparaf")),
        "at_draft": to_the_draft(at_draft),
        "linked": to_the_initial(a_linked_case(), None),
    }
    return {name: (case.id, case.code) for name, case in (old | new).items()}


Cases = dict[str, Case]


@pytest.fixture
def cases(scene: Scene[dict[str, tuple[int, str]]], context: Flask) -> Cases:
    told = scene(two_processes)
    return {
        name: Case(db.session.get_one(Complaint, case_id), ("dishub",), code) for name, (case_id, code) in told.items()
    }


def open_steps(case: Case) -> list[tuple[str, str, int | None]]:
    """Step, role and allowance of what is open in a case."""
    found = select(StepTask).where(StepTask.complaint_id == case.id, StepTask.closed_at.is_(None))
    return [(task.step, task.actor, task.allowance_value) for task in db.session.scalars(found)]


def test_each_case_runs_under_its_own_version_and_both_replay(cases: Cases) -> None:
    assert open_steps(cases["initialled"]) == [(INITIAL, DEPUTY, 30)]
    assert open_steps(cases["at_draft"]) == [("draft_answer", "agency_secretary", 3)]
    assert open_steps(cases["drafted"]) == [("draft_answer", "agency_secretary", 5)]
    cases["reported"].act("division_head", "report", now=FRIDAY)
    assert open_steps(cases["reported"]) == [("direct", "office_head", 60)]
    cases["relayed"].act("complaint_admin", "relay", now=FRIDAY)
    assert open_steps(cases["relayed"]) == [("agency_receive", "agency_admin", 60)]
    do(cases["initialled"], SECRETARY, Action.APPROVE)
    with pytest.raises(ActionRefused):
        direct(cases["initialled"], "via_admin")
    assert [event.kind for event in events_of(cases["at_draft"].id)][:5] == [
        *("received", "register", "approve_check", "report", "approve")
    ]
    assert audit_all() == []


def test_the_new_case_goes_on_to_its_answer(cases: Cases) -> None:
    case = cases["at_draft"]
    case.act("agency_secretary", "submit_draft", "dishub", now=FRIDAY, subject="Tanggapan", body="Sudah ditangani.")
    case.act("agency_head", "sign", "dishub", now=FRIDAY)
    case.act("agency_admin", "send", "dishub", now=FRIDAY, without_scan_reason="Ditandatangani elektronik.")
    case.act("office_head", "dispose_answer", now=FRIDAY, instruction="Jawab.")
    case.act("complaint_admin", "reply", now=FRIDAY, text="Sudah ditangani.", proof="Dicatat.")
    assert case.complaint.status == "answered"
    assert audit_all() == []


def test_a_late_report_goes_up_the_new_line(cases: Cases) -> None:
    about = (Notice.complaint_id == cases["to_report"].id, Notice.kind.in_(ALARMS))
    for days in (0, 3, 4, 5):
        raise_due_alarms(FRIDAY.replace(hour=10) + timedelta(days=days))
    heard = db.session.scalars(select(Notice).where(*about).order_by(Notice.id))
    assert [notice.user.username for notice in heard] == ["kabid", "kabid", SECRETARY, "kadis", "kadis"]


def test_the_inbox_of_the_secretary_offers_the_initial(cases: Cases, as_user: As) -> None:
    page = as_user(SECRETARY).get("/").text
    assert f"4/12 {NAME}" in page
    assert f"{NAME} (2)" in re.sub(r"<[^>]+>", "", page)
    assert "Baru: diparaf" in page
    assert "Lama: dilaporkan" not in page
    relayed = as_user("admin.aduan").get("/").text
    assert "Lama: diteruskan" in relayed
    assert "Perlu diteruskan" in relayed


def test_the_pages_of_both_show_their_own_steps(cases: Cases, as_user: As) -> None:
    client = as_user("kadis")
    old, new = (client.get(f"/aduan/{cases[name].id}").text for name in ("drafted", "at_draft"))
    assert [("Alur 11 langkah" in page, "5 hari kerja" in page, NAME in page) for page in (old, new)] == [
        (True, True, False),
        (False, False, True),
    ]
    assert "3 hari kerja" in new
    assert f"{NAME}: disetujui" in new
    listed = client.get("/aduan/").text
    for title in ("Lama: diteruskan", "Lama: disusun", "Baru: diparaf", "Baru: disusun"):
        assert title in listed


def test_the_pages_for_supervisors_count_both(cases: Cases, as_user: As) -> None:
    client = as_user("pengawas")
    dashboard = client.get("/dasbor/").text
    assert f"4 {NAME}" in dashboard
    assert "4 Meneruskan arahan" in dashboard, "a case waits there under the old version"
    cases["relayed"].act("complaint_admin", "relay", now=FRIDAY)
    delays = client.get("/kemacetan/?dari=2026-09-01&sampai=2026-09-10").text
    for name in (f"4. {NAME}", "4. Meneruskan arahan", "6. Menerima arahan"):
        assert name in delays
    assert client.get(f"/aduan/?langkah={INITIAL}").text.count("Baru: diparaf") > 0


@pytest.mark.parametrize("kind", RegisterKind)
def test_registers_name_the_steps_of_both(cases: Cases, kind: RegisterKind) -> None:
    cases["relayed"].act("complaint_admin", "relay", now=FRIDAY)
    row = make_register(kind, FRIDAY.date(), SYSTEM, LATER)
    paper = html_of(PaperKind(f"{kind.value}_register"), db.session.get_one(Paper, row.paper_id).frozen)
    assert f"4. {NAME}" in paper
    assert not re.search(r"[>\s]\. [A-Z]", paper), "a step without its number"


def test_the_sheet_has_the_new_row_and_its_role(cases: Cases) -> None:
    paper = html_of(PaperKind.SOP_SHEET, ask_for_sop_sheet(active_sop_version(), FRIDAY).frozen)
    assert "Membubuhkan paraf." in paper
    assert "Laporan berparaf" in paper
    assert "Meneruskan arahan Kepala Dinas" not in paper


def test_the_feed_tells_the_initial_and_the_api_offers_it(
    cases: Cases, client: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    number_changes()
    told = [(row.kind, row.status) for row in read_changes("", 100).changes]
    assert told[-1] == ("report", "reporting")
    headers, path = bearer(SECRETARY), f"/api/v1/complaint/{cases['linked'].id}"
    assert "approve" in [one["action"] for one in client.get(f"{path}/actions", headers=headers).get_json()["result"]]
    body = {"action": "approve", "expected_version": cases["linked"].complaint.version, "params": {"note": "Setuju"}}
    done = client.post(f"{path}/actions", json=body, headers={**headers, "Idempotency-Key": "paraf-1"})
    assert (done.status_code, done.get_json()["result"]["status"]) == (200, "directing")
    number_changes()
    newest = read_changes("", 100).changes[-1]
    assert (newest.kind, newest.status, newest.origin) == ("approve", "directing", "office")
    steps = client.get(f"{path}/deadlines", headers=headers).get_json()["result"]
    assert [one["step"] for one in steps] == ["register", "check", "report", INITIAL, "direct"]


def test_the_citizen_sees_the_same_five_stages(cases: Cases, app: Flask) -> None:
    for name in ("drafted", "initialled", "at_draft"):
        page = reporter(app, cases[name]).get(CASE).text
        assert "Diperiksa" in page
        assert "Ditangani OPD" in page
        assert NAME not in page
