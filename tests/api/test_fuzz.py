"""Anything at all sent to the API is answered by it: never a crash, and a refusal is always a problem document.

FUZZ_CALLS in the environment sets how often (30 unless told; hundreds in `make fuzz`).
"""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.audit.replay import audit_all
from app.demo.accounts import make_key
from tests.api.bad_input import PARAMETERS
from tests.factories import a_complaint, a_report

CALLS = int(os.environ.get("FUZZ_CALLS", "30"))
Bearer = Callable[[str], dict[str, str]]
# Surrogates, NUL, directions, combining marks, everything: what JSON can carry.
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT
ANYTHING = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4))
NAMES = sorted({name for fields in PARAMETERS.values() for name in fields})
WORDS = st.sampled_from(["dishub", "dplh", "nirwana", "fast", "normal", "other", "spam", "web", "LB-2026-000001"])
PARAMS = st.dictionaries(st.sampled_from(NAMES) | ANY_TEXT, WORDS | ANYTHING | st.lists(WORDS), max_size=6)
WISH = st.fixed_dictionaries(
    {"action": st.sampled_from(sorted(PARAMETERS)) | ANYTHING, "params": PARAMS | ANYTHING},
    optional={"expected_version": st.integers(1, 6) | ANYTHING, "agency": WORDS | ANYTHING, "hobby": ANYTHING},
)
PART = st.dictionaries(
    st.sampled_from(["text", "district", "village", "lat", "lon", "name", "phone", "email", "address", "nik"]),
    ANYTHING,
    max_size=4,
)
REPORT = st.fixed_dictionaries(
    {name: st.just(value) | ANYTHING for name, value in a_report().items() if name not in ("location", "reporter")},
    optional={
        **dict.fromkeys(("location", "reporter"), PART | ANYTHING),
        **dict.fromkeys(("occurred_on", "category", "attachments", "classification", "submitted_at"), ANYTHING),
        "revision": st.integers(0, 9) | ANYTHING,
    },
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "If-Match": st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
        "Idempotency-Key": st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
    },
)


@pytest.mark.timeout(300 + CALLS)
def test_nothing_that_is_sent_crashes_the_api(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    with app.app_context():
        case = a_complaint(at="agency_receive", agencies=("dishub", "dplh")).id
        key = {"Authorization": f"Bearer {make_key()}"}
    officers = [bearer(name) for name in ("admin.aduan", "kadis", "admin.dishub")]
    seen: list[tuple[int, str]] = []

    def judge(answer: Any, sent: Any) -> None:
        assert answer.status_code < 500, (answer.text, sent)
        expected = "application/json" if answer.status_code < 400 else "application/problem+json"
        assert answer.mimetype == expected, sent
        json.loads(answer.get_data())
        seen.append((answer.status_code, expected))

    @settings(max_examples=CALLS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(officers), WISH, REPORT, HEADERS, ANY_TEXT)
    def send(officer: dict[str, str], wish: Any, report: Any, more: dict[str, str], number: str) -> None:
        for url, body in ((f"/api/v1/complaint/{case}/actions", wish), ("/api/v1/complaint/", report)):
            judge(client.post(url, json=body, headers={**officer, **more}), body)
        # As a careless client writes an address: half characters cannot be sent in one.
        place = number.encode("utf-8", "replace").decode("utf-8").replace("/", "")
        for tracking_id in ("9165816", place or "x"):
            judge(client.put(f"/api/v1/sp4n/reports/{tracking_id}", json=report, headers={**key, **more}), report)

    send()
    assert len(seen) >= CALLS * 4
    with app.app_context():
        assert audit_all() == []
