"""Random calls of every operation of the OpenAPI document, in and out of its rules, with all checks of Schemathesis."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument, Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.modes import GenerationMode

Headers = dict[str, str]
HttpMethod = tuple[str, str]
METHODS = ("get", "post", "put", "delete")
# A call within the schema may still be refused for what only the database knows (422), for the version that it names
# or does not name (412, 428), or because two of its parameters do not go together (400, where a filter is in doubt).
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "412", "415", "422", "428", "429"]
REJECTED = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429"]
CHECKS = {
    "positive_data_acceptance": {"expected-statuses": ACCEPTED},
    "negative_data_rejection": {"expected-statuses": REJECTED},
    "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "409", "422", "428"]},
}


# Words that lead on: of a random name no row is found, and a random telephone number is none.
LEADS: dict[str, Any] = {
    "category": None,
    "reporter": {"name": "Contoh Pelapor", "phone": "0800-0000-0000"},
    "attachments": None,
    "location": None,
    "occurred_on": "2026-01-05",
    "district": "63.11.01",
    "parent": None,
    "default_agency": "dishub",
    "giver": "admin.dinkes",
    "holder": "kepala.dinkes",
    "starts_on": "2036-01-05",
    "ends_on": "2036-01-06",
    "channel": "phone",
    "reason": "Uji",
}


@dataclass
class Told:
    """What came back: how many calls, by status, and what broke a rule."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return self.statuses.total()


def load(app: Flask) -> Any:
    """The document of the running program."""
    config = SchemathesisConfig.from_dict({"checks": CHECKS})
    return schemathesis.openapi.from_wsgi("/api/v1/_openapi", app, config=config)


def operations(document: dict[str, Any]) -> list[HttpMethod]:
    """Every path and method of a document."""
    return [(path, m) for path, methods in document["paths"].items() for m in METHODS if m in methods]


def call_often(
    schema: Any, operation: HttpMethod, calls: int, headers: Headers, numbers: list[int], begin: int = 0
) -> Told:
    """Call one operation so many times, half of them within its rules; each broken rule is told once."""
    told, found = Told(), schema[operation[0]][operation[1]]
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        strategy = st.tuples(found.as_strategy(generation_mode=mode), st.sampled_from([*numbers, None]), st.booleans())
        _send(strategy, mode is GenerationMode.POSITIVE, max(1, calls // 2), begin, headers, told)
    return told


def _send(strategy: Any, good: bool, calls: int, begin: int, headers: Headers, told: Told) -> None:
    limits = settings(max_examples=calls, deadline=None, database=None, phases=[Phase.explicit, Phase.generate])

    @seed(begin)
    @settings(limits, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def call(drawn: Any) -> None:
        case, number, any_version = drawn
        if good:
            _lead(case, number, any_version)
            if any_version:
                _lead_on(case)
        if good or not _is_lost(case):
            _judge(case, headers, told)

    try:
        call()
    except (Unsatisfiable, InvalidArgument):  # nothing can be wrong with a call that takes nothing
        assert not good


def _is_lost(case: Any) -> bool:
    """Whether a fault is never sent: an empty list leaves no trace in an address."""
    return any(value == [] for value in (case.query or {}).values())


def _lead(case: Any, number: int | None, any_version: bool) -> None:
    """Toward a row that is there and a version that stands, which random words would hardly ever hit."""
    if number is not None and "number" in (case.path_parameters or {}):
        case.path_parameters["number"] = number
    (case.query or {}).pop("after", None)  # a place that nobody gave out is refused, and no schema can say which was
    if any_version and "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"


def _lead_on(case: Any) -> None:
    """Into a body whose names are known and whose bounds fit each other."""
    if (case.path_parameters or {}).get("tracking_id"):
        case.path_parameters["tracking_id"] = "9165816"
    if isinstance(case.body, dict) and "params" not in case.body:
        case.body = {name: LEADS.get(name, value) for name, value in case.body.items()}


def _judge(case: Any, headers: Headers, told: Told) -> None:
    answer = case.call(headers=headers)
    told.statuses[answer.status_code] += 1
    try:
        case.validate_response(answer, headers=headers)
    except BaseException as fault:  # an assertion, or several in a group
        if isinstance(fault, KeyboardInterrupt):
            raise
        for line in _lines(fault):
            if len(told.broken) < 40 and line not in told.broken:
                told.broken.append(line)


def _lines(fault: BaseException) -> Iterator[str]:
    parts = getattr(fault, "exceptions", None) or (fault,)
    for part in parts:
        yield f"{type(part).__name__}: {str(part)[:1500]}"
