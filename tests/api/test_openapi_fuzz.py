"""The API answers as its description says, whatever is sent: all checks of Schemathesis over every operation."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.demo.accounts import make_key
from tests.api.fuzzing import call_often, load, operations
from tests.factories import a_complaint

Bearer = Callable[[str], dict[str, str]]
CALLS = int(os.environ.get("FUZZ_CALLS", "2"))
TAGS = (
    *("agency", "category", "complaint", "delegation", "district", "docs", "holiday", "journal", "letter"),
    *("national_limit", "officer", "security", "sop", "sp4n", "step_task", "village", "working_hours", "worklist"),
)
CALLERS = {"complaint": "admin.aduan", "worklist": "kasi", "letter": "pengawas", "step_task": "kadis"}


@pytest.mark.timeout(600 + CALLS * 20)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("tag", TAGS)
def test_every_operation_keeps_to_its_description(
    app: Flask, bearer: Bearer, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    # Nobody waits at the feed: a random call may ask for half a minute.
    monkeypatch.setitem(app.config, "SYNC_WAITERS", 0)
    with app.app_context():
        numbers = [a_complaint(at=at, agencies=("dishub",)).id for at in ("register", "answered")]
        key = {"Authorization": f"Bearer {make_key()}"}
    schema = load(app)
    own = [op for op in operations(schema.raw_schema) if schema.raw_schema["paths"][op[0]][op[1]]["tags"] == [tag]]
    assert own
    who = CALLERS.get(tag, "administrator")
    faults: dict[Any, list[str]] = {}
    for operation in own:
        headers = key if tag == "sp4n" else {} if tag in ("docs", "security") else bearer(who)
        told = call_often(schema, operation, CALLS, headers, [*numbers, 1])
        print(tag, operation, dict(told.statuses), len(told.broken))
        if told.broken:
            faults[operation] = told.broken
    assert not faults, "\n\n".join(f"{op}\n" + "\n".join(lines[:4]) for op, lines in faults.items())
