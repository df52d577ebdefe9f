"""An upgrade of two hosts and the way back, under load: no request may fail, nothing may be lost, doubled or torn."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import requests

from app.demo.accounts import PASSWORD
from tests.faults.checks import faults_of, wait_until_quiet
from tests.faults.load import Client, Load, Pace
from tests.faults.two_hosts import UNITS, TwoHosts, open_two_hosts
from tests.story.live import PROJECT

WORKING_TREE = ""
ANSWERS = 60
PAGES = ("/", "/aduan/", "/dasbor/", "/ekspor/", "/akun/", "/login/")
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
BAD_LINE = re.compile(r"status=5\d\d|Traceback|\"status\": 5\d\d")


def older_release() -> str:
    """The commit before the newest migration was added, or the one that OLD names."""
    command = ["git", "log", "-1", "--format=%H^", "--diff-filter=A", "--", "migrations/versions"]
    newest = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.strip()
    return os.environ.get("OLD", newest)


class PageReader(Client):
    """An officer who opens one page after the other."""

    def run(self) -> None:
        self._sign_in()
        for path in cycle(PAGES):
            if self.over.is_set():
                return
            answer = self.session.get(f"{self.house.url}{path}", timeout=60)
            if answer.status_code != 200 or len(answer.history) > 1:
                self.promises.refused.append(f"{path}: {answer.status_code} {answer.url}")
            self.promises.note_answer()

    def _sign_in(self) -> None:
        form = self.session.get(f"{self.house.url}/login/", timeout=60).text
        token = TOKEN.search(form)
        fields = {"username": "admin.aduan", "password": PASSWORD, "csrf_token": token[1] if token else ""}
        answer = self.session.post(f"{self.house.url}/login/", data=fields, timeout=60)
        assert answer.status_code == 200, answer.status_code


class ApiReader(Client):
    """A program that reads the list of complaints."""

    def run(self) -> None:
        while not self.over.is_set():
            answer: requests.Response = self.until_answered("GET", "complaint/", None, "admin.aduan")
            if answer.status_code != 200:
                self.promises.refused.append(f"list: {answer.status_code}")


def an_upgrade_with_two_hosts() -> tuple[str, list[str]]:
    """From the release before the newest migration to this one, back, and forward again. The balancer drains a host
    before it is stopped, since an older release may not answer all that it has accepted.
    """
    return _under_load(older_release(), True, (_upgrade, _go_back, _upgrade))


def a_restart_with_two_hosts() -> tuple[str, list[str]]:
    """The balancer knows nothing of it, and takes the other host when one refuses: an upgrade to an equal release, and
    a restart of one process after the other.
    """
    return _under_load(WORKING_TREE, False, (_upgrade, _restart, _restart))


Step = Callable[[TwoHosts, str, str], None]


def _under_load(old: str, drains: bool, steps: Sequence[Step]) -> tuple[str, list[str]]:
    """Each step at one host and then at the other, while people work."""
    with open_two_hosts(old, drains) as house:
        house.balancer.begin_log()
        load = Load(house)
        load.add(PageReader, "halaman")
        load.add(ApiReader, "daftar")
        revisions = [_revision(house)]
        with load as promises:
            pace = Pace(promises)
            pace.until_work_goes_on(ANSWERS)
            for step in steps:
                for host in UNITS:
                    step(house, host, old)
                    pace.until_work_goes_on(ANSWERS)
                revisions.append(_revision(house))
                print(f"{step.__name__[1:]}: {house.balancer.requests} requests so far", flush=True)
            house.wait_until_served()
        wait_until_quiet(house)
        faults = [*faults_of(house, load), *house.balancer.failures, *_bad_lines(house)]
        faults += [f"not answered at once: {dict(failed)}"] if (failed := _failed(promises.unanswered)) else []
        told = f"{old[:8] or 'this release'}, tables {' > '.join(revisions)}: {house.balancer.requests} requests"
        return f"{told}, {house.balancer.refused} taken to the other host, {promises.ok} answers", faults


def _upgrade(house: TwoHosts, host: str, _old: str) -> None:
    """As the Debian package does: stop, new files, then the command; the first host makes the backup."""
    house.stop(host)
    house.install(WORKING_TREE, host)
    phrase, archive = house.folder / "phrase", house.folder / "before.backup"
    phrase.write_text("the seal of the backup", "utf-8")
    backup = ["--backup", str(archive), "--passphrase-file", str(phrase)]
    print(house.run(host, "upgrade", *(["--without-backup"] if archive.exists() else backup)), flush=True)


def _go_back(house: TwoHosts, host: str, old: str) -> None:
    house.stop(host)
    house.install(old, host)
    house.start(host)


def _restart(house: TwoHosts, host: str, _old: str) -> None:
    print(house.run(host, "restart"), flush=True)


def _revision(house: TwoHosts) -> str:
    with house.database() as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def _bad_lines(house: TwoHosts) -> list[str]:
    """What the hosts themselves have logged as failed."""
    lines = [line for log in sorted(house.home.glob("*.log")) for line in log.read_text("utf-8").splitlines()]
    return [f"logged: {line[:200]}" for line in lines if BAD_LINE.search(line)]


def _failed(unanswered: Any) -> dict[str, int]:
    """Statuses that only say \"later\" (a letter is being drawn, the row is at work) are no failures."""
    return {why: count for why, count in unanswered.items() if why not in ("409", "423", "429")}


UPGRADES: dict[str, Callable[[], tuple[str, list[str]]]] = {
    function.__name__: function for function in (an_upgrade_with_two_hosts, a_restart_with_two_hosts)
}
