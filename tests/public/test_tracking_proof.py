"""The gate of the public page: nobody guesses a code, and nobody learns which half of a pair was wrong."""

import hmac
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access.session_filter import only_case
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, Letter, Reporter
from app.public import tracking_proof
from tests.conftest import build_app
from tests.factories import Case, a_complaint
from tests.statements import statements

CASE = "/lacak/kasus"
NEUTRAL = "Nomor dan kode itu tidak cocok."
FREE, PER_ADDRESS = 5, 60


@pytest.fixture
def counting(context: Flask) -> Iterator[Flask]:
    """The program with its counters at zero, before and after."""
    limiter = context.appbuilder.sm.limiter  # type: ignore[attr-defined]
    limiter.reset()
    yield context
    limiter.reset()


def knock(app: Flask, number: str, code: str, address: str = "127.0.0.1") -> TestResponse:
    """One attempt from a fresh browser."""
    form = {"number": number, "code": code}
    return app.test_client().post("/lacak", data=form, environ_overrides={"REMOTE_ADDR": address})


def let_in(answer: TestResponse) -> bool:
    return (answer.status_code, answer.headers.get("Location")) == (303, CASE)


def test_number_and_code_open_the_case_and_neither_stands_in_the_address(counting: Flask) -> None:
    case = a_complaint()
    answer = knock(counting, case.complaint.number, case.code)
    assert let_in(answer)
    assert case.complaint.number not in answer.headers["Location"]


@pytest.mark.parametrize("spelling", [str.lower, lambda n: n.replace("-", " "), lambda n: n.replace("-0000", "-")])
def test_number_and_code_may_be_written_carelessly(counting: Flask, spelling: Callable[[str], str]) -> None:
    case = a_complaint()
    code = f" {case.code.replace('-', ' ')} ".lower()
    assert let_in(knock(counting, spelling(case.complaint.number), code))


@pytest.mark.parametrize("number", ["900001", "#900001", "900 001"])
def test_the_number_of_sp4n_will_do(counting: Flask, number: str) -> None:
    case = a_complaint()
    case.complaint.sp4n_tracking_id = "900001"
    db.session.commit()
    assert let_in(knock(counting, number, case.code))


def wrong_pairs(case: Case, other: Case) -> list[tuple[str, str]]:
    """A wrong code, another case's code, numbers that do not exist, and what is no number at all."""
    number = case.complaint.number
    absent = [("LB-2026-999999", case.code), ("999999999", case.code), ("entah", case.code), ("", "")]
    return [(number, "22222222"), (number, other.code), (number, ""), (number, case.code[:-1]), *absent]


def test_every_wrong_pair_gets_the_same_answer_for_the_same_work(
    counting: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The costs are compared, not the seconds: as many statements, hashes and comparisons whatever was wrong."""
    case, other = a_complaint(), a_complaint()
    hashes: list[int] = []
    compared: list[tuple[int, int]] = []
    real_hash, real_compare = tracking_proof.hash_code, hmac.compare_digest
    monkeypatch.setattr(tracking_proof, "hash_code", lambda n, c: (hashes.append(1), real_hash(n, c))[1])
    monkeypatch.setattr(
        tracking_proof.hmac, "compare_digest", lambda a, b: (compared.append((len(a), len(b))), real_compare(a, b))[1]
    )
    seen = set()
    for number, code in wrong_pairs(case, other):
        hashes.clear()
        compared.clear()
        with statements(counting) as asked:
            answer = knock(counting, number, code)
        said = re.sub(r'(name="csrf_token"|id="number" name="number") value="[^"]*"', "", answer.text)
        ours = tuple(pair for pair in compared if pair == (64, 64))
        seen.add((answer.status_code, said, tuple(asked), len(hashes), ours))
    assert len(seen) == 1, seen
    status, said, asked, hashed, ours = seen.pop()
    # The case, and the count of tries with what its connection asks first.
    assert (status, len(asked), hashed, ours) == (422, 3, 1, ((64, 64),))
    assert NEUTRAL in said


def test_a_case_without_a_code_is_opened_by_none(counting: Flask) -> None:
    case = a_complaint()
    case.complaint.tracking_code_hash = None
    db.session.commit()
    for code in ("", "0" * 64, "None", case.code):
        assert knock(counting, case.complaint.number, code).status_code == 422


def test_wrong_codes_make_their_sender_wait_longer_each_time_and_nobody_else(counting: Flask) -> None:
    case = a_complaint()
    number = case.complaint.number
    with time_machine.travel("2026-12-01T02:00:00Z", tick=False) as clock:  # counts end with the office's day
        assert [knock(counting, number, "22222222").status_code for _ in range(FREE)] == [422] * FREE
        waits = []
        for _ in range(9):
            refused = knock(counting, number, case.code)
            assert refused.status_code == 429, "a right code that comes too early is not looked at"
            assert refused.headers["Cache-Control"] == "no-store"
            waits.append(int(refused.headers["Retry-After"]))
            assert f"Tunggu {-(-waits[-1] // 60)} menit" in refused.text
            assert let_in(knock(counting, number, case.code, f"198.51.100.{len(waits)}"))
            clock.shift(waits[-1])
            assert knock(counting, number, "22222222").status_code == 422
        assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
        clock.shift(3600)
        assert let_in(knock(counting, number, case.code))
        assert [knock(counting, number, "22222222").status_code for _ in range(FREE)] == [422] * FREE


def test_the_wait_that_is_left_grows_shorter(counting: Flask) -> None:
    number = a_complaint().complaint.number
    with time_machine.travel("2026-12-01T02:00:00Z", tick=False) as clock:
        assert [knock(counting, number, "22222222").status_code for _ in range(FREE)] == [422] * FREE
        waits = []
        for seconds in (0, 10, 19.5, 0.4):
            clock.shift(seconds)
            waits.append(int(knock(counting, number, "22222222").headers["Retry-After"]))
        assert waits == [30, 20, 1, 1]
        clock.shift(0.1)
        assert knock(counting, number, "22222222").status_code == 422


def test_an_attacker_who_keeps_failing_does_not_keep_the_reporter_out(counting: Flask) -> None:
    case = a_complaint()
    for n in range(40):
        knock(counting, case.complaint.number, "22222222", f"192.0.2.{n % 4}")
        if n % 8 == 0:
            assert let_in(knock(counting, case.complaint.number, case.code, "198.51.100.7"))


SPELLINGS: list[Callable[[str], str]] = [
    str.lower,
    lambda n: n.replace("-", " "),
    lambda n: n.replace("-0000", "-"),
    lambda n: n.replace("-", "\u2013"),
    lambda n: n.replace("-", "\u200b-\u200b"),
    lambda n: "\ufeff" + n + "\u2060",
    lambda n: n.replace("-", ""),
    lambda n: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in n),
]


def test_every_spelling_of_a_number_is_one_number(counting: Flask) -> None:
    case = a_complaint()
    number = case.complaint.number
    assert all(tracking_proof.read_number(spelling(number)) == number for spelling in SPELLINGS)
    assert all(let_in(knock(counting, spelling(number), case.code)) for spelling in SPELLINGS)
    tried = [knock(counting, spelling(number), "22222222").status_code for spelling in SPELLINGS]
    assert tried == [422] * FREE + [429] * (len(SPELLINGS) - FREE)


@pytest.mark.parametrize(
    "typed", ["900001", "#900001", "9000\u200b01", "900-001", "900.001", "\uff19\uff10\uff10\uff10\uff10\uff11"]
)
def test_every_spelling_of_sp4ns_number_is_one_number(typed: str) -> None:
    assert tracking_proof.read_number(typed) == "900001"


def test_a_new_code_has_more_than_fifty_bits_and_an_old_one_stays_valid(counting: Flask) -> None:
    case = a_complaint()
    letters = case.code.replace("-", "")
    assert 5 * len(letters) >= 50
    assert let_in(knock(counting, case.complaint.number, letters.lower()))
    case.complaint.tracking_code_hash = tracking_proof.hash_code(case.complaint.number, "2345ABCD")
    db.session.commit()
    assert let_in(knock(counting, case.complaint.number, "2345-abcd"))


def test_a_number_that_does_not_exist_waits_in_the_same_way(counting: Flask) -> None:
    for number in ("LB-2026-999999", "999999999", "entah"):
        tried = [knock(counting, number, "22222222").status_code for _ in range(FREE + 1)]
        assert tried == [422] * FREE + [429]


def test_one_address_cannot_try_many_numbers(counting: Flask) -> None:
    case = a_complaint()
    tried = [knock(counting, f"LB-2025-{n}", "22222222").status_code for n in range(1, PER_ADDRESS + 2)]
    assert tried == [422] * PER_ADDRESS + [429]
    assert knock(counting, case.complaint.number, case.code).status_code == 429
    assert let_in(knock(counting, case.complaint.number, case.code, "192.0.2.9"))


def test_looking_is_not_counted(counting: Flask) -> None:
    case = a_complaint()
    for _ in range(25):
        assert let_in(knock(counting, case.complaint.number, case.code))
    assert knock(counting, case.complaint.number, "22222222").status_code == 422


def test_wrong_codes_close_no_officers_login_and_wrong_passwords_no_citizens_page(counting: Flask) -> None:
    from app.demo.accounts import PASSWORD

    for n in range(1, PER_ADDRESS + 2):
        knock(counting, f"LB-2025-{n}", "22222222")
    form = {"username": "kasi", "password": PASSWORD}
    assert counting.test_client().post("/login/", data=form).status_code == 302


@pytest.mark.parametrize("number", ["\ud800", "LB-2026-\x00", "٤" * 9, "LB-" * 9999, "%00"])
def test_an_unreadable_number_neither_fails_nor_resets_the_counters(counting: Flask, number: str) -> None:
    case = a_complaint()
    for _ in range(FREE):
        knock(counting, case.complaint.number, "22222222")
    body = b"code=x&number=" + number.encode("utf-8", "surrogatepass")
    answer = counting.test_client().post("/lacak", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert knock(counting, case.complaint.number, "22222222").status_code == 429


def test_redis_being_away_keeps_nobody_out_and_opens_no_door(context: Flask) -> None:
    case, kept = a_complaint(), context.config
    gone = {"RATELIMIT_STORAGE_URI": "redis://127.0.0.1:1/0"}
    lonely = build_app(kept["SQLALCHEMY_DATABASE_URI"], kept["REDIS_URL"], str(kept["LAPOR_HOME"]), **gone)
    assert let_in(knock(lonely, case.complaint.number, case.code))
    tried = [knock(lonely, case.complaint.number, "22222222").status_code for _ in range(FREE + 1)]
    assert tried == [422] * FREE + [429]
    with lonely.app_context():
        db.engine.dispose()


def proved_client(app: Flask, case: Case) -> FlaskClient:
    client = app.test_client()
    assert let_in(client.post("/lacak", data={"number": case.complaint.number, "code": case.code}))
    return client


def test_the_proof_ends_after_an_hour_from_the_code_and_not_from_the_last_look(
    counting: Flask, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    client = proved_client(counting, a_complaint())
    freeze("2026-11-24 10:59")
    assert client.get(CASE).status_code == 200
    assert client.get("/lacak").headers["Location"] == CASE
    freeze("2026-11-24 11:00")
    assert client.get(CASE).headers["Location"] == "/lacak"
    assert client.get("/lacak").status_code == 200


def test_the_page_can_be_closed(counting: Flask) -> None:
    client = proved_client(counting, a_complaint())
    assert client.post(f"{CASE}/selesai").headers["Location"] == "/lacak"
    assert client.get(CASE).headers["Location"] == "/lacak"


def test_a_cookie_that_was_not_signed_by_us_proves_nothing(counting: Flask) -> None:
    client = counting.test_client()
    client.set_cookie("lapor_session", "eyJsYWNhayI6eyJjYXNlIjoxLCJ1bnRpbCI6OTk5OTk5OTk5OX19.aaaaaa.bbbbbbbbbbb")
    assert client.get(CASE).headers["Location"] == "/lacak"


def test_a_proof_opens_one_case_and_nothing_of_the_officers(counting: Flask) -> None:
    case, other = a_complaint(at="send_answer"), a_complaint(at="send_answer")
    client = proved_client(counting, case)
    assert other.complaint.number not in client.get(CASE).text
    for path in (f"/aduan/{case.id}", f"/aduan/{other.id}", "/aduan/", "/"):
        assert "/login/" in client.get(path).headers["Location"]
    assert client.get(f"/api/v1/complaint/{case.id}").status_code == 401


def test_only_the_proved_case_is_in_sight_of_the_request(counting: Flask) -> None:
    # Their ids, for neither row can be read again once nobody asks.
    case, other = a_complaint(at="send_answer").id, a_complaint(at="send_answer").id
    tables = (Complaint.id, ComplaintEvent.complaint_id, Letter.complaint_id, Reporter.complaint_id)
    with counting.test_request_context("/"):
        assert [list(db.session.scalars(select(column))) for column in tables] == [[]] * 4
        with only_case(case):
            assert [set(db.session.scalars(select(column))) for column in tables] == [{case}] * 4
            assert db.session.get(Complaint, other, populate_existing=True) is None
        assert list(db.session.scalars(select(Complaint.id))) == []
