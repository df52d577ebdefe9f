"""The peer told of our changes: in order for each report, each once, also when answers get lost."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.feed.append_changes import note_removed
from app.models import SyncLedger
from app.outbound.peer_http import PeerFault
from app.sp4n.peer import client
from app.sp4n.peer.poll import poll_peer
from app.sp4n.peer.push import push_peer
from tests.factories import Case, move_on
from tests.sp4n.fake_peer import Peer, ledger, our_hashes, running_fake, the_peer_row
from tests.sp4n.reports import a_linked_case


@pytest.fixture
def peer(context: Flask) -> Iterator[Peer]:
    with running_fake(context) as found:
        yield found


def a_case(peer: Peer, number: str = "9165816") -> Case:
    """A report of the fake's that we hold as well."""
    peer.report(number)
    return a_linked_case(number)


def push() -> int:
    return push_peer(utc_now())


def test_every_change_is_told_once_in_order_with_the_answer(peer: Peer) -> None:
    case = a_case(peer)
    move_on(case)
    assert push() == 12
    assert push() == 0
    kinds = [kind for kind, _ in peer.told("9165816")]
    assert kinds == [
        "received", "register", "approve_check", "report", "direct", "accept", "dispose", "submit_draft",
        "sign", "send", "dispose_answer", "reply",
    ]  # fmt: skip
    last = peer.store.find("9165816")["perkembangan"][-1]
    assert (last["status"], last["jawaban"], last["nomor_aduan"]) == (
        "answered",
        "Sudah ditangani.",
        case.complaint.number,
    )
    assert [news["jawaban"] for news in peer.store.find("9165816")["perkembangan"][:-1]] == [None] * 11
    row = ledger("9165816")
    assert (row.state, row.acked_version, row.acked_status, row.tries) == ("in_step", 12, "answered", 0)
    assert peer.hashes() == our_hashes()


def test_an_answer_that_gets_lost_leads_to_the_same_change_with_the_same_key(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fake has taken it when the connection breaks: told again, it changes nothing there."""
    case = a_case(peer)
    case.act("complaint_admin", "register")
    really = client.call

    def lost(*args: Any, **parts: Any) -> Any:
        really(*args, **parts)
        raise PeerFault("away", "the answer was lost")

    monkeypatch.setattr(client, "call", lost)
    assert push() == 0
    monkeypatch.setattr(client, "call", really)
    assert push_peer(utc_now() + timedelta(minutes=2)) == 2
    assert peer.told("9165816") == [("received", 1), ("register", 2)]
    assert peer.store.updates_received == 3


def test_while_the_peer_is_away_everything_waits_and_nothing_is_parked(
    peer: Peer, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    for number in range(9165810, 9165820):
        a_case(peer, str(number))
    peer.trouble(status=503)
    now = utc_now()
    for _ in range(60):
        push_peer(now)
        now += timedelta(minutes=25)
    states = db.session.execute(select(SyncLedger.state, func.count()).group_by(SyncLedger.state)).all()
    assert set(dict(states)) <= {"behind", "failed"}
    assert the_peer_row().away_since == utc_now()
    peer.trouble()
    while the_peer_row().push_failures:
        push_peer(now)
        now += timedelta(minutes=1)
    push_peer(now)
    assert [peer.told(str(number)) for number in range(9165810, 9165820)] == [[("received", 1)]] * 10
    assert the_peer_row().away_since is None


def test_a_report_that_the_peer_does_not_want_is_parked_and_holds_up_no_other(peer: Peer) -> None:
    unknown = a_linked_case("9165899")
    unknown.act("complaint_admin", "register")
    a_case(peer, "9165816")
    now = utc_now()
    for _ in range(6):
        push_peer(now)
        now += timedelta(hours=1)
    row = ledger("9165899")
    assert (row.state, row.tries, row.last_error, row.next_try_at) == ("parked", 5, "refused: HTTP 404", None)
    assert peer.told("9165816") == [("received", 1)]
    assert the_peer_row().away_since is None


def test_one_report_that_breaks_the_peer_does_not_hold_up_the_others(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("9165810", "9165811", "9165812"):
        a_case(peer, number)
    really = client.call

    def poisoned(method: str, path: str, **parts: Any) -> Any:
        if "9165810" in path:
            raise PeerFault("away", "HTTP 500", 500)
        return really(method, path, **parts)

    monkeypatch.setattr(client, "call", poisoned)
    assert push() == 2
    assert (ledger("9165810").state, the_peer_row().away_since) == ("behind", None)


def test_a_tombstone_is_told_as_the_last_of_a_report(peer: Peer) -> None:
    case = a_case(peer)
    with one_transaction():
        note_removed(case.complaint, utc_now())
        case.complaint.sp4n_tracking_id = None
    assert push() == 2
    assert [kind for kind, _ in peer.told("9165816")] == ["received", "removed"]


def test_what_the_feed_has_forgotten_is_told_as_it_stands(peer: Peer) -> None:
    case = a_case(peer)
    case.act("complaint_admin", "register")
    peer.trouble(status=503)
    push()
    db.session.execute(db.text("DELETE FROM sync_change"))
    db.session.commit()
    peer.trouble()
    push_peer(utc_now() + timedelta(hours=1))
    assert peer.told("9165816") == [("state", 2)]
    assert ledger("9165816").state == "in_step"


def test_words_paths_and_authentication_are_settings(peer: Peer, context: Flask) -> None:
    config = context.config["SP4N_PEER"]
    config["push"] = {**config["push"], "statuses": {"registering": "Diverifikasi"}}
    config["push"]["body"] = {"kunci": "{key}", "status": "{status}", "versi": "{version}", "pesan": "No. {number}/{x}"}
    case = a_case(peer)
    push()
    (news,) = peer.store.find("9165816")["perkembangan"]
    assert (news["status"], news["versi"], news["pesan"]) == ("Diverifikasi", 1, f"No. {case.complaint.number}/")
    context.config["SP4N_PEER"]["auth"] = {"kind": "header", "name": "X-Kunci", "value": "lain"}
    poll_peer(utc_now())
    assert the_peer_row().last_error == "denied: HTTP 401"
