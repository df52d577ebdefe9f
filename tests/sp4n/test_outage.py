"""SP4N away for a day, and our database set back by a day: the gap closes by itself, and nobody's limit moves."""

import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg.sql import SQL, Identifier
from sqlalchemy import func, select

from app.audit.replay import audit_all
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import Complaint, ComplaintEvent, StepTask
from app.servers.postgres import programs_folder
from app.sp4n.peer.compare import compare_peer
from app.sp4n.peer.differences import Repair
from app.sp4n.peer.poll import poll_peer
from app.sp4n.peer.push import push_peer
from app.sp4n.peer.state import ledger_of, request_repair
from tests.factories import Case, a_complaint, move_on
from tests.office_zone import OFFICE_ZONE
from tests.servers import _administrator
from tests.sp4n.fake_peer import Peer, ledger, our_hashes, running_fake, the_peer_row

NUMBERS = [str(9165810 + count) for count in range(6)]


@pytest.fixture
def peer(context: Flask) -> Iterator[Peer]:
    with running_fake(context) as found:
        yield found


def run_jobs() -> None:
    """What the scheduler's slots do at this instant."""
    compare_peer(utc_now())
    poll_peer(utc_now())
    push_peer(utc_now())


def run_until_quiet(freeze: Callable[[str], Any], begin: str, minutes: int = 40) -> None:
    at = datetime.fromisoformat(begin)
    for _ in range(minutes):
        freeze(at.isoformat(sep=" "))
        run_jobs()
        at += timedelta(minutes=1)


def case_of(number: str) -> Case:
    db.session.expire_all()
    return Case(
        db.session.scalars(select(Complaint).where(Complaint.sp4n_tracking_id == number)).one(), ("dishub",), ""
    )


def limits_of(case: Case) -> list[tuple[str, datetime, datetime]]:
    rows = select(StepTask).where(StepTask.complaint_id == case.id).order_by(StepTask.id)
    return [(task.step, task.opened_at, task.due_at) for task in db.session.scalars(rows)]


def receptions() -> dict[str, int]:
    counted = select(Complaint.sp4n_tracking_id, func.count()).join(ComplaintEvent).group_by(Complaint.sp4n_tracking_id)
    return dict(db.session.execute(counted.where(ComplaintEvent.kind == "received")).all())  # type: ignore[arg-type]


def test_an_outage_of_a_day_is_made_up_for_in_order_and_nothing_comes_twice(
    peer: Peer, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    for number in NUMBERS[:3]:
        peer.report(number)
    run_jobs()
    case, twin = case_of(NUMBERS[0]), a_complaint()
    peer.trouble(status=503)
    at = datetime.fromisoformat("2026-11-24 10:30")
    acts = {"11:00": ("complaint_admin", "register"), "11:30": ("section_head", "approve_check")}
    for slot in range(47):
        freeze(at.isoformat(sep=" "))
        if (act := acts.get(at.strftime("%H:%M"))) and slot < 12:
            case.act(*act)
            twin.act(*act)
        if slot % 12 == 0:
            peer.report(NUMBERS[3 + slot // 24], f"Versi {slot}")
        run_jobs()
        at += timedelta(minutes=30)
    assert the_peer_row().away_since == datetime(2026, 11, 24, 10, 30, tzinfo=OFFICE_ZONE)
    assert set(receptions()) == {None, *NUMBERS[:3]}
    before = limits_of(case)
    assert before == limits_of(twin)

    peer.trouble()
    run_until_quiet(freeze, "2026-11-25 10:00")
    assert the_peer_row().away_since is None
    assert limits_of(case) == before
    assert receptions() == {None: 1, **dict.fromkeys(NUMBERS[:5], 1)}
    assert peer.told(NUMBERS[0]) == [("received", 1), ("register", 2), ("approve_check", 3)]
    keys = [news["kunci"] for report in peer.store.reports().values() for news in report["perkembangan"]]
    assert len(keys) == len(set(keys))
    assert peer.hashes() == our_hashes()
    assert case_of(NUMBERS[3]).complaint.title == "Versi 12"
    assert audit_all() == []


def test_what_piled_up_there_gets_its_time_from_the_hour_at_which_it_came(
    peer: Peer, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    peer.report(NUMBERS[0])
    freeze("2026-11-25 10:00")
    run_jobs()
    twin = a_complaint()
    assert limits_of(case_of(NUMBERS[0])) == limits_of(twin)


def dump(url: str, file: Path) -> None:
    subprocess.run([programs_folder() / "pg_dump", "-Fc", "-f", file, "-d", url], check=True)


def restore(url: str, file: Path) -> None:
    """As an administrator does it: an empty database, and yesterday's backup into it."""
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with _administrator() as administrator:
        administrator.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
        administrator.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    subprocess.run([programs_folder() / "pg_restore", "--exit-on-error", "-d", url, file], check=True)


def test_a_restored_backup_of_yesterday_catches_up_with_sp4n_by_itself(
    peer: Peer, context: Flask, freeze: Callable[[str], Any], tmp_path: Path
) -> None:
    url = db.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    freeze("2026-11-24 10:00")
    for number in NUMBERS[:3]:
        peer.report(number)
    run_jobs()
    case_of(NUMBERS[0]).act("complaint_admin", "register")
    run_jobs()
    db.session.remove()
    dump(url, tmp_path / "kemarin.dump")

    freeze("2026-11-24 14:00")
    peer.report(NUMBERS[1], "Revisi sesudah cadangan")
    peer.report(NUMBERS[3], "Laporan sesudah cadangan")
    run_jobs()
    case_of(NUMBERS[0]).act("section_head", "approve_check")
    case_of(NUMBERS[3]).act("complaint_admin", "register")
    move_on(case_of(NUMBERS[2]))
    run_jobs()
    assert peer.hashes() == our_hashes()
    answered = peer.hashes()[NUMBERS[2]]

    db.session.remove()
    db.engine.dispose()
    restore(url, tmp_path / "kemarin.dump")
    assert {number for number, _ in our_hashes().items()} == set(NUMBERS[:3])
    peer.report(NUMBERS[4], "Laporan sesudah pemulihan")
    run_until_quiet(freeze, "2026-11-25 10:00", 5)

    assert receptions() == dict.fromkeys(NUMBERS[:5], 1)
    assert case_of(NUMBERS[1]).complaint.title == "Revisi sesudah cadangan"
    ours, theirs = our_hashes(), peer.hashes()
    assert {number for number in theirs if ours[number] != theirs[number]} == {NUMBERS[2]}
    assert (ledger(NUMBERS[2]).drift, theirs[NUMBERS[2]]) == ("status", answered)
    with one_transaction():
        request_repair(ledger_of(NUMBERS[2]), Repair.SEND, utc_now())
    run_jobs()
    assert peer.hashes() == our_hashes()
    assert audit_all() == []
