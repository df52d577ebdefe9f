"""Agencies offered in a direction form."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask_babel import gettext, ngettext

from app.casefile.case import Case
from app.models import Agency
from app.worklists.agency_suggestions import Suggestion
from views.shared.action_forms import ActionForm

NUMBERS_SHOWN = 2
Rows = list[tuple[str, str]]


class Offer(NamedTuple):
    """A named tuple: the agencies that a direction form offers, as (code, remark).

    `shown` are visible at once, `rest` are in the collapsed list, `suggested` are the suggestions among `shown`.
    """

    shown: Rows
    rest: Rows
    suggested: list[Suggestion]


def offer(case: Case, form: ActionForm, suggestions: Sequence[Suggestion] = (), search: str = "") -> Offer:
    """Return the `Offer` of a direction form: every active agency that is not on the case.

    Suggested and ticked ones are in `shown`, the others in `rest`. With a search, matching and ticked agencies are
    shown and nothing is suggested.
    """
    taken = {track.agency for track in case.facts.active_tracks}
    serving = [a for a in case.agencies.values() if a.active and a.code not in taken]
    ids = {a.id for a in serving}
    roots = [a for a in serving if a.parent_id not in ids]
    tree = [agency for root in roots for agency in _with_units(root, serving)]
    codes = [agency.code for agency in tree]
    suggested = {s.agency: s for s in suggestions if s.agency in codes and not search}
    ticked, parents = set(form.typed.getlist("agencies")), {a.id: a.short_name for a in case.agencies.values()}
    shown: dict[str, None] = dict.fromkeys(suggested)
    remarks: dict[str, str] = {}
    for agency in tree:
        texts = f"{agency.name} {agency.short_name} {agency.code}".casefold()
        if agency.code in ticked or (search and search.casefold() in texts):
            shown[agency.code] = None
        parent = parents.get(agency.parent_id, "") if agency.parent_id else ""
        remarks[agency.code] = _why(suggested[agency.code]) if agency.code in suggested else parent
    rest = [(code, remarks[code]) for code in codes if code not in shown]
    return Offer([(code, remarks[code]) for code in shown], rest, list(suggested.values()))


def _why(suggestion: Suggestion) -> str:
    """Return the reason of a suggestion as text, for example "Disarankan dari kategori · 3 aduan serupa ...: LB-…,
    LB-…".
    """
    reasons = [gettext("Disarankan dari kategori")] if suggestion.by_category else []
    if many := len(suggestion.cases):
        numbers = ", ".join(case.number for case in suggestion.cases[:NUMBERS_SHOWN])
        reasons.append(
            ngettext(
                "%(num)d aduan serupa ditangani OPD ini: %(numbers)s",
                "%(num)d aduan serupa ditangani OPD ini: %(numbers)s",
                many,
                numbers=numbers + (", …" if many > NUMBERS_SHOWN else ""),
            )
        )
    return " · ".join(reasons)


def _with_units(agency: Agency, serving: list[Agency]) -> Iterable[Agency]:
    """Yield the agency, then its units (agencies) at all depths, each followed by its own units."""
    yield agency
    for unit in serving:
        if unit.parent_id == agency.id:
            yield from _with_units(unit, serving)
