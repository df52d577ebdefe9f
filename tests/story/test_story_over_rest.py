"""Over REST: one complaint through all eleven steps, one on the fast track with three agencies, by their officers."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.audit.replay import audit_all
from tests.factories import a_report, store_letters

DIRECTION = {"instruction": "Tindak lanjuti.", "urgency": "urgent", "field_visit": False}
LETTER = {"subject": "Tanggapan", "body": "Sudah ditangani.\n\nTerima kasih."}


class Office:
    """Everybody's tokens, and one complaint on the table."""

    def __init__(self, client: FlaskClient, bearer: Callable[[str], dict[str, str]]) -> None:
        self.client, self.bearer = client, bearer
        self.tokens: dict[str, dict[str, str]] = {}
        self.case: dict[str, Any] = {}

    def headers(self, username: str) -> dict[str, str]:
        if username not in self.tokens:
            self.tokens[username] = self.bearer(username)
        return self.tokens[username]

    def receive(self, **more: Any) -> None:
        answer = self.client.post("/api/v1/complaint/", json=a_report(**more), headers=self.headers("admin.aduan"))
        assert answer.status_code == 201
        self.case = answer.get_json()["result"]

    def act(
        self, username: str, action: str, agency: str | None = None, named: str | None = None, **params: Any
    ) -> dict[str, Any]:
        """Act on the case as it stands; `named` is the agency that the parameters name."""
        params |= {"agency": named} if named else {}
        wish = {"action": action, "params": params, "expected_version": self.case["version"]}
        wish |= {"agency": agency} if agency else {}
        url = f"/api/v1/complaint/{self.case['id']}/actions"
        answer = self.client.post(url, json=wish, headers=self.headers(username))
        assert answer.status_code == 200, (username, action, answer.get_json())
        self.case = answer.get_json()["result"]
        return self.case

    def waits_for(self, username: str) -> list[tuple[str, str | None]]:
        answer = self.client.get("/api/v1/worklist/", headers=self.headers(username)).get_json()["result"]
        return [(i["step"], i["agency"]) for i in answer if i["complaint"]["id"] == self.case["id"]]

    def open_steps(self) -> set[tuple[str, str | None]]:
        return {(s["step"], s["agency"]) for s in self.case["open_steps"]}

    def sees(self, username: str) -> bool:
        url = f"/api/v1/complaint/{self.case['id']}"
        return self.client.get(url, headers=self.headers(username)).status_code == 200


@pytest.fixture
def office(client: FlaskClient, bearer: Callable[[str], dict[str, str]]) -> Office:
    return Office(client, bearer)


def letters_are_drawn(app: Flask) -> None:
    with app.app_context():
        store_letters()


def test_one_complaint_through_all_eleven_steps(app: Flask, office: Office) -> None:
    office.receive(channel="walk_in")
    path = [
        ("admin.aduan", "register", {}, "checking"),
        ("kasi", "approve_check", {}, "reporting"),
        ("kabid", "report", {"note": "Mohon arahan."}, "directing"),
        ("kadis", "direct", {**DIRECTION, "agencies": ["dishub"], "lead": "dishub", "route": "via_admin"}, "relaying"),
        ("admin.aduan", "relay", {}, "with_agencies"),
        ("admin.dishub", "accept", {}, "with_agencies"),
        ("kepala.dishub", "dispose", {"instruction": "Siapkan.", "unit": "Bidang Lalu Lintas"}, "with_agencies"),
        ("sekretaris.dishub", "submit_draft", LETTER, "with_agencies"),
        ("kepala.dishub", "sign", {}, "with_agencies"),
        ("admin.dishub", "send", {"without_scan_reason": "Asli dengan kurir"}, "disposing_answer"),
        ("kadis", "dispose_answer", {"instruction": "Sampaikan."}, "replying"),
        ("admin.aduan", "reply", {"text": "Lampu sudah menyala.", "proof": "Diterima langsung."}, "answered"),
    ]
    for username, action, params, status in path:
        if action == "send":
            letters_are_drawn(app)
        assert office.waits_for(username), (username, action)
        assert office.act(username, action, **params)["status"] == status
    assert office.case["open_steps"] == []
    assert office.case["agencies"] == [{"agency": "dishub", "lead": True, "state": "sent"}]
    with app.app_context():
        assert audit_all() == []


def test_a_walk_in_report_is_completed_and_the_kepala_dinas_changes_who_works(app: Flask, office: Office) -> None:
    """A report without category or telephone number; a letter taken back; an agency added, another recalled."""
    office.receive(channel="walk_in", reporter={"name": "Aminah"}, category=None)
    why = "Pelapor melengkapi di loket"
    office.act("admin.aduan", "correct", category="jalan_berlubang", village="Paringin Kota", reason=why)
    office.act("admin.aduan", "correct", reporter={"phone": "0800-0000-0007", "address": "Jl. Contoh 7"}, reason=why)
    assert office.case["category"] == "jalan_berlubang"
    office.act("admin.aduan", "register")
    office.act("kasi", "correct", title="Jalan rusak di Paringin Kota", reason="Judul untuk dinas")
    office.act("kasi", "approve_check")
    office.act("kabid", "report")
    two = ["dpuprperkim", "dinkes"]
    office.act("kadis", "direct", **DIRECTION, agencies=two, lead="dinkes", route="fast")
    office.act("kadis", "recall", named="dinkes", reason="Salah alamat")
    assert not office.sees("admin.dinkes")
    office.act("kadis", "continue_without", agency="dinkes", named="dinkes")
    assert [t["agency"] for t in office.case["agencies"] if t["lead"]] == ["dpuprperkim"]

    office.act("admin.dpuprperkim", "accept")
    office.act("kepala.dpuprperkim", "dispose", instruction="Siapkan.")
    office.act("kadis", "add_agency", named="dishub", instruction="Atur lalu lintas.")
    office.act("kadis", "extend", named="dpuprperkim", working_days=3, reason="Menunggu aspal")
    office.act("admin.dishub", "accept")
    office.act("kepala.dishub", "dispose", instruction="Siapkan.")
    for house in ("dpuprperkim", "dishub"):
        office.act(f"sekretaris.{house}", "submit_draft", **LETTER)
        office.act(f"kepala.{house}", "sign")
    office.act("admin.dpuprperkim", "return_letter", note="Salah tanggal")
    office.act("sekretaris.dpuprperkim", "submit_draft", **LETTER)
    office.act("kepala.dpuprperkim", "sign")
    letters_are_drawn(app)
    for house in ("dpuprperkim", "dishub"):
        office.act(f"admin.{house}", "send", without_scan_reason="Asli dikirim dengan kurir")
    office.act("kadis", "dispose_answer", instruction="Jawab.")
    office.act("admin.aduan", "reply", text="Jalan sudah ditambal.", proof="Diterima langsung di loket.")
    assert office.case["status"] == "answered"
    with app.app_context():
        assert audit_all() == []


def test_the_fast_track_with_three_agencies_one_replaced_and_one_sent_back_twice(app: Flask, office: Office) -> None:
    office.receive(channel="web")
    office.act("admin.aduan", "register")
    office.act("kasi", "approve_check")
    office.act("kabid", "report")
    assert not office.sees("admin.dplh")
    three = ["dpuprperkim", "dishub", "dinkes"]
    office.act("kadis", "direct", **DIRECTION, agencies=three, lead="dpuprperkim", route="fast")
    assert office.open_steps() == {("agency_receive", house) for house in three}
    assert not office.sees("admin.dplh")

    office.act("admin.dinkes", "decline", reason="not_our_authority", note="Urusan lingkungan hidup.")
    assert office.waits_for("kadis") == [("direct", "dinkes")]
    office.act("kadis", "direct", agency="dinkes", agencies=["dplh"], instruction="Ambil alih.")
    assert office.sees("admin.dplh")
    houses = ["dpuprperkim", "dishub", "dplh"]
    for house in houses:
        office.act(f"admin.{house}", "accept")
        office.act(f"kepala.{house}", "dispose", instruction="Siapkan.")
        office.act(f"sekretaris.{house}", "submit_draft", **LETTER)

    for _ in range(2):
        office.act("kepala.dishub", "send_back", note="Lengkapi jadwal.")
        office.act("sekretaris.dishub", "submit_draft", **LETTER)
    for house in houses:
        assert office.case["status"] == "with_agencies"
        office.act(f"kepala.{house}", "sign")
        letters_are_drawn(app)
        office.act(f"admin.{house}", "send", without_scan_reason="Asli dengan kurir")
    assert office.open_steps() == {("dispose_answer", None)}
    office.act("kadis", "dispose_answer", instruction="Jawab.")
    office.act("admin.aduan", "reply", text="Sudah ditangani tiga OPD.", proof="Ditelepon pukul 9.")
    assert office.case["status"] == "answered"
    assert office.case["route"] == "fast"
    states = {track["agency"]: track["state"] for track in office.case["agencies"]}
    assert states == {"dpuprperkim": "sent", "dishub": "sent", "dplh": "sent", "dinkes": "declined"}
    assert [t["agency"] for t in office.case["agencies"] if t["lead"]] == ["dpuprperkim"]
    with app.app_context():
        assert audit_all() == []
