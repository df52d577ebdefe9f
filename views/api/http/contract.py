"""What a route of the API takes and answers, declared beside its view: the OpenAPI document is made of this, and
parameters that no declaration names are refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from views.api.http.access import Door, door_of

Schema = dict[str, Any]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Query:
    """One parameter of the address, with its JSON Schema and a sentence."""

    name: str
    schema: Schema
    says: Any = ""


@dataclass(frozen=True)
class Answer:
    """What comes back when all is well; `schema` is the body's, None for an answer without one."""

    says: Any
    schema: Schema | None
    example: Any = None
    headers: tuple[str, ...] = ()
    media_type: str = "application/json"


@dataclass(frozen=True)
class Contract:
    """One route: a summary, what it takes, what it answers, and the problem types of each status.

    What every route shares (401, 403, 406, 429, 503, headers) is added by the document itself. `shape` gives schemas
    that can only be told when the program is complete.
    """

    summary: Any
    answers: Mapping[int, Answer]
    tag: str
    says: Any = ""
    query: tuple[Query, ...] = ()
    body: Schema | Callable[[], Schema] | None = None
    example: Any = None
    problems: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    if_match: str = ""
    """`required`, `either` (the header or a field of the body), or empty where the route takes none."""

    public: bool = False
    operation: str = ""

    def body_schema(self) -> Schema | None:
        """The schema of the body, worked out now where it had to wait."""
        return self.body() if callable(self.body) else self.body


def declared(contract: Contract) -> Callable[[F], F]:
    """Put a contract on a view method."""

    def decorate(function: F) -> F:
        function._contract = contract  # type: ignore[attr-defined]
        return function

    return decorate


@dataclass(frozen=True)
class Route:
    """One method of one address with everything that was declared of it."""

    method: str
    rule: str
    endpoint: str
    contract: Contract | None
    door: Door | None
    idempotent: bool


# Contracts of views that are not written in this folder (the framework's, and those of SP4N), by method and rule.
ELSEWHERE: dict[str, Contract] = {}
# The framework's menu for programs: no role has it and nothing links to it.
NOT_OFFERED = frozenset({"/api/v1/menu/"})


def contract_of(view: Any, method: str, rule: str) -> Contract | None:
    """What was declared of a view function, or of its address elsewhere."""
    found: Contract | None = getattr(view, "_contract", None)
    return found or ELSEWHERE.get(f"{method} {rule}")


def routes_of(app: Any) -> list[Route]:
    """Every route under /api/ that is offered, in the order of their addresses."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/") or rule.rule in NOT_OFFERED:
            continue
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            contract = contract_of(view, method, rule.rule)
            kept = bool(getattr(view, "_idempotent", False))
            found.append(Route(method, rule.rule, rule.endpoint, contract, door_of(view), kept))
    return sorted(found, key=lambda route: (route.rule, route.method))
