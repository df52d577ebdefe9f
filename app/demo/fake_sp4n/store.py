"""State of the fake: one log of report snapshots, from which every answer is computed."""

import copy
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.clock import utc_now

Record = dict[str, Any]


class CursorUnknown(Exception):
    """Raised for a cursor whose entry is not, or no longer, in the log."""


class ReportUnknown(Exception):
    """Raised for a number to which the fake has no report."""


@dataclass(frozen=True)
class Entry:
    """A value object: one change of one report, with the whole report after it; `at` is aware. The random `mark` is
    part of cursors, so that a cursor to a removed change is rejected.
    """

    mark: str
    at: datetime
    report: Record


@dataclass
class Trouble:
    """Faults of the fake's responses: another HTTP status (0: none) with a Retry-After header, a delay in seconds,
    items twice (`repeat`), in reverse order (`reorder`), or HTML in place of JSON (`garbage`).
    """

    status: int = 0
    retry_after: str = ""
    seconds: float = 0
    repeat: bool = False
    reorder: bool = False
    garbage: bool = False


@dataclass
class FakeSp4n:
    """A store of reports with revisions, and of the updates that the office sent for them; safe for concurrent
    requests.

    With `adopts` it also accepts updates for numbers that it does not know, so that a demonstration's older cases
    agree.
    """

    clock: Callable[[], datetime] = utc_now
    log: list[Entry] = field(default_factory=list)
    trouble: Trouble = field(default_factory=Trouble)
    updates_received: int = 0
    """Also counts an update that was received before."""
    adopts: bool = False
    adopted: dict[str, Record] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def put(self, number: str, **parts: Any) -> Record:
        """Add a report, or a revision of the report with this number, and return the report (a dict)."""
        with self.lock:
            before = self.reports().get(number)
            fresh: Record = {"nomor": number, "revisi": 0, "perkembangan": [], "kunci_terakhir": None}
            report = {**(before or fresh), **parts}
            report["revisi"] += 1
            report["dikirim"] = (before or {}).get("dikirim") or self.clock().isoformat()
            report["kunci_terakhir"] = None
            return self._add(report)

    def take_update(self, number: str, update: Record) -> bool:
        """Store an update that the office sent for a report and return True; return False for a key stored before,
        which changes nothing. Raises ReportUnknown unless `adopts` is set.
        """
        with self.lock:
            self.updates_received += 1
            if self.adopts and number not in self.reports():
                self.adopted[number] = {**held_of({"perkembangan": [update]}), "nomor": number}
                self.adopted[number]["revisi"] = update.get("revisi")
                return True
            report = self.find(number)
            if any(known["kunci"] == update["kunci"] for known in report["perkembangan"]):
                return False
            report["perkembangan"].append({**update, "diterima": self.clock().isoformat()})
            report["kunci_terakhir"] = update["kunci"]
            self._add(report)
            return True

    def find(self, number: str) -> Record:
        with self.lock:
            report = self.reports().get(number)
            if report is None:
                raise ReportUnknown(number)
            return report

    def reports(self) -> dict[str, Record]:
        """Return a dict of copies of the newest revision of each report, by number, in the order of the numbers."""
        with self.lock:
            last = {entry.report["nomor"]: entry.report for entry in self.log}
        return {number: copy.deepcopy(last[number]) for number in sorted(last)}

    def page(self, cursor: str, limit: int) -> tuple[list[Record], str, bool]:
        """Return (list of up to `limit` reports after a cursor, next cursor, whether there are more); the cursor ""
        begins at the start. Raises CursorUnknown if the change of the cursor is not in the log.
        """
        with self.lock:
            start = 0
            if cursor:
                number, _, mark = cursor.partition(".")
                start = int(number) if number.isascii() and number.isdigit() and len(number) < 12 else 0
                if not 0 < start <= len(self.log) or self.log[start - 1].mark != mark:
                    raise CursorUnknown
            entries = self.log[start : start + limit]
            more = start + limit < len(self.log)
        following = f"{start + len(entries)}.{entries[-1].mark}" if entries else cursor
        return [copy.deepcopy(entry.report) for entry in entries], following, more

    def held(self, after: str, limit: int) -> tuple[list[Record], str, bool]:
        """Return (list of up to `limit` rows after a report number, last number returned, whether there are more). A
        row is a dict as `held_of` makes, with a report's revision and the office's last update.
        """
        all_rows = self.adopted | {number: held_of(report) for number, report in self.reports().items()}
        rows = [all_rows[number] for number in sorted(all_rows) if number > after]
        return rows[:limit], rows[:limit][-1]["nomor"] if rows else after, len(rows) > limit

    def set_back(self, until: datetime) -> None:
        """Remove all changes after an aware time, as the restore of a backup does."""
        with self.lock:
            self.log[:] = [entry for entry in self.log if entry.at <= until]

    def _add(self, report: Record) -> Record:
        self.log.append(Entry(secrets.token_hex(4), self.clock(), copy.deepcopy(report)))
        return report


def held_of(report: Record) -> Record:
    """Return the summary row of a report as a dict: nomor, revisi, and versi and status of the office's last update
    (None without one).
    """
    last = report["perkembangan"][-1] if report["perkembangan"] else {}
    return {
        "nomor": report.get("nomor"),
        "revisi": report.get("revisi"),
        "versi": last.get("versi"),
        "status": last.get("status"),
    }
