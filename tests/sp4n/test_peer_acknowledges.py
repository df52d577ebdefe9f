"""What counts as an acknowledgement of the peer, and what a token that it does not accept leads to."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.models import SyncComparison, SyncLedger
from app.outbound.peer_http import PeerFault
from app.sp4n.peer import client
from app.sp4n.peer.compare import compare_peer
from app.sp4n.peer.poll import poll_peer
from app.sp4n.peer.push import push_peer
from tests.papers.services import Reply, served
from tests.sp4n.fake_peer import Peer, ledger, running_fake, the_peer_row
from tests.sp4n.reports import a_linked_case

JSON, HTML = "application/json", "text/html"
NEWS = {"key": "41.a1b2", "tracking_id": "9165816", "status": "checking", "version": 3}
LOGIN = b"<html><form action=/login></form></html>"
ECHOED = b'{"data": {"key": "41.a1b2", "version": 3}}'


@pytest.fixture
def peer(context: Flask, freeze: Callable[[str], Any]) -> Iterator[Peer]:
    freeze("2026-11-24 10:00")
    with running_fake(context) as found:
        yield found


@pytest.fixture
def tell(context: Flask) -> Iterator[Callable[[Reply, dict[str, str] | None], None]]:
    """Tell a peer that gives one answer, with `push.echo` or without."""

    def to(reply: Reply, echo: dict[str, str] | None) -> None:
        def answer(request: BaseHTTPRequestHandler, body: bytes) -> Reply:
            return reply

        with served(answer) as url:
            push = {"path": "/r/{tracking_id}", "body": {"key": "{key}"}} | ({"echo": echo} if echo else {})
            context.config["SP4N_PEER"] = {"base_url": url, "push": push}
            client.send(NEWS)

    yield to
    context.config["SP4N_PEER"] = None


@pytest.mark.parametrize(
    "reply",
    [
        (200, HTML, LOGIN),
        (200, JSON, LOGIN),
        (200, JSON, b""),
        (204, JSON, b""),
        (302, HTML, b""),
        (200, JSON, b"[]"),
        (200, JSON, b'{"ok": true}'),
        (200, JSON, b'{"data": {"key": "40.ffff", "version": 3}}'),
        (200, JSON, b'{"data": {"key": null, "version": 3}}'),
        (200, JSON, b'{"data": {"key": "41.a1b2", "version": 4}}'),
        (200, JSON, b'{"data": {"key": "41.a1b2", "version": true}}'),
    ],
)
def test_an_answer_that_does_not_carry_what_the_settings_name_acknowledges_nothing(
    tell: Callable[[Reply, dict[str, str] | None], None], reply: Reply
) -> None:
    with pytest.raises(PeerFault) as fault:
        tell(reply, {"data.key": "{key}", "/data/version": "{version}"})
    assert fault.value.kind == "unreadable"


def test_an_answer_that_carries_it_acknowledges(tell: Callable[[Reply, dict[str, str] | None], None]) -> None:
    tell((200, JSON, ECHOED), {"data.key": "{key}", "/data/version": "{version}"})
    tell((201, HTML, b'{"data": {"key": "41.a1b2", "version": "3"}}'), {"data.version": "{version}"})


@pytest.mark.parametrize(
    "reply", [(200, HTML, b'{"ok": 1}'), (200, JSON, b"{}"), (200, JSON, b"[1]"), (204, JSON, b"")]
)
def test_without_echo_an_answer_is_at_least_json_with_content(
    tell: Callable[[Reply, dict[str, str] | None], None], reply: Reply
) -> None:
    with pytest.raises(PeerFault):
        tell(reply, None)
    tell((200, "application/problem+json; charset=utf-8", b'{"ok": 1}'), None)


def test_a_login_page_in_place_of_the_peer_loses_no_change(peer: Peer) -> None:
    """A proxy answers 200 with HTML for an hour: nothing counts as told, nothing is parked, all of it follows."""
    numbers = [str(number) for number in range(9165810, 9165815)]
    for number in numbers:
        peer.report(number)
        a_linked_case(number)
    peer.trouble(garbage=True)
    now = utc_now()
    for _ in range(8):
        assert push_peer(now) == 0
        now += timedelta(minutes=8)
    assert the_peer_row().last_error.startswith("unreadable: ")
    peer.trouble()
    assert push_peer(now + timedelta(minutes=30)) == 5
    assert {ledger(number).state for number in numbers} == {"in_step"}
    assert the_peer_row().away_since is None


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_accepted_parks_no_report_and_all_go_on_once_it_is(
    peer: Peer, as_user: Callable[[str], FlaskClient], status: int
) -> None:
    numbers = [str(number) for number in range(9165810, 9165820)]
    for number in numbers:
        peer.report(number)
        a_linked_case(number)
    peer.trouble(status=status)
    now = utc_now()
    for _ in range(60):
        push_peer(now)
        poll_peer(now)
        now += timedelta(minutes=10)
    assert set(db.session.scalars(select(SyncLedger.state))) <= {"behind", "failed"}
    page = as_user("admin.aduan").get("/sp4n/").text
    assert "SP4N palsu menolak token kita sejak" in page
    assert f"(HTTP {status})" in page
    assert "Menolak token kita sejak" in as_user("administrator").get("/kesehatan/").text
    assert any("token" in told for told in as_user("administrator").get("/readyz").get_json()["warnings"])
    peer.trouble()
    now += timedelta(minutes=2)
    assert push_peer(now) + push_peer(now + timedelta(seconds=30)) == 10
    poll_peer(now)
    assert the_peer_row().away_since is None
    assert "menolak token" not in as_user("admin.aduan").get("/sp4n/").text


def test_a_comparison_that_is_denied_is_said_and_made_once_the_token_is_good(
    peer: Peer, as_user: Callable[[str], FlaskClient]
) -> None:
    peer.trouble(status=401)
    assert compare_peer(utc_now()) == "away"
    assert "menolak token kita sejak" in as_user("admin.aduan").get("/sp4n/").text
    peer.trouble()
    assert compare_peer(utc_now() + timedelta(minutes=31)) == "compared"
    assert db.session.scalars(select(SyncComparison.error)).one() is None
    assert "menolak token" not in as_user("admin.aduan").get("/sp4n/").text


def test_a_report_that_the_peer_will_not_show_holds_up_no_other(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("9165810", "9165811"):
        peer.report(number)
        a_linked_case(number)
    push_peer(utc_now())
    for number in ("9165810", "9165811"):
        ledger(number).fetch_wanted = True
        db.session.commit()
    really = client.call

    def denied(method: str, path: str, **parts: Any) -> Any:
        if path.endswith("9165810"):
            raise PeerFault("denied", "HTTP 403", 403)
        return really(method, path, **parts)

    monkeypatch.setattr(client, "call", denied)
    poll_peer(utc_now())
    assert [ledger(number).fetch_wanted for number in ("9165810", "9165811")] == [False, False]
    assert (ledger("9165810").last_error, the_peer_row().away_since) == ("denied: HTTP 403", None)
