"""A spreadsheet of old complaints with every kind of fault, of any size."""

import csv
import io
from dataclasses import dataclass

HEADINGS = (
    *("No Register", "Tgl Masuk", "Perihal", "Uraian Aduan", "Status", "Tindak Lanjut", "Tgl Selesai", "Bidang"),
    *("OPD Tujuan", "Media", "Nama", "HP", "Sifat"),
)
MAPPING = dict(
    zip(
        (
            *("old_number", "received_at", "title", "body", "status", "answer", "ended_at", "category"),
            *("agencies", "channel", "reporter.name", "reporter.phone", "confidentiality"),
        ),
        HEADINGS,
        strict=True,
    )
)
FAULTS = ("formula", "not_a_time", "unknown_word", "repeated", "too_soon", "end_unknown")


@dataclass(frozen=True)
class OldRecords:
    """The bytes of a CSV file, and what must become of each row, by its number: the name of its fault, or its
    outcome.
    """

    content: bytes
    expected: dict[int, str]


def old_records(count: int) -> OldRecords:
    """Return so many rows: one in ten wrong, each way in turn; of the others every fifth still open."""
    file = io.StringIO()
    rows = csv.writer(file, delimiter=";")
    rows.writerow(HEADINGS)
    expected = {}
    for place in range(count):
        wrong = FAULTS[place // 10 % len(FAULTS)] if place % 10 == 9 else ""
        goes_on = place % 5 == 4 and not wrong
        rows.writerow(_row(place, wrong, goes_on))
        expected[place + 2] = wrong or ("open" if goes_on else "closed")
    return OldRecords(file.getvalue().encode(), expected)


def _row(place: int, wrong: str, goes_on: bool) -> list[str]:
    day = place % 28 + 1
    received = "31/02/2024" if wrong == "not_a_time" else f"{day:02d}/{place % 12 + 1:02d}/2024 09.{place % 60:02d}"
    ended = "" if goes_on or wrong == "end_unknown" else f"{day:02d}/{place % 12 + 1:02d}/2025"
    return [
        f"{place - 1 if wrong == 'repeated' else place}/REG/2024",
        received,
        "=HYPERLINK(1)" if wrong == "formula" else f"Jalan rusak nomor {place}",
        f"Jalan di depan rumah contoh {place} berlubang.",
        "Proses" if goes_on else "Selesai",
        "" if goes_on or wrong == "end_unknown" else "Sudah ditambal.",
        "01/01/2023" if wrong == "too_soon" else ended,
        "Jalan kabupaten",
        "Dinas Entah Apa" if wrong == "unknown_word" else "DPLH; DISHUB" if place % 3 else "Dinas Perhubungan",
        "Buku tamu",
        f"Warga Contoh {place}",
        "0800-0000-0007",
        "rahasia" if place % 7 == 0 else "terbuka",
    ]
