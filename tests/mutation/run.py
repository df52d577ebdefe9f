"""`make mutants`: changes the program in one place after another and sees whether a test fails.

PACKAGE="app/cases app/access" (folders or files), SINCE=commit (changed lines only), SAMPLE=600 SEED=1 (by chance, each
package in proportion) or AGAIN=results.json (what survived there) choose the mutants; AT_ONCE=2 processes try them.
JSON names the file of the results, which is written while the run goes on.
"""

import os
import queue
import random
import signal
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import psycopg

from tests.mutation.children import DIED, HUNG, KILLED, SURVIVED, Verdict
from tests.mutation.choice import Choice
from tests.mutation.coverage_map import CoverageMap
from tests.mutation.mutant import Mutant, changed_text
from tests.mutation.report import (
    INVALID,
    LIVES,
    UNSEEN,
    Equivalents,
    Result,
    print_scores,
    print_survivor,
    write_json,
)
from tests.mutation.schema_mutants import changed_template
from tests.mutation.selection import all_mutants, changed_since, sample, survivors
from tests.mutation.slots import RunningSlot, Soundness
from tests.mutation.warm import Request
from tests.quick_files import QuickFiles
from tests.servers import Started

ROOT = Path(__file__).parents[2]
FIRST_SECONDS, CONFIRM_SECONDS = 20, 60
"""How long the tests of one mutant take together, by the recording; the second for those that all passed."""
DEATHS = (KILLED, HUNG, DIED)
ASKED = ("PACKAGE", "SINCE", "SAMPLE", "SEED", "AGAIN")


def chosen_mutants() -> list[Mutant]:
    """Return the mutants that the environment asks for, shuffled, so that a part of a run is a sample."""
    asked = os.environ.get
    if commit := asked("SINCE"):
        mutants = changed_since(ROOT, commit)
    elif results := asked("AGAIN"):
        mutants = survivors(ROOT, Path(results))
    else:
        mutants = [m for below in asked("PACKAGE", "").split() or [""] for m in all_mutants(ROOT, below)]
    if size := asked("SAMPLE"):
        mutants = sample(mutants, int(size), int(asked("SEED", "1")))
    random.Random(1).shuffle(mutants)
    return mutants


class Run:
    """All mutants of one run and what became of them."""

    def __init__(self, mutants: list[Mutant]) -> None:
        self.choice = Choice(ROOT, CoverageMap(ROOT))
        self.equivalent, self.sound = Equivalents(), Soundness()
        self.results, self.waiting = list[Result](), queue.SimpleQueue[Mutant]()
        self.test_files = set[str]()
        self.count, self.began = len(mutants), time.perf_counter()
        for mutant in mutants:
            self.waiting.put(mutant)
            self.test_files |= {test.partition("::")[0] for test in self.choice.covering(mutant)}

    def try_all(self, at_once: int, folder: Path) -> None:
        """Try every mutant, several at once."""
        slots = [RunningSlot(ROOT, folder, number, self.test_files) for number in range(at_once)]
        threads = [threading.Thread(target=self._serve, args=(slot,)) for slot in slots]
        try:
            for slot in slots:
                slot.wait_until_ready()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            for slot in slots:
                slot.end()

    def _serve(self, slot: RunningSlot) -> None:
        while True:
            try:
                mutant = self.waiting.get_nowait()
            except queue.Empty:
                return
            try:
                result = self._tried(slot, mutant)
            except (OSError, EOFError, psycopg.OperationalError):
                return  # the run was ended, or the slot is gone
            self.results.append(result)
            if result.outcome in LIVES and result.counts:
                print_survivor(result)
            if len(self.results) % 50 == 0:
                self.write()

    def _tried(self, slot: RunningSlot, mutant: Mutant) -> Result:
        began = time.perf_counter()
        after, diff = mutant.becomes(), mutant.diff(ROOT)
        place = (mutant.kind, mutant.package, mutant.file, mutant.function, mutant.operator, mutant.line, mutant.text)
        result = Result(*place, becomes=changed_text(diff), diff=diff, outcome=UNSEEN)
        key = (mutant.file, mutant.function, mutant.operator, mutant.text, result.becomes)
        result.equivalent = self.equivalent.reason(key)
        if mutant.kind == "python" and not _compiles(after):
            result.outcome = INVALID
        elif not result.equivalent:
            self._try(slot, mutant, after, result)
        result.seconds = round(time.perf_counter() - began, 2)
        return result

    def _try(self, slot: RunningSlot, mutant: Mutant, after: str, result: Result) -> None:
        if mutant.kind != "schema":
            self._meet_tests(slot, Request(mutant.file, after), mutant, result)
            return
        try:
            with changed_template(slot.name, after) as template:
                self._meet_tests(slot, Request(mutant.file, None, template=template), mutant, result)
        except (psycopg.ProgrammingError, psycopg.NotSupportedError, psycopg.InternalError) as error:
            result.outcome, result.why = INVALID, str(error)

    def _meet_tests(self, slot: RunningSlot, change: Request, mutant: Mutant, result: Result) -> None:
        """Run the tests that were chosen, then, where all passed, the others that cover it."""
        covering = self.choice.covering(mutant)
        result.covering, result.some_tests = len(covering), tuple(self.choice.fastest_first(covering)[:5])
        met = set[str]()
        for seconds in (FIRST_SECONDS, CONFIRM_SECONDS):
            tests = self.choice.first(mutant, seconds, covering - met)
            if tests and result.outcome not in DEATHS:
                verdict = self._verdict(slot, change, mutant, tests)
                result.outcome, result.killer, result.why = verdict.outcome, verdict.test, verdict.why
                result.tests_run += verdict.run
                met |= set(tests)

    def _verdict(self, slot: RunningSlot, change: Request, mutant: Mutant, tests: list[str]) -> Verdict:
        """Return how the tests end; a test is left out that also fails without the mutant, or passes alone with it."""
        is_python = mutant.kind == "python"
        change = replace(change, lines=mutant.lines, is_python=is_python, cold=is_python and not mutant.function)
        while tests:
            limits = {test: 15 + 8 * self.choice.seen.seconds[test] for test in tests}
            verdict = slot.ask(replace(change, limits=limits))
            killer = verdict.test
            if verdict.outcome not in DEATHS or killer not in limits or self._is_real(slot, change, verdict, limits):
                return verdict
            tests = tests[tests.index(killer) + 1 :]
        return Verdict(SURVIVED)

    def _is_real(self, slot: RunningSlot, change: Request, verdict: Verdict, limits: dict[str, float]) -> bool:
        """Return whether the test that failed passes without the mutant, and fails alone with it."""
        killer = verdict.test
        if not self.sound.of(slot, change.file, killer, limits[killer]):
            return False
        if verdict.outcome != KILLED or verdict.run == 1:
            return True
        return slot.ask(replace(change, limits={killer: limits[killer]})).outcome in DEATHS

    def write(self) -> None:
        """Write what is known so far, and say how far the run is."""
        asked = {name: os.environ[name] for name in ASKED if name in os.environ}
        about = {"asked": asked, "seconds": round(time.perf_counter() - self.began), "of": self.count}
        path = Path(os.environ.get("JSON", ROOT / ".cache" / "mutation" / "results.json"))
        write_json(self.results, about, path)
        alive = sum(result.outcome in LIVES and result.counts for result in self.results)
        print(f"{len(self.results)} of {self.count} tried, {alive} alive: {path}", file=sys.stderr, flush=True)


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    files, servers = QuickFiles(), Started()
    files.use()
    try:
        servers.start()
        run = Run(chosen_mutants())
        print(f"{run.count} mutants, tests of {len(run.test_files)} files", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="lapor-mutation-") as folder:
            run.try_all(int(os.environ.get("AT_ONCE", "2")), Path(folder))
    except KeyboardInterrupt:
        print("ended early", file=sys.stderr)
    finally:
        servers.stop()
        files.leave()
    print_scores(run.results)
    run.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
