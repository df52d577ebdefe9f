"""What a run found, for people and as JSON."""

import json
import re
import tomllib
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.mutation.children import SURVIVED

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
KEY = ("file", "function", "operator", "text", "becomes")
UNSEEN, INVALID = "no test runs it", "invalid"
LIVES = (SURVIVED, UNSEEN)


@dataclass
class Result:
    """One mutant and how it ended."""

    kind: str
    package: str
    file: str
    function: str
    operator: str
    line: int
    text: str
    becomes: str
    diff: str
    outcome: str
    killer: str = ""
    why: str = ""
    covering: int = 0
    tests_run: int = 0
    seconds: float = 0
    equivalent: str = ""
    some_tests: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it belongs to the score."""
        return self.outcome != INVALID and not self.equivalent


class Equivalents:
    """The mutants that were judged to change nothing, by file, function, operator and texts; an entry whose `pattern`
    is true has regular expressions as function and texts.
    """

    def __init__(self) -> None:
        entries = tomllib.loads(EQUIVALENT.read_text("utf-8")).get("mutant", [])
        keys = [(tuple(entry[name] for name in KEY), entry) for entry in entries]
        self._exact = {key: entry["reason"] for key, entry in keys if not entry.get("pattern")}
        self._patterns = [(key, entry["reason"]) for key, entry in keys if entry.get("pattern")]

    def reason(self, key: tuple[str, ...]) -> str:
        """Return why a mutant changes nothing; empty for all others."""
        fitting = (reason for patterns, reason in self._patterns if all(map(re.fullmatch, patterns, key)))
        return self._exact.get(key) or next(fitting, "")


def print_survivor(result: Result) -> None:
    """One survivor as a diff, with tests that ran it in vain, and as an entry for equivalent.toml."""
    print(f"\n{result.outcome}: {result.operator} in {result.function or 'the module'}, {result.file}:{result.line}")
    print(result.diff)
    print(f"  {result.covering} tests run it: {', '.join(result.some_tests) or '-'}", flush=True)


def print_scores(results: list[Result]) -> None:
    """Killed of those that count, by package and kind."""
    groups = defaultdict[str, list[Result]](list)
    for result in results:
        if result.counts:
            groups[result.package].append(result)
            groups["all"].append(result)
    print(f"\n{'package':<28}{'mutants':>8}{'killed':>8}{'alive':>7}{'score':>8}")
    for name in sorted(groups, key=lambda name: (name == "all", name)):
        alive = sum(result.outcome in LIVES for result in groups[name])
        count = len(groups[name])
        print(f"{name:<28}{count:>8}{count - alive:>8}{alive:>7}{100 * (count - alive) / count:>7.1f}%")
    left_out = sum(bool(result.equivalent) for result in results)
    print(f"{left_out} judged equivalent, {sum(r.outcome == INVALID for r in results)} do not compile: both left out")


def write_json(results: list[Result], about: dict[str, object], path: Path) -> None:
    """Everything, survivors first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(results, key=lambda r: (r.outcome not in LIVES, r.file, r.line))
    path.write_text(json.dumps({**about, "mutants": [asdict(r) for r in ordered]}, indent=1), "utf-8")
