"""Every mutant of a Python file that is worth a test: without annotations, type aliases, logging and asserts."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tests.mutation.mutant import Mutant
from tests.mutation.python_operators import OPERATORS

BINARY_PARENTS = {"arith_expr", "term", "expr", "and_expr", "xor_expr", "shift_expr"}
STATEMENTS = {"suite", "file_input"}
COMPOUND = {"if_stmt", "for_stmt", "while_stmt", "with_stmt", "try_stmt", "funcdef", "classdef", "decorated"}
NO_DECORATORS = {"cache", "lru_cache", "cached_property", "override", "overload", "final", "dataclass"}
"""Without them the program is slower, or does not start at all."""
CONSTANTS_WITHOUT_EFFECT = {"__all__", "__slots__"}


def mutants_of(root: Path, file: str) -> list[Mutant]:
    """Return the mutants of one Python file, in the order of its lines."""
    source = (root / file).read_text("utf-8")
    found = [mutant for name in OPERATORS for mutant in _mutants(file, source, name)]
    return sorted(found, key=lambda mutant: (mutant.line, mutant.operator, mutant.occurrence))


def _mutants(file: str, source: str, name: str) -> Iterator[Mutant]:
    operator, occurrence = OPERATORS[name], -1
    lines = source.splitlines()
    for node in _nodes(source):
        for (line, _), _ in operator.mutation_positions(node):
            occurrence += 1
            if is_noise(node, name):
                continue
            becomes = functools.partial(mutate_code, source, operator, occurrence)
            place = (function_of(node), name, line, statement_lines(node, line), lines[line - 1].strip())
            yield Mutant("python", file, *place, becomes, occurrence)


@functools.lru_cache(maxsize=1)
def _nodes(source: str) -> list[Any]:
    return list(ast_nodes(get_ast(source)))


def is_noise(node: Any, operator: str) -> bool:
    """Whether a change here says nothing about the tests: it touches no behaviour, or another operator has it."""
    if operator.startswith("ReplaceBinary") and node.parent.type not in BINARY_PARENTS:
        return True
    if operator == "AddNot" and node.type in ("if_stmt", "assert_stmt"):
        return True
    if operator == "RemoveDecorator" and NO_DECORATORS & set(_names(node)):
        return True
    child = None
    while node is not None:
        if _is_without_effect(node, child):
            return True
        child, node = node, node.parent
    return False


def _is_without_effect(node: Any, child: Any) -> bool:
    match node.type:
        case "annassign":
            return child is node.children[1]
        case "tfpdef":
            return child is node.children[-1]
        case "funcdef":
            return child is not None and child is node.annotation
        case "assert_stmt" | "import_from" | "import_name":
            return True
        case "decorator":
            return child is not None and "dataclass" in _names(node)
        case "if_stmt":
            condition = node.children[1].get_code().strip()
            return condition == "TYPE_CHECKING" or condition.startswith("__name__ ==")
        case "expr_stmt":
            return node.parent.parent.type == "file_input" and _declares_a_type(node)
        case "simple_stmt":
            return node.get_code(include_prefix=False).startswith(("log.", "logging."))
    return False


def _declares_a_type(statement: Any) -> bool:
    """Whether a module's statement only names a type: `Rows = list[Row] | None`, or lists names, as `__all__` does."""
    if statement.children[0].get_first_leaf().value in CONSTANTS_WITHOUT_EFFECT:
        return True
    words = list(_leaves(statement.get_rhs()))
    return all(leaf.type == "name" or leaf.value in ("|", "[", "]", ",", ".", "None", "...") for leaf in words)


def _leaves(node: Any) -> Iterator[Any]:
    leaf, last = node.get_first_leaf(), node.get_last_leaf()
    while leaf is not last:
        yield leaf
        leaf = leaf.get_next_leaf()
    yield last


def _names(node: Any) -> list[str]:
    return [leaf.value for leaf in _leaves(node) if leaf.type == "name"]


def function_of(node: Any) -> str:
    """Return `Class.function` around a node; empty for what runs when the module is imported."""
    names, is_inside = list[str](), False
    child, parent = node, node.parent
    while parent is not None:
        if parent.type == "classdef" or (parent.type == "funcdef" and child is parent.children[-1]):
            names.append(parent.name.value)
            is_inside |= parent.type == "funcdef"
        child, parent = parent, parent.parent
    return ".".join(reversed(names)) if is_inside else ""


def statement_lines(node: Any, line: int) -> tuple[int, ...]:
    """Return the lines by which a run of this place is seen: the statement's, or of an `if` or `for` its head's; the
    node's own line comes first.
    """
    child = node
    while child.parent is not None and child.parent.type not in STATEMENTS:
        if child.parent.parent is not None and child.parent.parent.type in STATEMENTS and _is_compound(child.parent):
            break
        child = child.parent
    first, last = child.start_pos[0], max(child.start_pos[0], child.end_pos[0] - (child.end_pos[1] == 0))
    return (line, *(other for other in range(first, last + 1) if other != line))


def _is_compound(node: Any) -> bool:
    return node.type in (
        "if_stmt",
        "for_stmt",
        "while_stmt",
        "with_stmt",
        "try_stmt",
        "funcdef",
        "classdef",
        "decorated",
    )
