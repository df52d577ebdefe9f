"""The figures of the layout: how large packages, files and functions are, printed by `make figures [ROOT=folder]`."""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

FOLDERS = ("workflow_rules", "app", "views", "jobs")
SHORT = 6
DIALECT = re.compile(
    r"\b(door|doors|wall|walled|house|houses|told|tells|anew|whoever|the street|comes in|goes out|stands in for"
    r"|book of time|own words|in words|the same|put off|wish|wishes|looks? at|looked at)\b",
    re.IGNORECASE,
)


def sources(root: Path, folders: tuple[str, ...]) -> dict[Path, str]:
    """Return the text of every Python file below the folders; the templates' own script is none of the program."""
    found = (path for folder in folders for path in (root / folder).rglob("*.py") if "templates" not in path.parts)
    return {path: path.read_text("utf-8") for path in sorted(found)}


def lines_of_code(text: str) -> int:
    """Return how many lines are neither empty, nor a comment, nor part of a docstring."""
    said: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            said |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(1 for number, line in lines if number not in said and line.strip() and not line.strip().startswith("#"))


def docstrings(texts: dict[Path, str]) -> list[str]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = (node for text in texts.values() for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))
    return [said for node in nodes if (said := ast.get_docstring(node))]


def sizes_of_functions(texts: dict[Path, str]) -> Iterator[tuple[int, int]]:
    """Yield the lines of each function and how often its name is written, its definition being one: a private name in
    its own file, any other in the whole program.
    """
    inside = {path: Counter(re.findall(r"[A-Za-z_]\w*", text)) for path, text in texts.items()}
    written = sum(inside.values(), Counter[str]())
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                mentions = (inside[path] if node.name.startswith("_") else written)[node.name]
                yield (node.end_lineno or node.lineno) - node.lineno + 1, mentions


def figures(root: Path) -> Iterator[tuple[str, str]]:
    """Yield each figure with its name, in the order of the table in docs/architecture.md."""
    texts = sources(root, FOLDERS)
    sizes = list(sizes_of_functions(texts))
    once = [size for size, mentions in sizes if mentions <= 2]
    packages = Counter(path.parent for path in texts if path.name != "__init__.py")
    package, most = packages.most_common(1)[0]
    files = [len(text.splitlines()) for path, text in texts.items() if text.strip()]
    told = docstrings(texts)
    yield "modules of the widest package", f"{most} ({package.relative_to(root)})"
    yield "functions", str(len(sizes))
    yield "functions named in one other place", f"{len(once) / len(sizes):.1%}"
    yield f"of them with {SHORT} lines or less", f"{sum(1 for size in once if size <= SHORT) / len(sizes):.1%}"
    lengths = [size for size, _ in sizes]
    yield (
        "lines of a function: median, p90, most",
        f"{median(lengths):.0f}, {quantiles(lengths, n=10)[8]:.0f}, {max(lengths)}",
    )
    yield "lines of a file: median, most", f"{median(files):.0f}, {max(files)}"
    yield "modules", str(len(files))
    rules = sum(len(text.splitlines()) for path, text in texts.items() if path.relative_to(root).parts[0] == FOLDERS[0])
    yield "lines of workflow_rules", str(rules)
    yield "lines of code of the program", str(sum(map(lines_of_code, texts.values())))
    yield "lines of code of the tests", str(sum(map(lines_of_code, sources(root, ("tests",)).values())))
    yield (
        "words of the old dialect in a docstring",
        f"{sum(len(DIALECT.findall(said)) for said in told) / len(told):.2f}",
    )


if __name__ == "__main__":
    for name, figure in figures(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()):
        print(f"{name:45} {figure}")
