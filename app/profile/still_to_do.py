"""What an administrator still has to do before a new office begins to work."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext
from sqlalchemy import exists, select

from app.access.people import holders_of
from app.access.process_rows import agency_actors
from app.core.clock import office_today
from app.core.extensions import db
from app.core.office import current_office
from app.models import Agency, BackupRun, Complaint, OfficerProfile
from app.reference.calendar import missing_holiday_year
from app.reference.sop import active_sop


@dataclass(frozen=True)
class Item:
    """A value object: one thing to do, with the page where it is done and what it is for."""

    name: str
    says: str
    path: str
    done: bool


def still_to_set_up() -> list[Item]:
    """Return all items, done and open, in the order of the work; [] once nothing is open."""
    items = [*_of_people(), *_of_machine()]
    return items if any(not item.done for item in items) else []


def _of_people() -> Iterator[Item]:
    head = db.session.scalars(select(Agency).where(Agency.code == current_office().head_office)).first()
    yield Item(
        gettext("Lengkapi kop surat"),
        gettext("Alamat dan telepon Dinas Kominfo tampil di setiap surat kantor."),
        f"/surat-opd/{head.id}" if head else "/kantor/list/",
        bool(head and head.address),
    )
    without = sorted({step.actor for step in active_sop().steps if not _has_officer(step.actor)})
    yield Item(
        gettext("Buat akun petugas"),
        gettext("Setiap langkah perlu satu petugas; yang belum ada: %(count)s pelaksana.", count=len(without)),
        "/petugas/baru",
        not without,
    )
    year = missing_holiday_year(office_today())
    yield Item(
        gettext("Periksa hari libur"),
        gettext("Batas waktu dihitung tanpa hari libur dan cuti bersama."),
        "/hari-libur/list/",
        year is None,
    )
    yield Item(
        gettext("Catat satu aduan percobaan"),
        gettext("Jalankan sekali sampai selesai, bersama semua petugas."),
        "/aduan/",
        bool(db.session.scalar(select(exists(select(Complaint.id))).execution_options(unscoped=True))),
    )


def _has_officer(actor: str) -> bool:
    if actor not in agency_actors():
        return bool(holders_of(actor, None))
    codes = db.session.scalars(select(OfficerProfile.agency_code).distinct())
    return any(holders_of(actor, code) for code in codes if code)


def _of_machine() -> Iterator[Item]:
    settings = current_app.config
    backed_up = bool(db.session.scalar(select(exists(select(BackupRun.id)))))
    for name, says, done in (
        (gettext("Sambungkan surel"), "SMTP_URL", bool(settings["SMTP_URL"])),
        (gettext("Jadwalkan cadangan"), "BACKUP_FOLDER", backed_up),
        (gettext("Pasang sertifikat"), "PUBLIC_BASE_URL", settings["PUBLIC_BASE_URL"].startswith("https://")),
        (gettext("Sambungkan pemindai virus"), "CLAMAV_URL", bool(settings["CLAMAV_URL"])),
    ):
        told = gettext("Diatur di mesin dengan %(setting)s; lihat docs/operation.md.", setting=says)
        yield Item(name, told, "/kesehatan/", done)
