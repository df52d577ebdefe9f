"""What an administrator still has to do before a new office begins to work."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext
from sqlalchemy import exists, select

from app.access.people import acting_roles
from app.core.clock import office_today
from app.core.extensions import db
from app.core.office import current_office
from app.models import Agency, BackupRun, Complaint
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
    any_case, any_backup = exists(select(Complaint.id)), exists(select(BackupRun.id))
    head = select(Agency.id, Agency.address, any_case, any_backup).where(Agency.code == current_office().head_office)
    agency_id, address, has_case, has_backup = db.session.execute(head.execution_options(unscoped=True)).first() or (
        *(None, "", False, False),
    )
    items = [*_of_people(agency_id, address, has_case), *_of_machine(has_backup)]
    return items if any(not item.done for item in items) else []


def _of_people(agency_id: int | None, address: str, has_case: bool) -> Iterator[Item]:
    yield Item(
        gettext("Lengkapi kop surat"),
        gettext("Alamat dan telepon Dinas Kominfo tampil di setiap surat kantor."),
        f"/surat-opd/{agency_id}" if agency_id else "/kantor/list/",
        bool(address),
    )
    without = {step.actor for step in active_sop().steps} - acting_roles()
    yield Item(
        gettext("Buat akun petugas"),
        gettext("Setiap langkah perlu satu petugas; yang belum ada: %(count)s pelaksana.", count=len(without)),
        "/petugas/baru",
        not without,
    )
    yield Item(
        gettext("Periksa hari libur"),
        gettext("Batas waktu dihitung tanpa hari libur dan cuti bersama."),
        "/hari-libur/list/",
        missing_holiday_year(office_today()) is None,
    )
    yield Item(
        gettext("Catat satu aduan percobaan"),
        gettext("Jalankan sekali sampai selesai, bersama semua petugas."),
        "/aduan/",
        has_case,
    )


def _of_machine(has_backup: bool) -> Iterator[Item]:
    settings = current_app.config
    for name, says, done in (
        (gettext("Sambungkan surel"), "SMTP_URL", bool(settings["SMTP_URL"])),
        (gettext("Jadwalkan cadangan"), "BACKUP_FOLDER", has_backup),
        (gettext("Pasang sertifikat"), "PUBLIC_BASE_URL", settings["PUBLIC_BASE_URL"].startswith("https://")),
        (gettext("Sambungkan pemindai virus"), "CLAMAV_URL", bool(settings["CLAMAV_URL"])),
    ):
        told = gettext("Diatur di mesin dengan %(setting)s; lihat docs/operation.md.", setting=says)
        yield Item(name, told, "/kesehatan/", done)
