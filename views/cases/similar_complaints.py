"""Likely duplicates of a complaint as shown on a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from app.core.clock import office_time
from app.models import Complaint
from app.vocabulary.words import STATUSES, Labels
from app.worklists.duplicates import Likely, likely_duplicates, report_in_writing, report_of
from app.worklists.likeness import NEARLY_THE_SAME
from workflow_rules.process.actors import Person
from workflow_rules.process.steps import ENDED, CaseStatus

NO_MAIN_COMPLAINT = ENDED - {CaseStatus.CLOSED}


@dataclass(frozen=True)
class Similar:
    """A value object: a likely duplicate of a complaint.

    `reason` is the similarity as text, `status` the status as text, `can_be_main` whether a case can be merged into it.
    """

    complaint: Complaint
    reason: str
    status: str
    can_be_main: bool


def similar_to_case(row: Complaint, person: Person) -> list[Similar]:
    """Return a `Similar` for each likely duplicate of a stored complaint that this person may see, nearest first."""
    return [_in_words(found, row.received_at, False) for found in likely_duplicates(report_of(row), person)]


def similar_to_typed(typed: Mapping[str, str], person: Person, now: datetime) -> list[Similar]:
    """Return a `Similar` for each likely duplicate of the report typed in the intake form that this person may see."""
    report = report_in_writing(
        typed.get("title", ""),
        typed.get("body", ""),
        now,
        typed.get("location.village", ""),
        typed.get("location.district", ""),
        typed.get("category", ""),
    )
    return [_in_words(found, now, True) for found in likely_duplicates(report, person)]


def _in_words(found: Likely, at: datetime, today: bool) -> Similar:
    row = found.complaint
    words = LIKE_WORDS["nearly" if found.alike >= NEARLY_THE_SAME else "like"]
    reason = ", ".join((str(SAME_PLACES[found.place]), str(words), _when(row.received_at, at, today)))
    return Similar(row, reason[:1].upper() + reason[1:], str(STATUSES[row.status]), row.status not in NO_MAIN_COMPLAINT)


def _when(other: datetime, at: datetime, today: bool) -> str:
    """Return the days between the receipts of two cases (office dates) as text, for example "3 hari sebelumnya".

    It is relative to today if `today` is true, else to the other case.
    """
    days = (office_time(at).date() - office_time(other).date()).days
    if days == 0:
        return gettext("hari ini") if today else gettext("hari yang sama")
    if days < 0:
        return ngettext("%(num)d hari sesudahnya", "%(num)d hari sesudahnya", -days)
    if today:
        return ngettext("%(num)d hari lalu", "%(num)d hari lalu", days)
    return ngettext("%(num)d hari sebelumnya", "%(num)d hari sebelumnya", days)


SAME_PLACES: Labels = {
    "near": _("tempat berdekatan"),
    "village": _("desa sama"),
    "district": _("kecamatan sama"),
    "unknown": _("tempat belum disebut"),
}


LIKE_WORDS: Labels = {"nearly": _("kata hampir sama"), "like": _("kata mirip")}
