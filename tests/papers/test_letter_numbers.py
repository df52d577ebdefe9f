"""Letter numbers: one series an agency and year, never twice, and every number that is on no paper explained."""

import threading
from collections import Counter
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import Agency, IssuedNumber, Letter
from app.papers.letter_numbers import NumbersRefused, skip_numbers
from tests.factories import Case, a_complaint
from tests.office_zone import OFFICE_ZONE

# As the program's clock tells them: it is still the old year there when the office's new one begins.
NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
BEFORE = datetime(2026, 12, 31, 15, 59, 59, 500_000, tzinfo=UTC)
DRAFTED = datetime(2026, 12, 30, 9, 0, tzinfo=OFFICE_ZONE)


def a_draft(house: str = "dishub") -> Case:
    return a_complaint(at="sign_answer", agencies=(house,), received=DRAFTED)


def agency(code: str = "dishub") -> Agency:
    return db.session.scalars(select(Agency).where(Agency.code == code)).one()


def book(year: int) -> list[tuple[int, str, bool, str]]:
    rows = select(IssuedNumber).where(IssuedNumber.year == year).order_by(IssuedNumber.running)
    return [(x.running, x.number, x.paper_id is not None, x.reason) for x in db.session.scalars(rows)]


def test_fifty_letters_signed_in_one_second_across_the_years_end(context: Flask) -> None:
    """Eight at a time; those before midnight and those after it each have a series without gap or double."""
    cases = [a_draft().id for _ in range(50)]
    at = [BEFORE if position % 2 else NEW_YEAR for position in range(50)]
    waiting = list(zip(cases, at, strict=True))
    lock = threading.Lock()
    failed: list[BaseException] = []

    def sign_all() -> None:
        with context.app_context():
            while True:
                with lock:
                    if not waiting:
                        return
                    case_id, moment = waiting.pop()
                try:
                    _sign(case_id, moment)
                except BaseException as error:
                    failed.append(error)

    threads = [threading.Thread(target=sign_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    for year in (2026, 2027):
        assert book(year) == [(n, f"500.11/{n:03d}/DISHUB-BLG/{year}", True, "") for n in range(1, 26)]
    numbers = Counter(db.session.scalars(select(Letter.number)))
    assert len(numbers) == 50


def _sign(case_id: int, moment: datetime) -> None:
    from app.models import Complaint

    complaint = db.session.get_one(Complaint, case_id)
    Case(complaint, ("dishub",), "").act("agency_head", "sign", house="dishub", now=moment)
    db.session.remove()


def test_a_signature_that_fails_gives_its_number_back(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_draft()
    with monkeypatch.context() as broken:
        broken.setattr("app.papers.letters.enter_number", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            case.act("agency_head", "sign", house="dishub", now=BEFORE)
    db.session.expire_all()
    assert book(2026) == []
    case.act("agency_head", "sign", house="dishub", now=BEFORE)
    assert [row[0] for row in book(2026)] == [1]


def test_numbers_given_by_hand_are_explained_and_the_next_letter_goes_on(context: Flask) -> None:
    assert skip_numbers(agency(), 41, "Dipakai di buku agenda sebelum sistem ini.", BEFORE, None) == 41
    case = a_draft()
    case.act("agency_head", "sign", house="dishub", now=BEFORE)
    rows = book(2026)
    assert [row[0] for row in rows] == list(range(1, 43))
    assert {row[3] for row in rows[:41]} == {"Dipakai di buku agenda sebelum sistem ini."}
    assert rows[41] == (42, "500.11/042/DISHUB-BLG/2026", True, "")


@pytest.mark.parametrize(("up_to", "fault"), [(0, "too_low"), (1, "too_low"), (2002, "too_many")])
def test_numbers_are_passed_over_forwards_only_and_not_by_thousands(context: Flask, up_to: int, fault: str) -> None:
    a_draft().act("agency_head", "sign", house="dishub", now=BEFORE)
    with pytest.raises(NumbersRefused) as refused:
        skip_numbers(agency(), up_to, "Alasan.", BEFORE, None)
    assert refused.value.fault == fault
    assert [row[0] for row in book(2026)] == [1]


def test_each_agency_counts_for_itself(context: Flask) -> None:
    for house in ("dishub", "dplh", "dishub"):
        a_draft(house).act("agency_head", "sign", house=house, now=BEFORE)
    rows = select(IssuedNumber.agency_code, IssuedNumber.running)
    assert sorted(tuple(row) for row in db.session.execute(rows)) == [("dishub", 1), ("dishub", 2), ("dplh", 1)]


def test_an_agency_writes_its_numbers_by_its_own_pattern(context: Flask) -> None:
    with one_transaction():
        agency().number_pattern = "B/{kode}/{nomor}/{akhiran}/{bulan_romawi}/{tahun}"
    a_draft().act("agency_head", "sign", house="dishub", now=BEFORE)
    assert book(2026)[0][1] == "B/500.11/001/DISHUB-BLG/XII/2026"
