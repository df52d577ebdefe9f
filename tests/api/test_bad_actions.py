"""Bad input at every action over REST: the right problem document, and nothing written."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from app.core.extensions import db
from app.models import Agency
from tests.api.bad_input import CLOSED_AGENCY, PARAMETERS, Spoilt, required_of, spoilt_parameters, spoilt_requests
from tests.api.bad_input import unreadable_bodies as unreadable
from tests.factories import REPORTER, a_report, store_letters
from workflow_rules.process.actions import Action

Bearer = Callable[[str], dict[str, str]]
OFFICE = {"complaint_admin": "admin.aduan", "section_head": "kasi", "division_head": "kabid", "office_head": "kadis"}
DIRECTION = {
    "agencies": ["dishub", "dplh"],
    "lead": "dishub",
    "instruction": "Tindak lanjuti.",
    "urgency": "normal",
    "field_visit": False,
    "route": "via_admin",
}
PDF = "JVBERi0xLjQK"
# The road of one complaint: who, what, with which good parameters, in which agency; "-" only tries and does not do.
ROAD: list[tuple[str, str, dict[str, Any]]] = [
    ("complaint_admin", "-merge", {"into": "LB-2026-000002"}),
    ("complaint_admin", "-archive", {"reason": "spam", "note": "Iklan."}),
    ("complaint_admin", "-withdraw", {"reason": "Permintaan pelapor."}),
    ("complaint_admin", "-note", {"text": "Catatan."}),
    ("complaint_admin", "-attach", {"filename": "a.pdf", "content_base64": PDF}),
    ("complaint_admin", "request_information", {"question": "Di mana?"}),
    ("complaint_admin", "add_information", {"text": "Di sana."}),
    ("complaint_admin", "-correct", {"title": "Jalan rusak", "reason": "Pelapor menyebutkannya di loket."}),
    ("complaint_admin", "register", {}),
    ("section_head", "-send_back", {"note": "Lengkapi."}),
    ("section_head", "approve_check", {}),
    ("division_head", "report", {}),
    ("complaint_admin", "confirm_anonymity", {}),
    ("office_head", "direct", DIRECTION),
    ("complaint_admin", "relay", {}),
    ("office_head", "-recall", {"agency": "dishub", "reason": "Salah alamat."}),
    ("office_head", "-add_agency", {"agency": "dpuprperkim", "instruction": "Bantu."}),
    ("office_head", "-drop_agency", {"agency": "dplh", "reason": "Tidak perlu lagi."}),
    ("admin.dplh", "decline", {"reason": "wrong_agency", "note": "Bukan kami."}),
    ("office_head", "continue_without", {"agency": "dplh"}),
    ("admin.dishub", "accept", {}),
    ("kepala.dishub", "-mark_field_visit", {"reason": "Perlu ditinjau."}),
    ("kepala.dishub", "dispose", {"instruction": "Siapkan."}),
    ("office_head", "-extend", {"agency": "dishub", "working_days": 2, "reason": "Menunggu suku cadang."}),
    ("kepala.dishub", "ask_release", {"reason": "Jalan nasional."}),
    ("office_head", "release", {"agency": "dishub", "accept": False, "note": "Tetap di sini."}),
    ("sekretaris.dishub", "submit_draft", {"subject": "Tanggapan", "body": "Sudah."}),
    ("admin.dishub", "initial", {}),
    ("kepala.dishub", "sign", {}),
    ("admin.dishub", "-return_letter", {"note": "Salah tanggal."}),
    ("admin.dishub", "send", {"without_scan_reason": "Asli dikirim dengan kurir"}),
    ("office_head", "dispose_answer", {"instruction": "Jawab."}),
    ("complaint_admin", "reply", {"text": "Sudah.", "proof": "Dicatat."}),
    ("complaint_admin", "-reopen", {"reason": "Belum."}),
    ("complaint_admin", "-close", {}),
    ("complaint_admin", "rate", {"score": 5}),
]
WRITTEN = ("complaint_event", "idempotency_key", "step_task", "agency_track", "attachment", "letter", "notice")


class Traveller:
    """One complaint on its road, with the requests of whoever has the next step."""

    def __init__(self, client: FlaskClient, bearer: Bearer) -> None:
        self.client, self.bearer, self.keys = client, bearer, itertools.count()
        self.headers: dict[str, dict[str, str]] = {}
        report = json.dumps(a_report(reporter=REPORTER, confidentiality="secret"))
        made = [self.post("complaint_admin", "/complaint/", report) for _ in range(2)]
        self.id, self.version = made[0].get_json()["result"]["id"], 1
        self.faults: list[str] = []

    def post(self, who: str, path: str, body: Any, content_type: str = "application/json", **more: str) -> TestResponse:
        username = OFFICE.get(who, who)
        if username not in self.headers:
            self.headers[username] = self.bearer(username)
        headers = {**self.headers[username], "Idempotency-Key": f"k{next(self.keys)}", **more}
        return self.client.post(f"/api/v1{path}", data=body, content_type=content_type, headers=headers)

    def act(self, who: str, body: Any, content_type: str = "application/json", **more: str) -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body)
        return self.post(who, f"/complaint/{self.id}/actions", raw, content_type, **more)

    def expect(self, who: str, spoilt: Spoilt) -> None:
        seen = {"If-Match": spoilt.if_match} if spoilt.if_match else {}
        answer = self.act(who, spoilt.body, spoilt.content_type, **seen)
        told = answer.get_json() if answer.mimetype == "application/problem+json" else None
        if told is None or not _is_as_expected(answer, told, spoilt):
            self.faults.append(f"{spoilt.status} {spoilt.reason} {spoilt.field}: {_seen(answer)} {spoilt.body!r:.160}")

    def try_all(self, who: str, action: str, good: dict[str, Any], stop: int) -> None:
        """Every spoilt parameter; of what may be wrong around them a part at each stop, all of it at the first."""
        wish = {"action": action, "params": good, "expected_version": self.version}
        around = [*spoilt_requests(wish), *unreadable(json.dumps(wish).encode())]
        spoilt = [Spoilt({**wish, "params": params}, field=name) for name, params in spoilt_parameters(action, good)]
        for one in (*spoilt, *(around[stop % 6 :: 6] if stop else around)):
            self.expect(who, one)
        empty = self.act(who, {**wish, "params": {}}) if required_of(action) else None
        if empty is not None and {e["field"] for e in empty.get_json()["errors"]} != required_of(action):
            self.faults.append(f"{action}: not every field at once: {_seen(empty)}")
        for agency in ("nirwana", CLOSED_AGENCY, "\ud800"):
            lost = self.act(who, {**wish, "agency": agency})
            refused = (422,) if action == "add_agency" else (403, 409)  # which names another agency in its parameters
            if lost.status_code not in refused or lost.mimetype != "application/problem+json":
                self.faults.append(f"{action} for an agency that is not on the case: {_seen(lost)}")

    def go_on(self, who: str, action: str, good: dict[str, Any]) -> None:
        done = self.act(who, {"action": action, "params": good, "expected_version": self.version})
        assert done.status_code == 200, (action, done.get_json())
        self.version = done.get_json()["result"]["version"]


def _is_as_expected(answer: TestResponse, told: dict[str, Any], spoilt: Spoilt) -> bool:
    reason = told["type"].rsplit("/", 1)[1]
    in_words = bool(told["title"] and told["detail"]) and all(e["message"] for e in told.get("errors", ()))
    named = not spoilt.field or spoilt.field in [e["field"] for e in told.get("errors", ())]
    same = answer.status_code == told["status"] == spoilt.status
    return same and reason == spoilt.reason and in_words and named


def _seen(answer: TestResponse) -> str:
    return f"{answer.status_code} {answer.mimetype} {answer.get_data(as_text=True)[:300]}"


def _rows() -> list[int]:
    counts = [db.session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in WRITTEN]  # noqa: S608
    versions = db.session.execute(text("SELECT sum(version) FROM complaint")).scalar_one()
    db.session.rollback()
    return [*counts, versions]


@pytest.fixture
def traveller(app: Flask, client: FlaskClient, bearer: Bearer) -> Traveller:
    with app.app_context():
        db.session.execute(update(Agency).where(Agency.code == CLOSED_AGENCY).values(active=False))
        db.session.execute(update(Agency).where(Agency.code == "dishub").values(initials=["agency_admin"]))
        db.session.commit()
    return Traveller(client, bearer)


def test_every_action_is_on_the_list() -> None:
    # The clock ends a question, and only a review that an office adds is approved.
    assert set(PARAMETERS) == {action.value for action in Action} - {"expire_question", "approve"}
    assert {action.removeprefix("-") for _, action, _ in ROAD} == set(PARAMETERS)


@pytest.mark.timeout(400)
def test_bad_input_at_every_action_is_told_and_nothing_is_written(app: Flask, traveller: Traveller) -> None:
    for stop, (who, action, good) in enumerate(ROAD):
        name = action.removeprefix("-")
        with app.app_context():
            store_letters()
            before = _rows()
        traveller.try_all(who, name, good, stop)
        with app.app_context():
            assert _rows() == before, name
        if name == action:
            traveller.go_on(who, name, good)
    assert traveller.faults == []
