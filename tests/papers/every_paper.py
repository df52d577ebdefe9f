"""The content of every paper, made by the real operations from one case of five agencies, short and long."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.casefile.case import load_case
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Agency, ComplaintEvent, Letter, Paper, PaperKind, RegisterKind, SopVersion
from app.papers.case_papers import ask_for_paper
from app.papers.sop_papers import ask_for_sop_sheet
from app.reporting.registers.make import make_register
from tests.factories import Case, a_complaint
from tests.office_zone import OFFICE_ZONE

FIVE = ("dpuprperkim", "dishub", "dplh", "disdukcapil", "dinkes")
WHEN = datetime(2026, 11, 24, 10, 0, tzinfo=OFFICE_ZONE)
LATER = datetime(2026, 12, 1, 9, 0, tzinfo=OFFICE_ZONE)
COPIES = "Bupati Balangan (sebagai laporan)\nInspektur Daerah Kabupaten Balangan"
CODES = ("500.12/001/DISKOMINFOSAN-BLG/2026", "DISDUKCAPI/L", "LB-2026-000001", "DPPPAPPKBPMD-BLG/XI/2026")
"""Codes that the long texts hold in many places of a line, so that some of them meet its end."""

Contents = dict[str, tuple[PaperKind, dict[str, Any]]]


def contents() -> Contents:
    """Kind and frozen content of every paper by a name, as they come with short texts."""
    for agency in db.session.scalars(select(Agency).where(Agency.code.in_(FIVE))):
        agency.letter_copies = COPIES
    db.session.commit()
    case = a_complaint(at="sign_answer", agencies=FIVE, received=WHEN, confidentiality="secret", field_visit=True)
    found: Contents = {"draft": _asked(case, "draft_letter", _letters(case)[0].id, f"kepala.{FIVE[0]}")}
    _finish(case)
    found |= _of_letters(case) | dict(_of_events(case))
    found["receipt"] = _asked(case, "receipt", case.id)
    for kind in RegisterKind:
        register = make_register(kind, date(2026, 11, 24), demo_person("kabid"), LATER)
        found[f"{kind.value} register"] = _content(db.session.get_one(Paper, register.paper_id))
    found["sop sheet"] = _content(ask_for_sop_sheet(db.session.scalars(select(SopVersion)).one(), LATER))
    return found


def _finish(case: Case) -> None:
    for agency in FIVE:
        case.act("agency_head", "sign", house=agency, now=WHEN)
        case.act("agency_admin", "send", house=agency, now=WHEN)
    case.act("office_head", "dispose_answer", instruction="Jawab.", now=WHEN)
    case.act("complaint_admin", "reply", text="Sudah ditangani.", proof="Dicatat.", now=WHEN)


def _letters(case: Case) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.complaint_id == case.id).order_by(Letter.id)))


def _of_letters(case: Case) -> Contents:
    """A letter signed in each way: initials stand on all but the first."""
    letter = _letters(case)[0]
    assert letter.paper is not None
    kind, signed = _content(letter.paper)
    initials = [{**signed["signatory"], "at": signed["signed_at"]}]
    more = {method: (kind, {**signed, "signing": method, "initials": initials}) for method in ("certificate", "bsre")}
    return {"letter": (kind, signed), **more}


def _of_events(case: Case) -> Iterator[tuple[str, tuple[PaperKind, dict[str, Any]]]]:
    for act in ("direct", "dispose", "dispose_answer", "reply"):
        wanted = select(ComplaintEvent.id).where(ComplaintEvent.complaint_id == case.id, ComplaintEvent.kind == act)
        cause = db.session.scalars(wanted.order_by(ComplaintEvent.seq)).first() or 0
        yield act, _asked(case, "reporter_answer" if act == "reply" else "disposition", cause)


def _asked(case: Case, kind: str, cause: int, by: str = "admin.aduan") -> tuple[PaperKind, dict[str, Any]]:
    return _content(ask_for_paper(load_case(case.id, demo_person(by), LATER), kind, cause, LATER))


def _content(paper: Paper) -> tuple[PaperKind, dict[str, Any]]:
    return PaperKind(paper.kind), paper.frozen


def lengthened(kind: PaperKind, frozen: dict[str, Any]) -> dict[str, Any]:
    """The content with texts that fill more than a page, a title of 280 characters and the longest agency's name."""
    longer = {**frozen, **{name: LONG_TEXT for name in ("body", "text", "note") if name in frozen}}
    longer |= {
        name: LONG_TITLE for name in ("title", "subject") if frozen.get(name) and kind is not PaperKind.SOP_SHEET
    }
    if kind is not PaperKind.SOP_SHEET:
        longer["agency"] = {**frozen["agency"], "name": LONG_NAME}
    if "texts" in frozen:
        longer["texts"] = {key: f"{LONG_SLOT}\n\n{text}" for key, text in frozen["texts"].items()}
    if "asks" in frozen:
        longer["asks"] = [*frozen["asks"], *(f"{ask}: {LONG_SLOT}" for ask in frozen["asks"])]
    if "tables" in frozen:
        longer["tables"] = {name: rows * 4 for name, rows in frozen["tables"].items()}
    if kind is PaperKind.SOP_SHEET:
        longer["steps"] = frozen["steps"] * 2
    return longer


LONG_SLOT = "Layanan kami buka Senin sampai Jumat di Paringin Timur, juga untuk yang datang tanpa janji. " * 3
LONG_TITLE = (
    "Penanganan jalan rusak dan lampu jalan padam di simpang Paringin Kota sampai pasar " * 3 + "(LB-2026-000001)"
)
LONG_NAME = (
    "Dinas Pemberdayaan Perempuan dan Perlindungan Anak, Pengendalian Penduduk dan Keluarga Berencana serta "
    "Pemberdayaan Masyarakat dan Desa"
)
_SENTENCE = "Petugas kami sudah meninjau lokasi bersama ketua RT 02 dan menandai lubang yang harus segera ditutup {}. "
_ITEMS = (
    "1. Penambalan lubang di depan sekolah dengan nomor pekerjaan {0} pada minggu pertama bulan depan;\n"
    "2. Pemasangan rambu:\n\ta. dua rambu di simpang menurut {1};\n\tb. satu rambu di pasar\n\t   bersama {2};\n"
    "3. Pemeriksaan ulang oleh pengawas.\n\n"
    "Hari/tanggal\t: Selasa, 24 November 2026\nTempat\t\t: Aula kantor ({3})\nAcara          : Rapat tindak lanjut\n"
)
LONG_TEXT = "\n\n".join(
    "".join(_SENTENCE.format(" ".join(CODES[: 1 + place % 4])) for place in range(first, first + 5))
    + "\n\n"
    + _ITEMS.format(*CODES)
    for first in range(1, 5)
)
