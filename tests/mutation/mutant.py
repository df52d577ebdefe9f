"""One small change of the program, and how it is told from others when lines move."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

RULES = "tests/codebase/test_constraints_refuse.py"
"""Tests of all rules of the database, which go around the program."""


@dataclass(frozen=True)
class Mutant:
    """A change of one file, or of the database's schema. `becomes` returns the file's new text, or the SQL that makes
    the change; it is called only for mutants that run. A mutant of the schema has an object's name as its function,
    the tables that it concerns, and the `definition` that the SQL replaces.
    """

    kind: str
    file: str
    function: str
    operator: str
    line: int
    lines: tuple[int, ...]
    text: str
    becomes: Callable[[], str] = field(compare=False, hash=False, repr=False)
    occurrence: int = 0
    definition: str = ""
    tables: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        """`app/cases` for `app/cases/change.py`, `workflow_rules` for all below it, `migrations` for the schema."""
        parts = self.file.split("/")
        return "/".join(parts[:2]) if parts[0] in ("app", "views") and len(parts) > 2 else parts[0]

    @property
    def own_tests(self) -> tuple[str, ...]:
        """With what the paths of those tests begin that a mutant meets first."""
        if self.kind != "schema":
            return (f"tests/{self.package.rpartition('/')[2]}/",)
        is_isolation = "walled" in self.definition or "ROW LEVEL SECURITY" in self.definition
        return (RULES, "tests/access/test_row_level") if is_isolation else (RULES,)

    def diff(self, root: Path) -> str:
        """Return the change as a unified diff with one line around it."""
        before = self.definition or (root / self.file).read_text("utf-8")
        return diff_of(before, self.becomes(), self.file)

    def key(self, root: Path) -> tuple[str, ...]:
        """Return what tells this mutant from others wherever its line is: file, function, operator and both texts."""
        return self.file, self.function, self.operator, self.text, changed_text(self.diff(root))


def diff_of(before: str, after: str, file: str) -> str:
    """Return a unified diff with one line around the change."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"a/{file}", f"b/{file}", lineterm="", n=1)
    return "\n".join(lines)


def changed_text(diff: str) -> str:
    """Return the lines that a diff adds, stripped, as one text; a mutant is known by it and the text of its line."""
    added = [line[1:].strip() for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")]
    return " ".join(added)
