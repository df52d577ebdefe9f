"""What is broken, one function each: it breaks things while the load runs and leaves them whole again.

Named in the table of `tests.faults.run`; each is bounded and needs nobody to watch it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from tests.faults.house import PROCESSES, House
from tests.faults.load import Pace
from tests.story.live import wait_until

KILLS = int(os.environ.get("KILLS", "200"))
KILLS_AT_A_STRETCH = 10
SECONDS = 6.0
SECONDS_OF_CUTS = 35.0
SECONDS_OF_FULL_DISK = 120.0


def random_kills(house: House, pace: Pace, dice: random.Random) -> str:
    """Signal 9 at any moment: a process of the set, or a web worker or horse below one."""
    killed = 0
    while killed < KILLS:
        if killed % KILLS_AT_A_STRETCH == 0:
            pace.until_work_goes_on()
        pace(dice.uniform(0.2, 1.2))
        name = dice.choice(PROCESSES)
        if dice.random() < 0.5 and house.kill_child(name, dice):
            killed += 1
        elif dice.random() < 0.5:
            house.kill(name)
            killed += 1
    return f"{killed} kills, starts {dict(sorted(house.starts.items()))}"


def database_stops_at_once(house: House, pace: Pace, dice: random.Random) -> str:
    """PostgreSQL's immediate shutdown: no checkpoint, recovery from the log at the next start."""
    for _ in range(3):
        pace.until_work_goes_on()
        pace(dice.uniform(0, 1))
        house.kill("postgres", signal.SIGQUIT)
    return "3 immediate stops"


def database_is_killed(house: House, pace: Pace, dice: random.Random) -> str:
    for _ in range(3):
        pace.until_work_goes_on()
        pace(dice.uniform(0, 1))
        house.kill("postgres")
    return "3 kills of the postmaster"


def connections_are_cut(house: House, pace: Pace, dice: random.Random) -> str:
    """Every connection but our own is ended by the administrator, again and again."""
    cut = 0
    for _ in range(10):
        pace.until_work_goes_on(3)
        pace(dice.uniform(0, 1))
        with house.database() as own:
            ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            row = own.execute(ended + " WHERE datname = 'faults' AND pid <> pg_backend_pid()").fetchone()
            cut += row[0] if row else 0
    return f"{cut} connections cut"


def connections_are_cut_without_pause(house: House, pace: Pace, dice: random.Random) -> str:
    """The same once or twice a second for 35 seconds: nobody gets an answer that is not the program's own."""
    cut, over = 0, time.monotonic() + SECONDS_OF_CUTS
    before = pace.unanswered("500")
    while time.monotonic() < over:
        with house.database() as own:
            ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            row = own.execute(ended + " WHERE datname = 'faults' AND pid <> pg_backend_pid()").fetchone()
            cut += row[0] if row else 0
        pace(dice.uniform(0.3, 1))
    bare = pace.unanswered("500") - before
    assert not bare, f"{bare} answers were 500"
    return f"{cut} connections cut in {SECONDS_OF_CUTS:.0f} s"


def a_table_is_locked(house: House, pace: Pace, dice: random.Random) -> str:
    for _ in range(2):
        pace.until_work_goes_on()
        with psycopg.connect(house.database_url.replace("+psycopg", "")) as guard:
            guard.execute("LOCK TABLE complaint IN ACCESS EXCLUSIVE MODE")
            pace(SECONDS)
    return f"locked twice for {SECONDS:.0f} s"


def connections_run_out(house: House, pace: Pace, dice: random.Random) -> str:
    """Somebody takes every connection that the server has left."""
    taken: list[psycopg.Connection[object]] = []
    while len(taken) < 200:
        try:
            taken.append(house.database())
        except psycopg.OperationalError:
            break
    pace(SECONDS)
    for connection in taken:
        connection.close()
    return f"{len(taken)} connections taken"


def redis_is_killed(house: House, pace: Pace, dice: random.Random) -> str:
    for _ in range(3):
        pace.until_work_goes_on()
        with house.held_down("valkey"):
            pace(SECONDS / 2)
    return "down three times"


def redis_is_emptied(house: House, pace: Pace, dice: random.Random) -> str:
    for _ in range(6):
        pace.until_work_goes_on(5)
        house.queue().flushall()
    return "emptied six times"


def redis_is_slow(house: House, pace: Pace, dice: random.Random) -> str:
    """Each answer is held up; the server is this run's own."""
    for _ in range(6):
        pace.until_work_goes_on(3)
        house.queue().execute_command("CLIENT", "PAUSE", "1500", "ALL")
        pace(1.5)
    return "held up six times for 1.5 s"


def redis_is_full(house: House, pace: Pace, dice: random.Random) -> str:
    house.queue().config_set("maxmemory", "1mb")
    pace(2 * SECONDS)
    house.queue().config_set("maxmemory", "0")
    return f"no memory for {2 * SECONDS:.0f} s"


def redis_comes_back_older(house: House, pace: Pace, dice: random.Random) -> str:
    """Its files of some seconds ago are put in the place of today's."""
    kept = house.folder / "older"
    shutil.copytree(house.valkey.data, kept)
    pace(SECONDS)
    pace.until_work_goes_on()
    with house.held_down("valkey"):
        shutil.rmtree(house.valkey.data)
        shutil.copytree(kept, house.valkey.data)
    return f"set back by {SECONDS:.0f} s"


def mail_server_misbehaves(house: House, pace: Pace, dice: random.Random) -> str:
    """Busy, then cutting the line after it has taken the message, then well again; each is met by some messages."""
    for answer in ("451 later", "cut", "421 closing", "cut"):
        _answer_two_messages(house, answer)
    house.sink.answer = "250 OK"
    with house.database() as own:
        own.execute("UPDATE delivery SET next_try_at = now() WHERE state = 'queued'")
    return "busy, cut, closing, cut"


def _answer_two_messages(house: House, answer: str) -> None:
    house.sink.answer, wanted = answer, house.sink.heard + 2
    wait_until(lambda: house.sink.heard >= wanted, f"two messages meet {answer!r}", 120)


def two_schedulers(house: House, pace: Pace, dice: random.Random) -> str:
    house.add(house.process("scheduler-2"))
    pace(3 * SECONDS)
    house.remove("scheduler-2")
    return f"two for {3 * SECONDS:.0f} s"


def disk_is_full(house: House, pace: Pace, dice: random.Random) -> str:
    """The place of stored files is full for longer than a paper is tried; all that waits comes by itself afterwards."""
    filler = house.home / "storage" / "filler"
    _fill(filler)
    pace(SECONDS_OF_FULL_DISK)
    with house.database() as own:
        row = own.execute("SELECT count(*) FROM paper WHERE state <> 'ready'").fetchone()
    filler.unlink()
    return f"full for {SECONDS_OF_FULL_DISK:.0f} s, {row[0] if row else 0} papers not kept then"


def _fill(filler: Path) -> None:
    """Write until not a byte more goes in."""
    for size in (65536, 1):
        with suppress(OSError), filler.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(size))


def everything_stops_in_order(house: House, pace: Pace, dice: random.Random) -> str:
    """SIGTERM, as at an update: what was begun is ended first."""
    for name in (*PROCESSES, *PROCESSES):
        pace.until_work_goes_on()
        house.kill(name, signal.SIGTERM)
    return "each process told to stop, twice"


def processes_are_frozen(house: House, pace: Pace, dice: random.Random) -> str:
    """A process that hangs: it keeps its locks and says nothing, then goes on as if nothing had been."""
    for name in (*PROCESSES, "worker-1"):
        pace.until_work_goes_on()
        family = _frozen(psutil.Process(house._running[name].pid))
        pace(SECONDS / 2)
        for member in reversed(family):
            member.resume()
    return "each frozen for 3 s"


def _frozen(process: psutil.Process) -> list[psutil.Process]:
    """It and all below it, stopped from the top, so that what ends meanwhile is not taken away by its parent."""
    process.suspend()
    return [process, *(one for child in process.children() for one in _frozen(child))]


SCENARIOS: dict[str, Callable[[House, Pace, random.Random], str]] = {
    function.__name__: function
    for function in (
        *(random_kills, everything_stops_in_order, processes_are_frozen, two_schedulers),
        *(
            database_stops_at_once,
            database_is_killed,
            connections_are_cut,
            connections_are_cut_without_pause,
            a_table_is_locked,
            connections_run_out,
        ),
        *(redis_is_killed, redis_is_emptied, redis_is_slow, redis_is_full, redis_comes_back_older),
        *(mail_server_misbehaves, disk_is_full),
    )
}
