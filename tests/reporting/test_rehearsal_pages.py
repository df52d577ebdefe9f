"""Rehearsals on screen: a form from the version, mended where it is wrong, a result in words and bars, to the right
people.
"""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import null, select

from app.core.extensions import db
from app.models import RehearsalRow, SopVersion
from app.reference.sop_versions import copy_as_draft
from app.reporting.rehearsals.run import run_rehearsal
from tests.reporting.small_month import answered_road, waiting_road
from tests.scenes import Scene
from tests.views.test_page_costs import cost
from tests.worklists.test_inbox import MOST_QUERIES

SignIn = Callable[[str], FlaskClient]
PERIOD = {"dari": "2026-09-01", "sampai": "2026-09-30"}


def a_draft_beside_two_roads() -> int:
    answered_road()
    waiting_road()
    copy = copy_as_draft(db.session.scalars(select(SopVersion.id)).one())
    next(row for row in copy.steps if row.step == "check").allowance_value = 90
    db.session.commit()
    return copy.id


@pytest.fixture
def draft(scene: Scene[int], freeze: Callable[[str], object]) -> int:
    """A draft in which the check has 90 minutes, and two cases of September."""
    freeze("2026-10-05 09:00")
    return scene(a_draft_beside_two_roads)


def filled(page: str, **changes: str) -> dict[str, str]:
    """The form of a page as a browser would send it, with changes."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and "checkbox" not in tag and name[1] != "csrf_token":
            found[name[1]] = value[1]
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]+)" selected', options)
        if chosen:
            found[name] = chosen[1]
    return found | changes


def asked(client: FlaskClient, draft: int, **changes: str) -> str:
    address = f"/gladi/versi/{draft}"
    answer = client.post(address, data=filled(client.get(address).text, **{**PERIOD, **changes}))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def computed(app: Flask) -> None:
    with app.app_context():
        newest = db.session.scalars(select(RehearsalRow.id).order_by(RehearsalRow.id.desc())).first()
        assert newest is not None
        assert run_rehearsal(newest) == "ready"


def test_from_the_version_to_the_result(app: Flask, as_user: SignIn, draft: int) -> None:
    client = as_user("pengawas")
    assert f'href="/gladi/versi/{draft}"' in client.get(f"/versi-sop/show/{draft}").text
    result = asked(client, draft)
    page = client.get(result).text
    assert "Menunggu giliran" in page
    assert 'data-muat-ulang="3"' in page
    computed(app)
    page = " ".join(client.get(result).text.split())
    # The check took 75 of 60 minutes, the last disposition 60 of 30: with 90 minutes only the second is late.
    assert 'lewat batas</div><div class="besar">1</div><div class="beda baik">yang terjadi: 2</div>' in page
    assert (
        'Aduan dengan langkah lewat batas</div><div class="besar">1</div><div class="beda">yang terjadi: 1</div>'
        in page
    )
    assert "90 menit kerja, Kepala Seksi" in page
    assert "1 dari 2" in page
    assert "Menunggu keterangan pelapor berlangsung selama yang terjadi" in page
    assert "Gladi sebelumnya" in client.get(f"/gladi/versi/{draft}").text


def test_a_step_less_and_another_officer(app: Flask, as_user: SignIn, draft: int) -> None:
    client = as_user("administrator")
    changes = {"tanpa-check": "1", "waktu-dispose_answer": "60", "pelaksana-dispose_answer": "division_head"}
    result = asked(client, draft, **changes)
    computed(app)
    page = " ".join(client.get(result).text.split())
    assert "dihilangkan" in page
    assert "tidak ada lagi" in page
    assert "60 menit kerja, Kepala Bidang IKP" in page
    assert "Dari 2 aduan, 1 yang terlambat menjadi tepat waktu, dan 0 yang tepat waktu menjadi terlambat." in page
    # The administrator of the program sees no case.
    assert "Aduan yang berubah" not in page
    assert "Aduan yang berubah" in as_user("pengawas").get(result).text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"waktu-check": "0"}, "Tulis bilangan bulat dari 1 sampai 10000"),
        ({"waktu-check": "٣"}, "Tulis bilangan bulat dari 1 sampai 10000"),
        ({"waktu-draft_answer": "366"}, "Tulis bilangan bulat dari 1 sampai 365"),
        ({"satuan-check": "hours"}, "Pilih salah satu dari daftar"),
        ({"pelaksana-check": "agency_head"}, "Pilih salah satu dari daftar"),
        ({"sampai": "2026-08-01"}, "Tanggal akhir harus sama dengan atau sesudah tanggal awal"),
        ({"dari": "2020-01-01"}, "Pilih masa paling panjang 400 hari"),
        ({"dari": "kemarin"}, "Tulis tanggal yang benar"),
        ({"dari": "2027-01-01", "sampai": "2027-02-01"}, "Pilih masa yang sudah berlalu"),
    ],
)
def test_a_form_that_is_wrong_comes_back_with_what_is_wrong(
    app: Flask, as_user: SignIn, draft: int, changes: dict[str, str], told: str
) -> None:
    client = as_user("pengawas")
    address = f"/gladi/versi/{draft}"
    answer = client.post(address, data=filled(client.get(address).text, **{**PERIOD, **changes}))
    assert answer.status_code == 422
    assert told in answer.text
    assert 'aria-invalid="true"' in answer.text
    with app.app_context():
        assert db.session.scalars(select(RehearsalRow)).all() == []


def test_what_makes_a_case_cannot_be_left_out_by_a_made_up_form(app: Flask, as_user: SignIn, draft: int) -> None:
    asked(as_user("pengawas"), draft, **{"tanpa-reply": "1"})
    with app.app_context():
        assert db.session.scalars(select(RehearsalRow)).one().what_if["skipped"] == []


def test_pages_stay_within_the_budget_and_nothing_is_nothing(app: Flask, as_user: SignIn, draft: int) -> None:
    client = as_user("pengawas")
    result = asked(client, draft)
    for path in (f"/gladi/versi/{draft}", result):
        status, asked_for = cost(app, client, path)
        assert (status, asked_for <= MOST_QUERIES) == (200, True)
    computed(app)
    assert cost(app, client, result)[1] <= MOST_QUERIES
    for path in ("/gladi/versi/999", "/gladi/999", f"/gladi/{10**30}"):
        assert client.get(path).status_code == 404
    for username in ("kadis", "kepala.dishub"):
        assert as_user(username).get(result).status_code == 403
        assert "/gladi/" not in as_user(username).get(f"/versi-sop/show/{draft}").text


def test_a_period_without_cases_and_a_rehearsal_that_failed_say_so(app: Flask, as_user: SignIn, draft: int) -> None:
    client = as_user("pengawas")
    result = asked(client, draft, dari="2026-02-01", sampai="2026-02-03")
    computed(app)
    assert "Tidak ada aduan dengan langkah yang selesai dalam masa ini" in client.get(result).text
    with app.app_context():
        row = db.session.scalars(select(RehearsalRow)).one()
        row.result, row.state = null(), "failed"
        db.session.commit()
    assert "Gladi ini tidak dapat dihitung" in client.get(result).text
    with app.app_context():
        db.session.scalars(select(RehearsalRow)).one().error = "killed"
        db.session.commit()
    assert "Proses latar berhenti di tengah jalan sampai tiga kali" in client.get(result).text
    assert "Gagal dihitung" in client.get(f"/gladi/versi/{draft}").text
