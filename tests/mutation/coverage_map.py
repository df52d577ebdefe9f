"""Which tests run which line, read from recordings of the suite (`make mutants-map`), also after lines have moved."""

import difflib
import functools
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import coverage

MAP = Path(".cache/mutation/map")
FOLDER_VARIABLE = "MUTATION_MAP"
PACKAGES = ("app", "views", "jobs", "workflow_rules")


def table_file(name: str) -> str:
    """Return the file name under which the use of a table is recorded."""
    return f"tables/{name}"


class OneRecording:
    """One run of the suite or of a part of it, with the sources as they were."""

    def __init__(self, root: Path, folder: Path) -> None:
        told = json.loads((folder / "tests.json").read_text("utf-8"))
        self.seconds: dict[str, float] = told["seconds"]
        self.root, self.sources, self.recorded_root = root, folder / "sources", told["root"]
        self.data = coverage.CoverageData(str(folder / "coverage"))
        self.data.read()

    def lines(self, file: str) -> dict[int, set[str]]:
        """Return the tests of each line of a file as it is now; a test file in place of a test means all of its tests.
        The tests of a line that is gone or changed stand at the line that is nearest.
        """
        contexts = self.data.contexts_by_lineno(str(Path(self.recorded_root) / file))
        then, now = self.sources / file, self.root / file
        is_moved = then.exists() and now.exists() and then.read_bytes() != now.read_bytes()
        place = moved_lines(then.read_text("utf-8"), now.read_text("utf-8")) if is_moved else {}
        found = defaultdict[int, set[str]](set)
        for line, tests in contexts.items():
            found[place.get(line, line)].update(test for test in tests if test)
        return found


class CoverageMap:
    """All recordings as one; of a test the newest recording counts."""

    def __init__(self, root: Path) -> None:
        folders = sorted(
            (folder for folder in (root / MAP).glob("*/") if (folder / "tests.json").exists()), reverse=True
        )
        self._recordings = [OneRecording(root, folder) for folder in folders]
        self.seconds = {test: s for one in reversed(self._recordings) for test, s in one.seconds.items()}
        self._of_file = defaultdict[str, set[str]](set)
        for test in self.seconds:
            self._of_file[test.partition("::")[0]].add(test)

    @functools.lru_cache(maxsize=256)  # noqa: B019  (one map lives as long as the run)
    def lines(self, file: str) -> dict[int, set[str]]:
        """Return the tests of each line of a file as it is now."""
        found, newer = defaultdict[int, set[str]](set), set[str]()
        for recording in self._recordings:
            for line, tests in recording.lines(file).items():
                found[line] |= self._each_test(tests) - newer
            newer |= set(recording.seconds)
        return found

    def _each_test(self, names: Iterable[str]) -> set[str]:
        found = set[str]()
        for name in names:
            found |= {name} if "::" in name else self._of_file[name]
        return found & self.seconds.keys()

    def tests_in(self, test_file: str) -> set[str]:
        """Return the recorded tests of a test file."""
        return self._of_file[test_file]

    def tests_of_file(self, file: str) -> set[str]:
        """Return every test that runs any line of a file, or uses a table."""
        return set().union(*self.lines(file).values())


def moved_lines(then: str, now: str) -> dict[int, int]:
    """Return for each line number of an old text the number of the same, or else the nearest, line of the new one."""
    old, new = then.splitlines(), now.splitlines()
    place = dict[int, int]()
    for _, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for line in range(old_from, old_to):
            place[line + 1] = max(1, min(new_from + line - old_from, new_to - 1, len(new) - 1) + 1)
    return place


def store_recording(root: Path, raw: Path, name: str) -> None:
    """Make one recording of what the processes of a run left in a folder. A test that failed is left out."""
    folder = root / MAP / name
    folder.mkdir(parents=True)
    data = coverage.CoverageData(str(folder / "coverage"))
    for part in sorted(raw.glob("coverage.*")):
        one = coverage.CoverageData(str(part))
        one.read()
        data.update(one)
    data.write()
    told = [json.loads(path.read_text("utf-8")) for path in raw.glob("tests.*.json")]
    failed = {test for one in told for test in one["failed"]}
    shared = {file: s for one in told for file, s in one["module_seconds"].items()}
    seconds = {
        test: round(s + shared.get(test.partition("::")[0], 0), 4)
        for one in told
        for test, s in one["seconds"].items()
        if test not in failed
    }
    for package in PACKAGES:
        shutil.copytree(root / package, folder / "sources" / package, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests.json").write_text(json.dumps({"root": str(root), "seconds": seconds}), "utf-8")
    print(f"{len(seconds)} tests recorded, {len(failed)} left out because they failed or were skipped")
