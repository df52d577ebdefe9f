"""Which tests a mutant meets, by what each test was seen to run."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.mutation.coverage_map import CoverageMap, table_file
from tests.mutation.importers import importers, importing_tests
from tests.mutation.mutant import RULES, Mutant


class Choice:
    """Chooses from the recorded tests."""

    def __init__(self, root: Path, seen: CoverageMap) -> None:
        self.root, self.seen = root, seen

    def covering(self, mutant: Mutant) -> set[str]:
        """Return every test that may see the mutant. For a line of a function: the tests that run it, else those that
        run its statement. For what runs at import: the tests that run the file or one that imports it, and those whose
        files import it. For a script: the tests whose browser loads it. For the schema: those that use the tables, and
        those of the rules of all tables, which go around the program.
        """
        if mutant.kind == "schema":
            users = (self.seen.tests_of_file(table_file(table)) for table in mutant.tables)
            return self.seen.tests_in(RULES).union(*users)
        if mutant.kind == "python" and mutant.function:
            lines = self.seen.lines(mutant.file)
            exact = lines.get(mutant.line, set())
            return exact or set().union(*(lines.get(line, set()) for line in mutant.lines))
        found = self.seen.tests_of_file(mutant.file)
        if mutant.kind == "python":
            found = found.union(*(self.seen.tests_of_file(file) for file in importers(self.root, mutant.file)))
            found = found.union(*(self.seen.tests_in(file) for file in importing_tests(self.root, mutant.file)))
        return found

    def first(self, mutant: Mutant, seconds: float, tests: set[str]) -> list[str]:
        """Return those of the tests to begin with, fastest first: spread over test files and functions, those of the
        mutant's own package before others, as many as take the given time (at least one). Those of the rules of the
        schema are few: a mutant of it meets them all.
        """
        chosen, spent = list[str](), 0.0
        for test in self._spread(tests, mutant):
            is_asked = mutant.kind == "schema" and test.startswith(mutant.own_tests)
            if chosen and not is_asked and spent + self.seen.seconds[test] > seconds:
                continue
            spent += self.seen.seconds[test]
            chosen.append(test)
        return self.fastest_first(chosen)

    def fastest_first(self, tests: Iterable[str]) -> list[str]:
        """Return the tests by the time they take."""
        return sorted(tests, key=lambda test: (self.seen.seconds[test], test))

    def _spread(self, tests: set[str], mutant: Mutant) -> Iterator[str]:
        own, others = list[list[str]](), list[list[str]]()
        functions = defaultdict[str, list[str]](list)
        for test in self.fastest_first(tests):
            functions[test.partition("[")[0]].append(test)
        files = defaultdict[str, list[list[str]]](list)
        for name, cases in functions.items():
            files[name.partition("::")[0]].append(cases)
        for file, of_file in files.items():
            (own if file.startswith(mutant.own_tests) else others).append(list(in_turn(of_file)))
        yield from in_turn(own)
        yield from in_turn(others)


def in_turn(lists: Iterable[list[str]]) -> Iterator[str]:
    """Return the first of each list, then the second of each, and so on."""
    for row in itertools.zip_longest(*lists):
        yield from (item for item in row if item is not None)
