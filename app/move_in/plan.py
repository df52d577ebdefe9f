"""What an officer said of a spreadsheet of old complaints: which column holds what, and what its words mean.

It is stored encrypted beside the file, and proposed again for the next file with the same headings.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

PARTS: dict[str, tuple[str, ...]] = {
    "old_number": (
        "nomor",
        "no",
        "no.",
        "nomor aduan",
        "no aduan",
        "nomor lama",
        "nomor register",
        "no register",
        "id",
    ),
    "received_at": ("tanggal diterima", "tanggal masuk", "tanggal aduan", "diterima", "tgl masuk", "tanggal", "tgl"),
    "title": ("judul", "perihal", "judul aduan", "hal"),
    "body": ("isi aduan", "isi", "uraian", "aduan", "isi laporan", "uraian aduan", "laporan"),
    "status": ("status", "keadaan", "status aduan"),
    "answer": ("jawaban", "tanggapan", "tindak lanjut", "isi jawaban"),
    "answered_at": ("tanggal jawaban", "tanggal dijawab", "dijawab", "tgl jawab", "tanggal tanggapan"),
    "ended_at": ("tanggal selesai", "selesai", "tanggal ditutup", "tgl selesai", "ditutup"),
    "category": ("kategori", "topik", "bidang", "jenis aduan"),
    "agencies": ("opd", "opd tujuan", "dinas", "skpd", "instansi", "perangkat daerah", "opd terkait"),
    "channel": ("saluran", "media", "sumber", "kanal", "sumber aduan"),
    "classification": ("klasifikasi", "jenis laporan", "jenis"),
    "confidentiality": ("kerahasiaan", "sifat", "privasi"),
    "occurred_on": ("tanggal kejadian", "kejadian", "tgl kejadian"),
    "location.text": ("lokasi", "tempat", "alamat kejadian", "lokasi kejadian"),
    "location.district": ("kecamatan",),
    "location.village": ("desa", "kelurahan", "desa/kelurahan", "desa atau kelurahan"),
    "reporter.name": ("nama", "nama pelapor", "pelapor", "pengadu"),
    "reporter.phone": ("telepon", "no hp", "nomor hp", "hp", "no telepon", "telp", "nomor telepon"),
    "reporter.email": ("email", "surel", "e-mail"),
    "reporter.address": ("alamat", "alamat pelapor"),
    "reporter.nik": ("nik",),
}
"""Parts of an old complaint that a column can hold, each with the headings by which it is recognised."""

NEEDED = ("received_at", "body")
"""Parts that must have a column; each row needs its channel too, which may be the same for all."""

CODED = (
    *("status", "channel", "category", "agencies", "location.district", "location.village"),
    *("confidentiality", "classification"),
)
"""Parts whose words are codes of ours, and are asked for once where they are unknown."""

LONGEST_SOURCE = 80


@dataclass
class Plan:
    """An object with the headings of a file, the heading chosen for each part (`mapping`), the code of each word by
    part (`meanings`; None: not said yet, "": to be left out), and the name of the records (`source`), by which equal
    numbers of different records are told apart.
    """

    headings: list[str]
    mapping: dict[str, str] = field(default_factory=dict)
    meanings: dict[str, dict[str, str | None]] = field(default_factory=dict)
    source: str = ""

    @property
    def unsaid(self) -> dict[str, list[str]]:
        """The words of each part whose meaning the officer has not said."""
        open_words = {part: [w for w, code in words.items() if code is None] for part, words in self.meanings.items()}
        return {part: words for part, words in open_words.items() if words}

    def as_text(self) -> str:
        return json.dumps(asdict(self))


def plan_of(text: str) -> Plan:
    """Return the Plan that was stored as this JSON text."""
    return Plan(**json.loads(text))


def named(headings: Sequence[str]) -> list[str]:
    """Return the headings of a file, each with a name of its own: an empty one by its place, a repeated one with a
    number.
    """
    found: list[str] = []
    for place, heading in enumerate(headings, 1):
        name = heading[:100] or f"Kolom {place}"
        times = 1
        while name in found:
            times += 1
            name = f"{heading[:100] or f'Kolom {place}'} ({times})"
        found.append(name)
    return found


def guess(headings: Sequence[str]) -> dict[str, str]:
    """Return a dict of part to heading, guessed from the headings. Unrecognised parts are left out."""
    plain = {heading.casefold().replace("_", " ").strip(): heading for heading in headings}
    found: dict[str, str] = {}
    for part, names in PARTS.items():
        heading = next((plain[name] for name in names if name in plain), None)
        if heading is not None and heading not in found.values():
            found[part] = heading
    return found


def faults_of(mapping: Mapping[str, str], headings: Sequence[str]) -> dict[str, str]:
    """Return the faults of a mapping as a dict of part to `required`, `unknown` or `twice`. Empty means valid."""
    found = {part: "required" for part in NEEDED if not mapping.get(part)}
    chosen = list(mapping.values())
    for part, heading in mapping.items():
        if heading not in headings:
            found[part] = "unknown"
        elif chosen.count(heading) > 1:
            found[part] = "twice"
    return found


def remembered(earlier: Plan | None, headings: list[str]) -> Plan:
    """Return the Plan with which the page of a new file begins: that of an earlier file with the same headings, without
    what was still unsaid, else a guess.
    """
    if earlier is None:
        return Plan(headings, guess(headings))
    said: dict[str, Any] = {
        part: {word: code for word, code in words.items() if code is not None}
        for part, words in earlier.meanings.items()
    }
    return Plan(headings, earlier.mapping, said, earlier.source)
