"""Limits of size: no file over 400 lines, no function over 40, and every module has a docstring."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("workflow_rules", "app", "views", "jobs")
FILES = [*sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py")), ROOT / "config.py", ROOT / "run.py"]
LONGEST_FILE = 400
LONGEST_FUNCTION = 40


def long_functions(path: Path) -> list[str]:
    """The functions of one file over the limit, as `file:name lines`."""
    tree = ast.parse(path.read_text("utf-8"))
    found = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    sizes = ((node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found)
    return [f"{path.relative_to(ROOT)}:{name} {size}" for name, size in sizes if size > LONGEST_FUNCTION]


def test_no_file_is_over_400_lines() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert len(sizes) > 500
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_no_function_is_over_40_lines() -> None:
    assert [line for path in FILES for line in long_functions(path)] == []


def test_every_module_has_a_docstring() -> None:
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in FILES}
    assert [name for name, text in texts.items() if text.strip() and not ast.get_docstring(ast.parse(text))] == []
