"""Reports fetched from a peer: in order, once, none of them believed, whatever the peer does meanwhile."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.locks import POLL_LOCK
from app.models import Complaint, ComplaintEvent
from app.sp4n.peer.poll import poll_peer
from app.sp4n.peer.push import push_peer
from tests.sp4n.fake_peer import Peer, ledger, running_fake, the_peer_row


@pytest.fixture
def peer(context: Flask) -> Iterator[Peer]:
    with running_fake(context) as found:
        yield found


def poll() -> int:
    return poll_peer(utc_now())


def held() -> dict[str, tuple[int | None, str]]:
    db.session.expire_all()
    columns = (Complaint.sp4n_tracking_id, Complaint.sp4n_revision, Complaint.title)
    return {str(number): (revision, title) for number, revision, title in db.session.execute(select(*columns))}


def test_reports_come_in_by_pages_once_each_with_what_they_say(peer: Peer, context: Flask) -> None:
    context.config["SP4N_PEER"]["poll"]["limit"] = 2
    for number in range(9165810, 9165815):
        peer.report(str(number), f"Laporan {number}", lokasi={"teks": "Pasar", "kecamatan": "Paringin"})
    peer.report("9165811", "Laporan diperbaiki", pelapor={"nama": "Aminah", "telepon": "0800-0000-0007"})
    assert poll() == 6
    assert held() == {
        "9165810": (1, "Laporan 9165810"),
        "9165811": (2, "Laporan diperbaiki"),
        "9165812": (1, "Laporan 9165812"),
        "9165813": (1, "Laporan 9165813"),
        "9165814": (1, "Laporan 9165814"),
    }
    first = db.session.scalars(select(Complaint).where(Complaint.sp4n_tracking_id == "9165810")).one()
    assert (first.location_text, first.district.name if first.district else "") == ("Pasar", "Paringin")
    assert poll() == 0


def test_repeated_and_reordered_pages_change_nothing_twice(peer: Peer) -> None:
    peer.report("9165810", "Pertama")
    peer.report("9165810", "Kedua")
    peer.report("9165811")
    peer.trouble(repeat=True, reorder=True)
    poll()
    assert held() == {"9165810": (2, "Kedua"), "9165811": (1, "Lampu jalan mati")}
    assert db.session.execute(select(func.count()).select_from(ComplaintEvent)).scalar_one() == 2


def test_a_report_that_cannot_be_taken_is_kept_sealed_with_the_reason_and_holds_up_no_other(peer: Peer) -> None:
    peer.report("9165810", pelapor={"nama": "Siti Rahasia", "telepon": "bukan nomor"})
    peer.report("9165811")
    poll()
    assert set(held()) == {"9165811"}
    row = ledger("9165810")
    assert row.refused_reason == "reporter.phone: not_a_phone"
    assert "Siti Rahasia" in (row.refused or "")
    raw = db.session.execute(text("SELECT refused FROM sync_ledger WHERE tracking_id = '9165810'")).scalar_one()
    assert "Siti" not in raw
    peer.report("9165810", pelapor={"nama": "Siti Rahasia"})
    poll()
    assert set(held()) == {"9165810", "9165811"}
    assert (ledger("9165810").refused, ledger("9165810").refused_reason) == (None, None)


@pytest.mark.parametrize("number", ["", "12", "abcdef", "9" * 90, "9165\u0000810", "../../x"])
def test_numbers_that_are_none_make_no_case(peer: Peer, number: str) -> None:
    peer.report(number)
    peer.report("9165811")
    assert poll() == 2
    assert set(held()) == {"9165811"}


@pytest.mark.parametrize(
    ("how", "said", "longest"),
    [
        ({"status": 503}, "away: HTTP 503", 1800),
        ({"status": 500}, "away: HTTP 500", 1800),
        ({"status": 302}, "unreadable: HTTP 302", 1800),
        ({"status": 403}, "denied: HTTP 403", 120),
        ({"garbage": True}, "unreadable: the answer is no JSON", 1800),
        ({"seconds": 1.5}, "away: time-out", 1800),
    ],
)
def test_a_peer_without_a_useful_answer_is_waited_for_ever_longer(
    peer: Peer, freeze: Callable[[str], Any], context: Flask, how: dict[str, Any], said: str, longest: int
) -> None:
    context.config["SP4N_PEER"]["timeout_seconds"] = 0.5
    freeze("2026-11-24 10:00")
    peer.trouble(**how)
    now, pauses = utc_now(), []
    for _ in range(7):
        assert poll_peer(now) == 0
        row = the_peer_row()
        assert row.next_poll_at is not None
        pauses.append(int((row.next_poll_at - now).total_seconds()))
        assert poll_peer(now) == 0
        now = row.next_poll_at
    assert pauses == [min(pause, longest) for pause in (60, 120, 240, 480, 960, 1800, 1800)]
    assert (row.last_error, row.away_since, row.poll_failures) == (said, utc_now(), 7)
    peer.trouble()
    peer.report("9165811")
    assert poll_peer(now) == 1
    assert (the_peer_row().away_since, the_peer_row().poll_failures, the_peer_row().last_error) == (None, 0, None)


@pytest.mark.parametrize(("said", "seconds"), [("90", 90), ("86400", 3600), ("bald", 60)])
def test_retry_after_is_obeyed_within_bounds(peer: Peer, said: str, seconds: int) -> None:
    peer.trouble(status=429, retry_after=said)
    now = utc_now()
    poll_peer(now)
    assert the_peer_row().next_poll_at == now + timedelta(seconds=seconds)


def test_an_answer_that_is_too_large_is_not_read_to_its_end(peer: Peer, context: Flask) -> None:
    context.config["SP4N_PEER"]["largest_answer"] = 2000
    peer.report("9165811", isi_tambahan="x" * 5000)
    poll()
    assert the_peer_row().last_error == "unreadable: the answer is too large"
    assert held() == {}


def test_a_peer_that_was_set_back_is_read_anew(peer: Peer, freeze: Callable[[str], Any]) -> None:
    freeze("2026-11-23 10:00")
    peer.report("9165810", "Kemarin")
    poll()
    freeze("2026-11-24 10:00")
    peer.report("9165811", "Hari ini")
    poll()
    peer.set_back("2026-11-23T12:00:00+08:00")
    peer.report("9165812", "Sesudahnya")
    poll()
    assert set(held()) == {"9165810", "9165811", "9165812"}
    assert the_peer_row().away_since is None


def test_one_poller_at_a_time(peer: Peer) -> None:
    peer.report("9165811")
    url = db.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (POLL_LOCK,))
        assert poll() == 0
    assert poll() == 1


def test_what_we_told_comes_back_as_our_own_echo(peer: Peer) -> None:
    peer.report("9165811")
    poll()
    assert push_peer(utc_now()) == 1
    assert peer.told("9165811") == [("received", 1)]
    assert poll() == 1
    assert push_peer(utc_now()) == 0
    assert db.session.execute(select(func.count()).select_from(ComplaintEvent)).scalar_one() == 1


def test_without_settings_nothing_is_asked(context: Flask) -> None:
    assert (context.config.get("SP4N_PEER"), poll(), push_peer(utc_now())) == (None, 0, 0)
