"""Mutants of our scripts: a condition met both ways or without one half, a listener or a `preventDefault` less."""

import functools
from collections.abc import Iterator
from pathlib import Path

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from tests.mutation.mutant import Mutant

CONDITIONAL = ("if_statement", "while_statement", "ternary_expression")
LOGICAL = ("&&", "||")
CALLS = {"addEventListener": "RemoveListener", "preventDefault": "RemovePreventDefault"}
Change = tuple[str, Node, str]


@functools.cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_javascript.language()))


def mutants_of(root: Path, file: str) -> list[Mutant]:
    """Return the mutants of one script, in the order of its lines."""
    source = (root / file).read_bytes()
    lines, found = source.decode().splitlines(), list[Mutant]()
    for node in _nodes(_parser().parse(source).root_node):
        for number, (operator, changed, text) in enumerate(_changes(node)):
            line = changed.start_point[0] + 1
            becomes = functools.partial(_replaced, source, changed.start_byte, changed.end_byte, text)
            place = ("script", file, _function_of(node), operator, line, (line,), lines[line - 1].strip())
            found.append(Mutant(*place, becomes, number))
    return sorted(found, key=lambda mutant: mutant.line)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _replaced(source: bytes, start: int, end: int, text: str) -> str:
    return (source[:start] + text.encode() + source[end:]).decode()


def _changes(node: Node) -> Iterator[Change]:
    """Return each operator that fits a node, with the node that it replaces and the new text."""
    if node.type in CONDITIONAL and (condition := node.child_by_field_name("condition")):
        brackets = ("(", ")") if condition.type == "parenthesized_expression" else ("", "")
        for word in ("true", "false"):
            yield "FixCondition", condition, word.join(brackets)
    if _logical(node):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        yield "DropOperand", node, f"({_text(left)})"
        if _logical(left) != _logical(node):  # else the left side drops its own operands
            yield "DropOperand", node, f"({_text(right)})"
    if node.type == "expression_statement" and (operator := CALLS.get(_called(node))):
        yield operator, node, ";"


def _logical(node: Node | None) -> str:
    """Return `&&` or `||` when that is what a node is."""
    operator = _text(node.child_by_field_name("operator")) if node and node.type == "binary_expression" else ""
    return operator if operator in LOGICAL else ""


def _called(statement: Node) -> str:
    """Return the name of the method that a statement calls."""
    call = statement.children[0]
    method = call.child_by_field_name("function") if call.type == "call_expression" else None
    return _text(method.child_by_field_name("property")) if method and method.type == "member_expression" else ""


def _text(node: Node | None) -> str:
    return node.text.decode() if node and node.text else ""


def _function_of(node: Node | None) -> str:
    """Return the name of the function around a node; empty where none has a name."""
    while node is not None:
        name = node.child_by_field_name("name")
        if name and node.type == "function_declaration":
            return _text(name)
        node = node.parent
    return ""
