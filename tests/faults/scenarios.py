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

from tests.faults.house import PROCESSES, SERVERS, House
from tests.faults.load import Pace
from tests.faults.small_disk import read_only
from tests.story.live import wait_until

KILLS = int(os.environ.get("KILLS", "200"))
TIMES = int(os.environ.get("TIMES", "20"))
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


def every_kind_is_killed(house: House, pace: Pace, dice: random.Random) -> str:
    """Signal 9 for each kind of process in turn: web server, its proxy, one of its workers, job worker, the process at
    its job, scheduler.
    """
    for _ in range(TIMES):
        pace.until_work_goes_on()
        for name in ("web", "worker-1", "worker-2", "scheduler"):
            house.kill(name)
            pace(dice.uniform(0.2, 1))
        pace.until_work_goes_on()
        house.wait_until_served()
        for kind, name in ((_proxies, "web"), (_web_workers, "web"), (_horses, "worker-1")):
            victims = wait_until(lambda kind=kind, name=name: kind(house.pid(name)), f"there is a process {name}", 120)
            with suppress(psutil.NoSuchProcess):
                dice.choice(victims).kill()
            pace(dice.uniform(0.2, 1))
    return f"each of 7 kinds killed {TIMES} times, starts {dict(sorted(house.starts.items()))}"


def _proxies(web: int) -> list[psutil.Process]:
    """The only process below the web server that listens on a port."""
    return [child for child in _children(web) if _listens(child)]


def _web_workers(web: int) -> list[psutil.Process]:
    return [child for child in _children(web) if not _listens(child)]


def _horses(worker: int) -> list[psutil.Process]:
    """The processes at a job: they lead a group of their own."""
    return [child for child in _children(worker) if _leads(child.pid)]


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children()
    except psutil.NoSuchProcess:
        return []


def _listens(process: psutil.Process) -> bool:
    try:
        return any(found.status == "LISTEN" for found in process.net_connections("tcp"))
    except psutil.NoSuchProcess:
        return False


def _leads(pid: int) -> bool:
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False


def database_stops_at_once(house: House, pace: Pace, dice: random.Random) -> str:
    """PostgreSQL's immediate shutdown: no checkpoint, recovery from the log at the next start."""
    for _ in range(TIMES):
        pace.until_work_goes_on()
        pace(dice.uniform(0, 1))
        house.kill("postgres", signal.SIGQUIT)
    return f"{TIMES} immediate stops"


def database_is_killed(house: House, pace: Pace, dice: random.Random) -> str:
    for _ in range(TIMES):
        pace.until_work_goes_on()
        pace(dice.uniform(0, 1))
        house.kill("postgres")
    return f"{TIMES} kills of the postmaster"


def connections_are_cut(house: House, pace: Pace, dice: random.Random) -> str:
    """Every connection but our own is ended by the administrator, again and again."""
    cut = 0
    for _ in range(TIMES):
        pace.until_work_goes_on(3)
        pace(dice.uniform(0, 1))
        with house.database() as own:
            ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            row = own.execute(ended + " WHERE datname = 'faults' AND pid <> pg_backend_pid()").fetchone()
            cut += row[0] if row else 0
    return f"{cut} connections cut, {TIMES} times"


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
    for _ in range(TIMES):
        pace.until_work_goes_on()
        with house.held_down("valkey"):
            pace(SECONDS / 2)
    return f"down {TIMES} times"


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
    """The place of stored files is full: at first for longer than a paper is tried, then again and again. All that
    waits comes by itself afterwards.
    """
    filler, waiting = house.home / "storage" / "filler", 0
    for number in range(TIMES):
        _fill(filler)
        pace(SECONDS if number else SECONDS_OF_FULL_DISK)
        with house.database() as own:
            row = own.execute("SELECT count(*) FROM paper WHERE state <> 'ready'").fetchone()
        waiting += row[0] if row else 0
        filler.unlink()
        pace.until_work_goes_on()
    return f"full {TIMES} times, once for {SECONDS_OF_FULL_DISK:.0f} s, {waiting} papers not kept then"


def store_is_read_only(house: House, pace: Pace, dice: random.Random) -> str:
    """As a disk with a fault is mounted: what is there can be read, nothing can be written."""
    for _ in range(TIMES):
        pace.until_work_goes_on()
        with read_only(house.home):
            pace(SECONDS)
    return f"read-only {TIMES} times for {SECONDS:.0f} s"


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
        family = _frozen(psutil.Process(house.pid(name)))
        pace(SECONDS / 2)
        for member in reversed(family):
            member.resume()
    return "each frozen for 3 s"


def servers_are_frozen(house: House, pace: Pace, dice: random.Random) -> str:
    """Database and queue hang, with all connections open, and go on."""
    for number in range(2 * TIMES):
        pace.until_work_goes_on()
        family = _frozen(psutil.Process(house.pid(SERVERS[number % 2])))
        pace(SECONDS)
        for member in reversed(family):
            member.resume()
    return f"each frozen {TIMES} times for {SECONDS:.0f} s"


def clocks_jump(house: House, pace: Pace, dice: random.Random) -> str:
    """The clock of one process, or of all, jumps by an hour, forwards and backwards in turn, and later back."""
    for number in range(2 * TIMES):
        pace.until_work_goes_on()
        names = dice.choice([[name] for name in PROCESSES] + [list(PROCESSES)])
        for name in names:
            house.set_clock(name, "+1h" if number % 2 else "-1h")
        pace(SECONDS)
        pace.until_work_goes_on()
        for name in PROCESSES:
            house.set_clock(name, "+0")
    return f"{TIMES} times an hour ahead, {TIMES} times an hour behind"


def _frozen(process: psutil.Process) -> list[psutil.Process]:
    """It and all below it, stopped from the top, so that what ends meanwhile is not taken away by its parent."""
    process.suspend()
    return [process, *(one for child in process.children() for one in _frozen(child))]


SCENARIOS: dict[str, Callable[[House, Pace, random.Random], str]] = {
    function.__name__: function
    for function in (
        *(random_kills, every_kind_is_killed, everything_stops_in_order, two_schedulers),
        *(processes_are_frozen, servers_are_frozen, clocks_jump),
        *(
            database_stops_at_once,
            database_is_killed,
            connections_are_cut,
            connections_are_cut_without_pause,
            a_table_is_locked,
            connections_run_out,
        ),
        *(redis_is_killed, redis_is_emptied, redis_is_slow, redis_is_full, redis_comes_back_older),
        *(mail_server_misbehaves, disk_is_full, store_is_read_only),
    )
}
