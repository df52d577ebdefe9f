"""The evidence bundle of a case, a zip of its whole record; the same state gives the same bytes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import render_template
from flask_babel import force_locale
from sqlalchemy import select

from app.audit import evidence_data
from app.audit.evidence_data import withheld
from app.audit.zip_stream import Entry, Missing, zip_of
from app.casefile.case import Case
from app.casefile.event_history import hashed_record
from app.casefile.timeline import dispositions, timeline
from app.core.extensions import db
from app.core.hashing import canonical_json
from app.core.transaction import one_transaction
from app.files.inspection import ENDINGS
from app.models import Attachment, JournalEntry, Paper
from app.vocabulary.words import CONFIDENTIALITIES, STATUSES
from workflow_rules.record.hash_chain import commitment, fields_of, salts_of

FORMAT = "lapor-balangan/bundel-bukti/3"
VERIFIER = Path(__file__).parents[1] / "templates" / "audit" / "periksa.py"


@dataclass(frozen=True)
class Bundle:
    """A value object with the evidence bundle of a case, ready to be streamed as a zip without further database access.

    `filename` is the name of the download, `entries` the files; `head` holds the case's number, the number of its
    events and the hash of the last one.
    """

    filename: str
    head: dict[str, Any]
    entries: tuple[Entry, ...]

    def stream(self) -> Iterator[bytes]:
        """Yield the bytes of the zip in pieces; the manifest comes last, since it lists what was actually written."""
        return zip_of(self.entries, self._manifest, self.entries[0].at)

    def _manifest(self, files: list[dict[str, Any]], missing: list[Missing]) -> bytes:
        return as_json({"format": FORMAT, **self.head, "files": files, "missing": [asdict(one) for one in missing]})


def bundle_of(case: Case) -> Bundle:
    """Return the evidence bundle of a case as a `Bundle`; stored files are only read when the bundle is streamed.

    The caller must have checked that the officer may see the whole case.
    """
    last, number = case.events[-1], case.complaint.number
    statement = select(Paper).where(Paper.complaint_id == case.complaint.id).order_by(Paper.id)
    papers = list(db.session.scalars(statement))
    entries = [Entry(name, last.at, content) for name, content in sorted(_texts(case, papers).items())]
    for n, paper in enumerate(papers, 1):
        if paper.path is not None:
            entries.append(Entry(_paper_name(n), paper.made_at, path=paper.path))
    for n, row in enumerate(case.attachments, 1):
        if (name := _attachment_name(n, row)) is not None:
            entries.append(Entry(name, row.added_at, path=row.path))
    head = {"complaint": number, "events": len(case.events), "head": last.hash}
    return Bundle(f"bundel-bukti-{number}.zip", head, tuple(entries))


def _texts(case: Case, papers: list[Paper]) -> dict[str, bytes]:
    with force_locale("id"):
        own_fields = evidence_data.fields_data(case)
    data = {
        "aduan.json": evidence_data.case_data(case),
        "buku-waktu.json": evidence_data.ledger_data(case),
        "disposisi.json": [evidence_data.columns(line, _DISPOSITION) for line in dispositions(case)],
        "isian.json": own_fields,
        "kalender.json": evidence_data.calendar_history(case),
        "lampiran.json": [
            {**evidence_data.columns(row, _ATTACHMENT), "file": _attachment_name(n, row)}
            for n, row in enumerate(case.attachments, 1)
        ],
        "langkah.json": evidence_data.steps_data(case),
        "batas-nasional.json": [evidence_data.columns(limit, _NATIONAL_LIMIT) for limit in case.national_limits],
        "pemberitahuan.json": evidence_data.notices_data(case),
        "petugas.json": evidence_data.officers_data(case),
        "sop.json": evidence_data.sop_data(case),
        "kertas.json": [
            evidence_data.paper_data(paper, _paper_name(n) if paper.path else None) for n, paper in enumerate(papers, 1)
        ],
        "surat.json": [evidence_data.letter_data(letter) for letter in sorted(case.letters, key=lambda one: one.id)],
    }
    return {
        **{name: as_json(value) for name, value in data.items()},
        "BACA-SAYA.txt": readme(case).encode(),
        "kejadian.jsonl": events_text(case),
        "linimasa.txt": story(case).encode(),
        "periksa.py": VERIFIER.read_bytes(),
    }


_NATIONAL_LIMIT = ("stage", "of_class", "days", "source", "valid_from")
_DISPOSITION = ("giver", "to", "instruction", "route", "at")
_ATTACHMENT = (
    "filename",
    "media_type",
    "size",
    "sha256",
    "sent_sha256",
    "state",
    "state_reason",
    "added_by",
    "added_at",
)


def _paper_name(n: int) -> str:
    return f"kertas/{n:03d}.pdf"


def _attachment_name(n: int, row: Attachment) -> str | None:
    """Return the file name of the n-th attachment in the bundle (`lampiran/001.pdf`), None when it is not clean.

    The file name that its sender gave is only listed in `lampiran.json`.
    """
    return f"lampiran/{n:03d}.{ENDINGS.get(row.media_type, 'bin')}" if row.is_clean else None


def events_text(case: Case) -> bytes:
    """Return the bytes of `kejadian.jsonl`: one JSON line for each event, with its hashes and hashed record.

    Withheld fields are removed from the record and listed, so that they do not look lost.
    """
    lines = []
    for event in case.events:
        record = hashed_record(case.complaint.number, event)
        hidden = withheld(case, event)
        line = {"previous_hash": event.previous_hash, "hash": event.hash, "record": _without(record, hidden)}
        if event.seed is not None:
            line |= _disclosed(record, event.seed, hidden)
        elif hidden:
            line["withheld"] = list(hidden)
        lines.append(canonical_json(line) + "\n")
    return "".join(lines).encode()


def _without(record: Mapping[str, Any], hidden: Iterable[str]) -> dict[str, Any]:
    shown = {**record, "data": dict(record["data"])}
    for name in hidden:
        part, _, inner = name.partition(".")
        if inner:
            del shown[part][inner]
        else:
            del shown[part]
    return shown


def _disclosed(record: Mapping[str, Any], seed: str, hidden: tuple[str, ...]) -> dict[str, Any]:
    """Return a dict with the `salts` of an event's disclosed fields and the commitments of its `withheld` ones.

    The seed itself must not be disclosed, since every salt derives from it.
    """
    salts = salts_of(record, seed)
    values = dict(fields_of(record))
    commitments = {name: commitment(values[name], salts.pop(name)) for name in hidden}
    return {"format": 2, "salts": salts, **({"withheld": commitments} if commitments else {})}


def as_json(value: Any) -> bytes:
    """Return the value as bytes of indented UTF-8 JSON with sorted keys and a final newline."""
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def readme(case: Case) -> str:
    """Return the text of `BACA-SAYA.txt`, which explains the bundle, in Indonesian whatever the officer's language."""
    with force_locale("id"):
        return render_template(
            "audit/readme.txt",
            case=case,
            complaint=case.complaint,
            last=case.events[-1],
            status=STATUSES[case.complaint.status],
            confidentiality=CONFIDENTIALITIES[case.complaint.confidentiality],
            withheld=sum(bool(withheld(case, event)) for event in case.events),
            partly=[event.seq for event in case.events if event.seed is None and withheld(case, event)],
        )


def story(case: Case) -> str:
    """Return the text of `linimasa.txt` in Indonesian: every event of the case in words, oldest first."""
    hidden = [bool(withheld(case, event)) for event in case.events]
    with force_locale("id"):
        entries = zip(reversed(timeline(case)), hidden, case.events, strict=True)
        return render_template("audit/story.txt", complaint=case.complaint, entries=list(entries))


def record_bundle(number: str, events: int, head: str, officer_id: int | None, now: datetime) -> None:
    """Add the journal entry `bundle_made` for an evidence bundle and commit it.

    `number` is the case's, `events` the number of its events, `head` the hash of the last one. The journal is used,
    since an event would change the case's chain.
    """
    with one_transaction():
        data = {"complaint": number, "events": events, "head": head}
        db.session.add(JournalEntry(kind="bundle_made", at=now, officer_id=officer_id, data=data))
