"""Trial run of a spreadsheet of old complaints, and import of its right rows or the chosen ones, in batches.

Each batch is one transaction that writes the cases with the outcomes of their rows, so that a stopped import goes on
where it was, and no row is imported twice.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import select

from app.access.people import person_of
from app.cases.import_complaints import OldCase, import_complaints, known_keys
from app.core.extensions import db
from app.core.locks import MOVE_IN_LOCK, try_advisory_lock
from app.core.transaction import lock_row, one_transaction
from app.files.spreadsheet import Spreadsheet
from app.models import Complaint, MoveInFile, User
from app.move_in.files import READY, empty_file, plan_sheet, sheet_of
from app.move_in.plan import plan_of
from app.move_in.rows import RowRefused, Sheet, read_row
from app.reference.named_rows import cached_names
from app.reference.sop import registers
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused

log = structlog.get_logger()

CHECKED_AT_ONCE, IMPORTED_AT_ONCE = 500, 100

Outcome = list[Any]
"""[number of the row, outcome, faults, number of its case]. No cell of the row is in it."""


def work_on(file_id: int, clock: Callable[[], datetime]) -> str:
    """Check or import a file from where the last run stopped, commit after each batch, and return the state reached.

    An advisory lock allows one file at a time: returns "elsewhere" if it is taken, "nothing to do" if the file waits
    for no run.
    """
    with try_advisory_lock(MOVE_IN_LOCK) as mine:
        if not mine:
            return "elsewhere"
        row = db.session.get(MoveInFile, file_id)
        if row is None or row.content is None or row.state not in ("checking", "importing"):
            return "nothing to do"
        table, state = sheet_of(row), row.state
        act = _import_batch if state == "importing" else partial(_check_batch, before=_keys_before(row, table, clock()))
        while row.state == state and act(row, table, clock()):
            pass
        return _end_run(row, state, clock())


def _end_run(row: MoveInFile, state: str, now: datetime) -> str:
    """Set the state after a run, commit and return it: "checked", or "done" when every row is imported."""
    with one_transaction():
        lock_row(row)
        if row.state == state:
            row.state = "checked"
            if state == "importing" and all(outcome[1] in ("moved", "known") for outcome in row.outcomes):
                empty_file(row, now)
        return row.state


def _check_batch(row: MoveInFile, table: Spreadsheet, now: datetime, before: dict[str, int]) -> bool:
    """Check the next rows of a file, commit their outcomes, and return whether there were any. `before` is explained at
    `_outcome`.
    """
    begin = len(row.outcomes)
    rows = table.rows[begin : begin + CHECKED_AT_ONCE]
    if not rows:
        return False
    sheet = plan_sheet(row, plan_of(row.plan), now)
    found = list(_read(sheet, rows))
    known = _known([old for _, old in found if isinstance(old, OldCase)])
    outcomes = [_outcome(number, old, before, known) for number, old in found]
    with one_transaction():
        lock_row(row)
        if row.state == "checking" and len(row.outcomes) == begin:
            row.outcomes, row.alive_at = [*row.outcomes, *outcomes], now
    return True


def _outcome(number: int, old: OldCase | RowRefused, before: dict[str, int], known: dict[str, str]) -> Outcome:
    """Return the outcome of a row in the trial run. `before` holds the rows with the keys read before, and gets that of
    this row; `known` holds the numbers of cases by key.
    """
    if isinstance(old, RowRefused):
        return [number, "refused", old.faults, ""]
    first = before.setdefault(old.key, number)
    if first != number:
        return [number, "refused", [["old_number" if old.old_number else "body", "repeated", str(first)]], ""]
    if old.key in known:
        return [number, "known", [], known[old.key]]
    return [number, "open" if old.ended is None else "closed", [], ""]


def _keys_before(row: MoveInFile, table: Spreadsheet, now: datetime) -> dict[str, int]:
    """Return {key: number of the first row with it} of the rows that a stopped trial run has checked already."""
    found: dict[str, int] = {}
    for number, old in _read(plan_sheet(row, plan_of(row.plan), now), table.rows[: len(row.outcomes)]):
        if isinstance(old, OldCase):
            found.setdefault(old.key, number)
    return found


def _read(sheet: Sheet, rows: Sequence[tuple[int, list[str]]]) -> Iterator[tuple[int, OldCase | RowRefused]]:
    with cached_names():
        for number, cells in rows:
            try:
                yield number, read_row(sheet, number, cells)
            except RowRefused as refused:
                yield number, refused
            except Exception as fault:
                log.exception("row_not_read", row=number, error=type(fault).__name__, exc_info=False)
                yield number, RowRefused([["", "unforeseen", type(fault).__name__]])


def _known(old: Sequence[OldCase]) -> dict[str, str]:
    """Return {key: number of the case} of those old complaints that are cases already: imported before, or received
    from SP4N under the old number.
    """
    by_number = {one.old_number: one.key for one in old if one.old_number}
    linked = select(Complaint.sp4n_tracking_id, Complaint.number).where(Complaint.sp4n_tracking_id.in_(by_number))
    rows = db.session.execute(linked.execution_options(unscoped=True))
    found = {by_number[tracking_id]: number for tracking_id, number in rows if tracking_id is not None}
    return found | known_keys([one.key for one in old])


def _import_batch(row: MoveInFile, table: Spreadsheet, now: datetime) -> bool:
    """Import the next rows that are ready and chosen, commit, and return whether there were any.

    When a batch fails, its rows are imported one by one, so that one of them does not stop the others. Nothing is
    imported for an officer who has lost the right since. Raises ActionRefused(busy), after which the relay tries again.
    """
    by = person_of(db.session.get_one(User, row.started_by_id), now)
    if not registers(by):
        log.warning("import_not_allowed", file=row.id)
        return False
    chosen = frozenset(row.chosen) if row.chosen is not None else None
    ready = [o[0] for o in row.outcomes if o[1] in READY and (chosen is None or o[0] in chosen)][:IMPORTED_AT_ONCE]
    cells = dict(table.rows)
    if not ready:
        return False
    try:
        _import_rows(row, [(number, cells[number]) for number in ready], by, now)
    except ActionRefused:
        raise
    except Exception as fault:
        # Without the message, which may quote a row.
        log.exception("batch_not_imported", file=row.id, error=type(fault).__name__, exc_info=False)
        for number in ready:
            _import_alone(row, number, cells[number], by, now)
    return True


def _import_alone(row: MoveInFile, number: int, cells: list[str], by: Person, now: datetime) -> None:
    try:
        _import_rows(row, [(number, cells)], by, now)
    except ActionRefused:
        raise
    except Exception as fault:
        log.exception("row_not_imported", file=row.id, row=number, error=type(fault).__name__, exc_info=False)
        with one_transaction():
            lock_row(row)
            _set_outcomes(row, [[number, "refused", [["", "unforeseen", type(fault).__name__]], ""]], now)


def _import_rows(row: MoveInFile, rows: Sequence[tuple[int, list[str]]], by: Person, now: datetime) -> None:
    """Import rows with their outcomes in one transaction. One that has become wrong since the trial run is refused."""
    with one_transaction():
        lock_row(row)
        if row.state != "importing":
            return
        sheet = plan_sheet(row, plan_of(row.plan), now)
        found = list(_read(sheet, rows))
        known = _known([old for _, old in found if isinstance(old, OldCase)])
        outcomes = [_outcome(number, old, {}, known) for number, old in found]
        wanted = [o[0] for o in outcomes if o[1] in READY]
        old = [one for number, one in found if number in wanted and isinstance(one, OldCase)]
        made = import_complaints(old, by, now) if old else []
        moved = [[number, "moved", [], case.number] for number, case in zip(wanted, made, strict=True)]
        _set_outcomes(row, [*(o for o in outcomes if o[1] not in READY), *moved], now)


def _set_outcomes(row: MoveInFile, changed: Sequence[Outcome], now: datetime) -> None:
    by_row = {outcome[0]: outcome for outcome in changed}
    row.outcomes, row.alive_at = [by_row.get(outcome[0], outcome) for outcome in row.outcomes], now
