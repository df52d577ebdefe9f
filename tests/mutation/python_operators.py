"""The operators that change Python: those of cosmic-ray that are worth their time, and a few that it lacks.

Of cosmic-ray's comparison and arithmetic operators only the boundary, the negation and the opposite are taken: the
other forty replacements of one sign say nothing that these do not.
"""

from collections.abc import Iterator
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.operators.provider import OperatorProvider

COMPARISONS = ["Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"]
ARITHMETIC = ["Add_Sub", "Sub_Add", "Mul_FloorDiv", "Div_Mul", "FloorDiv_Mul", "Mod_FloorDiv", "BitOr_BitAnd"]
KEPT = [
    *(f"ReplaceComparisonOperator_{name}" for name in [*COMPARISONS, "Is_IsNot", "IsNot_Is"]),
    *(f"ReplaceBinaryOperator_{name}" for name in [*ARITHMETIC, "BitAnd_BitOr"]),
    *(f"ReplaceUnaryOperator_{name}" for name in ["Delete_Not", "Delete_Invert", "USub_UAdd"]),
    *("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ExceptionReplacer", "NumberReplacer"),
    *("RemoveDecorator", "ZeroIterationForLoop"),
]

FILTERS = {"where", "filter", "having", "and_", "or_"}
CLAUSES = {"where", "filter", "having", "order_by", "distinct", "limit", "offset", "with_for_update"}
OPPOSITE_BUILTINS = {"min": "max", "max": "min", "any": "all", "all": "any"}
OPPOSITE_METHODS = {"is_": "is_not", "is_not": "is_", "in_": "not_in", "not_in": "in_", "asc": "desc", "desc": "asc"}
OPPOSITE_METHODS |= {"min": "max", "max": "min"}


class OwnOperator(Operator):  # type: ignore[misc]
    """An operator that describes its changes as a list of new texts for a node."""

    example = ("", "")

    def texts(self, node: Any) -> Iterator[str]:
        """Return each new text of the node, without the space and comments before it."""
        raise NotImplementedError

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        for _ in self.texts(node):
            yield (node.start_pos, node.end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        leaf = node.get_first_leaf()
        return parso.parse(leaf.prefix + list(self.texts(node))[index])

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(*cls.example),)


class DropOperand(OwnOperator):
    """Leaves out one operand of `and`, `or`, `&` or `|`."""

    example = ("x and y", "y")

    def texts(self, node: Any) -> Iterator[str]:
        if node.type in ("and_test", "or_test", "and_expr", "expr"):
            word = f" {node.children[1].value} "
            yield from (word.join(rest) for rest in _without_each(node.children[::2]))


class DropPart(OwnOperator):
    """Leaves out one named argument, or one condition of a tuple or list."""

    example = ("f(x, y=1)", "f(x)")

    def texts(self, node: Any) -> Iterator[str]:
        if node.type not in ("arglist", "testlist_comp", "testlist_star_expr"):
            return
        parts = [part for part in node.children if part.type != "operator"]
        if any(part.type in ("sync_comp_for", "comp_for") for part in parts):
            return
        is_call = node.type == "arglist"
        for part, rest in zip(parts, _without_each(parts), strict=True):
            if _is_named(part) if is_call else part.type in ("comparison", "star_expr", "not_test"):
                # One element stays a tuple.
                yield ", ".join(rest) + ("," if len(rest) == 1 and not is_call else "")


class FixCondition(OwnOperator):
    """Takes an `if` always or never; drops the filter of a comprehension."""

    example = ("if x: pass", "if True: pass")

    def texts(self, node: Any) -> Iterator[str]:
        before, parent = node.get_previous_sibling(), node.parent
        if before is None or before.type != "keyword" or before.value not in ("if", "elif"):
            return
        if parent.type == "if_stmt":
            yield from ("True", "False")
        elif parent.type == "comp_if":
            yield "True"


class NegateMembership(OwnOperator):
    """Turns `in` into `not in` and back."""

    example = ("x in y", "x not in y")

    def texts(self, node: Any) -> Iterator[str]:
        if node.type == "keyword" and node.value == "in" and node.parent.type == "comparison":
            yield "not in"
        elif node.type == "comp_op" and [leaf.value for leaf in node.children] == ["not", "in"]:
            yield "in"


class RemoveStatement(OwnOperator):
    """Leaves out a statement that is there for its effect: a call, an assignment to a part of something, a raise."""

    example = ("def f():\n    x.save()\n", "def f():\n    pass\n")

    def texts(self, node: Any) -> Iterator[str]:
        if node.type == "simple_stmt" and node.search_ancestor("funcdef") and self._has_effect(node.children[0]):
            # As many lines as before, so that what follows keeps its place.
            yield "pass" + "\n" * node.get_code(include_prefix=False).count("\n")

    @staticmethod
    def _has_effect(statement: Any) -> bool:
        if statement.type == "raise_stmt":
            alone = (
                statement.parent.get_previous_sibling().type == "newline" and not statement.parent.get_next_sibling()
            )
            return not (alone and statement.parent.parent.parent.type == "if_stmt")
        if statement.type == "expr_stmt":
            target, sign = statement.children[0], statement.children[1]
            return target.type == "atom_expr" or (sign.type == "operator" and sign.value != "=")
        return statement.type in ("atom_expr", "del_stmt") and statement.get_code().rstrip().endswith(")")


class DropFilter(OwnOperator):
    """Leaves out one of several conditions of a query."""

    example = ("q.where(x, y)", "q.where(y)")

    def texts(self, node: Any) -> Iterator[str]:
        if node.type != "arglist" or node.parent.type != "trailer":
            return
        called = node.parent.get_previous_leaf()
        if called.value in FILTERS:
            yield from (", ".join(rest) for rest in _without_each(node.children[::2]))


class DropClause(OwnOperator):
    """Leaves out a clause of a query that has one argument or none: `.where(x)`, `.order_by(x)`, `.distinct()`."""

    example = ("q.where(x)", "q")

    def texts(self, node: Any) -> Iterator[str]:
        if node.type not in ("atom_expr", "power"):
            return
        parts = node.children
        for place in range(1, len(parts) - 1):
            name, call = parts[place], parts[place + 1]
            is_call = name.get_code().strip().startswith(".") and call.get_code().strip().startswith("(")
            if is_call and name.children[-1].value in CLAUSES and not self._has_several(call):
                rest = parts[:place] + parts[place + 2 :]
                yield "".join(part.get_code() for part in rest).lstrip()

    @staticmethod
    def _has_several(call: Any) -> bool:
        is_filter = call.get_previous_leaf().value in FILTERS
        return is_filter and any(child.type == "arglist" for child in call.children)


class SwapName(OwnOperator):
    """Replaces a function by its opposite: `min` by `max`, `any` by `all`, `is_` by `is_not`, `asc` by `desc`."""

    example = ("min(x)", "max(x)")

    def texts(self, node: Any) -> Iterator[str]:
        after = node.get_next_leaf()
        if node.type != "name" or after is None or after.value != "(" or node.parent.type == "funcdef":
            return
        before = node.get_previous_leaf()
        is_method = before is not None and before.value == "."
        if other := (OPPOSITE_METHODS if is_method else OPPOSITE_BUILTINS).get(node.value):
            yield other


def _is_named(part: Any) -> bool:
    return part.type == "argument" and getattr(part.children[1], "value", "") == "="


def _without_each(parts: list[Any]) -> Iterator[list[str]]:
    """Return the texts of all parts but one, for each of them."""
    codes = [part.get_code(include_prefix=False) for part in parts]
    for place in range(len(codes)):
        yield codes[:place] + codes[place + 1 :]


OWN = [DropOperand, DropPart, FixCondition, NegateMembership, RemoveStatement, DropFilter, DropClause, SwapName]
OPERATORS: dict[str, Operator] = {
    **{name: OperatorProvider()[name]() for name in KEPT},
    **{operator.__name__: operator() for operator in OWN},
}
