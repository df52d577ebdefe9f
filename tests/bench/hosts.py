"""Two web hosts and three job workers on one database and one queue: one program, also when half of it is killed.

    python -m tests.bench.hosts [--lives 60] [--clients 6]

Each host has a data folder of its own; they have in common DATABASE_URL, REDIS_URL, STORAGE_URL and the secrets.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from sqlalchemy import text

from app.core.extensions import db
from app.launch.ready import wait_until_ready
from tests.bench.house import House, Served, measured_house
from tests.bench.lives import faults, people_at
from tests.bench.living import found_by, leaders
from tests.bench.mail_counter import MailCounter, mail_counter, wish_for_mail
from tests.bench.one_program import FACTS
from tests.bench.promises import CHECKS, LASTING, broken
from tests.story.live import wait_until

Hurry = Callable[[], None]
WORKERS = ("worker-1", "worker-2", "worker-3")
KILLED_HOST = "web-b"
PATIENCE = 120
_WAITING = """
    SELECT (SELECT count(*) FROM delivery WHERE state = 'queued' AND next_try_at < now() + interval '2 minutes')
        + (SELECT count(*) FROM paper WHERE state = 'queued')
        + (SELECT count(*) FROM attachment WHERE state = 'waiting')
"""


@dataclass(frozen=True)
class Hosts:
    """Both web servers and the house that they share."""

    house: House
    a: Served
    b: Served

    def worker_at_a_job(self) -> str:
        """The first that does one."""

        def found() -> str:
            return next((name for name in WORKERS if self._has_a_job(name)), "")

        return wait_until(found, "a worker is at a job", PATIENCE)

    def _has_a_job(self, name: str) -> bool:
        """The process that does a job is the only one that leads a group of its own."""
        children = psutil.Process(self.house.supervisor.children[name].process.pid).children()
        return any(_leads_a_group(child.pid) for child in children)

    def kill(self, name: str) -> None:
        """Signal 9 for one program and all that it forked, as when its machine loses power."""
        child = self.house.supervisor.children[name]
        family = [psutil.Process(child.process.pid), *psutil.Process(child.process.pid).children(recursive=True)]
        for member in family:
            member.kill()
        child.process.wait(20)
        _, alive = psutil.wait_procs(family[1:], timeout=20)
        assert alive == []


def _leads_a_group(pid: int) -> bool:
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False


@contextmanager
def two_hosts(house: House) -> Iterator[Hosts]:
    """Web servers on two ports, each with a data folder of its own, three workers and a scheduler on a third."""
    homes = {name: {"LAPOR_HOME": str(house.folder / name)} for name in ("host-a", "host-b", "host-c")}
    a, b = house.start_web("web-a", **homes["host-a"]), house.start_web(KILLED_HOST, **homes["host-b"])
    for name in (*WORKERS, "scheduler"):
        house.run(name.partition("-")[0], name, **homes["host-c"])
    assert all(wait_until_ready(host.url, 60) for host in (a, b))
    yield Hosts(house, a, b)


def _patiently() -> None:
    """Nobody hurries."""


def try_hosts(house: House, mails: MailCounter, lives: int, clients: int, hurry: Hurry = _patiently) -> list[str]:
    """What is not as one program would have it; everything is told as it is seen. What the dead held is handed out
    again when its lease has ended, unless somebody hurries.
    """
    wish_for_mail()
    with two_hosts(house) as hosts:
        for name, fact in FACTS.items():
            began = time.perf_counter()
            fact(hosts.a, hosts.b)
            print(f"ok  {name} ({time.perf_counter() - began:.1f} s)", flush=True)
        found = _lives_through_a_kill(hosts, lives, clients)
        began = time.perf_counter()
        hurry()
        wait_until(_quiet, "messages, papers and files are done", PATIENCE)
        print(f"ok  nothing waits any more ({time.perf_counter() - began:.1f} s)", flush=True)
        return [*found, *broken(LASTING), *mails.faults(killed=1)]


def _lives_through_a_kill(hosts: Hosts, count: int, clients: int) -> list[str]:
    """Lives by both hosts in turn; when a third is through, one host and one worker are gone."""
    mark, ports = "Dua induk", [hosts.a.port, hosts.b.port]
    plan = {"ports": ports, "clients": clients, "lives": count, "people": people_at(hosts.b.port), "mark": mark}
    leading, began = leaders(plan), time.perf_counter()
    for leader in leading:
        leader.start()
    through = max(1, count // 3)
    wait_until(lambda: sum(len(leader.cases) for leader in leading) >= through, "a third is through", PATIENCE)
    worker = hosts.worker_at_a_job()
    hosts.kill(worker)
    hosts.kill(KILLED_HOST)
    for leader in leading:
        leader.join()
    found = found_by(leading)
    seconds = time.perf_counter() - began
    told = f"{KILLED_HOST} and {worker} killed after {through}; asked again after {found['again']}"
    print(f"ok  {len(found['cases'])} of {count} lives in {seconds:.1f} s, {told}", flush=True)
    return faults(found, mark, count)


def _quiet() -> bool:
    waiting = db.session.execute(text(_WAITING)).scalar_one()
    db.session.rollback()
    return waiting == 0


def main() -> int:
    """On servers of its own; 1 where something was lost, doubled or broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hosts", description=__doc__)
    parser.add_argument("--lives", type=int, default=60, help="how many cases are led to their end")
    parser.add_argument("--clients", type=int, default=6, help="how many at once")
    asked = parser.parse_args()
    with mail_counter() as mails, measured_house(SMTP_URL=mails.url) as house:
        found = try_hosts(house, mails, asked.lives, asked.clients)
        wait_until(lambda: not broken(set(CHECKS) - set(LASTING)), "the dead are known as dead", PATIENCE)
        print(f"{mails.taken.total()} mails")
    for fault in found:
        print(f"  broken: {fault}")
    print("one program: nothing lost, nothing twice, every promise holds" if not found else f"{len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
