"""The file that says how a peer speaks: read at the start, refused in words, and enough for peers of other manners."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

import config
from app.demo.fake_sp4n.run import settings_for
from app.outbound.peer_http import PeerFault
from app.settings.environment import ConfigurationError, read_environment
from app.settings.environment_checks import judge
from app.settings.peer_settings import faults_of, warnings_of
from app.sp4n.peer import client
from app.sp4n.peer.values import filled, filled_path, mapped, value_at
from tests.papers.services import Reply, served
from tests.story.live import free_port, wait_until

GOOD = settings_for("http://127.0.0.1:8099", "kunci")
PROJECT = Path(__file__).resolve().parents[2]


def test_a_good_file_becomes_a_setting_and_none_is_none(tmp_path: Path) -> None:
    file = tmp_path / "padanan.json"
    file.write_text(json.dumps(GOOD))
    home = {"LAPOR_HOME": str(tmp_path)}
    assert config.settings({**home, "SP4N_PEER": str(file)})["SP4N_PEER"] == GOOD
    assert config.settings(home)["SP4N_PEER"] is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"base_url": "ftp://x"}, "'base_url' does not begin with"),
        ({"base_url": 7}, "'base_url' has the wrong type"),
        ({"polling": {}}, "'polling' is not a setting"),
        ({"timeout_seconds": True}, "'timeout_seconds' has the wrong type"),
        ({"auth": {"kind": "oauth"}}, "'auth.kind' is 'oauth'"),
        ({"auth": {"kind": "basic", "user": "u"}}, "needs exactly: password, user"),
        ({"auth": {"kind": "bearer", "token": ""}}, "needs exactly: token"),
        ({"fields": {"tracking_id": "id", "revision": "r", "title": "t"}}, "where 'body' stands"),
        ({"push": {"path": "https://elsewhere.example/"}}, "'push.path' does not begin with one slash"),
        ({"push": {"path": "/r", "echo": {}}}, "does not say where in the answer"),
        ({"push": {"path": "/r", "echo": {"data.key": "{answer}"}}}, "at 'data.key' stands none of"),
        ({"one": {"item": "data"}}, "'one.path' does not begin with one slash"),
        ({"list": {"path": "//elsewhere.example/"}}, "'list.path' does not begin with one slash"),
    ],
)
def test_a_bad_file_stops_the_start_in_words(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    file = tmp_path / "padanan.json"
    file.write_text(json.dumps({**GOOD, **change}))
    with pytest.raises(ConfigurationError, match=said):
        config.settings({"LAPOR_HOME": str(tmp_path), "SP4N_PEER": str(file)})


@pytest.mark.parametrize("content", ["", "[]", "{", "\x00", "null"])
def test_what_is_no_object_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "padanan.json"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match="SP4N_PEER"):
        config.settings({"LAPOR_HOME": str(tmp_path), "SP4N_PEER": str(file)})
    with pytest.raises(ConfigurationError, match="cannot be read"):
        config.settings({"LAPOR_HOME": str(tmp_path), "SP4N_PEER": str(tmp_path / "tidak-ada")})


def test_a_peer_that_is_polled_must_also_say_where_one_report_stands() -> None:
    without = {name: part for name, part in GOOD.items() if name != "one"}
    assert faults_of(without) == ["'poll' needs the section 'one'."]
    assert faults_of({name: part for name, part in without.items() if name != "poll"}) == []


def test_the_settings_of_the_fake_are_good() -> None:
    assert (faults_of(GOOD), warnings_of(GOOD)) == ([], [])


def test_check_config_warns_of_a_peer_whose_acknowledgement_cannot_be_told_from_another_answer(tmp_path: Path) -> None:
    file = tmp_path / "padanan.json"
    file.write_text(json.dumps({**GOOD, "push": {"path": "/r"}}))
    environment = read_environment({"LAPOR_HOME": str(tmp_path), "SP4N_PEER": str(file)})
    warned = [finding.sentence for finding in judge(environment) if finding.name == "SP4N_PEER"]
    assert len(warned) == 1
    assert "'push.echo' is missing" in warned[0]


def test_paths_pointers_and_templates() -> None:
    document = {"a": {"b": [{"c": 1}], "x/y": 2, "t~": 3}}
    paths = {"a.b.0.c": 1, "/a/b/0/c": 1, "/a/x~1y": 2, "/a/t~0": 3, "a.z.q": None, "a.b.9": None, "": document}
    assert {path: value_at(document, path) for path in paths} == paths
    words = {"confidentiality": {"rahasia": "secret"}}
    fields = {"title": "j", "confidentiality": "s", "body": "n"}
    found = mapped({"j": "Judul", "s": "rahasia", "n": None}, fields, words)
    assert found == {"title": "Judul", "confidentiality": "secret"}
    values = {"version": 3, "status": "answered", "answer": {"text": "Sudah."}, "none": None}
    template = {"v": "{version}", "s": "ke-{version}/{status}", "t": ["{answer.text}", "{none}"], "k": 7}
    assert filled(template, values) == {"v": 3, "s": "ke-3/answered", "t": ["Sudah.", None], "k": 7}
    assert filled_path("/r/{tracking_id}/x", {"tracking_id": "../a?b#c"}) == "/r/..%2Fa%3Fb%23c/x"


class Manners:
    """A peer with numbered pages that remembers how it was asked."""

    def __init__(self, rows: int = 5) -> None:
        self.rows, self.asked = rows, list[tuple[str, str | None, str | None]]()

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Reply:
        self.asked.append((request.path, request.headers.get("Authorization"), request.headers.get("X-Kunci")))
        number = int(request.path.partition("hal=")[2].partition("&")[0] or 1)
        rows = [{"id": 9165810 + n, "rev": 1, "t": "T", "b": "B"} for n in range(self.rows)][
            2 * number - 2 : 2 * number
        ]
        return 200, "application/json", json.dumps(rows).encode()


@pytest.fixture
def use(context: Flask) -> Callable[[str, dict[str, Any]], None]:
    def to(url: str, auth: dict[str, Any]) -> None:
        context.config["SP4N_PEER"] = {
            "base_url": url,
            "auth": auth,
            "poll": {"path": "/api/v2/tiket", "query": {"hal": "{cursor}", "besar": "{limit}"}, "limit": 2,
                     "style": "page"},
            "fields": {"tracking_id": "id", "revision": "rev", "title": "t", "body": "b"},
        }  # fmt: skip

    yield to
    context.config["SP4N_PEER"] = None


BASIC = "Basic " + base64.b64encode(b"u:p").decode()


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        ({"kind": "none"}, (None, None)),
        ({"kind": "bearer", "token": "t"}, ("Bearer t", None)),
        ({"kind": "basic", "user": "u", "password": "p"}, (BASIC, None)),
        ({"kind": "header", "name": "X-Kunci", "value": "k"}, (None, "k")),
    ],
)
def test_numbered_pages_and_every_way_to_say_who_one_is(
    use: Callable[[str, dict[str, Any]], None], auth: dict[str, Any], sent: tuple[str | None, str | None]
) -> None:
    manners = Manners()
    with served(manners.answer) as url:
        use(url, auth)
        cursor, seen, more = "", list[str](), True
        while more:
            page = client.fetch_page(cursor)
            seen += [item.tracking_id for item in page.items]
            cursor, more = page.next, page.more
        again = client.fetch_page(cursor)
    assert seen == [str(9165810 + n) for n in range(5)]
    assert [item.tracking_id for item in again.items] == ["9165814"]
    assert manners.asked[0] == ("/api/v2/tiket?hal=1&besar=2", *sent)


def test_a_redirect_is_not_followed_and_no_key_goes_elsewhere(use: Callable[[str, dict[str, Any]], None]) -> None:
    elsewhere = Manners()
    with served(elsewhere.answer) as other:

        class Redirecting(Manners):
            def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Reply:
                request.send_response(307)
                request.send_header("Location", f"{other}/curi")
                return 307, "application/json", b"[]"

        with served(Redirecting().answer) as url:
            use(url, {"kind": "bearer", "token": "rahasia"})
            with pytest.raises(PeerFault):
                client.fetch_page("")
    assert elsewhere.asked == []


def test_the_fake_runs_by_itself_and_says_what_it_is(tmp_path: Path) -> None:
    port = free_port()
    environ = {"LAPOR_HOME": str(tmp_path), "FAKE_SP4N_PORT": str(port), "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen([sys.executable, "run.py", "fake-sp4n"], cwd=PROJECT, env=environ)
    try:
        page = wait_until(lambda: _page(port), "the fake's page")
        settings = json.loads((tmp_path / "fake-sp4n.json").read_text())
        assert ((tmp_path / "fake-sp4n.json").stat().st_mode & 0o777, faults_of(settings)) == (0o600, [])
        assert "PALSU" in page.text
        assert "Bukan SP4N-LAPOR!" in page.text
        form = {"judul": "Lampu", "isi": "Gelap", "kerahasiaan": "terbuka", "nomor": "9165810"}
        assert "9165810: Lampu" in requests.post(f"http://127.0.0.1:{port}/", data=form, timeout=10).text
        key = {"Authorization": f"Bearer {settings['auth']['token']}"}
        told = requests.get(f"{settings['base_url']}/tiruan/laporan", headers=key, timeout=10)
        assert (told.headers["X-Palsu"], told.json()["palsu"][:5]) == ("tiruan, bukan SP4N-LAPOR!", "PALSU")
        assert requests.get(f"{settings['base_url']}/tiruan/laporan", timeout=10).status_code == 401
    finally:
        process.terminate()
        process.wait(timeout=20)


def _page(port: int) -> requests.Response | None:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=5)
    except requests.ConnectionError:
        return None
