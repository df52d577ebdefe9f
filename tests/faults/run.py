"""`make faults`: breaks one thing after the other under load and checks afterwards that nothing was lost, doubled or
torn.

FAULTS names a part of them, KILLS how many random kills there are (200), SEED makes a run again as it was.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.faults.checks import copies, faults_of, wait_until_quiet
from tests.faults.house import House, open_house
from tests.faults.load import Load
from tests.faults.migrations import MIGRATIONS
from tests.faults.scenarios import SCENARIOS

SMALL_DISK = "16m"


def main() -> int:
    wanted, seed = os.environ.get("FAULTS", ""), int(os.environ.get("SEED", str(time.time_ns() % 10**6)))
    print(f"seed {seed}")
    red = 0
    for name in (name for name in (*SCENARIOS, *MIGRATIONS) if wanted in name):
        began = time.monotonic()
        try:
            told, faults = MIGRATIONS[name]() if name in MIGRATIONS else under_load(name, random.Random(seed))
        except Exception as failure:
            told, faults = "", [f"the run itself failed: {failure!r}"]
        red += bool(faults)
        print(f"{'RED  ' if faults else 'green'} {name:<28}{time.monotonic() - began:6.0f} s  {told}", flush=True)
        for fault in faults[:10]:
            print(f"      {fault}", flush=True)
    print("nothing lost, nothing twice, every chain whole" if not red else f"{red} scenarios are red")
    return 1 if red else 0


def under_load(name: str, dice: random.Random) -> tuple[str, list[str]]:
    """What was done and promised, and which promises are broken."""
    with open_house(small_disk if name == "disk_is_full" else lambda _home: None) as house:
        load = Load(house)
        with load as promises:
            did = SCENARIOS[name](house, threading.Event().wait, dice)
            house.wait_until_served()
        wait_until_quiet(house)
        faults = faults_of(house, load)
        told = f"{did}; {promises.ok} answers, {promises.unknown} calls unanswered and asked again"
        leave_no_disk(house)
        return f"{told}; {len(house.sink.ids)} mails, {copies(house)} copies", faults


def small_disk(home: Path) -> None:
    """A disk of its own for the stored files, which is soon full; needs root."""
    (home / "storage").mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(home / "storage")]
    subprocess.run(command, check=True)


def leave_no_disk(house: House) -> None:
    if (house.home / "storage").is_mount():
        subprocess.run(["umount", "-l", str(house.home / "storage")], check=True)


if __name__ == "__main__":
    sys.exit(main())
