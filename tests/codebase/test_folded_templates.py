"""What depends on the visitor is computed at each request: Jinja keeps nothing of it from the first one.

Jinja folds a filter or test of constants when it compiles a template, and evaluates the top of a template that is
imported without context once a process.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import Environment, nodes
from jinja2.filters import FILTERS
from jinja2.tests import TESTS


def test_no_filter_or_test_beside_jinja_s_own_can_be_folded(session_app: Flask) -> None:
    env = session_app.jinja_env
    own = [f"'x' | {name}" for name, found in env.filters.items() if FILTERS.get(name) is not found]
    own += [f"'x' is {name}" for name, found in env.tests.items() if TESTS.get(name) is not found]
    assert "'x' | is_item_visible" in own
    assert "'x' | tampil" in own
    for source in own:
        node = env.parse(f"{{{{ {source} }}}}").find((nodes.Filter, nodes.Test))
        assert node is not None
        with pytest.raises(nodes.Impossible):
            node.as_const(nodes.EvalContext(env))


def test_what_is_folded_in_a_template_is_jinja_s_own(session_app: Flask) -> None:
    env = session_app.jinja_env
    kinds = (nodes.Filter, nodes.Test, nodes.Call)
    found = [(name, node) for name, tree in trees(env) for node in tree.find_all(kinds)]
    assert len(found) > 1000
    wrong = [
        f"{name}:{node.lineno}: {getattr(node, 'name', 'a call')}"
        for name, node in found
        if folds(env, name, node) and not is_jinja_s_own(env, node)
    ]
    assert wrong == []


def test_a_template_imported_without_context_holds_nothing_but_macros(session_app: Flask) -> None:
    env = session_app.jinja_env
    imports = (nodes.Import, nodes.FromImport)
    imported = {
        node.template.value
        for _, tree in trees(env)
        for node in tree.find_all(imports)
        if not node.with_context and isinstance(node.template, nodes.Const)
    }
    assert "web/forms.html" in imported
    wrong = [
        f"{name}:{node.lineno}: {type(node).__name__}"
        for name, tree in trees(env)
        if name in imported
        for node in tree.body
        if not isinstance(node, (nodes.Macro, *imports)) and not says_the_same_to_all(node)
    ]
    assert wrong == []


def trees(env: Environment) -> Iterator[tuple[str, nodes.Template]]:
    """Every page and message of ours and of the framework, parsed."""
    assert env.loader is not None
    for name in env.list_templates(["html", "txt"]):
        yield name, env.parse(env.loader.get_source(env, name)[0], name)


def folds(env: Environment, name: str, node: nodes.Expr) -> bool:
    """Whether Jinja would compute it when it compiles the template."""
    try:
        node.as_const(nodes.EvalContext(env, name))
    except nodes.Impossible:
        return False
    return True


def is_jinja_s_own(env: Environment, node: nodes.Expr) -> bool:
    """Whether it is a filter or test that answers by its arguments alone."""
    if isinstance(node, nodes.Filter):
        return env.filters[node.name] is FILTERS.get(node.name)
    return isinstance(node, nodes.Test) and env.tests[node.name] is TESTS.get(node.name)


def says_the_same_to_all(node: nodes.Node) -> bool:
    """Whether a statement at the top of a template asks nothing of the request."""
    asks = (nodes.Call, nodes.Name, nodes.Filter)
    return not [name for name in node.find_all(asks) if not (isinstance(name, nodes.Name) and name.ctx == "store")]
