"""The evidence bundle: whole, the same each time, without the reporter, and any change of it is found and named."""

import ast
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.calendar.change import RowChange, apply_change, stored_data
from app.cases.check_attachments import check_case
from app.cases.perform_action import attach_to_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.hashing import json_digest
from app.demo.accounts import demo_person
from app.models import Attachment, Holiday, JournalEntry, Paper
from app.papers.papers import draw_paper
from tests.audit.bundles import PDF, VERIFIER, bundle_bytes, faults, files_of, judged, relisted, with_events, zipped
from tests.cases.costly_cases import STATES
from tests.factories import Case, a_complaint
from tests.files.samples import photo
from tests.files.states import call_clean
from tests.scenes import Scene
from workflow_rules.time.working_calendar import WorkingCalendar

SignIn = Callable[[str], FlaskClient]
LETTER = "kertas/001.pdf"


def a_full_case() -> Case:
    """Answered, with a drawn letter and two files, one with a name that would climb out of a folder."""
    case = a_complaint(at="answered", agencies=("dishub", "dinkes"))
    by = demo_person("admin.aduan")
    for name in ("foto.pdf", "b.pdf"):
        attach_to_case(case.id, name, PDF + name.encode(), by, case.complaint.version)
    call_clean(case.id)
    for paper_id in db.session.scalars(select(Paper.id).order_by(Paper.id)).all():
        assert draw_paper(paper_id) == "ready"
    row = db.session.scalars(select(Attachment).order_by(Attachment.id)).first()
    assert row is not None
    row.filename = "../../etc/cron.d/x"
    db.session.commit()
    return case


def a_full_bundle() -> bytes:
    return bundle_bytes(a_full_case().id)


@pytest.fixture
def whole(scene: Scene[bytes]) -> bytes:
    return scene(a_full_bundle)


def test_a_bundle_is_whole_and_its_own_verifier_says_so(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bundel.zip"
    path.write_bytes(whole)
    code, words = judged(path)
    assert (code, faults(words)) == (0, [])
    assert "HASIL: semua cocok." in words
    assert "2 surat sama" in words
    assert "2 lampiran sama" in words
    files = files_of(whole)
    assert {LETTER, "kertas/002.pdf", "lampiran/001.pdf", "lampiran/002.pdf", "BACA-SAYA.txt"} <= set(files)
    assert files["periksa.py"] == VERIFIER.read_bytes()
    manifest = json.loads(files["manifest.json"])
    assert {f["name"]: f["sha256"] for f in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "manifest.json"
    }


def test_the_verifier_runs_in_the_unpacked_folder_and_is_python_3_9(whole: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        archive.extractall(tmp_path)
    code, words = judged(tmp_path, tmp_path / "periksa.py", str(tmp_path))
    assert (code, faults(words)) == (0, [])
    (tmp_path / "lampiran" / "003.pdf").symlink_to("/etc/hostname")
    code, words = judged(tmp_path, tmp_path / "periksa.py", str(tmp_path))
    assert (code, len(faults(words))) == (1, 1)
    assert "lampiran/003.pdf: tidak tercantum" in words
    ast.parse(VERIFIER.read_text("utf-8"), feature_version=(3, 9))


def test_one_byte_in_any_file_is_found_and_named(whole: bytes, tmp_path: Path) -> None:
    files = files_of(whole)
    for name in files:
        content = bytearray(files[name])
        content[len(content) // 2] ^= 1
        code, words = judged(zipped({**files, name: bytes(content)}, tmp_path / "x.zip"))
        told = faults(words)
        assert code == 1, name
        assert any(name in fault for fault in told) or name == "manifest.json", (name, told)


@pytest.mark.parametrize("name", ["kejadian.jsonl", LETTER, "lampiran/001.pdf", "sop.json"])
def test_a_lost_file_is_named(whole: bytes, tmp_path: Path, name: str) -> None:
    files = files_of(whole)
    del files[name]
    code, words = judged(zipped(files, tmp_path / "x.zip"))
    assert code == 1
    assert f"{name}: tercantum dalam manifest tetapi tidak ada" in faults(words)


def test_a_file_that_was_added_is_named(whole: bytes, tmp_path: Path) -> None:
    code, words = judged(zipped({**files_of(whole), "kertas/009.pdf": PDF}, tmp_path / "x.zip"))
    assert (code, faults(words)) == (1, ["kertas/009.pdf: tidak tercantum dalam manifest, berkas ini ditambahkan"])


def test_events_dropped_turned_round_or_rewritten_are_found_behind_a_manifest_that_fits(
    whole: bytes, tmp_path: Path
) -> None:
    files = files_of(whole)
    dropped = judged(zipped(with_events(files, lambda e: e[:3] + e[4:]), tmp_path / "a.zip"))
    assert dropped[0] == 1
    assert "kejadian ke-4 (nomor 5): tidak menyambung pada kejadian sebelumnya" in dropped[1]
    last = judged(zipped(with_events(files, lambda e: e[:-1]), tmp_path / "b.zip"))
    assert "kepala rantai tidak sama dengan manifest" in last[1]
    turned = judged(zipped(with_events(files, lambda e: [*e[:2], e[3], e[2], *e[4:]]), tmp_path / "c.zip"))
    assert "kejadian ke-3 (nomor 4): urutannya tidak benar, seharusnya nomor 3" in turned[1]

    def rewrite(events: list[Any]) -> list[Any]:
        events[1]["record"]["at"] = "2020-01-01T00:00:00+00:00"
        return events

    rewritten = judged(zipped(with_events(files, rewrite), tmp_path / "d.zip"))
    assert "kejadian ke-2 (nomor 2): isinya tidak cocok dengan hash-nya" in rewritten[1]
    assert {dropped[0], last[0], turned[0], rewritten[0]} == {1}


def test_a_rewritten_letter_or_attachment_is_found_behind_a_manifest_that_fits(whole: bytes, tmp_path: Path) -> None:
    files = files_of(whole)
    for name, change in (("surat.json", lambda x: x), ("kertas.json", lambda x: x["frozen"])):
        changed = json.loads(files[name])
        change(changed[0])["body"] = "Lain."
        forged = relisted({**files, name: json.dumps(changed).encode()})
        code, words = judged(zipped(forged, tmp_path / "a.zip"))
        assert code == 1
        assert "isinya tidak sama dengan ketika" in words
        assert all(fault.startswith((name, "surat.json")) for fault in faults(words))
    letters, papers = json.loads(files["surat.json"]), json.loads(files["kertas.json"])
    letters[0]["body"] = papers[0]["frozen"]["body"] = "Lain."
    papers[0]["content_hash"] = json_digest(papers[0]["frozen"])
    both = {"surat.json": json.dumps(letters).encode(), "kertas.json": json.dumps(papers).encode()}
    code, words = judged(zipped(relisted({**files, **both}), tmp_path / "a.zip"))
    assert code == 1
    assert faults(words) == [
        f"surat.json: surat {letters[0]['number']}: isinya bukan yang ditandatangani menurut rantai"
    ]
    forged = relisted({**files, LETTER: PDF, "lampiran/001.pdf": PDF})
    code, words = judged(zipped(forged, tmp_path / "b.zip"))
    assert code == 1
    assert f"berkas '{LETTER}' tidak sama dengan yang dibuat dari kertas ini" in words
    assert "'lampiran/001.pdf' tidak sama dengan yang dicatat ketika diterima" in words
    listed = json.loads(files["lampiran.json"])
    other = hashlib.sha256(PDF).hexdigest()
    listed[0] |= {"sha256": other}
    forged = relisted({**files, "lampiran/001.pdf": PDF, "lampiran.json": json.dumps(listed).encode()})
    code, words = judged(zipped(forged, tmp_path / "c.zip"))
    assert code == 1
    assert "'lampiran/001.pdf' bukan berkas yang diperiksa menurut rantai" in words
    listed[0] |= {"sent_sha256": other}
    forged = relisted({**files, "lampiran/001.pdf": PDF, "lampiran.json": json.dumps(listed).encode()})
    code, words = judged(zipped(forged, tmp_path / "d.zip"))
    assert code == 1
    assert "lampiran.json: lampiran dari kejadian nomor" in words


def test_dangerous_names_are_named_and_never_touched(whole: bytes, tmp_path: Path) -> None:
    files = files_of(whole)
    manifest = json.loads(files["manifest.json"])
    manifest["files"][0]["name"] = "/etc/passwd"
    evil = {**files, "../keluar.txt": b"x", "C:\\x": b"x", "manifest.json": json.dumps(manifest).encode()}
    (tmp_path / "dalam").mkdir()
    code, words = judged(zipped(evil, tmp_path / "dalam" / "x.zip"))
    assert code == 1
    assert "'../keluar.txt': nama berkas berbahaya, tidak dibaca" in words
    assert "'/etc/passwd': nama berbahaya dalam manifest, tidak dibaca" in words
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["x.zip"]


def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 nothing")
    for path in (
        tmp_path / "x.zip",
        tmp_path / "none.zip",
        zipped({"manifest.json": b"[" * 100_000}, tmp_path / "d.zip"),
    ):
        code, words = judged(path)
        assert (code, len(faults(words))) == (1, 1)


def test_the_same_state_gives_the_same_bytes_for_whomever_and_whenever(
    context: Flask, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 10:00")
    case = a_full_case()
    whole = bundle_bytes(case.id)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 24, 10, 0, 0)}
    freeze("2027-01-05 09:00")
    assert bundle_bytes(case.id, "pengawas") == whole


def test_files_have_names_of_ours(whole: bytes) -> None:
    assert not [name for name in files_of(whole) if ".." in name or name.startswith("/")]
    assert json.loads(files_of(whole)["lampiran.json"])[0]["filename"] == "../../etc/cron.d/x"


def test_the_calendar_of_a_settled_case_is_that_of_its_last_event(context: Flask, freeze: Callable[[str], Any]) -> None:
    freeze("2026-11-24 10:00")
    case = a_complaint(at="answered", agencies=("dishub",))
    before = json.loads(files_of(bundle_bytes(case.id))["kalender.json"])
    freeze("2026-12-01 10:00")
    holiday = db.session.scalars(select(Holiday).order_by(Holiday.day)).first()
    assert holiday is not None
    new = {"day": "2026-12-14", "name": "Libur uji", "kind": "local"}
    gone = RowChange("holiday", holiday.id, stored_data(Holiday, holiday.id), None)
    apply_change((RowChange("holiday", None, None, new), gone), "Uji.", None, utc_now())
    assert json.loads(files_of(bundle_bytes(case.id))["kalender.json"]) == before
    assert "2026-12-14" not in before["calendar"]["closed_days"]
    opened = a_complaint(at="check")
    now = json.loads(files_of(bundle_bytes(opened.id))["kalender.json"])
    assert now["calendar"]["closed_days"]["2026-12-14"] == "Libur uji"
    WorkingCalendar.from_dict(before["calendar"])


@pytest.mark.parametrize("state", STATES)
def test_the_bundle_of_a_case_in_every_state_holds(context: Flask, tmp_path: Path, state: str) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(bundle_bytes(STATES[state]().id))
    code, words = judged(path)
    assert (code, faults(words)) == (0, [])


def test_a_file_that_is_no_longer_stored_is_told(context: Flask, tmp_path: Path) -> None:
    case = a_full_case()
    row = db.session.scalars(select(Attachment).order_by(Attachment.id)).first()
    assert row is not None
    row.path = "attachments/0/gone.pdf"
    db.session.commit()
    path = tmp_path / "x.zip"
    path.write_bytes(bundle_bytes(case.id))
    code, words = judged(path)
    assert code == 1
    assert "lampiran/001.pdf: sudah tidak tersimpan di kantor ketika bundel dibuat" in faults(words)


def test_a_file_that_was_written_anew_fits_the_chain_and_one_that_is_held_is_left_out(
    context: Flask, tmp_path: Path
) -> None:
    case = a_complaint()
    for name, content in (("foto.png", photo("PNG")), ("skrip.pdf", b"%PDF-1.7 terpotong")):
        attach_to_case(case.id, name, content, demo_person("admin.aduan"), case.complaint.version)
    assert check_case(case.id, utc_now()) == 2
    files = files_of(bundle_bytes(case.id))
    assert "lampiran/001.png" in files
    assert "lampiran/002.pdf" not in files
    path = zipped(files, tmp_path / "x.zip")
    code, words = judged(path)
    assert (code, faults(words)) == (0, [])
    assert "ditahan atau belum diperiksa, tidak disertakan" in words
    listed = json.loads(files["lampiran.json"])
    listed[0]["sent_sha256"] = "0" * 64
    forged = relisted({**files, "lampiran.json": json.dumps(listed).encode()})
    code, words = judged(zipped(forged, tmp_path / "y.zip"))
    assert code == 1
    assert any("tidak ada" in line for line in faults(words))


@pytest.mark.parametrize("confidentiality", ["open", "secret"])
def test_the_reporter_is_not_in_it(context: Flask, tmp_path: Path, confidentiality: str) -> None:
    reporter = {
        "name": "Zulaikha Rengganis",
        "address": "Gang Mawar 7",
        "phone": "0800-1234-0009",
        "nik": "6311010101010001",
    }
    case = a_complaint(at="reply", agencies=("dishub",), confidentiality=confidentiality, reporter=reporter)
    case.act("complaint_admin", "reply", text="Sudah.", proof="Ditelepon Zulaikha di 0800-1234-0009")
    text = b"".join(files_of(bundle_bytes(case.id)).values()).decode("utf-8")
    for secret in ("Rengganis", "Gang Mawar", "6311010101010001", case.code):
        assert secret not in text
    assert ("Ditelepon Zulaikha" in text) is (confidentiality == "open")
    path = tmp_path / "x.zip"
    path.write_bytes(bundle_bytes(case.id))
    code, words = judged(path)
    assert (code, words.count("data.proof ditahan")) == (0, 0 if confidentiality == "open" else 1)


def test_an_officer_downloads_it_and_the_journal_says_so(app: Flask, as_user: SignIn, tmp_path: Path) -> None:
    with app.app_context():
        case = a_full_case()
        case_id, number = case.id, case.complaint.number
    assert f'action="/aduan/{case_id}/bundel"' in as_user("kasi").get(f"/aduan/{case_id}").text
    assert "/bundel" not in as_user("kepala.dishub").get(f"/aduan/{case_id}").text
    answer = as_user("kasi").post(f"/aduan/{case_id}/bundel")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="bundel-bukti-{number}.zip"'
    (tmp_path / "x.zip").write_bytes(answer.data)
    assert judged(tmp_path / "x.zip")[0] == 0
    with app.app_context():
        entry = db.session.scalars(
            select(JournalEntry).where(JournalEntry.kind != "row_changed").where(JournalEntry.kind == "bundle_made")
        ).one()
        assert entry.data["complaint"] == number
        assert entry.data["head"] == json.loads(files_of(answer.data)["manifest.json"])["head"]
    page = as_user("pengawas").get("/jurnal/").text
    assert "Bundel bukti dibuat" in page
    assert f"Aduan {number}" in page


def test_the_server_hears_with_each_piece_that_a_slow_download_goes_on(
    app: Flask, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        case_id = a_full_case().id
    heard: list[int] = []
    monkeypatch.setitem(app.extensions, "note_alive", lambda: heard.append(1))
    answer = as_user("kadis").post(f"/aduan/{case_id}/bundel", buffered=False)
    assert len(heard) <= 1
    pieces = list(answer.response)
    assert len(heard) == len(pieces) > 10


@pytest.mark.parametrize("username", ["admin.dishub", "kepala.dishub", "kepala.dplh"])
def test_to_an_agency_there_is_no_such_thing_and_nothing_is_noted(app: Flask, as_user: SignIn, username: str) -> None:
    with app.app_context():
        case_id = a_complaint(at="answered", agencies=("dishub",)).id
    assert as_user(username).post(f"/aduan/{case_id}/bundel").status_code == 404
    assert as_user("kadis").post("/aduan/999999/bundel").status_code == 404
    with app.app_context():
        assert db.session.scalars(select(JournalEntry).where(JournalEntry.kind != "row_changed")).all() == []
