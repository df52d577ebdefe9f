"""The house stays readable: half of all functions within 8 lines, none over 40, no file over 300."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("workflow_rules", "app", "views", "jobs")
FILES = [*sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py")), ROOT / "config.py", ROOT / "run.py"]


def functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text("utf-8"))
    found = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_over_300_lines_and_no_function_over_40(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300
    assert [name for name, lines in functions(path) if lines > 40] == []


def test_half_of_all_functions_are_within_8_lines() -> None:
    lengths = sorted(lines for path in FILES for _, lines in functions(path))
    assert lengths[len(lengths) // 2] <= 8


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_in_its_first_line_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))
