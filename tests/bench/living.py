"""Leads cases through all eleven steps over REST, each act by the officer whose it is: a process of its own.

    python -m tests.bench.living < PLAN > FOUND      (both JSON)

PLAN: {"ports", "clients", "lives", "people": {username: headers}, "mark"}; each client leads its share, one case after
the other, and every question goes to the next port. `mark` stands in each title and makes its keys its own.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.bench.rest import Answer, Doors

HOUSES = ("dpuprperkim", "dishub", "dplh", "disdukcapil", "dinkes")
OFFICE = ("admin.aduan", "kasi", "kabid", "kadis")
IN_A_HOUSE = ("admin", "sekretaris", "kepala")
PEOPLE = (*OFFICE, *(f"{office}.{house}" for house in HOUSES for office in IN_A_HOUSE))
STEPS = ("register", "check", "report", "direct", "relay", "agency_receive", "agency_dispose", "draft_answer")
STEPS += ("sign_answer", "send_answer", "dispose_answer", "reply")
DRAWN_WITHIN, LOOK_AGAIN = 120.0, 0.2
"""Seconds that a letter may take until a worker has drawn it, and between two looks."""
Act = tuple[str, str, dict[str, Any]]
Plan = dict[str, Any]


def acts_at(house: str) -> list[Act]:
    """Who does what in which words, from the first step to the reply; the relay belongs to step 4."""
    direction = {"agencies": [house], "lead": house, "instruction": "Tindak lanjuti.", "urgency": "normal"}
    return [
        ("admin.aduan", "register", {}),
        ("kasi", "approve_check", {}),
        ("kabid", "report", {"note": "Mohon arahan."}),
        ("kadis", "direct", {**direction, "field_visit": False, "route": "via_admin"}),
        ("admin.aduan", "relay", {}),
        (f"admin.{house}", "accept", {}),
        (f"kepala.{house}", "dispose", {"instruction": "Siapkan tanggapan."}),
        (f"sekretaris.{house}", "submit_draft", {"subject": "Tanggapan", "body": "Sudah ditangani.\n\nTerima kasih."}),
        (f"kepala.{house}", "sign", {}),
        (f"admin.{house}", "send", {"without_scan_reason": "Asli dikirim dengan kurir"}),
        ("kadis", "dispose_answer", {"instruction": "Sampaikan."}),
        ("admin.aduan", "reply", {"text": "Sudah ditangani.", "proof": "Diterima langsung."}),
    ]


def a_case(title: str, number: int) -> dict[str, Any]:
    """An invented report."""
    who = {"name": "Aminah Cempaka", "address": f"Jl. Contoh No. {number}", "phone": f"0800-0000-{number % 10_000:04}"}
    told = {"title": title, "body": f"Lubang di RT {number}. (Contoh, bukan aduan sungguhan.)", "channel": "walk_in"}
    return {**told, "reporter": who, "location": {"text": f"RT {number % 30 + 1}", "district": "Paringin"}}


class Leader(threading.Thread):
    """One client: its cases one after the other, each to its end before the next begins."""

    def __init__(self, plan: Plan, numbers: Sequence[int]) -> None:
        super().__init__()
        self.people, self.mark, self.numbers = plan["people"], plan["mark"], numbers
        self.doors = Doors(plan["ports"])
        self.seconds: list[tuple[str, float]] = []
        self.cases: list[dict[str, Any]] = []
        self.wrong: list[str] = []
        self._pause = threading.Event()

    def run(self) -> None:
        for number in self.numbers:
            try:
                self._lead(number)
            except Exception as fault:
                self.wrong.append(f"{self.mark} {number}: {fault!r}"[:400])

    def _lead(self, number: int) -> None:
        title, house = f"{self.mark} {number}", HOUSES[number % len(HOUSES)]
        path, body = "/api/v1/complaint/", a_case(title, number)
        case = self._asked("create", path, body, "admin.aduan", f"{title} create", 201).result
        for username, action, params in acts_at(house):
            wish = {"action": action, "params": params, "expected_version": case["version"]}
            wish |= {"agency": house} if username.endswith(house) else {}
            path = f"/api/v1/complaint/{case['id']}/actions"
            case = self._asked(action, path, wish, username, f"{title} {action}").result
        self.cases.append({name: case[name] for name in ("id", "number", "title", "status", "version", "open_steps")})

    def _asked(self, name: str, path: str, body: Any, username: str, key: str, status: int = 200) -> Answer:
        headers = self.people[username] | {"Idempotency-Key": key}
        deadline = time.monotonic() + DRAWN_WITHIN
        while True:
            began = time.perf_counter()
            answer = self.doors.until_answered("POST", path, json.dumps(body), headers)
            if not _waits_for_letter(answer) or time.monotonic() > deadline:
                break
            self._pause.wait(LOOK_AGAIN)
        self.seconds.append((name, time.perf_counter() - began))
        assert answer.status == status, f"{name} by {username}: {answer.told}"
        return answer


def _waits_for_letter(answer: Answer) -> bool:
    """Whether a worker still draws the letter: its time is not the time of an act."""
    return answer.status == 409 and b"letter_not_ready" in answer.content


def leaders(plan: Plan) -> list[Leader]:
    """The clients of a plan, each with its share."""
    count = plan["clients"]
    return [Leader(plan, range(plan["lives"])[n::count]) for n in range(count)]


def found_by(clients: Sequence[Leader]) -> dict[str, Any]:
    """All that they met together."""
    again: Counter[str] = sum((client.doors.again for client in clients), Counter())
    lists = {name: [one for c in clients for one in getattr(c, name)] for name in ("seconds", "cases", "wrong")}
    return {**lists, "again": dict(again)}


def main() -> None:
    """Read the plan, lead, write what was found."""
    clients = leaders(json.load(sys.stdin))
    began = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    json.dump({**found_by(clients), "whole": time.perf_counter() - began}, sys.stdout)


if __name__ == "__main__":
    main()
