"""Reviewed reference data read from JSON files into frozen rows, without touching the database.

A wrong file raises ReferenceDataError with the name of the faulty row, which ends the command `migrate`.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import holidays

from workflow_rules.time.national_clock import NationalClass

HERE = Path(__file__).parent
AGENCY_KINDS = ("opd", "kecamatan", "kelurahan", "desa", "bumd", "unit")
NATIONAL_CLASSES = tuple(NationalClass)
Row = TypeVar("Row")


class ReferenceDataError(ValueError):
    """Raised when a seed file lacks a value, contradicts itself or contradicts another file; the text names the faulty
    row.
    """


@dataclass(frozen=True)
class Postal:
    """A value object: postal address and contacts that are printed in an agency's letterhead."""

    address: str
    city: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class AgencyRow:
    """A value object: one agency of the seed file, with the settings of its letters; `parent` is the parent's code,
    None at the top of the tree.
    """

    code: str
    name: str
    short_name: str
    kind: str
    parent: str | None
    postal: Postal
    letter_suffix: str
    classification_code: str
    paper: str


@dataclass(frozen=True)
class VillageRow:
    """A value object: a desa or kelurahan of the seed file with its national code."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class DistrictRow:
    """A value object: a kecamatan of the seed file with its villages; `official_name` is its name in the regulation,
    `agency` the code of its agency.
    """

    code: str
    name: str
    official_name: str
    agency: str
    villages: tuple[VillageRow, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.code, *(village.code for village in self.villages))


@dataclass(frozen=True)
class CategoryRow:
    """A value object: a complaint category of SP4N-LAPOR! from the seed file, which has two levels; `parent` is None at
    the top level.
    """

    code: str
    name: str
    parent: str | None
    default_agency: str | None
    national_class: str


@dataclass(frozen=True)
class WeekRow:
    """A value object: office hours over a span of dates (None: unbounded), as [open, close] pairs of text by weekday.

    `confirmed` is False for a Ramadan span whose dates await the official decision (sidang isbat).
    """

    name: str
    begins: date | None
    ends: date | None
    hours: dict[str, list[list[str]]]
    confirmed: bool
    note: str


@dataclass(frozen=True)
class HolidayRow:
    """A value object: a date on which offices are closed; `kind` is `public`, `collective_leave` (cuti bersama) or
    `local`.
    """

    date: date
    name: str
    kind: str


@dataclass(frozen=True)
class WorkingHours:
    """A value object: office hours with their time zone (Perpres 21/2023), and further days on which the office is
    closed.
    """

    zone: str
    weeks: tuple[WeekRow, ...]
    local_closures: tuple[HolidayRow, ...]

    def as_calendar(self, closed: Iterable[HolidayRow]) -> dict[str, Any]:
        """Return the dict for `WorkingCalendar.from_dict`, closed on the given days and on the local closures."""
        days = {row.date.isoformat(): row.name for row in (*closed, *self.local_closures)}
        weeks = [
            {
                "from": week.begins and week.begins.isoformat(),
                "to": week.ends and week.ends.isoformat(),
                "hours": week.hours,
            }
            for week in self.weeks
        ]
        return {"zone": self.zone, "weeks": weeks, "closed_days": days}


def load_agencies(path: Path = HERE / "agencies.json") -> tuple[AgencyRow, ...]:
    """Read the seed file and return a tuple of AgencyRow in file order, each after its parent, which excludes cycles.

    Raises ReferenceDataError for a duplicate code, an unknown kind, or a parent that does not come before.
    """
    rows = tuple(row_of(AgencyRow, raw, postal=row_of(Postal, raw["postal"])) for raw in read_json(path)["agencies"])
    must_be_unique(row.code for row in rows)
    for position, row in enumerate(rows):
        must_be_known(row.kind, AGENCY_KINDS, f"kind of {row.code}")
        must_be_known(row.parent, {None} | {earlier.code for earlier in rows[:position]}, f"parent of {row.code}")
    return rows


def load_districts(path: Path = HERE / "districts.json") -> tuple[DistrictRow, ...]:
    """Read the seed file (which names source and licence) and return a tuple of DistrictRow with their villages.

    Raises ReferenceDataError for a duplicate code, an unknown agency, or a village code outside its district.
    """
    rows = tuple(
        row_of(DistrictRow, raw, villages=tuple(row_of(VillageRow, v) for v in raw["villages"]))
        for raw in read_json(path)["districts"]
    )
    must_be_unique(code for row in rows for code in row.codes)
    agencies = {agency.code for agency in load_agencies()}
    for row in rows:
        must_be_known(row.agency, agencies, f"agency of {row.code}")
        for village in row.villages:
            must_be_known(village.code[:8], (row.code,), f"district of {village.code}")
    return rows


def load_categories(path: Path = HERE / "categories.json") -> tuple[CategoryRow, ...]:
    """Read the seed file and return a tuple of CategoryRow in file order, main categories and their children.

    Raises ReferenceDataError for a duplicate code, an unknown agency or class, or a third level.
    """
    rows = tuple(row_of(CategoryRow, raw) for raw in read_json(path)["categories"])
    must_be_unique(row.code for row in rows)
    agencies = {agency.code for agency in load_agencies()}
    for row in rows:
        must_be_known(row.parent, {None} | {main.code for main in rows if main.parent is None}, f"parent of {row.code}")
        must_be_known(row.default_agency, agencies | {None}, f"agency of {row.code}")
        must_be_known(row.national_class, NATIONAL_CLASSES, f"class of {row.code}")
    return rows


def load_working_hours(path: Path = HERE / "working_hours.json") -> WorkingHours:
    """Read the seed file and return WorkingHours: the weeks in file order, where a later week takes precedence, and the
    local closures.
    """
    raw = read_json(path)
    closures = (HolidayRow(date.fromisoformat(r["date"]), r["name"], "local") for r in raw["local_closures"])
    weeks = []
    for week in raw["weeks"]:
        begins, ends = (week[end] and date.fromisoformat(week[end]) for end in ("from", "to"))
        weeks.append(WeekRow(week["name"], begins, ends, week["hours"], week["confirmed"], week["note"]))
    return WorkingHours(raw["zone"], tuple(weeks), tuple(closures))


def holidays_of(years: Iterable[int]) -> list[HolidayRow]:
    """Return a list of HolidayRow with the national holidays and cuti bersama of the years, one for each date, in order
    of date.

    Names are in Indonesian whatever the locale of the process. A future year has no cuti bersama until it is decreed;
    estimated Islamic dates are marked "(perkiraan)".
    """
    wanted = tuple(years)
    found: dict[date, HolidayRow] = {}
    for category, kind in (("government", "collective_leave"), ("public", "public")):
        days = holidays.country_holidays("ID", years=wanted, categories=(category,), language="id")
        found |= {day: HolidayRow(day, name, kind) for day, name in days.items()}
    return [found[day] for day in sorted(found)]


def read_json(path: Path) -> dict[str, Any]:
    """Return the parsed JSON object of a file as a dict.

    Raises OSError when the file cannot be read and json.JSONDecodeError when it is not JSON.
    """
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def row_of(kind: type[Row], raw: dict[str, Any], **made: Any) -> Row:
    """Return an instance of the row class `kind` with the raw keys, overridden by the converted values in `made`.

    Raises ReferenceDataError for a missing or unknown key.
    """
    try:
        return kind(**{**raw, **made})
    except TypeError as problem:
        raise ReferenceDataError(f"{kind.__name__} {raw.get('code') or raw.get('key')}: {problem}") from problem


def must_be_unique(values: Iterable[str]) -> set[str]:
    """Return the values as a set. Raises ReferenceDataError when a value occurs twice."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ReferenceDataError(f"{value!r} stands twice")
        seen.add(value)
    return seen


def must_be_known(value: object, choices: Collection[object], what: str) -> None:
    """Raise ReferenceDataError, naming `what`, unless the value is one of the choices."""
    if value not in choices:
        raise ReferenceDataError(f"{what}: {value!r} is unknown")


LEGAL_BASIS = """Undang-undang Nomor 40 Tahun 1999 tentang Pers
Undang-undang Nomor 14 Tahun 2008 tentang Keterbukaan Informasi Publik
Kode Etik Jurnalistik Dewan Pers
Peraturan Daerah Kabupaten Balangan Nomor 19 Tahun 2020 tentang Penyelenggaraan Keterbukaan Informasi Publik
Peraturan Bupati Balangan Nomor 51 Tahun 2017 tentang Kelompok Informasi Masyarakat"""


QUALIFICATIONS = """Pendidikan S1, D3 (Teknologi Informatika, Ilmu Komunikasi, Hukum, Sosial)
Pengetahuan Bidang Pelayanan Publik, Teknologi Informasi, dan Kehumasan"""


EQUIPMENT = "Pedoman, ATK, Komputer, Telepon, Faksimile, Internet"


WARNINGS = "1. Kelambanan dalam menanggapi aduan dan permasalahan masyarakat akan menyebabkan buruknya citra pemerintah"


RECORDS = """Laporan Monitoring permasalahan harian
Laporan identifikasi permasalahan bulanan"""


STEP_TEXTS = {
    "register": (
        "Menerima aduan, mengidentifikasi aduan dan mendokumentasikan atau meregister",
        *("Website", "Dokumen"),
        "Memeriksa kelengkapan identitas pengadu",
    ),
    "check": (
        "Memeriksa aduan yang telah tercatat/teregister",
        *("Dokumen", "Dokumen"),
        "",
    ),
    "report": (
        "Melaporkan aduan kepada pimpinan",
        *("Dokumen", "Dokumen"),
        "",
    ),
    "direct": (
        "Memberikan arahan kepada OPD/Instansi/BUMD terkait langsung atau melalui bidang IKP (Admin)",
        *("Dokumen", "Dokumen, Disposisi"),
        "",
    ),
    "relay": (
        "Meneruskan arahan Kepala Dinas kepada OPD/Instansi/BUMD terkait",
        *("Dokumen, Disposisi", "Dokumen, Disposisi"),
        "",
    ),
    "agency_receive": (
        "Menerima arahan aduan dan menyampaikan kepada pimpinan OPD",
        *("Dokumen, Disposisi", "Dokumen, Disposisi"),
        "",
    ),
    "agency_dispose": (
        "Mendisposisi aduan dan memberikan arahan kepada bidang terkait",
        *("Dokumen, Disposisi", "Dokumen, Disposisi"),
        "",
    ),
    "draft_answer": (
        "Menyusun tanggapan aduan sesuai arahan pimpinan",
        *("Dokumen, Disposisi", "Dokumen, Disposisi"),
        "Khusus aduan yang memerlukan tinjauan lapangan dan lintas OPD ditanggapi paling lambat 14 hari oleh OPD",
    ),
    "sign_answer": (
        "Menyetujui dan menandatangani tanggapan aduan",
        *("Konsep surat tanggapan", "Surat tanggapan"),
        "",
    ),
    "send_answer": (
        "Mengirimkan tanggapan aduan ke Dinas Kominfo",
        *("Surat Tanggapan", "Surat Tanggapan"),
        "",
    ),
    "dispose_answer": (
        "Menerima tanggapan aduan dari SKPD dan mendisposisi untuk ditanggapi",
        *("Surat tanggapan", "Surat disposisi"),
        "",
    ),
    "reply": (
        "Menanggapi aduan dan mendokumentasikan tanggapan aduan",
        *("Surat disposisi", "Tanggapan"),
        "Mendistribusikan jawaban sesuai media yang digunakan pengadu",
    ),
}
"""What the sheet prints of each step: procedure, completeness, output and remark."""

PRINTED = {
    "approved_by": "Kepala Dinas Komunikasi, Informatika, Statistik dan Persandian",
    "approver_capacity": "plt",
    "approver_name": "MUHAMMAD NOR, S.SOS, MM",
    "approver_nip": "197108231993031005",
    "flow_heading": 'Bagian Alur Pengelolaan Aspirasi dan Pengaduan "Lapor Balangan" pada SP4N LAPOR!',
    "office_heading": "Bidang Informasi dan Komunikasi Publik",
    "agency_heading": "OPD/Instansi/BUMD Terkait",
    "actor_headings": """Admin Layanan Aduan
Kepala Seksi Komunikasi Publik dan Pelayanan Pengaduan
Kepala Bidang Informasi dan Komunikasi Publik
Kepala Dinas
Admin Layanan Aduan OPD/Instansi/BUMD
Sekretaris
Kepala OPD/Instansi/BUMD""",
    "legend": "jalur cepat distribusi pengaduan ke OPD/Instansi/BUMD",
}
"""Approver and headings of the printed SOP sheet, spelling corrected; number, dates and rank are blank on it."""
