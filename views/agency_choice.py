"""Which agencies a direction offers first: suggested or already ticked ones, the rest of the tree folded beneath."""

from collections.abc import Iterable
from typing import NamedTuple

from flask_babel import gettext

from app.models import Agency
from app.queries.case_page import Case
from views.action_forms import ActionForm

Rows = list[tuple[str, str]]


class Offer(NamedTuple):
    """Agency codes with a remark each: those in sight, and those behind the fold."""

    shown: Rows
    rest: Rows


def offer(case: Case, form: ActionForm, search: str = "") -> Offer:
    """Everything in service and not yet on the case; a search brings its hits into sight, ticked ones stay there."""
    tree = _tree(case)
    suggested = case.complaint.category.default_agency_code if case.complaint.category else None
    wanted = {suggested, *form.typed.getlist("agencies")} if not search else set(form.typed.getlist("agencies"))
    first = [code for code in tree if code in wanted or _found(case.agencies[code], search)]
    first.sort(key=lambda code: code != suggested)
    reason = gettext("Disarankan dari kategori")
    shown = [(code, reason if code == suggested else _under(case, code)) for code in first]
    return Offer(shown, [(code, _under(case, code)) for code in tree if code not in first])


def _found(agency: Agency, search: str) -> bool:
    """Whether a name holds the words searched for; without a search nothing is found."""
    return bool(search) and search.casefold() in f"{agency.name} {agency.short_name} {agency.code}".casefold()


def _tree(case: Case) -> list[str]:
    """Codes in service that are not on the case, each followed by its units."""
    taken = {track.agency for track in case.facts.active_tracks}
    serving = [a for a in case.agencies.values() if a.active and a.code not in taken]
    ids = {a.id for a in serving}
    roots = [a for a in serving if a.parent_id not in ids]
    return [code for root in roots for code in _with_units(root, serving)]


def _with_units(agency: Agency, serving: list[Agency]) -> Iterable[str]:
    yield agency.code
    for unit in serving:
        if unit.parent_id == agency.id:
            yield from _with_units(unit, serving)


def _under(case: Case, code: str) -> str:
    """The house that a unit belongs to."""
    parent = case.agencies[code].parent_id
    return next((a.short_name for a in case.agencies.values() if a.id == parent), "")
