"""`make soak`: a filled office and its citizens at work for as long as is asked for, with every process of the product.

Fifty officers, twenty citizens and five new cases a second unless told otherwise; each minute one line, at the end what
held.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, text

from app.core.extensions import db
from app.launch.all_processes import programs
from app.models import Complaint
from tests.bench.filling.copies import code_of
from tests.bench.filling.load import Filling
from tests.bench.filling.officers import agencies
from tests.bench.house import House, Served, measured_house
from tests.bench.mail_counter import MailCounter, mail_counter, newest_message, wish_for_mail
from tests.bench.promises import broken
from tests.bench.run import SIZES
from tests.bench.signs import Signs, failed_jobs, read_signs
from tests.bench.table import versions
from tests.bench.tally import Tally, in_words, slope
from tests.story.live import PROJECT, wait_until

A_MINUTE, SETTLED_AFTER = 60.0, 5
WORKERS, THINK, NO_LISTENER = 2, 5.0, -1
TRACKED, PATIENCE = 2000, 600
IN_THE_OFFICE = ("admin.aduan", "admin.aduan1", "admin.aduan2", "kasi", "kabid", "kadis", "pengawas", "pengawas1")
IN_A_HOUSE = ("admin", "sekretaris", "kepala")
_WAITING = """
    SELECT (SELECT count(*) FROM delivery WHERE state = 'queued' AND next_try_at < now() + interval '2 minutes')
        + (SELECT count(*) FROM paper WHERE state = 'queued')
"""


def main() -> int:
    """Fill, serve, let everybody work, look; 1 where an answer was a 5xx or a promise is broken."""
    asked = _asked()
    with mail_counter() as mails, measured_house(SMTP_URL=mails.url, TRUSTED_PROXIES="1") as house:
        filling = Filling(house.app)
        filling.grow_to(SIZES[asked.size])
        wish_for_mail()
        served, before = house.serve(), newest_message()
        workers = _work(house)
        print(f"{filling.count:,} complaints; {asked.minutes} minutes; milliseconds are p50/p95", flush=True)
        tally, minutes = Tally(), list[Signs]()
        with _at_work(_plan(served, len(filling.prototypes), asked), tally):
            minutes = [_minute(n, tally, read_signs(served, workers)) for n in _minutes(asked.minutes)]
        found = _end(tally, minutes)
        found |= {"broken": _promises(house, mails, before), "mails": mails.taken.total()}
        if asked.json:
            told = {"size": filling.count, "versions": versions(), **found}
            Path(asked.json).write_text(json.dumps(told, indent=1), "utf-8")
    return 1 if found["fivehundreds"] or found["broken"] else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="10k", help="how many complaints")
    parser.add_argument("--minutes", type=int, default=30, help="how long")
    parser.add_argument("--officers", type=int, default=50, help="who are at work")
    parser.add_argument("--reads", type=float, default=20, help="citizens a second who look their case up")
    parser.add_argument("--creates", type=float, default=5, help="new cases a second")
    parser.add_argument("--json", help="where the figures are written as JSON")
    return parser.parse_args()


def _work(house: House) -> list[subprocess.Popen[bytes]]:
    """Job workers and scheduler as `run.py all` starts them; which of them are workers."""
    found = []
    for program in programs(WORKERS, NO_LISTENER):
        if program.name != "web":
            own = replace(program, environ=house.environ, log=house.folder / f"{program.name}.log")
            found.append((program.name, house.supervisor.start(own)))
    return [process for name, process in found if name.startswith("worker")]


def _plan(served: Served, prototypes: int, asked: argparse.Namespace) -> dict[str, Any]:
    """Who works; of the copies it is known by which code they are tracked."""
    newest = select(Complaint.number).where(Complaint.id > prototypes).order_by(Complaint.id.desc()).limit(TRACKED)
    tracked = [(number, code_of(number)) for number in db.session.scalars(newest)]
    houses = [f"{office}.{code}" for code in agencies() for office in IN_A_HOUSE]
    officers = [*IN_THE_OFFICE, *houses][: asked.officers]
    there = set(db.session.scalars(select(User.username).where(User.username.in_(officers))))
    db.session.rollback()
    assert there == set(officers), set(officers) - there
    plan = {"port": served.port, "seconds": asked.minutes * A_MINUTE, "think": THINK, "officers": officers}
    return {**plan, "tracked": tracked, "reads": asked.reads, "creates": asked.creates}


@contextmanager
def _at_work(plan: dict[str, Any], tally: Tally) -> Iterator[None]:
    """As long as the block lasts, and until everybody has got the last answer."""
    command = [sys.executable, "-m", "tests.bench.soaking"]
    driver = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert driver.stdin is not None
    assert driver.stdout is not None
    driver.stdin.write(json.dumps(plan))
    driver.stdin.close()
    listener = threading.Thread(target=_listen, args=(driver.stdout, tally))
    listener.start()
    try:
        yield
        driver.wait(PATIENCE)
    finally:
        driver.kill()
        driver.wait()
        listener.join()
        driver.stdout.close()


def _listen(lines: IO[str], tally: Tally) -> None:
    for line in lines:
        tally.note(json.loads(line))


def _minutes(count: int) -> Iterator[int]:
    """The number of each minute as soon as it is over."""
    clock = threading.Event()
    for number in range(1, count + 1):
        clock.wait(A_MINUTE)
        yield number


def _minute(number: int, tally: Tally, signs: Signs) -> Signs:
    latest, errors = tally.turn(), sum(tally.errors.values())
    count = sum(map(len, latest.values()))
    print(f"{number:>4} min {count:>6} answers  {errors} wrong so far  {in_words(latest)}  |  {signs}", flush=True)
    return signs


def _end(tally: Tally, minutes: list[Signs]) -> dict[str, Any]:
    """Everything of the whole run, printed and for JSON."""
    count, wrong = sum(map(len, tally.whole.values())), sum(tally.errors.values())
    print(f"in all {count:,} answers, {wrong} wrong, {tally.refused} acts came too late: {in_words(tally.whole)}")
    for name, times in tally.errors.most_common():
        print(f"  {name}: {times} times, as {tally.examples[name]}")
    grows = {name: _slope(minutes, name) for name in ("web", "worker")}
    for name, growth in grows.items():
        told = "not known yet" if growth is None else f"{growth:+.1f} MB an hour"
        print(f"memory of the largest {name} process: {told}")
    print(f"jobs and messages that were given up: {failed_jobs()}", flush=True)
    told = {kind: {"answers": len(times), "p50_p95_ms": in_words({kind: times})} for kind, times in tally.whole.items()}
    return {
        "kinds": told,
        "errors": dict(tally.errors),
        "examples": tally.examples,
        "fivehundreds": tally.fivehundreds,
        "grows_mb_an_hour": grows,
        "minutes": [asdict(signs) for signs in minutes],
    }


def _slope(minutes: list[Signs], name: str) -> float | None:
    """Over the minutes after the first few, when everything has been asked for once."""
    known = [(n, getattr(signs, name)) for n, signs in enumerate(minutes, 1) if n > SETTLED_AFTER]
    return slope([n for n, _ in known], [value for _, value in known])


def _promises(house: House, mails: MailCounter, before: int) -> list[str]:
    """What does not hold once everything that waited has left."""

    def quiet() -> bool:
        waiting = db.session.execute(text(_WAITING)).scalar_one()
        db.session.rollback()
        return waiting == 0

    wait_until(quiet, "messages and papers have left", PATIENCE)
    ended = [name for name, child in house.supervisor.children.items() if child.process.poll() is not None]
    found = [*broken(), *mails.faults(before=before), *(f"{name} has ended" for name in ended)]
    for fault in found:
        print(f"  broken: {fault}")
    print("every promise holds" if not found else f"{len(found)} promises are broken", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
