"""Reading of one row of a spreadsheet as an old complaint, with every fault of it at once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.import_complaints import OldCase
from app.cases.report_input import EARLIEST_DAY, clean_report
from app.core.clock import midnight, office_time, office_today
from app.files.spreadsheet import Formula
from app.move_in.plan import CODED, Plan
from app.move_in.vocabulary import ENDINGS, GOES_ON, Vocabulary, plain, words_in
from app.privacy.retention import years_before
from app.sp4n.inbound.csv_reports import moment_of, put_field
from workflow_rules.process.refusals import ActionRefused
from workflow_rules.process.steps import CaseStatus

Fault = list[str]
"""[part, fault, limit]; the part is "" for a fault of the whole row."""

TIMES = ("received_at", "answered_at", "ended_at")
LONGEST_NUMBER, LONGEST_ANSWER, LONGEST_TITLE = 80, 50_000, 120


class RowRefused(Exception):
    """Raised when a row is no old complaint; `faults` are all reasons."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(str(faults))
        self.faults = faults


@dataclass(frozen=True)
class Sheet:
    """A value object with what the rows of one file have in common. `digest` is the SHA-256 (hex) of the file, `years`
    is how long an identity is stored after the end of a case.
    """

    plan: Plan
    known: Vocabulary
    digest: str
    now: datetime
    years: int

    def cells_of(self, cells: Sequence[str]) -> dict[str, str]:
        """Return the cells of a row as a dict of part to cell."""
        by_heading = dict(zip(self.plan.headings, cells, strict=False))
        return {part: by_heading.get(heading, "") for part, heading in self.plan.mapping.items()}


def read_row(sheet: Sheet, number: int, cells: Sequence[str]) -> OldCase:
    """Return the row with this number as an OldCase. Raises RowRefused with every fault."""
    if any(cell for cell in cells[len(sheet.plan.headings) :]):
        raise RowRefused([["", "columns", str(len(cells))]])
    parts = sheet.cells_of(cells)
    faults: list[Fault] = [[part, "formula", ""] for part, cell in parts.items() if isinstance(cell, Formula)]
    refused = {part for part, *_ in faults}
    worded = {"channel": "", **parts}
    codes = _codes(sheet, {part: cell for part, cell in worded.items() if part not in refused}, faults)
    times = _times(sheet, parts, refused, faults)
    ended = _ending(codes, times, parts, faults)
    payload = _payload(parts, codes, refused)
    old_number = parts.get("old_number", "").strip()
    faults += [["old_number", "too_long", str(LONGEST_NUMBER)]] if len(old_number) > LONGEST_NUMBER else []
    answer = parts.get("answer", "").strip()
    faults += [["answer", "too_long", str(LONGEST_ANSWER)]] if len(answer) > LONGEST_ANSWER else []
    report = None
    try:
        report = clean_report(payload, moment="", file_fields=False)
    except ActionRefused as error:
        known = refused | {part for part, *_ in faults}
        faults += [[e.field, e.fault.value, e.limit] for e in error.errors if e.field not in known]
    received, ended_at = times.get("received_at"), times.get("ended_at")
    if report is None or received is None or faults:
        raise RowRefused(faults)
    if ended_at is not None and ended_at < years_before(sheet.now, sheet.years):
        report.reporter.clear()
    return OldCase(
        report,
        received,
        key_of(sheet.plan.source, old_number, received, str(report.values["body"])),
        old_number or None,
        {"file": sheet.digest, "row": number, "records": sheet.plan.source},
        ended,
        ended_at,
        times.get("answered_at"),
        answer if ended is not None else "",
        tuple(codes.get("agencies", ())),
    )


def key_of(source: str, old_number: str, received: datetime, body: str) -> str:
    """Return the digest (SHA-256 in hex) by which the same old complaint is recognised: its number in its records and
    the year of receipt or, without a number, the time of receipt and the text.
    """
    year = str(office_time(received).year)
    what = [plain(source), plain(old_number), year] if old_number else ["", received.isoformat(), plain(body)]
    return hashlib.sha256("\x1f".join(what).encode()).hexdigest()


def _codes(sheet: Sheet, parts: Mapping[str, str], faults: list[Fault]) -> dict[str, list[str]]:
    """Return a dict of part to the codes of its words, without those left out, and add a fault for each unknown one."""
    found: dict[str, list[str]] = {}
    for part in (part for part in CODED if part in parts):
        codes = [sheet.known.code_of(part, word, sheet.plan) for word in words_in(part, parts[part])]
        if None in codes:
            faults.append([part, "unknown_word" if parts[part] else "required", ""])
        found[part] = list(dict.fromkeys(code for code in codes if code))
    return found


def _times(sheet: Sheet, parts: Mapping[str, str], refused: set[str], faults: list[Fault]) -> dict[str, datetime]:
    """Return a dict of part to the times of the row, and add a fault for each that is unreadable, too early, in the
    future, or before the one that it must follow.
    """
    found: dict[str, datetime] = {}
    for part in (part for part in TIMES if part in parts and part not in refused):
        cell = parts[part].strip()
        at = moment_of(cell) if cell else None
        if at is None:
            faults += [[part, "not_a_time", ""]] if cell else []
        elif at < midnight(EARLIEST_DAY):
            faults.append([part, "too_early", str(EARLIEST_DAY.year)])
        elif at > sheet.now:
            faults.append([part, "in_future", ""])
        elif any(at < earlier for earlier in found.values()):
            faults.append([part, "too_soon", ""])
        else:
            found[part] = at
    if not parts.get("received_at"):
        faults.append(["received_at", "required", ""])
    return found


def _ending(
    codes: Mapping[str, list[str]], times: dict[str, datetime], parts: Mapping[str, str], faults: list[Fault]
) -> CaseStatus | None:
    """Return how the complaint ended, None when it goes on. Completes the times of an ended one: it ended when it was
    answered where nothing else is said, and an answer without a time was given at the end.
    """
    answered = bool(parts.get("answer")) or "answered_at" in times
    said = next(iter(codes.get("status", [])), ENDINGS[0] if answered or "ended_at" in times else GOES_ON)
    if said == GOES_ON:
        faults += [["ended_at", "still_open", ""]] if "ended_at" in times else []
        return None
    if "ended_at" not in times and "answered_at" in times:
        times["ended_at"] = times["answered_at"]
    elif "ended_at" not in times and not any(part == "ended_at" for part, *_ in faults):
        faults.append(["ended_at", "end_unknown", ""])
    if answered and "answered_at" not in times and "ended_at" in times:
        times["answered_at"] = times["ended_at"]
    return CaseStatus(said)


def _payload(parts: Mapping[str, str], codes: Mapping[str, list[str]], refused: set[str]) -> dict[str, Any]:
    """Return the parts of a row that are a report, as the body that `clean_report` takes."""
    payload: dict[str, Any] = {}
    for part, cell in parts.items():
        text = cell.strip()
        if part in ("old_number", "status", "answer", "agencies", *TIMES, *refused) or part in CODED or not text:
            continue
        day = moment_of(text) if part == "occurred_on" else None
        put_field(payload, part, office_today(day).isoformat() if day else text)
    for part, found in codes.items():
        if found and part not in ("status", "agencies"):
            put_field(payload, part, found[0])
    if "title" not in payload and "title" not in refused and payload.get("body"):
        payload["title"] = _beginning(payload["body"])
    return payload


def _beginning(body: str) -> str:
    """Return the beginning of a text as a title, cut between words."""
    line = " ".join(body.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
