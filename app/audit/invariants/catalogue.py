"""The sixteen invariants by name, and the execution of one check, whose failure does not affect the others."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping

import structlog
from sqlalchemy import text

from app.audit.invariants.agency_isolation import agency_wall
from app.audit.invariants.anonymity import anonymity
from app.audit.invariants.bounds import bounded
from app.audit.invariants.breaches import no_breach_unreported
from app.audit.invariants.chain import unbroken_record
from app.audit.invariants.completeness import none_lost, none_twice
from app.audit.invariants.files import files_and_rows
from app.audit.invariants.findings import Checked, Finding, Look
from app.audit.invariants.heartbeats import true_signs
from app.audit.invariants.letters import letters_hold
from app.audit.invariants.messages import all_delivered, outbox_and_events
from app.audit.invariants.path import legal_path
from app.audit.invariants.single_winner import one_winner
from app.audit.invariants.sync import in_step
from app.audit.invariants.times import sound_time
from app.core.extensions import db

log = structlog.get_logger()

CHECKS: Mapping[str, Callable[[Look], Checked]] = {
    "I1": none_lost,
    "I2": none_twice,
    "I3": legal_path,
    "I4": one_winner,
    "I5": no_breach_unreported,
    "I6": all_delivered,
    "I7": outbox_and_events,
    "I8": unbroken_record,
    "I9": files_and_rows,
    "I10": agency_wall,
    "I11": anonymity,
    "I12": in_step,
    "I13": letters_hold,
    "I14": sound_time,
    "I15": bounded,
    "I16": true_signs,
}

LONGEST_STATEMENT = "300s"
HARMLESS = frozenset({"files_without_row"})
"""Violations that are shown but do not make an invariant red."""


def is_red(checked: Checked) -> bool:
    """Return True when the result has a violation that needs action."""
    return any(finding.sentence not in HARMLESS for finding in checked.findings)


def check(name: str, look: Look) -> tuple[Checked, int]:
    """Run one check in a savepoint and return its result and duration in milliseconds.

    An exception is logged and returned as the finding `not_checked`, not raised.
    """
    began = time.perf_counter()
    try:
        with db.session.begin_nested():
            db.session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_STATEMENT}'"))
            checked = CHECKS[name](look)
    except Exception as fault:
        log.exception("invariant_not_checked", invariant=name)
        checked = Checked(0, (Finding(name, type(fault).__name__, "not_checked"),))
    return checked, round(1000 * (time.perf_counter() - began))


def check_all(look: Look, names: Iterable[str] = tuple(CHECKS)) -> Iterator[tuple[str, Checked, int]]:
    """Yield (name, result, milliseconds) of each named check in order."""
    for name in names:
        yield (name, *check(name, look))
