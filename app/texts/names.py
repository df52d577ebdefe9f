"""The published list of names that texts may hold, with type and explanation of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from app.texts.placeholders import FORMATS, Allowed, ValueType


@dataclass(frozen=True)
class Name:
    """A value object: a name that texts may hold, with the type of its value and an explanation (lazy text)."""

    name: str
    type: ValueType
    says: Any

    @property
    def written(self) -> tuple[str, ...]:
        """How it may be written in a text: plain, and with each format."""
        return ("{" + self.name + "}", *("{" + f"{self.name}|{form}" + "}" for form in FORMATS[self.type]))


NAMES = {
    name.name: name
    for name in (
        Name("complaint.number", ValueType.TEXT, _("Nomor aduan; kosong bila tidak boleh disebut dalam pesan itu")),
        Name("complaint.received", ValueType.MOMENT, _("Kapan aduan diterima")),
        Name("sp4n.number", ValueType.TEXT, _("Nomor laporan di SP4N-LAPOR!; kosong bila tidak ada")),
        Name("category.name", ValueType.TEXT, _("Kategori aduan")),
        Name("place.name", ValueType.TEXT, _("Desa atau kelurahan, dan kecamatan")),
        Name("step.name", ValueType.TEXT, _("Nama langkah SOP")),
        Name("step.overdue_days", ValueType.NUMBER, _("Hari kerja sejak batas waktu terlewat")),
        Name("deadline", ValueType.MOMENT, _("Batas waktu langkah")),
        Name("today", ValueType.DATE, _("Tanggal hari ini")),
        Name("agency.name", ValueType.TEXT, _("Nama OPD yang menangani")),
        Name("office.name", ValueType.TEXT, _("Nama dinas pengelola aduan")),
        Name("officer.name", ValueType.TEXT, _("Nama petugas")),
        Name("delegation.decree", ValueType.TEXT, _("Nomor keputusan pelimpahan")),
        Name("report.title", ValueType.TEXT, _("Judul laporan")),
        Name("visit.asked", ValueType.TEXT, _("Ada bila tinjauan lapangan diminta")),
        Name("letter.numbers", ValueType.TEXT, _("Nomor surat tanggapan OPD yang menjadi dasar jawaban")),
        Name("tracking.address", ValueType.LINK, _("Alamat halaman lacak")),
        Name("site.address", ValueType.LINK, _("Alamat situs ini")),
    )
}
BRACES = (
    Name("brace.open", ValueType.TEXT, _("Kurung kurawal buka sebagai tanda baca")),
    Name("brace.close", ValueType.TEXT, _("Kurung kurawal tutup sebagai tanda baca")),
)
"""Allowed in every text."""


def allowed(names: Iterable[str]) -> Allowed:
    """Return the types of these names of the published list, by name."""
    return {name: NAMES[name].type for name in names}


OF_STANDARD_TEXTS = (
    "complaint.number",
    "complaint.received",
    "category.name",
    "place.name",
    "agency.name",
    "office.name",
    "officer.name",
    "deadline",
    "today",
)
"""Names that a standard answer or letter may hold."""
