"""How the tests open the public page and send its forms, as a reporter's browser without JavaScript would."""

import html
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cases.case_pages import PageForm, all_forms
from tests.conftest import Browser
from tests.factories import Case
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import SYSTEM

CASE = "/lacak/kasus"


def reporter(app: Flask, case: Case) -> FlaskClient:
    """A browser in which this case was proved, at the real door."""
    client = Browser(app, app.response_class)
    answer = client.post("/lacak", data={"number": case.complaint.number, "code": case.code})
    assert (answer.status_code, answer.headers["Location"]) == (303, CASE)
    return client


def reporter_form(page: str, action: str) -> PageForm:
    """One of the reporter's forms as it stands on a page."""
    return next(f for f in forms_on(page) if f.action == action)


def forms_on(page: str) -> list[PageForm]:
    return [f for f in all_forms(page) if f.address == f"{CASE}/tindakan"]


def opened(client: FlaskClient, action: str) -> PageForm:
    return reporter_form(client.get(CASE).text, action)


def send(client: FlaskClient, form: PageForm, **typed: Any) -> TestResponse:
    return client.post(form.address, data={**form.fields, **typed})


def words_on(page: str) -> str:
    """What a reader sees of a page: no tags, no entities, single spaces."""
    body = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def by_clock(case: Case, action: str, agency: str | None = None, **more: Any) -> None:
    """Let the clock do what it does."""
    from app.cases.perform_action import perform_action

    perform_action(case.id, ActionRequest(Action(action), agency), SYSTEM, None, **more)


def ask_reporter(case: Case, question: str, house: str | None = None) -> None:
    """A question of the office, or of an agency's secretary."""
    actor = "agency_secretary" if house else "complaint_admin"
    case.act(actor, "request_information", house=house, question=question)
