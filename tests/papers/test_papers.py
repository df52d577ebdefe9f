"""Papers of a case: what they say, once a cause, the same bytes each time, and how one that cannot be drawn ends."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select, text

from app.casefile.case import load_case
from app.core.clock import utc_now
from app.core.definitions import forget_version
from app.core.extensions import db
from app.core.resource_limits import WithinLimits
from app.core.storage import read_file
from app.demo.accounts import demo_person
from app.models import ActorRow, Agency, ComplaintEvent, Letter, Paper, PaperKind, SopVersion
from app.papers.case_papers import ask_for_paper
from app.papers.kinds import PAPERS as MAKERS
from app.papers.kinds import html_of
from app.papers.layouts import LAYOUT
from app.papers.papers import draw_again, draw_paper, make_paper
from app.papers.render import render_pdf
from app.papers.sop_papers import ask_for_sop_sheet
from app.papers.subprocess_render import render_in_subprocess
from tests.factories import Case, a_complaint
from workflow_rules.process.refusals import ActionRefused

ROOT = Path(__file__).parent.parent.parent


def asked(case: Case, kind: str, cause: int, by: str = "admin.aduan") -> Paper:
    return ask_for_paper(load_case(case.id, demo_person(by), utc_now()), kind, cause, utc_now())


def event_of(case: Case, kind: str) -> int:
    statement = select(ComplaintEvent.id).where(ComplaintEvent.complaint_id == case.id, ComplaintEvent.kind == kind)
    return db.session.scalars(statement.order_by(ComplaintEvent.seq)).first() or 0


def drawn(paper: Paper) -> bytes:
    assert draw_paper(paper.id) == "ready", paper.error
    return read_file(paper.path or "")


def text_of(pdf: bytes) -> str:
    found = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(found.replace("\x00", "").split())


def test_the_receipt_says_what_was_received(context: Flask, freeze: Any) -> None:
    freeze("2026-11-24 10:15")
    case = a_complaint(title="Lampu jalan padam", body="Tiga lampu padam.\n\nSudah seminggu.")
    said = text_of(drawn(asked(case, "receipt", case.id)))
    for words in (
        "DINAS KOMUNIKASI, INFORMATIKA, STATISTIK DAN PERSANDIAN",
        "TANDA TERIMA ADUAN",
        f"Nomor {case.complaint.number}",
        ": Selasa, 24 November 2026, 10.15 WITA",
        ": Situs web",
        ": Lampu jalan padam",
        "Tempat kejadian : Depan sekolah, Paringin",
        "Dijawab paling lambat : 4 Desember 2026",
        "Tiga lampu padam. Sudah seminggu.",
        "Melati Cendana",
        "/lacak",
    ):
        assert words in said, words
    assert case.code not in said
    assert "Aminah" not in said


def test_the_three_dispositions_say_from_whom_to_whom_and_by_when(context: Flask, freeze: Any) -> None:
    freeze("2026-11-24 10:00")
    case = a_complaint(at="reply", agencies=("dishub", "dplh"), field_visit=True)
    sheets = {
        kind: text_of(drawn(asked(case, "disposition", event_of(case, kind))))
        for kind in ("direct", "dispose", "dispose_answer")
    }
    for words in (
        "☒ Kepala Dinas Perhubungan (utama)",
        "☒ Kepala Dinas Perlindungan Lingkungan Hidup",
        "Sifat : ☒ Biasa ☐ Rahasia",
        "Derajat : ☒ Biasa ☐ Segera ☐ Amat segera",
        "☒ Tinjauan lapangan",
        "Tindak lanjuti.",
        "jalur cepat",
        "Surya Meranti",
        # An hour to take it; 60 + 60 minutes, 14 days, 2 days and 60 minutes until the signed answer is back.
        "Terima paling lambat Selasa, 24 November 2026, 11.00 WITA",
        "Tanggapan paling lambat Rabu, 16 Desember 2026, 14.00 WITA",
    ):
        assert words in sheets["direct"], words
    for words in (
        "DINAS PERHUBUNGAN",
        "☒ Sekretaris DISHUB",
        "Siapkan tanggapan.",
        "Kepala Dinas Perhubungan",
        "Konsep tanggapan paling lambat Senin, 14 Desember 2026, 10.00 WITA",
    ):
        assert words in sheets["dispose"], words
    numbers = [f"{kind} 24 November 2026" for kind in db.session.scalars(select(Letter.number).order_by(Letter.id))]
    for words in (
        "Surat dari : 2 OPD, sebagaimana daftar di bawah ini",
        f"1 Dinas Perhubungan {numbers[0]}",
        f"2 Dinas Perlindungan Lingkungan Hidup {numbers[1]}",
        "Jawaban kepada pelapor paling lambat Selasa, 24 November 2026, 11.00 WITA",
        "☒ Admin Layanan Aduan",
        "☒ Jawab pelapor",
        "Jawab.",
    ):
        assert words in sheets["dispose_answer"], words


def test_a_direction_by_way_of_the_admin_grants_the_relay_its_hour(context: Flask, freeze: Any) -> None:
    freeze("2026-11-24 10:00")
    case = a_complaint(at="agency_receive", agencies=("dishub",), route="via_admin")
    said = text_of(drawn(asked(case, "disposition", event_of(case, "direct"))))
    assert "Terima paling lambat Selasa, 24 November 2026, 12.00 WITA" in said
    assert "Tanggapan paling lambat Kamis, 3 Desember 2026, 15.00 WITA" in said


def test_step_ten_says_when_the_answers_came(context: Flask, freeze: Any) -> None:
    freeze("2026-11-24 10:00")
    case = a_complaint(at="send_answer", agencies=("dishub",))
    freeze("2026-11-30 09:00")
    case.act("agency_admin", "send", house="dishub")
    case.act("office_head", "dispose_answer", instruction="Jawab.")
    said = text_of(drawn(asked(case, "disposition", event_of(case, "dispose_answer"))))
    assert "Tgl. surat : 24 November 2026" in said
    assert "Diterima tgl. : Senin, 30 November 2026, 09.00 WITA" in said


def test_secrecy_and_haste_are_two_things(context: Flask) -> None:
    case = a_complaint(at="send_answer", agencies=("dishub",), confidentiality="secret")
    sheet = text_of(drawn(asked(case, "disposition", event_of(case, "direct"))))
    assert "Sifat : ☐ Biasa ☒ Rahasia" in sheet
    assert "Derajat : ☒ Biasa ☐ Segera ☐ Amat segera" in sheet
    letter = text_of(drawn(db.session.scalars(select(Paper).where(Paper.kind == "answer_letter")).one()))
    assert "Sifat : Rahasia Derajat : Biasa Hal : Tanggapan" in letter
    assert "Lampiran" not in letter


def test_a_letter_names_who_gets_a_copy(context: Flask) -> None:
    agency = db.session.scalars(select(Agency).where(Agency.code == "dishub")).one()
    agency.letter_copies = "Bupati Balangan;\n\n Yth. Inspektur Daerah.\nArsip"
    a_complaint(at="send_answer", agencies=("dishub", "dplh"))
    papers = db.session.scalars(select(Paper).where(Paper.kind == "answer_letter").order_by(Paper.id)).all()
    with_copies, without = [text_of(drawn(paper)) for paper in papers]
    assert "Tembusan: 1. Yth. Bupati Balangan; 2. Yth. Inspektur Daerah; dan 3. Yth. Arsip." in with_copies
    assert "Tembusan" not in without


def test_the_answer_to_the_reporter_names_the_case_and_nobody(context: Flask) -> None:
    case = a_complaint(at="answered", agencies=("dishub",), confidentiality="secret")
    said = text_of(drawn(asked(case, "reporter_answer", event_of(case, "reply"))))
    number = db.session.scalars(select(Letter.number)).one()
    for words in (f"Kepada : Pelapor aduan {case.complaint.number}", "Sudah ditangani.", f"Perhubungan {number}"):
        assert words in said, words
    assert "Aminah" not in said


def test_the_answer_to_the_reporter_is_a_slip_and_no_letter_of_the_office(context: Flask) -> None:
    """The Admin signs for nobody: no letterhead, no signature, but who sent it, how, and by whose disposition."""
    case = a_complaint(at="answered", agencies=("dishub",))
    said = text_of(drawn(asked(case, "reporter_answer", event_of(case, "reply"))))
    assert "PEMERINTAH KABUPATEN" not in said
    assert "NIP" not in said
    for words in (
        "Disampaikan oleh : Melati Cendana, Admin Layanan Aduan",
        "melalui Situs web",
        "Atas disposisi : Kepala Dinas Komunikasi, Informatika, Statistik dan Persandian (contoh), Surya Meranti",
        "bukan surat dinas",
    ):
        assert words in said, words


def test_a_draft_is_marked_and_has_neither_number_nor_name(context: Flask) -> None:
    case = a_complaint(at="sign_answer", agencies=("dishub",))
    draft = db.session.scalars(select(Letter)).one()
    said = text_of(drawn(asked(case, "draft_letter", draft.id, "sekretaris.dishub")))
    assert "KONSEP" in said
    assert "Nomor : ......" in said
    assert "NIP" not in said
    assert "(belum ditandatangani)" in said


def test_the_sop_sheet_is_the_printed_one(context: Flask) -> None:
    version = db.session.scalars(select(SopVersion)).one()
    pdf = drawn(ask_for_sop_sheet(version, utc_now()))
    said = text_of(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2
    for words in (
        "Menerima aduan, mengidentifikasi aduan dan mendokumentasikan atau meregister",
        "Memeriksa kelengkapan identitas pengadu",
        "7 hari 8 jam 30 menit",
        "Undang-undang Nomor 40 Tahun 1999 tentang Pers",
        "Laporan identifikasi permasalahan bulanan",
        "paling lambat 14 hari",
        "1. Kelambanan dalam menanggapi aduan",
        "MUHAMMAD NOR, S.SOS, MM",
        "NIP. 19710823 199303 1 005",
        "Kepala Seksi Komunikasi Publik dan Pelayanan Pengaduan",
        "jalur cepat distribusi pengaduan ke OPD/Instansi/BUMD",
    ):
        assert words in said, words
    assert re.search(r"Pengesahan\s+Plt\. Kepala Dinas Komunikasi", said)
    blank = r"Nomor SOP\s+Tanggal Pembuatan\s+Tanggal Revisi\s+Tanggal Pengesahan\s+Pengesahan\s+Plt\."
    assert re.search(blank, said), "number and dates are blank, as on the printed sheet"
    assert said.count("Dokumen, Disposisi") == 7
    assert said.count("Konsep surat tanggapan") == 1
    assert said.count("60 menit") == 8
    assert ask_for_sop_sheet(version, utc_now()).id == db.session.scalars(select(Paper.id)).one()


def test_a_sheet_keeps_its_columns_when_roles_change_later(context: Flask) -> None:
    version = db.session.scalars(select(SopVersion)).one()
    version.actor_headings = ""
    paper = ask_for_sop_sheet(version, utc_now())
    before = html_of(PaperKind.SOP_SHEET, paper.frozen)
    head = db.session.scalars(select(ActorRow).where(ActorRow.code == "section_head")).one()
    head.label_id, head.order = "Ketua Tim", 1
    db.session.commit()
    forget_version()
    assert "Kepala Seksi" in before
    assert html_of(PaperKind.SOP_SHEET, paper.frozen) == before


def test_a_paper_is_made_once_a_cause(context: Flask) -> None:
    case = a_complaint()
    first, second = asked(case, "receipt", case.id), asked(case, "receipt", case.id, "kadis")
    assert first.id == second.id
    assert db.session.execute(select(func.count()).select_from(Paper)).scalar_one() == 1


@pytest.mark.parametrize(
    ("kind", "cause"), [("receipt", 0), ("disposition", 10**9), ("daily_register", 1), ("x", 1), ("draft_letter", 1)]
)
def test_there_is_no_paper_of_what_did_not_happen(context: Flask, kind: str, cause: int) -> None:
    with pytest.raises(ActionRefused):
        asked(a_complaint(), kind, cause)
    assert db.session.execute(select(func.count()).select_from(Paper)).scalar_one() == 0


def test_an_agency_gets_no_draft_of_another_one(context: Flask) -> None:
    case = a_complaint(at="sign_answer", agencies=("dishub", "dplh"))
    draft = db.session.scalars(select(Letter.id).where(Letter.agency_code == "dplh")).one()
    with pytest.raises(ActionRefused):
        asked(case, "draft_letter", draft, "kepala.dishub")
    assert asked(case, "draft_letter", draft, "kepala.dplh").agency_code == "dplh"


def test_the_same_content_gives_the_same_bytes_in_any_process(context: Flask) -> None:
    case = a_complaint(at="send_answer", agencies=("dishub",))
    frozen = db.session.scalars(select(Paper.frozen)).one()
    html = html_of(PaperKind.ANSWER_LETTER, frozen)
    assert case.complaint.number in html
    first = render_pdf(html)
    assert render_pdf(html) == first
    assert render_in_subprocess(html) == first


def test_a_file_says_nothing_of_anybody_and_is_open_to_all_readers(context: Flask) -> None:
    case = a_complaint(at="send_answer", agencies=("dishub",))
    reader = PdfReader(io.BytesIO(drawn(db.session.scalars(select(Paper)).one())))
    assert set(reader.metadata or {}) == {"/Title", "/Author", "/Creator", "/Producer", "/CreationDate", "/Keywords"}
    assert (reader.metadata or {})["/Keywords"].startswith("http://localhost/verifikasi/")
    assert (reader.metadata or {})["/Author"] == "Dinas Perhubungan"
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "id"  # type: ignore[index]
    xmp = root["/Metadata"].get_object().get_data().decode()  # type: ignore[index]
    for mark in ('pdfaid:part="3"', 'pdfaid:conformance="A"', 'pdfuaid:part="1"'):
        assert mark in xmp
    for name in ("Aminah", case.complaint.title):
        assert name not in xmp


def heavy(mark: str, **words: Any) -> Paper:
    """An answer letter with a body of our choosing."""
    if not db.session.scalars(select(Paper)).first():
        a_complaint(at="send_answer", agencies=("dishub",))
    frozen = db.session.scalars(select(Paper.frozen).order_by(Paper.id)).first() or {}
    return make_paper(PaperKind.ANSWER_LETTER, f"test:{mark}", {**frozen, **words}, at=utc_now())


def test_a_paper_past_its_pages_fails_in_words_and_can_be_tried_again(context: Flask) -> None:
    paper = heavy("pages", body="Isi.\n\n" * 4000)
    assert draw_paper(paper.id) == "failed"
    assert paper.error == "pages"
    assert draw_paper(paper.id) == "elsewhere"
    draw_again(paper.id)
    assert (paper.state, paper.tries, paper.error) == ("queued", 0, None)


def test_a_paper_whose_worker_dies_each_time_is_given_up(context: Flask) -> None:
    paper = heavy("dies")
    db.session.execute(text("UPDATE paper SET tries = 3 WHERE id = :id"), {"id": paper.id})
    db.session.commit()
    assert draw_paper(paper.id) == "failed"
    assert paper.error == "ended"


def test_a_paper_of_a_later_release_waits_for_a_worker_that_knows_its_layout(context: Flask) -> None:
    """While a release is rolled out, old workers run beside new web processes."""
    paper = heavy("later", layout=LAYOUT + 1)
    assert draw_paper(paper.id) == "elsewhere"
    assert (paper.state, paper.tries) == ("queued", 0)


LIMITED = """
from app.core import resource_limits as limits
from app.papers import render
render.render_pdf("<title>x</title><p>x</p>")
page = '<html lang="id"><title>x</title><body>' + '<p>berat</p>' * 120000
try:
    render.draw_pdf(page, 10**6, seconds={seconds}, megabytes={megabytes})
except limits.DrawingRefused as refused:
    print(refused.reason)
"""


@pytest.mark.parametrize(("seconds", "megabytes", "reason"), [(2, 4000, "time"), (60, 60, "memory")])
def test_a_drawing_is_stopped_at_its_limits(seconds: int, megabytes: int, reason: str) -> None:
    """In a process of its own, as in a worker."""
    code = LIMITED.format(seconds=seconds, megabytes=megabytes)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.strip() == reason, done.stderr[-500:]


HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "</style><style>body{display:none}</style>",
    '<link rel="attachment" href="file:///etc/passwd">',
    '<svg><image href="file:///etc/passwd"/></svg>',
    "url(file:///etc/passwd) @import 'http://127.0.0.1:9/'",
    "مرحبا بكم في بالانجان",
    "🚧 jalan rusak 🏚️",
    "<div>" * 40,
    "Muhammad Abdurrahman Syarifuddin " * 6,
    "a" * 280,
]
PAPERS = ("disposition", "reporter_answer", "draft_letter", "sop_sheet")


@pytest.mark.parametrize(
    ("kind", "texts"),
    [("receipt", HOSTILE), *((kind, [" ".join(HOSTILE[:8])]) for kind in PAPERS)],
    ids=["receipt, one by one", *PAPERS],
)
def test_hostile_text_in_every_field_stays_text(context: Flask, kind: str, texts: list[str]) -> None:
    frozen = paper_of(kind).frozen
    for hostile in texts:
        pdf = render_pdf(html_of(PaperKind(kind), poisoned(frozen, hostile)))
        assert b"/EmbeddedFile" not in pdf, hostile
        said = text_of(pdf)
        assert "root:x:" not in said, hostile
        assert "AKHIR" in said, hostile
        assert "{{7*7}}" in said.replace(" ", "") or "{{" not in hostile, hostile


def paper_of(kind: str) -> Paper:
    if kind == "sop_sheet":
        return ask_for_sop_sheet(db.session.scalars(select(SopVersion)).one(), utc_now())
    case = a_complaint(at="sign_answer" if kind == "draft_letter" else "answered", agencies=("dishub",))
    causes = {
        "receipt": lambda: case.id,
        "disposition": lambda: event_of(case, "direct"),
        "reporter_answer": lambda: event_of(case, "reply"),
        "draft_letter": lambda: db.session.scalars(select(Letter.id)).one(),
    }
    return asked(case, kind, causes[kind]())


# Words of a vocabulary, instants and numbers are ours; everything else somebody typed.
OURS = frozenset(
    {
        "channel",
        "classification",
        "confidentiality",
        "urgency",
        "kind",
        "status",
        "paper",
        "emblem",
        "step",
        "code",
        "of",
        "back_to",
        "actor",
        "allowance_unit",
        "route",
        "site",
    }
)


def poisoned(value: Any, hostile: str, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: poisoned(inner, hostile, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, hostile, name) for inner in value]
    ours = name in OURS or name == "at" or name.endswith(("_at", "_on", "_date"))
    return value if ours or not isinstance(value, str) else f"{hostile} AKHIR"


def test_two_hundred_thousand_characters_are_drawn_or_refused_in_words(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The machine's own minute would be spent on it.
    monkeypatch.setattr("app.papers.render.WithinLimits", lambda *_: WithinLimits(seconds=4))
    for mark, body in (("words", "kata panjang sekali " * 10_000), ("one", "a" * 200_000)):
        paper = heavy(mark, body=body)
        assert draw_paper(paper.id) in ("ready", "failed")
        assert paper.state == "ready" or paper.error in ("time", "memory", "pages")


FORKED = """
import os, signal, sys
from app.papers import render
render.load()
child = os.fork()
if child == 0:
    signal.alarm(30)
    drawn = render.render_pdf('<html lang="id"><title>x</title><p>isi</p></html>')
    os._exit(0 if drawn.startswith(b"%PDF-") else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_job_that_was_forked_from_a_loaded_worker_can_draw() -> None:
    """Pango looks for fonts in a thread, and threads do not come along when a worker forks."""
    done = subprocess.run([sys.executable, "-c", FORKED], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0


def test_every_kind_of_paper_is_made_by_a_function(context: Flask) -> None:
    """The registers bring theirs when the program is put together. A free report is an export."""
    assert set(MAKERS) == set(PaperKind) - {PaperKind.FREE_REPORT}


@pytest.mark.parametrize("cause", ["", "x", "-1", "\u0661", "9" * 19, "9" * 5000, "0" * 5000])
def test_a_cause_that_no_row_can_have_is_a_bad_request(
    context: Flask, as_user: Callable[[str], FlaskClient], cause: str
) -> None:
    case = a_complaint()
    answer = as_user("admin.aduan").post(f"/kertas/minta/{case.id}", data={"kind": "receipt", "cause": cause})
    assert answer.status_code == 400
