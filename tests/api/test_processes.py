"""Drafts of the process over the API: made with another review, checked, put in force by decree; what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Bearer = Callable[[str], dict[str, str]]
PATH = "/api/v1/process/"
DECREE = {"reason": "Paraf sekretaris", "decree_number": "100.3/7/2026", "decree_date": "2026-11-01"}


class Caller:
    """A program that writes as the administrator."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = self.client.open(path, method=method, json=body, headers=self.headers)
        return answer.status_code, answer.get_json(silent=True)


@pytest.fixture
def call(client: FlaskClient, bearer: Bearer) -> Caller:
    return Caller(client, bearer("administrator"))


def sent_steps(version: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of a version as a body takes them."""
    plain = ("actor", "status", "back_to", "side_actions", "procedure", "inputs", "output", "remark")
    return [
        {
            "id": row["step"],
            "allowance": {"value": row["allowance_value"], "unit": row["allowance_unit"]}
            if row["allowance_value"]
            else None,
            **{name: row[name] for name in plain},
        }
        for row in version["steps"]
    ]


def changed_steps(call: Caller) -> list[dict[str, Any]]:
    """The steps with a review before the direction, no relay, three days for the draft and release from step 6."""
    _, found = call("GET", f"{PATH}?status=active")
    _, active = call("GET", f"{PATH}{found['result'][0]['id']}")
    steps = [step for step in sent_steps(active["result"]) if step["id"] != "relay"]
    by_id = {step["id"]: step for step in steps}
    by_id["direct"]["back_to"] = "paraf_sekretaris"
    by_id["draft_answer"]["allowance"] = {"value": 3, "unit": "working_days"}
    by_id["agency_dispose"]["side_actions"] = ["ask_release", "extend"]
    review = {"id": "paraf_sekretaris", "label": {"id": "Paraf Sekretaris Dinas", "en": None}, "actor": "sekdis"}
    review |= {"status": "reporting", "back_to": "report", "allowance": {"value": 60, "unit": "working_minutes"}}
    steps.insert(3, review)
    return steps


def a_role(call: Caller) -> None:
    role = {"code": "sekdis", "label": {"id": "Sekretaris Dinas", "en": None}, "organisation": "office"}
    status, made = call("POST", "/api/v1/actor/", {**role, "superior": "office_head", "rights_as": "division_head"})
    assert status == 201, made


def test_a_process_is_made_checked_and_put_in_force(call: Caller) -> None:
    a_role(call)
    status, made = call("POST", PATH, {"title": "SOP dengan paraf", "steps": changed_steps(call)})
    assert status == 201, made
    draft = made["result"]
    assert [(row["step"], row["number"]) for row in draft["steps"]][2:6] == [
        *(("report", 3), ("paraf_sekretaris", 4)),
        *(("direct", 5), ("agency_receive", 6)),
    ]
    assert call("POST", f"{PATH}{made['id']}/check")[1] == {"result": {"faults": [], "affects": 0}}
    status, active = call("POST", f"{PATH}{made['id']}/activate", DECREE)
    assert (status, active["result"]["status"], active["result"]["decree_number"]) == (200, "active", "100.3/7/2026")
    assert call("PUT", f"{PATH}{made['id']}", {"title": "x"})[0] == 409
    assert call("POST", f"{PATH}{made['id']}/activate", DECREE)[0] == 409
    schemas = call("GET", "/api/v1/_openapi")[1]["components"]["schemas"]
    assert "paraf_sekretaris" in schemas["OpenStep"]["properties"]["step"]["enum"]


def test_a_draft_with_faults_is_kept_and_told_by_path_but_not_put_in_force(call: Caller) -> None:
    steps = [step for step in changed_steps(call) if step["id"] != "paraf_sekretaris"]
    status, made = call("POST", PATH, {"steps": steps})
    assert status == 201
    _, found = call("POST", f"{PATH}{made['id']}/check")
    (fault,) = found["result"]["faults"]
    assert (fault["path"], fault["reason"]) == ("steps[3].back_to", "wrong_return")
    assert fault["message"].startswith("Langkah 4. Memberi arahan, dikembalikan ke: ")
    status, problem = call("POST", f"{PATH}{made['id']}/activate", DECREE)
    assert (status, [error["field"] for error in problem["errors"]]) == (422, ["steps[3].back_to"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"titel": "x"}, ["titel"]),
        ({"title": 7}, ["title"]),
        ({"warning_percent": 0}, ["warning_percent"]),
        ({"steps": [{"id": "register"}]}, ["steps.0.actor"]),
        ({"steps": [{"id": "register", "actor": "nobody"}]}, ["steps.0.actor"]),
        ({"steps": [{"id": "paraf", "actor": "section_head"}]}, ["steps.0.label"]),
        ({"steps": [{"id": "check", "actor": "section_head"}] * 2}, ["steps.1.id"]),
        ({"steps": [{"id": "check", "actor": "section_head", "side_actions": ["fly"]}]}, ["steps.0.side_actions"]),
        ({"powers": {"fly": ["section_head"]}}, ["powers.fly"]),
        ({"powers": {"register": ["section_head"]}}, ["powers.register"]),
        ({"powers": {"close": ["nobody"]}}, ["powers.close"]),
        ({"fast_track_actor": "nobody"}, ["fast_track_actor"]),
        ({"fast_track_from": ["nowhere"]}, ["fast_track_from"]),
        ({"nik_channels": ["pigeon"]}, ["nik_channels"]),
    ],
)
def test_a_body_that_cannot_be_stored_is_told_by_field(call: Caller, body: dict[str, Any], fields: list[str]) -> None:
    status, problem = call("POST", PATH, body)
    assert (status, [error["field"] for error in problem["errors"]]) == (422, fields)


@pytest.mark.parametrize("missing", ["reason", "decree_number", "decree_date"])
def test_an_activation_needs_its_reason_and_its_decree(call: Caller, missing: str) -> None:
    _, made = call("POST", PATH, {})
    body = {name: value for name, value in DECREE.items() if name != missing}
    status, problem = call("POST", f"{PATH}{made['id']}/activate", body)
    assert (status, [error["field"] for error in problem["errors"]]) == (422, [missing])


def test_only_administrators_write(client: FlaskClient, bearer: Bearer) -> None:
    for name in ("kadis", "admin.aduan", "kepala.dishub"):
        as_officer = Caller(client, bearer(name))
        assert as_officer("POST", PATH, {})[0] == 403
        assert as_officer("POST", "/api/v1/actor/", {})[0] == 403


def test_the_rights_of_one_action_are_changed_and_the_others_stay(call: Caller) -> None:
    _, made = call("POST", PATH, {"powers": {"close": ["section_head"]}})
    status, changed = call("PUT", f"{PATH}{made['id']}", {"powers": {"withdraw": ["division_head", "section_head"]}})
    powers = changed["result"]["powers"]
    assert (status, powers["close"], powers["withdraw"]) == (200, ["section_head"], ["division_head", "section_head"])
    assert powers["release"] == ["office_head"]
    assert call("POST", f"{PATH}{made['id']}/check")[1] == {"result": {"faults": [], "affects": 0}}
