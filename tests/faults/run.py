"""`make faults`: breaks one thing after the other under load and checks afterwards that nothing was lost, doubled or
torn.

FAULTS names a part of them, TIMES how often each fault happens (20), KILLS how many random kills there are (200), SEED
makes a run again as it was.
"""

from __future__ import annotations

import os
import random
import sys
import time
from contextlib import nullcontext

from tests.faults.checks import copies, faults_of, wait_until_quiet
from tests.faults.house import open_house
from tests.faults.load import Load, Pace
from tests.faults.migrations import MIGRATIONS
from tests.faults.scenarios import SCENARIOS
from tests.faults.small_disk import NotHere, clock_library, small_disk
from tests.faults.upgrades import UPGRADES

ALONE = MIGRATIONS | UPGRADES
"""Scenarios that open a house of their own."""


def main() -> int:
    wanted, seed = os.environ.get("FAULTS", ""), int(os.environ.get("SEED", str(time.time_ns() % 10**6)))
    print(f"seed {seed}", flush=True)
    ends = [end_of(name, seed) for name in (*SCENARIOS, *ALONE) if wanted in name]
    print(sentence_of(ends))
    return 1 if "RED" in ends or not ends else 0


def end_of(name: str, seed: int) -> str:
    """One scenario from beginning to end, told in a line and one for each fault: `green`, `RED` or `unseen`."""
    began = time.monotonic()
    try:
        told, faults = ALONE[name]() if name in ALONE else under_load(name, random.Random(seed))
        end = "RED" if faults else "green"
    except NotHere as reason:
        end, told, faults = "unseen", str(reason), []
    except Exception as failure:
        end, told, faults = "RED", "", [f"the run itself failed: {failure!r}"]
    print(f"{end:<7}{name:<28}{time.monotonic() - began:6.0f} s  {told}", flush=True)
    for fault in faults[:10]:
        print(f"      {fault}", flush=True)
    return end


def sentence_of(ends: list[str]) -> str:
    """What the whole run says."""
    if red := ends.count("RED"):
        return f"{red} scenarios are red"
    if not ends:
        return "no scenario has such a name"
    unseen = ends.count("unseen")
    return "nothing lost, nothing twice, every chain whole" + (f"; {unseen} not seen here" if unseen else "")


def under_load(name: str, dice: random.Random) -> tuple[str, list[str]]:
    """What was done and promised, and which promises are broken."""
    prepare = small_disk if name in ("disk_is_full", "store_is_read_only") else nullcontext
    with open_house(prepare, clock_library() if name == "clocks_jump" else "") as house:
        load = Load(house)
        with load as promises:
            pace = Pace(promises)
            pace.until_work_goes_on()
            did = SCENARIOS[name](house, pace, dice)
            pace.until_work_goes_on()
            house.wait_until_served()
        wait_until_quiet(house)
        # A wrong clock makes wrong times: that I14 reports them is what is wanted.
        expected = "I14 " if name == "clocks_jump" else None
        faults = [fault for fault in faults_of(house, load) if not (expected and fault.startswith(expected))]
        told = f"{did}; {promises.ok} answers, asked again after {dict(promises.unanswered.most_common())}"
        return f"{told}; {len(house.sink.ids)} mails, {copies(house)} copies", faults


if __name__ == "__main__":
    sys.exit(main())
