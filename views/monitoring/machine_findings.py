"""State of disks, clock, certificates and the archive of the database's log as text for the health page."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext

from app.core.clock import office_time
from app.monitoring import machine
from app.web.formats import in_sentence, near_moment
from views.monitoring.part_findings import Line


def machine_states(now: datetime, redis: bool) -> Iterator[Line]:
    """Yield (part, state, sentence) of the disks, the clock, and what is set up of certificates and archive. `redis`
    says whether Redis answers, which remembers the certificate.
    """
    yield "disk", *_disks()
    difference = abs(machine.clock_difference())
    if difference > machine.CLOCK_TOLERANCE:
        seconds = int(difference.total_seconds())
        yield "clock", "broken", gettext("Berbeda %(seconds)s detik dari jam basis data.", seconds=seconds)
    else:
        yield "clock", "ok", gettext("Sama dengan jam basis data.")
    if redis and (certificate := machine.find_certificate()):
        yield "certificate", *_certificate(certificate, now)
    if (ends := machine.find_signing_end(now)) is not None and ends - now < machine.ENDS_SOON:
        said = gettext("Sertifikat tanda tangan seorang petugas berakhir %(when)s.", when=_day(ends))
        yield "signers", "warn", said
    waiting = machine.find_unarchived()
    if waiting > machine.ARCHIVE_LATE:
        minutes = int(waiting.total_seconds() // 60)
        said = gettext("Log basis data sudah %(minutes)s menit tidak sampai di tempat kedua.", minutes=minutes)
        yield "archive", "broken", said


def _disks() -> tuple[str, str]:
    """Return (state, sentence) of all disks, the one with the least room first."""
    disks = sorted(machine.disks(), key=lambda disk: disk.free / disk.size)
    said = "; ".join(
        gettext("%(folder)s: %(percent)s %% kosong", folder=disk.name, percent=round(100 * disk.free / disk.size))
        for disk in disks
    )
    return "broken" if any(disk.is_full for disk in disks) else "ok", f"{said}."


def _certificate(found: machine.PublicCertificate, now: datetime) -> tuple[str, str]:
    at = in_sentence(near_moment(found.at, now))
    if found.fault == "untrusted":
        return "broken", gettext("Tidak dipercaya peramban, diperiksa %(when)s.", when=at)
    if found.ends_at is None:
        return "warn", gettext("Alamat publik tidak terjangkau dari mesin ini, diperiksa %(when)s.", when=at)
    said = gettext("Berlaku sampai %(day)s, diperiksa %(when)s.", day=_day(found.ends_at), when=at)
    if found.fault:
        said += " " + gettext("Kini alamat publik tidak terjangkau dari mesin ini.")
    soon = found.ends_at - now < machine.ENDS_SOON
    urgent = found.ends_at - now < timedelta(days=3)
    return "broken" if urgent else "warn" if soon or found.fault else "ok", said


def _day(at: datetime) -> str:
    return f"{office_time(at):%d-%m-%Y}"
