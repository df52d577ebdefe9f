"""The evidence bundle of a case, a zip of its whole record; the same state gives the same bytes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import render_template
from flask_babel import force_locale

from app.audit import evidence_data
from app.audit.evidence_data import withheld
from app.audit.zip_stream import Entry, Missing, zip_of
from app.casefile.case import Case
from app.casefile.event_log import hashed_record
from app.casefile.timeline import dispositions, timeline
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.files.inspection import ENDINGS
from app.models import Attachment, ComplaintEvent, JournalEntry, Paper
from app.vocabulary.words import CONFIDENTIALITIES, STATUSES
from workflow_rules.record.hash_chain import commitment, fields_of, salts_of

FORMAT = "lapor-balangan/bundel-bukti/2"
VERIFIER = Path(__file__).parents[1] / "templates" / "evidence" / "periksa.py"


@dataclass(frozen=True)
class Bundle:
    """A bundle ready to be sent: file name, head of the case's hash chain, and files.

    It needs no more database access.
    """

    filename: str
    head: dict[str, Any]
    entries: tuple[Entry, ...]

    def stream(self) -> Iterator[bytes]:
        """Yield the zip in pieces; the manifest comes last, since it lists what was actually written."""
        return zip_of(self.entries, self._manifest, self.entries[0].at)

    def _manifest(self, files: list[dict[str, Any]], missing: list[Missing]) -> bytes:
        lost = [{"name": m.name, "why": m.why} for m in missing]
        return as_json({"format": FORMAT, **self.head, "files": files, "missing": lost})


def bundle_of(case: Case) -> Bundle:
    """Build the bundle of a case; the caller must have checked that the officer may see the whole case."""
    last = case.events[-1]
    number = case.complaint.number
    head = {"complaint": number, "events": len(case.events), "head": last.hash}
    papers = evidence_data.papers_of(case)
    texts = _texts(case, papers)
    made = [Entry(name, last.at, content) for name, content in sorted(texts.items())]
    return Bundle(f"bundel-bukti-{number}.zip", head, (*made, *_papers(papers), *_attachments(case)))


def _texts(case: Case, papers: list[Paper]) -> dict[str, bytes]:
    letters = sorted(case.letters, key=lambda letter: letter.id)
    data = {
        "aduan.json": evidence_data.case_data(case),
        "buku-waktu.json": evidence_data.ledger_data(case),
        "disposisi.json": [_disposition(line) for line in dispositions(case)],
        "kalender.json": evidence_data.calendar_history(case),
        "lampiran.json": [_attachment(n, row) for n, row in enumerate(case.attachments, 1)],
        "langkah.json": evidence_data.steps_data(case),
        "batas-nasional.json": evidence_data.national_data(case),
        "pemberitahuan.json": evidence_data.notices_data(case),
        "petugas.json": evidence_data.officers_data(case),
        "sop.json": evidence_data.sop_data(case),
        "kertas.json": [evidence_data.paper_data(paper, _paper_name(n, paper)) for n, paper in enumerate(papers, 1)],
        "surat.json": [evidence_data.letter_data(letter) for letter in letters],
    }
    return {
        **{name: as_json(value) for name, value in data.items()},
        "BACA-SAYA.txt": readme(case).encode(),
        "kejadian.jsonl": events_text(case),
        "linimasa.txt": story(case).encode(),
        "periksa.py": VERIFIER.read_bytes(),
    }


def events_text(case: Case) -> bytes:
    """Return the events as JSON lines, each as it was hashed.

    Withheld fields are listed, so that they do not look lost.
    """
    return "".join(_line(case, event) + "\n" for event in case.events).encode()


def _line(case: Case, event: ComplaintEvent) -> str:
    whole = hashed_record(case.complaint.number, event)
    kept_back = evidence_data.withheld(case, event)
    line = {"previous_hash": event.previous_hash, "hash": event.hash, "record": _without(whole, kept_back)}
    if event.seed is not None:
        line |= _disclosed(whole, event.seed, kept_back)
    elif kept_back:
        line["withheld"] = list(kept_back)
    return _canonical(line)


def _without(record: Mapping[str, Any], kept_back: Iterable[str]) -> dict[str, Any]:
    shown = {**record, "data": dict(record["data"])}
    for name in kept_back:
        part, _, inner = name.partition(".")
        if inner:
            del shown[part][inner]
        else:
            del shown[part]
    return shown


def _disclosed(record: Mapping[str, Any], seed: str, kept_back: tuple[str, ...]) -> dict[str, Any]:
    """Return the salts of the disclosed fields and the commitments of the withheld ones.

    The seed itself must not be disclosed, since every salt derives from it.
    """
    salts = salts_of(record, seed)
    values = dict(fields_of(record))
    withheld = {name: commitment(values[name], salts.pop(name)) for name in kept_back}
    return {"format": 2, "salts": salts, **({"withheld": withheld} if withheld else {})}


def as_json(value: Any) -> bytes:
    """Return indented UTF-8 JSON with sorted keys and a final newline."""
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _disposition(line: Any) -> dict[str, str]:
    words = {name: str(getattr(line, name)) for name in ("giver", "to", "instruction", "route")}
    return {**words, "at": evidence_data.plain(line.at)}


def _paper_name(n: int, paper: Paper) -> str | None:
    return f"kertas/{n:03d}.pdf" if paper.path else None


def _papers(papers: list[Paper]) -> Iterator[Entry]:
    for n, paper in enumerate(papers, 1):
        name = _paper_name(n, paper)
        if name is not None and paper.path is not None:
            yield Entry(name, paper.made_at, path=paper.path)


def _attachments(case: Case) -> Iterator[Entry]:
    for n, row in enumerate(case.attachments, 1):
        name = _attachment_name(n, row)
        if name is not None:
            yield Entry(name, row.added_at, path=row.path)


def _attachment_name(n: int, row: Attachment) -> str | None:
    """Return the attachment's generated name in the bundle, None when it is not clean.

    The sender's name is only listed.
    """
    return f"lampiran/{n:03d}.{ENDINGS.get(row.media_type, 'bin')}" if row.is_clean else None


def _attachment(n: int, row: Attachment) -> dict[str, Any]:
    names = ("filename", "media_type", "size", "sha256", "sent_sha256", "state", "state_reason", "added_by")
    facts = {name: getattr(row, name) for name in names}
    return {**facts, "file": _attachment_name(n, row), "added_at": evidence_data.plain(row.added_at)}


def readme(case: Case) -> str:
    """Return the text of BACA-SAYA.txt, in Indonesian whatever the officer's language."""
    with force_locale("id"):
        return render_template(
            "evidence/readme.txt",
            case=case,
            complaint=case.complaint,
            last=case.events[-1],
            status=STATUSES[case.complaint.status],
            confidentiality=CONFIDENTIALITIES[case.complaint.confidentiality],
            withheld=sum(bool(withheld(case, event)) for event in case.events),
            partly=[event.seq for event in case.events if event.seed is None and withheld(case, event)],
        )


def story(case: Case) -> str:
    """Return the text of linimasa.txt: every event as text, oldest first."""
    hidden = [bool(withheld(case, event)) for event in case.events]
    with force_locale("id"):
        entries = zip(reversed(timeline(case)), hidden, case.events, strict=True)
        return render_template("evidence/story.txt", complaint=case.complaint, entries=list(entries))


def record_bundle(number: str, events: int, head: str, officer_id: int | None, now: datetime) -> None:
    """Add a journal entry for a bundle, in its own transaction.

    It is not an event of the case, because making a copy must not change the case's chain.
    """
    with one_transaction():
        data = {"complaint": number, "events": events, "head": head}
        db.session.add(JournalEntry(kind="bundle_made", at=now, officer_id=officer_id, data=data))
