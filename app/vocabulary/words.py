"""Display names of all code values; written in Indonesian, translated to English."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

Labels = Mapping[str, LazyString]

STANDINGS: Labels = {
    "reporter": _("Pelapor"),
    "system": _("Sistem"),
    "supervisor": _("Pengawas"),
    "administrator": _("Administrator sistem"),
    "integration": _("Integrasi"),
}
"""Who acts or signs in without a role in the process."""

ORGANISATIONS: Labels = {"office": _("Dinas"), "agency": _("OPD")}

STATUSES: Labels = {
    "registering": _("Menunggu registrasi"),
    "checking": _("Menunggu pemeriksaan"),
    "reporting": _("Menunggu laporan ke pimpinan"),
    "directing": _("Menunggu arahan"),
    "relaying": _("Menunggu diteruskan"),
    "with_agencies": _("Dikerjakan OPD"),
    "disposing_answer": _("Tanggapan menunggu disposisi"),
    "replying": _("Menunggu jawaban kepada pelapor"),
    "waiting_for_reporter": _("Menunggu pelapor"),
    "answered": _("Sudah dijawab"),
    "closed": _("Ditutup"),
    "archived": _("Diarsipkan"),
    "merged": _("Digabung"),
    "withdrawn": _("Dicabut pelapor"),
}

TRACK_STATES: Labels = {
    "directed": _("Diarahkan"),
    "received": _("Diterima"),
    "disposed": _("Didisposisi"),
    "drafting": _("Menyusun tanggapan"),
    "signing": _("Menunggu tanda tangan"),
    "signed": _("Ditandatangani"),
    "sent": _("Tanggapan dikirim"),
    "declined": _("Menolak"),
    "dropped": _("Dilepas"),
}

CLASSIFICATIONS: Labels = {
    "complaint": _("Pengaduan"),
    "aspiration": _("Aspirasi"),
    "information_request": _("Permintaan informasi"),
}

CONFIDENTIALITIES: Labels = {
    "open": _("Terbuka"),
    "anonymous": _("Anonim"),
    "secret": _("Rahasia"),
}

ROUTES: Labels = {"fast": _("Langsung ke OPD (jalur cepat)"), "via_admin": _("Melalui Admin IKP")}

DELEGATION_KINDS: Labels = {"plt": _("Plt."), "plh": _("Plh."), "an": _("a.n.")}

AGENCY_KINDS: Labels = {
    "opd": _("OPD"),
    "kecamatan": _("Kecamatan"),
    "kelurahan": _("Kelurahan"),
    "desa": _("Desa"),
    "bumd": _("BUMD"),
    "unit": _("Unit pelayanan"),
}

HOLIDAY_KINDS: Labels = {
    "public": _("Libur nasional"),
    "collective_leave": _("Cuti bersama"),
    "local": _("Libur setempat"),
}

SOP_STATES: Labels = {"draft": _("Konsep"), "active": _("Berlaku"), "retired": _("Tidak berlaku lagi")}

UNITS: Labels = {"working_minutes": _("menit kerja"), "working_days": _("hari kerja")}

TIME_STATES: Labels = {
    "safe": _("Aman"),
    "near": _("Mendekati"),
    "late": _("Lewat"),
    "paused": _("Dijeda"),
}

CHOICES: Mapping[str, Labels] = {
    "route": ROUTES,
    "classification": CLASSIFICATIONS,
    "confidentiality": CONFIDENTIALITIES,
}

FILE_STATES: Labels = {
    "waiting": _("Menunggu pemeriksaan"),
    "clean": _("Sudah diperiksa"),
    "quarantined": _("Ditahan"),
    "failed": _("Tidak dapat dibuka"),
}

FILE_REASONS: Labels = {
    "virus": _("Pemeriksa virus menemukan sesuatu di dalamnya."),
    "active": _("Berkas ini berisi skrip atau berkas sisipan."),
    "locked": _("Berkas ini terkunci kata sandi."),
    "too_large": _("Berkas ini terlalu besar untuk dibuka dengan aman."),
    "unreadable": _("Berkas ini rusak."),
    "gone": _("Berkas ini tidak lagi tersimpan."),
}


LARGEST_BADGE = 999
"""Highest count shown on a badge; the query, which runs for every page, stops counting there."""
