"""What the office sees of the exchange: since when the peer is away, what differs, and one press that mends it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rq import Queue
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db, redis_client
from app.models import SyncLedger
from app.sp4n.peer.compare import compare_peer
from app.sp4n.peer.poll import poll_peer
from app.sp4n.peer.push import push_peer
from tests.sp4n.fake_peer import Peer, ledger, our_hashes, running_fake
from tests.sp4n.reports import a_linked_case
from tests.statements import statements
from views.sp4n.peer import error_in_words, reason_in_words

SEES = ("admin.aduan", "pengawas", "administrator")


@pytest.fixture
def peer(context: Flask, freeze: Callable[[str], Any]) -> Iterator[Peer]:
    freeze("2026-11-24 10:00")
    with running_fake(context) as found:
        yield found


@pytest.mark.parametrize("username", SEES)
def test_a_peer_that_is_away_is_said_in_plain_words(
    peer: Peer, as_user: Callable[[str], FlaskClient], freeze: Callable[[str], Any], username: str
) -> None:
    page = as_user(username).get("/sp4n/").text
    assert "Sejalan dengan SP4N palsu" in page
    assert ('href="/sp4n/impor/"' in page) == (username != "pengawas")
    peer.trouble(status=503)
    poll_peer(utc_now())
    page = as_user(username).get("/sp4n/").text
    assert "SP4N palsu tidak dapat dihubungi sejak" in page
    assert "tidak dapat dihubungi (HTTP 503)" in page
    assert "batas waktunya tidak berubah" in page


def test_without_a_peer_the_page_says_so(context: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    assert "Belum ada sistem mitra yang dihubungi" in as_user("admin.aduan").get("/sp4n/").text
    assert "Pertukaran dengan SP4N" not in as_user("administrator").get("/kesehatan/").text


def test_the_health_page_tells_of_an_absence_of_more_than_an_hour_and_of_drift(
    peer: Peer, as_user: Callable[[str], FlaskClient], freeze: Callable[[str], Any]
) -> None:
    peer.trouble(status=503)
    poll_peer(utc_now())
    freeze("2026-11-24 11:00")
    assert "Tidak dapat dihubungi sejak" not in as_user("administrator").get("/kesehatan/").text
    freeze("2026-11-24 11:01")
    assert "Tidak dapat dihubungi sejak" in as_user("administrator").get("/kesehatan/").text
    peer.trouble()
    poll_peer(utc_now() + timedelta(hours=1))
    a_linked_case("9165899")
    push_peer(utc_now())
    assert "1 laporan perlu dilihat" in as_user("administrator").get("/kesehatan/").text


def a_difference(peer: Peer, context: Flask) -> SyncLedger:
    """An answer that only the peer knows of, and a report of a secret reporter that could not be taken."""
    peer.report("9165810")
    peer.report("9165811", "Judul yang sangat rahasia", kerahasiaan="rahasia", pelapor={"telepon": "bukan"})
    poll_peer(utc_now())
    push_peer(utc_now())
    peer.store.take_update("9165810", {"kunci": "x", "status": "answered", "versi": 12})
    compare_peer(utc_now())
    poll_peer(utc_now())
    return ledger("9165810")


@pytest.mark.parametrize("username", SEES)
def test_the_list_tells_what_differs_but_nothing_of_a_report(
    peer: Peer, context: Flask, as_user: Callable[[str], FlaskClient], username: str
) -> None:
    a_difference(peer, context)
    page = as_user(username).get("/sp4n/selisih/").text
    for words in ("9165810", "Keadaannya tidak sama", "9165811", "reporter.phone: Tulis nomor telepon"):
        assert words in page
    assert "Judul yang sangat rahasia" not in page
    assert ("Kirim lagi" in page) == (username != "pengawas")
    assert ('href="/aduan/1"' in page) == (username != "administrator")


def test_one_press_sends_ours_again(peer: Peer, context: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    row = a_difference(peer, context)
    pressed = as_user("admin.aduan").post(f"/sp4n/selisih/{row.id}/kirim")
    assert (pressed.status_code, pressed.headers["Location"]) == (303, "/sp4n/selisih/")
    jobs = Queue("sync", connection=redis_client(), serializer="json").jobs
    assert [job.func_name for job in jobs] == ["jobs.tasks.push_peer"]
    as_user("administrator").post(f"/sp4n/selisih/{row.id}/kirim")
    assert push_peer(utc_now()) == 1
    assert peer.told("9165810")[-1] == ("state", 1)
    assert ledger("9165810").drift is None
    assert peer.hashes()["9165810"] == our_hashes()["9165810"]


def test_one_press_reads_theirs_again(peer: Peer, context: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    a_difference(peer, context)
    peer.report("9165811", pelapor={"nama": "Aminah"})
    row_id = ledger("9165811").id
    assert as_user("administrator").post(f"/sp4n/selisih/{row_id}/ambil").status_code == 303
    poll_peer(utc_now())
    assert (ledger("9165811").refused_at, ledger("9165811").fetch_wanted) == (None, False)
    assert "9165811" in our_hashes()


def test_only_those_who_may_press(peer: Peer, context: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    row = a_difference(peer, context)
    for username, status in (("pengawas", 403), ("kasi", 403), ("admin.dishub", 403)):
        assert as_user(username).post(f"/sp4n/selisih/{row.id}/kirim").status_code == status
    assert as_user("admin.aduan").post("/sp4n/selisih/99999/kirim").status_code == 404
    assert ledger("9165810").resend_key is None


@pytest.mark.parametrize("path", ["/sp4n/", "/sp4n/selisih/", "/sp4n/impor/"])
def test_the_pages_cost_few_statements(
    peer: Peer, context: Flask, as_user: Callable[[str], FlaskClient], path: str
) -> None:
    a_difference(peer, context)
    client = as_user("admin.aduan")
    client.get(path)
    with statements(context) as seen:
        assert client.get(path).status_code == 200
    assert len(seen) <= 12, seen


def test_errors_are_said_in_words() -> None:
    assert str(error_in_words("lain")) == "lain"
    assert error_in_words(None) == ""
    assert reason_in_words(None) == ""


def test_every_row_of_the_ledger_has_one_report(peer: Peer, context: Flask) -> None:
    a_difference(peer, context)
    ids = list(db.session.scalars(select(SyncLedger.tracking_id)))
    assert sorted(ids) == ["9165810", "9165811"]
