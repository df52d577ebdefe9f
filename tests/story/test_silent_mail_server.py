"""A mail server that accepts and stays silent, and one worker for everything: letters, SP4N and webhooks go on, and
mail goes on by itself once the server answers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from app.core.clock import utc_now
from app.core.extensions import db
from app.delivery.gateway_breaker import LONGEST_HOLD
from app.demo.fake_sp4n.run import settings_for
from app.webhooks.manage import EndpointInput, add_endpoint
from tests.delivery.faulty_mail_server import HANG, FaultyMailServer, faulty_mail_server
from tests.factories import a_complaint
from tests.sp4n.fake_peer import KEY, Peer, running_fake
from tests.sp4n.reports import a_linked_case
from tests.story.live import LiveProgram, live_program, wait_until
from tests.story.served import served_beside
from tests.webhooks.receiver import Receiver, a_receiver

MESSAGES = 12
BOUND_SECONDS = 100.0
"""One silence of 20 s, a turn of each queue, and the half minute after which the peer is told; the machine is slow."""


@dataclass
class Office:
    """The program with its surroundings."""

    program: LiveProgram
    twin: Flask
    mail: FaultyMailServer
    receiver: Receiver
    peer: Peer


@pytest.fixture
def office(session_app: Flask, worker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("silent") / "home"
    with (
        live_program("silent", worker, home) as program,
        faulty_mail_server() as mail,
        a_receiver() as receiver,
        served_beside(program) as twin,
        twin.app_context(),
        running_fake(twin) as peer,
    ):
        mail.script = {"connect": HANG}
        (home / "peer.json").write_text(json.dumps(settings_for(peer.url, KEY)))
        outside = {"SMTP_URL": f"smtp://{mail.address}", "SP4N_PEER": str(home / "peer.json")}
        program.environ |= {**outside, "WEBHOOK_ALLOW_PRIVATE": "1"}
        yield Office(program, twin, mail, receiver, peer)
        db.session.remove()
        assert program.tracebacks() == []


@pytest.mark.at_length
def test_letters_sp4n_and_webhooks_go_on_and_mail_resumes(office: Office) -> None:
    program = office.program
    add_endpoint(EndpointInput("Uji", office.receiver.url, ("complaint.*",)), None, utc_now())
    office.peer.report("9165816")
    a_linked_case("9165816").act("complaint_admin", "register")
    for _ in range(MESSAGES):
        a_complaint(at="check")
    a_complaint(at="send_answer", agencies=("dishub", "dplh"))
    db.session.remove()
    program.start("worker", "worker-1")
    program.start("scheduler")
    wait_until(lambda: office.mail.conversations, "a worker waits for the mail server")
    began = time.monotonic()
    while open_work(program) and time.monotonic() < began + BOUND_SECONDS:
        time.sleep(0.5)
    assert open_work(program) == {}
    assert office.mail.mails == []
    assert program.query("SELECT count(*) FROM delivery WHERE state <> 'queued'")[0][0] == 0
    office.mail.script = {}
    patience = LONGEST_HOLD.total_seconds() + BOUND_SECONDS
    wait_until(lambda: not count(program, "delivery", "queued"), "mail goes on by itself", patience)
    assert count(program, "delivery", "failed") == 0
    sent = [mail["Message-ID"] for mail in office.mail.mails]
    assert len(sent) == len(set(sent)) == count(program, "delivery", "sent")


def open_work(program: LiveProgram) -> dict[str, object]:
    """What is still to be done: letters to draw, webhooks to deliver, changes that the peer has not acknowledged."""
    ledger = program.query("SELECT acked_position, wanted_position, last_error FROM sync_ledger")
    told = [row for row in ledger if row[1] and row[0] == row[1]]
    webhooks = program.query("SELECT state, last_fault FROM webhook_delivery")
    delivered = [row for row in webhooks if row[0] == "delivered"]
    drawn = {"papers": count(program, "paper", "queued")}
    rest = {"peer": None if told else ledger, "webhooks": None if delivered == webhooks != [] else webhooks}
    return {name: value for name, value in {**drawn, **rest}.items() if value or value == []}


def count(program: LiveProgram, table: str, state: str) -> int:
    return int(program.query(f"SELECT count(*) FROM {table} WHERE state = %s", state)[0][0])  # noqa: S608
