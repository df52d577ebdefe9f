"""Contract of an API route: parameters, body and responses, declared beside the view.

The OpenAPI document is generated from it, and undeclared query parameters are rejected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from views.api.http.access import AccessRule, access_rule_of

Schema = dict[str, Any]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Query:
    """A value object: a query parameter of a route, with its name, its JSON Schema and a description."""

    name: str
    schema: Schema
    says: Any = ""


@dataclass(frozen=True)
class Answer:
    """A value object: a successful response of a route; `schema` is the JSON Schema of its body, None for an empty
    body.
    """

    says: Any
    schema: Schema | None
    example: Any = None
    headers: tuple[str, ...] = ()
    media_type: str = "application/json"


@dataclass(frozen=True)
class Contract:
    """A value object: the declaration of an API route; `problems` lists its problem types by status.

    What all routes share (401, 403, 406, 429, 503, headers) is added by the OpenAPI document. `body` may be a function,
    for schemas that depend on the finished application.
    """

    summary: Any
    answers: Mapping[int, Answer]
    tag: str
    says: Any = ""
    query: tuple[Query, ...] = ()
    own_query: Callable[[], tuple[Query, ...]] | None = None
    """Further parameters, which depend on what the office has defined."""
    body: Schema | Callable[[], Schema] | None = None
    example: Any = None
    problems: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    if_match: str = ""
    """`required`, `either` (the header or a field of the body), or empty where the route takes none."""

    public: bool = False
    operation: str = ""

    def parameters(self) -> tuple[Query, ...]:
        """Return every query parameter that the route takes now."""
        return (*self.query, *(self.own_query() if self.own_query is not None else ()))

    def body_schema(self) -> Schema | None:
        """Return the JSON Schema of the request body; None for a route without a body."""
        return self.body() if callable(self.body) else self.body


def declared(contract: Contract) -> Callable[[F], F]:
    """Return a decorator that attaches a `Contract` to a view function and returns that function."""

    def decorate(function: F) -> F:
        function._contract = contract  # type: ignore[attr-defined]
        return function

    return decorate


@dataclass(frozen=True)
class Route:
    """A value object: a route of the API, that is, one method of one path.

    `contract` is None if nothing is declared, `access` None if the route is public.
    """

    method: str
    rule: str
    endpoint: str
    contract: Contract | None
    access: AccessRule | None
    idempotent: bool


# Contracts that are not attached to a view (the framework's views, and SP4N), by method and rule.
ELSEWHERE: dict[str, Contract] = {}
# The framework's menu endpoint: no role may use it and nothing links to it.
NOT_OFFERED = frozenset({"/api/v1/menu/"})


def contract_of(view: Any, method: str, rule: str) -> Contract | None:
    """Return the `Contract` of a view function, else the one registered for method and path; None without either."""
    found: Contract | None = getattr(view, "_contract", None)
    return found or ELSEWHERE.get(f"{method} {rule}")


def routes_of(app: Any) -> list[Route]:
    """Return a list with a `Route` for every published method and path under /api/, ordered by path and method."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/") or rule.rule in NOT_OFFERED:
            continue
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            contract = contract_of(view, method, rule.rule)
            idempotent = bool(getattr(view, "_idempotent", False))
            found.append(Route(method, rule.rule, rule.endpoint, contract, access_rule_of(view), idempotent))
    return sorted(found, key=lambda route: (route.rule, route.method))
