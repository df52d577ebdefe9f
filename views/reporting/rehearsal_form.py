"""The form of a rehearsal, which changes the allowances and actors of an SOP version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.core.clock import office_today, office_zone
from app.core.periods import Period, days
from app.reporting.rehearsals.model import skippable
from views.reporting.days import parse_day
from views.reporting.rehearsal_labels import REHEARSAL_FAULTS
from workflow_rules.process.sop import Sop, SopStep
from workflow_rules.time.deadlines import Unit

LONGEST = 400
MOST = {Unit.WORKING_MINUTES.value: 10_000, Unit.WORKING_DAYS.value: 365}


@dataclass
class RehearsalForm:
    """The submitted or prefilled form of a rehearsal: typed values and errors by field.

    `changes` (the changed steps, as stored) and `period` are valid only if `errors` is empty.
    """

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    period: Period | None = None


def fresh_form(sop: Sop, now: datetime) -> RehearsalForm:
    """Return a `RehearsalForm` with the values of the SOP version and, as period, the 91 days before today."""
    today = office_today(now)
    typed = {"dari": (today - timedelta(days=91)).isoformat(), "sampai": (today - timedelta(days=1)).isoformat()}
    typed["hari"] = str(sop.extended_draft.value)
    for row in sop.steps:
        typed[f"pelaksana-{row.step}"] = row.actor
        if row.allowance is not None:
            typed[f"waktu-{row.step}"] = str(row.allowance.value)
            typed[f"satuan-{row.step}"] = row.allowance.unit.value
    return RehearsalForm(typed)


def read_form(sop: Sop, sent: Mapping[str, str], now: datetime) -> RehearsalForm:
    """Return the submitted `RehearsalForm`; errors are collected in `errors` and nothing is raised."""
    of_steps = [f"{part}-{row.step}" for row in sop.steps for part in ("waktu", "satuan", "pelaksana", "tanpa")]
    names = ("dari", "sampai", "hari", *of_steps)
    form = RehearsalForm({name: sent.get(name, "").strip()[:40] for name in names})
    form.period = _period(form, office_today(now))
    form.changes = {
        "steps": {row.step: _step(form, sop, row) for row in sop.steps},
        "extended_days": _amount(form, "hari", Unit.WORKING_DAYS.value),
        "skipped": sorted(step for step in skippable(sop) if form.typed[f"tanpa-{step}"]),
    }
    return form


def actors_for(sop: Sop, row: SopStep) -> list[str]:
    """Return a sorted list of the codes of the actors to whom a step can be assigned.

    Those are the actors of Dinas Kominfo, or of the agency for an agency's step.
    """
    return sorted(sop.agency_actors if row.of_agency else sop.office_actors)


def _step(form: RehearsalForm, sop: Sop, row: SopStep) -> dict[str, Any]:
    actor = _one_of(form, f"pelaksana-{row.step}", actors_for(sop, row))
    if row.allowance is None:
        return {"actor": actor}
    unit = _one_of(form, f"satuan-{row.step}", list(MOST))
    value = _amount(form, f"waktu-{row.step}", unit or Unit.WORKING_MINUTES.value)
    return {"actor": actor, "unit": unit, "value": value}


def _one_of(form: RehearsalForm, name: str, known: list[str]) -> str | None:
    if form.typed[name] in known:
        return form.typed[name]
    form.errors[name] = str(REHEARSAL_FAULTS["unknown"])
    return None


def _amount(form: RehearsalForm, name: str, unit: str) -> int | None:
    text = form.typed[name]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if 1 <= number <= MOST[unit]:
        return number
    form.errors[name] = REHEARSAL_FAULTS["amount"] % {"most": MOST[unit]}
    return None


def _period(form: RehearsalForm, today: date) -> Period | None:
    first, last = _day(form, "dari"), _day(form, "sampai")
    if first is None or last is None:
        return None
    faults = {"order": last < first, "too_long": (last - first).days >= LONGEST, "future": first > today}
    fault = next((name for name, is_so in faults.items() if is_so), None)
    if fault is not None:
        form.errors["sampai"] = str(REHEARSAL_FAULTS[fault])
        return None
    return days(first, last, office_zone())


def _day(form: RehearsalForm, name: str) -> date | None:
    day = parse_day(form.typed[name])
    if day is None:
        form.errors[name] = str(REHEARSAL_FAULTS["day"])
    return day
