"""The security sheet holds to the code: what it names exists, each requirement stands once, each gap has its note."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHEET = (ROOT / "docs" / "security.md").read_text("utf-8")
FOLDERS = ("app", "docs", "jobs", "migrations", "tests", "views", "workflow_rules")
STATES = {"met", "partly", "not", "office", "n/a"}
COLUMNS = ["id", "what it asks", "state", "how", "test"]
LEVEL_3 = " (3)"

LEVELS_1_AND_2 = """
1.1.1–2 1.2.1–9 1.3.1–11 1.4.1–3 1.5.1–2 2.1.1–3 2.2.1–3 2.3.1–4 2.4.1 3.2.1–2 3.3.1–4 3.4.1–6 3.5.1–5 3.7.1–2
4.1.1–3 4.2.1 4.3.1–2 4.4.1–4 5.1.1 5.2.1–3 5.3.1–2 5.4.1–3 6.1.1–3 6.2.1–12 6.3.1–4 6.4.1–4 6.5.1–5 6.6.1–3
6.8.1–4 7.1.1–3 7.2.1–4 7.3.1–2 7.4.1–5 7.5.1–2 7.6.1–2 8.1.1–2 8.2.1–3 8.3.1 8.4.1 9.1.1–3 9.2.1–4 10.1.1–2
10.2.1–2 10.3.1–4 10.4.1–11 10.5.1–5 10.6.1–2 10.7.1–3 11.1.1–2 11.2.1–3 11.3.1–3 11.4.1–4 11.5.1 11.6.1
12.1.1–3 12.2.1–2 12.3.1–4 13.1.1 13.2.1–5 13.3.1–2 13.4.1–5 14.1.1–2 14.2.1–4 14.3.1–3 15.1.1–3 15.2.1–3
15.3.1–7 16.1.1 16.2.1–5 16.3.1–4 16.4.1–3 16.5.1–3 17.1.1 17.2.1–4 17.3.1–2
"""
"""OWASP ASVS 5.0.0, 253 requirements, copied from its text and not from the sheet."""


@dataclass(frozen=True)
class Row:
    """One line of a table of requirements."""

    ids: tuple[str, ...]
    state: str
    test: str


def rows() -> Iterator[Row]:
    for line in SHEET.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == len(COLUMNS) and cells != COLUMNS:
            yield Row(tuple(cells[0].split(", ")), cells[2], cells[4])


def named() -> set[str]:
    """Everything between backticks that is a path of the project or a test in it."""
    found = set(re.findall(r"`([^`\n]+)`", SHEET))
    return {text for text in found if text.split("/")[0] in FOLDERS or re.fullmatch(r"[\w.]+\.(lock|md|py|toml)", text)}


def single(text: str) -> Iterator[str]:
    """`1.1.1–2` and `1.1.1–1.1.2` are 1.1.1 and 1.1.2."""
    first, _, last = text.partition("–")
    section, _, number = first.rpartition(".")
    for one in range(int(number), int(last.rpartition(".")[2] or number) + 1):
        yield f"{section}.{one}"


def is_there(text: str) -> bool:
    path, _, name = text.partition("::")
    return (ROOT / path).exists() and (not name or f"def {name}(" in (ROOT / path).read_text("utf-8"))


def test_every_file_and_test_that_the_sheet_names_exists() -> None:
    assert len(named()) > 200
    assert sorted(text for text in named() if not is_there(text)) == []


def test_each_requirement_of_levels_1_and_2_stands_in_it_once() -> None:
    wanted = [one for part in LEVELS_1_AND_2.split() for one in single(part)]
    asvs = [text for row in rows() for text in row.ids if re.match(r"\d+\.\d+\.\d", text)]
    told = Counter(one for text in asvs if not text.endswith(LEVEL_3) for one in single(text))
    assert len(wanted) == 253
    assert told == Counter(wanted)


def test_every_row_has_a_state_and_every_gap_its_note() -> None:
    heads = re.findall(r"^\* ([\w.–, ]+?): ", SHEET, re.MULTILINE)
    noted = {text for head in heads for text in head.split(", ")}
    assert {row.state for row in rows()} == STATES
    gaps = [row.ids[0].removesuffix(LEVEL_3) for row in rows() if row.state in ("partly", "not")]
    assert [text for text in gaps if text not in noted] == []


def test_a_row_names_tests_or_says_that_there_are_none() -> None:
    assert [row for row in rows() if row.test != "–" and not re.match(r"`tests/[\w/]+\.py(::\w+)?`", row.test)] == []
