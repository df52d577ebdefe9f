"""What an act and a reception ask of the database: counted, so that a budget holds on whatever machine."""

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.cases.perform_action import perform_action
from app.cases.receive_complaint import receive_complaint
from app.cases.report_input import clean_report
from app.choices.lists import current_choices
from app.demo.accounts import demo_person, make_key, username_of
from app.models import StepTask
from app.sp4n.inbound.apply_batch import apply_batch
from tests.factories import a_complaint, a_report, store_letters
from tests.office_zone import office_time
from tests.sp4n.reports import a_revision
from tests.statements import statements
from workflow_rules.process.actions import Action, ActionRequest

Bearer = Callable[[str], dict[str, str]]


HOURS = {"2026-11-24 10:00": 0, "2026-11-24 20:00": 4}
"""In the evening what is told waits for the morning: an officer's digest is looked for, locked, begun and filled."""


@pytest.fixture(autouse=True, params=HOURS)
def hour(request: pytest.FixtureRequest, freeze: Callable[[str], object]) -> str:
    freeze(request.param)
    return str(request.param)


@pytest.mark.parametrize(
    ("at", "actor", "house", "action", "most"),
    [
        ("register", "complaint_admin", None, Action.REGISTER, 8),
        ("check", "section_head", None, Action.APPROVE_CHECK, 8),
        ("report", "division_head", None, Action.REPORT, 8),
        ("agency_receive", "agency_admin", "dishub", Action.ACCEPT, 9),
        ("send_answer", "agency_admin", "dishub", Action.SEND, 10),
    ],
)
def test_an_act_takes_few_statements(
    context: Flask, hour: str, at: str, actor: str, house: str | None, action: Action, most: int
) -> None:
    case = a_complaint(at, agencies=("dishub",))
    store_letters()
    params = {"without_scan_reason": "Asli dikirim dengan kurir"} if action is Action.SEND else {}
    by, version = demo_person(username_of(actor, house)), case.complaint.version
    wish = ActionRequest(action, None, params)
    with statements(context) as asked:
        perform_action(case.id, wish, by, version)
    assert len(asked) <= most + HOURS[hour], asked


def test_an_act_over_rest_takes_few_statements_more(app: Flask, client: FlaskClient, bearer: Bearer, hour: str) -> None:
    with app.app_context():
        cases = [a_complaint().id for _ in range(2)]
    headers = bearer("admin.aduan")
    for case, more, most in zip(cases, ({}, {"Idempotency-Key": "satu"}), (10, 13), strict=True):
        body = {"action": "register", "params": {}, "expected_version": 1}
        with statements(app) as asked:
            answer = client.post(f"/api/v1/complaint/{case}/actions", json=body, headers={**headers, **more})
        assert answer.status_code == 200
        assert answer.get_json()["result"]["status"] == "checking"
        assert len(asked) <= most + HOURS[hour], asked


def test_a_creation_takes_few_statements(app: Flask, client: FlaskClient, bearer: Bearer, hour: str) -> None:
    headers = bearer("admin.aduan")
    client.get("/api/v1/choice/", headers=headers)  # each process reads the office's definitions once
    with statements(app) as asked:
        answer = client.post("/api/v1/complaint/", json=a_report(), headers=headers)
    assert answer.status_code == 201
    assert len(asked) <= 6 + HOURS[hour], asked


def test_a_first_report_of_sp4n_takes_few_statements(app: Flask, client: FlaskClient, hour: str) -> None:
    with app.app_context():
        headers = {"Authorization": f"Bearer {make_key()}"}
    with statements(app) as asked:
        answer = client.put("/api/v1/sp4n/reports/9165816", json=a_revision(1), headers=headers)
    assert answer.status_code == 201
    assert len(asked) <= 9 + HOURS[hour], asked


def test_a_batch_takes_as_many_statements_for_a_hundred_reports_as_for_ten(context: Flask, hour: str) -> None:
    costs = []
    current_choices()  # a request reads their version with its API key
    for first, count in ((1_000_000, 10), (2_000_000, 100)):
        reports = [{"tracking_id": str(first + n), **a_revision(1)} for n in range(count)]
        with statements(context) as asked:
            outcomes = {item.outcome for item in apply_batch(reports)}
        assert outcomes == {"created"}
        costs.append(len(asked))
    assert costs[1] <= costs[0] <= 10 + HOURS[hour]


def test_what_another_process_changes_in_sop_or_calendar_holds_for_the_next_act(
    context: Flask, freeze: Callable[[str], object]
) -> None:
    freeze("2026-11-24 10:00")
    _limit_of_next_check("11.00")
    _as_another_process(context, "UPDATE sop_step SET allowance_value = 90 WHERE step = 'check'")
    _limit_of_next_check("11.30")
    _as_another_process(context, "UPDATE working_week SET tue = '07:30-10:30'")
    _limit_of_next_check("08.30")


def test_a_reception_counts_by_the_sop_that_another_process_changed(
    context: Flask, freeze: Callable[[str], object]
) -> None:
    freeze("2026-11-24 10:00")
    _as_another_process(context, "UPDATE sop_step SET allowance_value = 45 WHERE step = 'register'")
    received = receive_complaint(clean_report(a_report()), demo_person("admin.aduan"))
    assert _shown(received.rows.tasks[0]) == "10.45"
    _as_another_process(context, "UPDATE sop_step SET allowance_value = 30 WHERE step = 'register'")
    received = receive_complaint(clean_report(a_report()), demo_person("admin.aduan"))
    assert _shown(received.rows.tasks[0]) == "10.30"


def _limit_of_next_check(expected: str) -> None:
    case = a_complaint()
    by = demo_person("admin.aduan")
    done = perform_action(case.id, ActionRequest(Action.REGISTER), by, case.complaint.version)
    assert _shown(done.opened[0]) == expected


def _shown(task: StepTask) -> str:
    return office_time(task.due_at).strftime("%H.%M")


def _as_another_process(app: Flask, statement: str) -> None:
    """By a connection of its own, of which this process learns nothing; not hindered where versions stay as decreed."""
    address = app.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        connection.execute("ALTER TABLE sop_step DISABLE TRIGGER sop_step_stays")
        connection.execute(statement)
        connection.execute("ALTER TABLE sop_step ENABLE TRIGGER sop_step_stays")
