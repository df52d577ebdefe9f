"""Both ledgers side by side: what differs is noted and mended, but nothing that a citizen has read is taken back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Complaint, SyncComparison
from app.sp4n.peer.compare import compare_peer
from app.sp4n.peer.poll import poll_peer
from app.sp4n.peer.push import push_peer
from tests.factories import a_complaint
from tests.sp4n.fake_peer import Peer, ledger, our_hashes, running_fake
from tests.sp4n.reports import a_linked_case


@pytest.fixture
def peer(context: Flask, freeze: Callable[[str], Any]) -> Iterator[Peer]:
    freeze("2026-11-24 02:05")
    with running_fake(context) as found:
        yield found


def exchange() -> None:
    poll_peer(utc_now())
    push_peer(utc_now())


def comparison() -> SyncComparison:
    db.session.expire_all()
    return db.session.scalars(select(SyncComparison).order_by(SyncComparison.id.desc())).first()  # type: ignore[return-value]


def test_two_sides_in_step_have_no_drift(peer: Peer) -> None:
    peer.report("9165810")
    peer.report("9165811")
    exchange()
    assert compare_peer(utc_now()) == "compared"
    assert (comparison().compared, comparison().drifted) == (2, 0)
    assert peer.hashes() == our_hashes()


def test_each_kind_of_drift_is_noted_and_what_may_be_is_mended(peer: Peer, context: Flask) -> None:
    for number in ("9165810", "9165811", "9165812"):
        peer.report(number)
    exchange()
    poll = context.config["SP4N_PEER"].pop("poll")
    peer.report("9165813", "Tidak pernah kami baca")
    peer.report("9165810", "Revisi yang tidak kami baca")
    peer.store.take_update("9165811", {"kunci": "salah", "status": "closed", "versi": 1})
    peer.store.take_update("9165812", {"kunci": "lama", "status": "registering", "versi": 0})
    a_linked_case("9165899")
    push_peer(utc_now())
    context.config["SP4N_PEER"]["poll"] = poll
    assert compare_peer(utc_now()) == "compared"
    found = {number: ledger(number).drift for number in ("9165810", "9165811", "9165812", "9165813", "9165899")}
    assert found == {
        "9165810": "we_behind",
        "9165811": "status",
        "9165812": "they_behind",
        "9165813": "missing_here",
        "9165899": "missing_there",
    }
    assert (comparison().compared, comparison().drifted) == (5, 5)
    exchange()
    exchange()
    assert [ledger(number).drift for number in found] == [None, None, None, None, "missing_there"]
    ours = our_hashes()
    del ours["9165899"]
    assert peer.hashes() == ours


def test_an_answer_that_only_the_peer_knows_of_is_not_taken_back_by_a_program(peer: Peer) -> None:
    peer.report("9165810")
    exchange()
    peer.store.take_update("9165810", {"kunci": "x", "status": "answered", "versi": 12})
    compare_peer(utc_now())
    exchange()
    assert ledger("9165810").drift == "status"
    assert peer.store.find("9165810")["perkembangan"][-1]["status"] == "answered"


def test_once_a_night_from_two_oclock_on(peer: Peer, freeze: Callable[[str], Any]) -> None:
    assert compare_peer(utc_now()) == "compared"
    assert compare_peer(utc_now()) == "done already"
    freeze("2026-11-24 23:00")
    assert compare_peer(utc_now()) == "done already"
    freeze("2026-11-25 01:59")
    assert compare_peer(utc_now()) == "not now"
    freeze("2026-11-25 02:00")
    assert compare_peer(utc_now()) == "compared"


def test_a_night_on_which_the_peer_is_away_is_tried_again(peer: Peer, freeze: Callable[[str], Any]) -> None:
    peer.trouble(status=503)
    assert compare_peer(utc_now()) == "away"
    assert comparison().error == "away: HTTP 503"
    freeze("2026-11-24 02:20")
    assert compare_peer(utc_now()) == "done already"
    peer.trouble()
    freeze("2026-11-24 02:40")
    assert compare_peer(utc_now()) == "compared"
    assert comparison().error is None


def test_cases_that_sp4n_does_not_know_are_no_drift(peer: Peer) -> None:
    a_complaint()
    compare_peer(utc_now())
    assert (comparison().compared, comparison().drifted) == (0, 0)
    assert db.session.scalars(select(Complaint.sp4n_tracking_id)).all() == [None]


def test_the_fake_of_a_demonstration_takes_over_cases_that_are_older_than_itself(peer: Peer) -> None:
    peer.store.adopts = True
    a_linked_case("9165899").act("complaint_admin", "register")
    assert push_peer(utc_now()) == 2
    assert compare_peer(utc_now()) == "compared"
    assert (comparison().compared, comparison().drifted) == (1, 0)


def test_a_report_that_was_missing_there_is_so_no_more_once_the_peer_takes_what_it_is_told(peer: Peer) -> None:
    a_linked_case("9165899")
    compare_peer(utc_now())
    assert ledger("9165899").drift == "missing_there"
    peer.store.adopts = True
    push_peer(utc_now())
    assert ledger("9165899").drift is None
