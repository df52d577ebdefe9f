"""One meaning for each figure: rows by hand on both sides of each definition, and screens that agree."""

import io
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Register, RegisterKind
from app.public.open_figures import open_figures
from app.reporting.figures.definitions import (
    Timeliness,
    count_open_cases,
    overdue_steps,
    slowest,
    timeliness_by,
)
from app.reporting.figures.measures import Measure
from app.reporting.registers.corrections import corrections_since
from app.reporting.registers.make import make_register
from tests.conftest import time_travel
from tests.factories import Case, a_complaint
from tests.office_zone import OFFICE_ZONE
from tests.reporting.test_dashboard import figures_of, page_of, rows_of
from workflow_rules.process.actors import SYSTEM
from workflow_rules.process.standard_sop import Step
from workflow_rules.process.steps import OPEN, CaseStatus

SignIn = Callable[[str], FlaskClient]
Freeze = Callable[[str], Any]
NOT_OPEN = {"answered", "closed", "archived", "merged", "withdrawn"}


def wita(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=OFFICE_ZONE)


def ended_cases() -> list[Case]:
    """One of each way to end without an answer."""
    archived, merged, withdrawn, main = (a_complaint() for _ in range(4))
    archived.act("complaint_admin", "archive", reason="spam", note="Uji.")
    merged.act("complaint_admin", "merge", into=main.complaint.number)
    withdrawn.act("complaint_admin", "withdraw", reason="Sudah selesai.")
    return [archived, merged, withdrawn]


def reopened_case() -> Case:
    case = a_complaint(at="answered", agencies=("dishub",))
    case.act("complaint_admin", "reopen", reason="Belum selesai.")
    return case


def november() -> None:
    """Cases open, paused, answered, reopened and ended; one overdue at dinkes, one at the office, others in time."""
    with time_travel() as travel:
        travel("2026-11-03 08:00")
        a_complaint(at="agency_receive", agencies=("dinkes",))
        a_complaint(at="check")
        travel("2026-11-24 08:00")
        ended_cases()
        reopened_case()
        a_complaint().act("complaint_admin", "request_information", question="Di RT berapa?")
        a_complaint(at="answered", agencies=("dishub",))
        travel("2026-11-30 15:59")
        a_complaint(at="draft_answer", agencies=("dishub",))


def test_open_is_every_status_with_an_open_step() -> None:
    assert {status.value for status in CaseStatus} - {status.value for status in OPEN} == NOT_OPEN


def test_answered_and_ended_cases_are_not_open_and_paused_and_reopened_ones_are(context: Flask) -> None:
    ended_cases()
    a_complaint(at="answered")
    assert count_open_cases(utc_now()) == 1, "the main complaint of the merged one"
    reopened_case()
    a_complaint().act("complaint_admin", "request_information", question="Di RT berapa?")
    assert count_open_cases(utc_now()) == 3


def test_a_case_was_open_until_just_before_its_answer(context: Flask) -> None:
    with time_travel() as travel:
        travel("2026-11-24 08:00")
        a_complaint(at="answered")
    assert count_open_cases(wita("24 08:00")) == 0
    with time_travel() as travel:
        travel("2026-11-24 09:00")
        a_complaint()
    assert [count_open_cases(wita(at)) for at in ("24 09:00", "24 09:01")] == [0, 1]


def test_a_step_is_overdue_after_its_limit_and_not_while_it_waits_for_the_reporter(context: Flask) -> None:
    """An hour for `register`, from 08.00; the second one waits from 08.30 to 10.00 the next day."""
    a_complaint(received=wita("24 08:00"))
    asked = a_complaint(received=wita("24 08:00"))
    asked.act("complaint_admin", "request_information", now=wita("24 08:30"), question="Di RT berapa?")
    found = [len(overdue_steps(wita(at))) for at in ("24 08:59", "24 09:00", "24 09:01", "25 09:59")]
    assert found == [0, 0, 1, 1]
    asked.act("complaint_admin", "add_information", now=wita("25 10:00"), text="RT 2.")
    found = [len(overdue_steps(wita(at))) for at in ("25 10:30", "25 10:31", "25 09:59")]
    assert found == [1, 2, 1]
    asked.act("complaint_admin", "register", now=wita("25 11:00"))
    assert [one.step for one in overdue_steps(wita("25 11:01"))] == [Step.REGISTER]
    assert len(overdue_steps(wita("25 10:31"))) == 2, "as of then"


@pytest.mark.parametrize(
    ("within", "closed", "overdue", "percent"),
    [(0, 0, 0, None), (5, 5, 0, 100.0), (5, 5, 10, 33.3), (0, 0, 1, 0.0), (4, 5, 0, 80.0), (9999, 9999, 1, 99.9)],
)
def test_in_time_counts_open_overdue_steps(within: int, closed: int, overdue: int, percent: float | None) -> None:
    assert Timeliness(within, closed, overdue).percent == percent


def measure(step: Step, within: int, count: int, percent: float) -> Measure:
    return Measure(step, None, None, count, within, 1, 1, 1, percent, ())


def test_a_step_that_is_always_in_time_is_never_the_slowest() -> None:
    always, once_late = measure(Step.CHECK, 5, 5, 98), measure(Step.REPLY, 4, 5, 40)
    assert slowest([always, once_late]) == once_late
    assert slowest([always]) is None
    assert slowest([once_late, measure(Step.REPORT, 0, 5, 140)]) == measure(Step.REPORT, 0, 5, 140)


def test_the_page_of_bottlenecks_brands_nothing_that_was_always_in_time(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        a_complaint(at="answered")
    assert "Paling lambat" not in page_of(as_user("pengawas"), "/kemacetan/")


def test_dashboard_and_registers_agree(app: Flask, as_user: SignIn, freeze: Freeze) -> None:
    with app.app_context():
        november()
    freeze("2026-12-01 06:00")
    page = page_of(as_user("pengawas"), "/dasbor/?bulan=2026-11")
    with app.app_context():
        daily, monthly = (make_register(kind, date(2026, 11, 30), SYSTEM, utc_now()) for kind in RegisterKind)
        counts, tables = daily.paper.frozen["counts"], monthly.paper.frozen["tables"]
        figures = open_figures(utc_now())
    summary = {row["key"]: row["count"] for row in tables["summary"]}
    shown = figures_of(page)
    assert int(shown["Aduan terbuka"]) == counts["open"] == summary["open"] == 6
    assert shown["Langkah tepat waktu"].rstrip("%").replace(",", ".") == str(summary["timely"]).removesuffix(".0")
    assert f"{summary['steps']} langkah selesai, {summary['overdue']} terbuka lewat batas" in page
    assert summary["overdue"] == counts["overdue"] == 4
    assert shown_agencies(page) == {
        row["key"].upper(): (row["count"], row["overdue"]) for row in tables["by_agency"] if row["key"]
    }
    answered = re.findall(r'<th scope="row">dijawab</th>(.*?)</tr>', page, re.DOTALL)
    assert sum(map(int, re.findall(r">(\d+)<", answered[0]))) == summary["answered"] == 2
    assert figures.open is None or figures.open <= counts["open"]
    for said in ("Terbuka: masih ada langkah yang berjalan", "Tepat waktu: langkah yang selesai sampai batasnya"):
        assert said in page


def shown_agencies(page: str) -> dict[str, tuple[int, int]]:
    return {name: (int(cells[1]), int(cells[2])) for name, cells in rows_of(page, 'id="g1"').items()}


def test_the_dashboard_leads_to_as_many_open_cases_as_it_says(app: Flask, as_user: SignIn, freeze: Freeze) -> None:
    with app.app_context():
        november()
    freeze("2026-12-01 06:00")
    client = as_user("pengawas")
    assert client.get("/aduan/?berjalan=1").text.count('class="jdl"') == 6
    overview = client.get("/").text
    assert re.search(r"<b>6</b><span>Aduan terbuka</span>", overview)


def test_a_register_made_by_the_definition_before_shows_no_corrections(app: Flask, freeze: Freeze) -> None:
    with app.app_context():
        november()
        freeze("2026-12-01 06:00")
        made: Register = make_register(RegisterKind.MONTHLY, date(2026, 11, 30), SYSTEM, utc_now())
        frozen = {name: value for name, value in made.paper.frozen.items() if name != "definitions"}
        before = {**frozen["tables"]}
        before["summary"] = [row for row in before["summary"] if row["key"] != "overdue"]
        before["summary"] = [{**row, "count": 100.0} if row["key"] == "timely" else row for row in before["summary"]]
        for table in ("by_step", "by_agency"):
            before[table] = [{**row, "share": 100.0} for row in before[table] if row["count"]]
        assert corrections_since({**frozen, "tables": before}).found == []
        assert corrections_since(made.paper.frozen).found == []


def test_the_workbook_of_a_register_holds_dates_as_dates_with_a_filter(
    app: Flask, as_user: SignIn, freeze: Freeze
) -> None:
    with app.app_context():
        november()
        freeze("2026-12-01 06:00")
        found = [make_register(kind, date(2026, 11, 30), SYSTEM, utc_now()).id for kind in RegisterKind]
        db.session.commit()
    client = as_user("pengawas")
    books = [openpyxl.load_workbook(io.BytesIO(client.get(f"/laporan/{key}/laporan.xlsx").data)) for key in found]
    received = books[0]["Aduan diterima"]
    assert received["B2"].value == datetime(2026, 11, 30, 15, 59)  # noqa: DTZ001  (a sheet knows no zones)
    assert received["B2"].is_date
    assert received.auto_filter.ref == "A1:H2"
    trend = books[1]["Enam bulan terakhir"]
    assert trend["A7"].value == datetime(2026, 11, 1)  # noqa: DTZ001


def test_every_timeliness_of_a_grouping_is_told_also_where_nothing_closed(context: Flask) -> None:
    with time_travel() as travel:
        travel("2026-11-03 08:00")
        a_complaint(at="agency_receive", agencies=("dinkes",))
    found = timeliness_by(("agency",), [], overdue_steps(wita("24 08:00")))
    assert found == {("dinkes",): Timeliness(0, 0, 1)}
