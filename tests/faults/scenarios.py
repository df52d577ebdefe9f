"""What is broken, one function each: it breaks things while the load runs and leaves them whole again.

Named in the table of `tests.faults.run`; each is bounded and needs nobody to watch it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
from collections.abc import Callable

import psutil
import psycopg

from tests.faults.house import PROCESSES, House

KILLS = int(os.environ.get("KILLS", "200"))
SECONDS = 6.0
Pause = Callable[[float], bool]


def random_kills(house: House, pause: Pause, dice: random.Random) -> str:
    """Signal 9 at any moment: a process of the set, or a web worker or horse below one."""
    killed = 0
    while killed < KILLS:
        pause(dice.uniform(0.2, 1.2))
        name = dice.choice(PROCESSES)
        if dice.random() < 0.5 and house.kill_child(name, dice):
            killed += 1
        elif dice.random() < 0.5:
            house.kill(name)
            killed += 1
    return f"{killed} kills, starts {dict(sorted(house.starts.items()))}"


def database_stops_at_once(house: House, pause: Pause, dice: random.Random) -> str:
    """PostgreSQL's immediate shutdown: no checkpoint, recovery from the log at the next start."""
    for _ in range(3):
        pause(SECONDS)
        house.kill("postgres", signal.SIGQUIT)
    pause(SECONDS)
    return "3 immediate stops"


def database_is_killed(house: House, pause: Pause, dice: random.Random) -> str:
    for _ in range(3):
        pause(SECONDS)
        house.kill("postgres")
    pause(SECONDS)
    return "3 kills of the postmaster"


def connections_are_cut(house: House, pause: Pause, dice: random.Random) -> str:
    """Every connection but our own is ended by the administrator, again and again."""
    cut = 0
    for _ in range(10):
        pause(dice.uniform(0.5, 1.5))
        with house.database() as own:
            ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            row = own.execute(ended + " WHERE datname = 'faults' AND pid <> pg_backend_pid()").fetchone()
            cut += row[0] if row else 0
    return f"{cut} connections cut"


def a_table_is_locked(house: House, pause: Pause, dice: random.Random) -> str:
    for _ in range(2):
        pause(2)
        with psycopg.connect(house.database_url.replace("+psycopg", "")) as guard:
            guard.execute("LOCK TABLE complaint IN ACCESS EXCLUSIVE MODE")
            pause(SECONDS)
    return f"locked twice for {SECONDS:.0f} s"


def connections_run_out(house: House, pause: Pause, dice: random.Random) -> str:
    """Somebody takes every connection that the server has left."""
    taken: list[psycopg.Connection[object]] = []
    pause(2)
    while len(taken) < 200:
        try:
            taken.append(house.database())
        except psycopg.OperationalError:
            break
    pause(SECONDS)
    for connection in taken:
        connection.close()
    return f"{len(taken)} connections taken"


def redis_is_killed(house: House, pause: Pause, dice: random.Random) -> str:
    for _ in range(3):
        pause(SECONDS / 2)
        with house.held_down("valkey"):
            pause(SECONDS / 2)
    return "down three times"


def redis_is_emptied(house: House, pause: Pause, dice: random.Random) -> str:
    for _ in range(6):
        pause(SECONDS / 3)
        house.queue().flushall()
    return "emptied six times"


def redis_is_slow(house: House, pause: Pause, dice: random.Random) -> str:
    """Each answer is held up; the server is this run's own."""
    for _ in range(6):
        pause(1)
        house.queue().execute_command("CLIENT", "PAUSE", "1500", "ALL")
        pause(1.5)
    return "held up six times for 1.5 s"


def redis_is_full(house: House, pause: Pause, dice: random.Random) -> str:
    pause(2)
    house.queue().config_set("maxmemory", "1mb")
    pause(2 * SECONDS)
    house.queue().config_set("maxmemory", "0")
    pause(2)
    return f"no memory for {2 * SECONDS:.0f} s"


def redis_comes_back_older(house: House, pause: Pause, dice: random.Random) -> str:
    """Its files of some seconds ago are put in the place of today's."""
    kept = house.folder / "older"
    pause(SECONDS / 2)
    shutil.copytree(house.valkey.data, kept)
    pause(SECONDS)
    with house.held_down("valkey"):
        shutil.rmtree(house.valkey.data)
        shutil.copytree(kept, house.valkey.data)
    pause(SECONDS)
    return f"set back by {SECONDS:.0f} s"


def mail_server_misbehaves(house: House, pause: Pause, dice: random.Random) -> str:
    """Busy, then cutting the line after it has taken the message, then well again."""
    pause(2)
    for answer in ("451 later", "cut", "421 closing", "cut"):
        house.sink.answer = answer
        pause(SECONDS / 2)
    house.sink.answer = "250 OK"
    with house.database() as own:
        own.execute("UPDATE delivery SET next_try_at = now() WHERE state = 'queued'")
    return "busy, cut, closing, cut"


def two_schedulers(house: House, pause: Pause, dice: random.Random) -> str:
    house.add(house.process("scheduler-2"))
    pause(3 * SECONDS)
    house.remove("scheduler-2")
    return f"two for {3 * SECONDS:.0f} s"


def disk_is_full(house: House, pause: Pause, dice: random.Random) -> str:
    """The place of stored files is full for a while; what could not be drawn is drawn afterwards."""
    storage = house.home / "storage"
    pause(SECONDS)
    filler = storage / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(b"\0" * 65536)
                file.flush()
        except OSError:
            pass
    pause(SECONDS)
    filler.unlink()
    with house.database() as own:
        own.execute("UPDATE paper SET state = 'queued', error = NULL WHERE state = 'failed'")
    return f"full for {SECONDS:.0f} s"


def everything_stops_in_order(house: House, pause: Pause, dice: random.Random) -> str:
    """SIGTERM, as at an update: what was begun is ended first."""
    for name in (*PROCESSES, *PROCESSES):
        pause(1)
        house.kill(name, signal.SIGTERM)
    pause(SECONDS)
    return "each process told to stop, twice"


def processes_are_frozen(house: House, pause: Pause, dice: random.Random) -> str:
    """A process that hangs: it keeps its locks and says nothing, then goes on as if nothing had been."""
    for name in (*PROCESSES, "worker-1"):
        pause(1)
        family = _family(house, name)
        for member in family:
            member.suspend()
        pause(SECONDS / 2)
        for member in family:
            member.resume()
    return "each frozen for 3 s"


def _family(house: House, name: str) -> list[psutil.Process]:
    parent = psutil.Process(house._running[name].pid)
    return [parent, *parent.children(recursive=True)]


SCENARIOS: dict[str, Callable[[House, Pause, random.Random], str]] = {
    function.__name__: function
    for function in (
        *(random_kills, everything_stops_in_order, processes_are_frozen, two_schedulers),
        *(database_stops_at_once, database_is_killed, connections_are_cut, a_table_is_locked, connections_run_out),
        *(redis_is_killed, redis_is_emptied, redis_is_slow, redis_is_full, redis_comes_back_older),
        *(mail_server_misbehaves, disk_is_full),
    )
}


def waits(over: threading.Event) -> Pause:
    """A pause that ends early when the run does."""
    return over.wait
