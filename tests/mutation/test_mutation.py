"""The parts of the mutation tool that decide: what is changed, what is left alone, and which test is asked."""

from pathlib import Path
from types import ModuleType
from typing import LiteralString, cast

import psycopg
import pytest
from cosmic_ray.mutating import mutate_code
from flask import Flask

from app.servers.postgres import connect
from tests.mutation import schema_mutants, script_mutants, sql_conditions
from tests.mutation.choice import Choice
from tests.mutation.coverage_map import CoverageMap, moved_lines
from tests.mutation.mutant import diff_of
from tests.mutation.python_mutants import mutants_of
from tests.mutation.python_operators import OWN, OwnOperator
from tests.mutation.swap import LiveFunctions
from tests.servers import TEMPLATE, servers

QUIET = """
from typing import TYPE_CHECKING
__all__ = ["a", "b"]
Rows = list[int] | None
if TYPE_CHECKING:
    LIMIT = 1
def f(x: int | None) -> str | None:
    log.info("seen", times=1)
    assert x == 1
"""


def lines_of(root: Path, source: str) -> list[tuple[str, str]]:
    """The operator and the changed line of every mutant of a text."""
    (root / "a.py").write_text(source, "utf-8")
    return [(m.operator, diff_of(source, m.becomes(), "a.py").splitlines()[-1]) for m in mutants_of(root, "a.py")]


@pytest.mark.parametrize("operator", OWN, ids=lambda operator: operator.__name__)
def test_an_operator_changes_its_example(operator: type[OwnOperator]) -> None:
    before, after = operator.example
    assert mutate_code(before, operator(), 0).strip() == after.strip()


def test_types_logs_and_asserts_are_left_alone(tmp_path: Path) -> None:
    assert lines_of(tmp_path, QUIET) == []


def test_a_guard_is_met_both_ways_and_without_each_half(tmp_path: Path) -> None:
    source = "def f(a, b):\n    if a and b:\n        raise ValueError\n"
    changed = {m.becomes().splitlines()[1].strip() for m in mutants_of(_written(tmp_path, source), "a.py")}
    assert changed == {"if True:", "if False:", "if b:", "if a:", "if a or b:"}


def test_a_mutant_knows_its_function_and_the_lines_that_show_its_run(tmp_path: Path) -> None:
    source = "class A:\n    LIMIT = 1\n    def f(self, x):\n        return [\n            x + 1,\n        ]\n"
    found = {(m.function, m.line, m.lines) for m in mutants_of(_written(tmp_path, source), "a.py")}
    assert found == {("", 2, (2,)), ("A.f", 5, (5, 4, 6))}


def test_the_live_function_gets_the_mutants_code(tmp_path: Path) -> None:
    source = "def made(n):\n    def inner(x):\n        return x < n\n    return inner\n"
    module = ModuleType("mutated")
    exec(compile(source, str(_written(tmp_path, source) / "a.py"), "exec"), module.__dict__)  # noqa: S102
    inner = module.made(3)
    for function, code in LiveFunctions(tmp_path).swaps("a.py", source.replace("<", "<=")) or []:
        function.__code__ = code
    assert inner(3) is True
    assert module.made(4)(4) is True


def test_a_change_of_the_module_itself_swaps_nothing(tmp_path: Path) -> None:
    source = "LIMIT = 1\n"
    assert LiveFunctions(_written(tmp_path, source)).swaps("a.py", "LIMIT = 2\n") is None


def test_a_slow_test_leaves_room_for_the_others(tmp_path: Path) -> None:
    seen = CoverageMap(tmp_path)
    seen.seconds = {"tests/a.py::slow": 30.0, "tests/b.py::one": 1.0, "tests/c.py::two": 1.0, "tests/d.py::half": 19.0}
    mutant = mutants_of(_written(tmp_path, "def f(x):\n    return x + 1\n"), "a.py")[0]
    chosen = Choice(tmp_path, seen).first(mutant, 20, set(seen.seconds))
    assert chosen == ["tests/b.py::one", "tests/c.py::two"]


SCRIPT = """
document.addEventListener('click', (event) => {
  if (!button || asked && seen || done) return;
  event.preventDefault();
});
"""


def test_a_script_loses_a_guard_an_operand_a_listener_and_a_prevented_default(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text(SCRIPT, "utf-8")
    found = [(m.operator, " ".join(m.becomes().split())) for m in script_mutants.mutants_of(tmp_path, "a.js")]
    whole = " ".join(SCRIPT.split())
    guard = "!button || asked && seen || done"
    assert sorted(found) == sorted(
        [
            ("RemoveListener", ";"),
            ("RemovePreventDefault", whole.replace("event.preventDefault();", ";")),
            ("FixCondition", whole.replace(f"({guard})", "(true)")),
            ("FixCondition", whole.replace(f"({guard})", "(false)")),
            ("DropOperand", whole.replace(guard, "(!button || asked && seen)")),
            ("DropOperand", whole.replace(guard, "(!button) || done")),
            ("DropOperand", whole.replace(guard, "(asked && seen) || done")),
            ("DropOperand", whole.replace(guard, "!button || (asked) || done")),
            ("DropOperand", whole.replace(guard, "!button || (seen) || done")),
        ]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "CHECK ((a > 0) AND (b > 0) AND (c > 0))",
            {"(b > 0) AND (c > 0)", "(a > 0) AND (c > 0)", "(a > 0) AND (b > 0)"},
        ),
        ("CHECK (a OR (b AND 'x AND y' = c))", {"(b AND 'x AND y' = c)", "a", "a OR ('x AND y' = c)", "a OR (b)"}),
    ],
)
def test_a_rule_of_the_database_is_met_without_each_operand(text: str, expected: set[str]) -> None:
    found = {" ".join(changed.split()) for _, _, changed in sql_conditions.changes(text)}
    assert {changed.replace(" )", ")") for changed in found} == {f"CHECK ({inner})" for inner in expected}


FUNCTION = """CREATE OR REPLACE FUNCTION guard() RETURNS trigger AS $$
BEGIN
    IF OLD.a IS NOT NULL AND NEW.a <> OLD.a THEN
        RAISE EXCEPTION 'no';
    END IF;
END $$"""


def test_a_guard_of_a_trigger_is_met_both_ways_weaker_and_not_at_all() -> None:
    found = {(operator, changed.splitlines()[2].strip()) for operator, _, changed in sql_conditions.changes(FUNCTION)}
    guard = "IF OLD.a IS NOT NULL AND NEW.a <> OLD.a THEN"
    assert found == {
        ("FixCondition", "IF true THEN"),
        ("FixCondition", "IF false THEN"),
        ("DropOperand", "IF NEW.a <> OLD.a THEN"),
        ("DropOperand", "IF OLD.a IS NOT NULL THEN"),
        ("RemoveStatement", guard),
    }
    assert not any(
        "RAISE" in changed for operator, _, changed in sql_conditions.changes(FUNCTION) if operator == "RemoveStatement"
    )


TRIGGER = (
    "CREATE TRIGGER guarded BEFORE INSERT OR DELETE OR UPDATE OF a, b ON public.t FOR EACH ROW EXECUTE FUNCTION f()"
)


def test_a_trigger_loses_each_event_and_each_column() -> None:
    assert [events for _, events in schema_mutants.fewer_events("guarded", TRIGGER)] == [
        "DELETE OR UPDATE OF a, b",
        "INSERT OR UPDATE OF a, b",
        "INSERT OR DELETE OR UPDATE OF b",
        "INSERT OR DELETE OR UPDATE OF a",
    ]


def test_every_mutant_of_the_schema_is_a_statement_that_the_database_takes(app: Flask) -> None:
    refused = []
    with connect(servers().postgres.sockets, TEMPLATE) as connection:
        found = schema_mutants.mutants_of(connection)
        for mutant in found:
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute(cast(LiteralString, mutant.becomes()))
            except psycopg.Error:
                refused.append(mutant.function)
    keys = {"actor.uq_actor_code", "agency.uq_agency_code", "process_step.uq_process_step_code"}
    seeds = {f"office_role.ck_office_role_{part}" for part in ("acts", "label_id", "standing")}
    assert set(refused) == keys | seeds, "foreign keys refer to them, or the rows that come with the program break them"
    assert len(found) > 500


def test_the_tests_of_a_line_follow_it() -> None:
    then = "a\nb\nc\nd\n"
    assert moved_lines(then, "new\na\nb\nc\nd\n") == {1: 2, 2: 3, 3: 4, 4: 5}
    assert moved_lines(then, "a\nd\n") == {1: 1, 2: 1, 3: 1, 4: 2}


def _written(root: Path, source: str) -> Path:
    (root / "a.py").write_text(source, "utf-8")
    return root
