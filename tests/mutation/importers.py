"""Who imports a module: files of the program, and test files, also by way of a helper among the tests."""

import ast
import functools
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.mutation.coverage_map import PACKAGES

Graph = dict[str, set[str]]


@functools.cache
def _imported_by(root: Path) -> Graph:
    """Return for each file of the program and the tests the files that import it."""
    found = defaultdict[str, set[str]](set)
    for folder in (*PACKAGES, "tests"):
        for path in (root / folder).rglob("*.py"):
            importer = str(path.relative_to(root))
            for module in _modules(ast.parse(path.read_text("utf-8"))):
                found[module].add(importer)
    return found


def _modules(tree: ast.Module) -> Iterator[str]:
    """Return what a file imports, as files; `from a import b` may mean the module a or a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            yield from (f"{name.replace('.', '/')}.py", f"{name.replace('.', '/')}/__init__.py")


def importers(root: Path, file: str) -> set[str]:
    """Return the program's files that import a file directly."""
    return {name for name in _imported_by(root)[file] if not name.startswith("tests/")}


def importing_tests(root: Path, file: str) -> set[str]:
    """Return the tests' files that import a file, directly or through other files of the tests."""
    found, waiting = set[str](), [file]
    while waiting:
        new = {name for name in _imported_by(root)[waiting.pop()] if name.startswith("tests/")} - found
        found |= new
        waiting += new
    return found
