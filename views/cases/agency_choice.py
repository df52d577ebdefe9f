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
    """The agencies of a direction form as (code, remark).

    `shown` are visible at once, `rest` are in the collapsed list, `suggested` are the suggestions among `shown`.
    """

    shown: Rows
    rest: Rows
    suggested: list[Suggestion]


def offer(case: Case, form: ActionForm, suggestions: Sequence[Suggestion] = (), search: str = "") -> Offer:
    """Return every active agency that is not on the case, suggested and ticked ones in `shown`, the others in `rest`.

    With a search, matching and ticked agencies are shown and nothing is suggested.
    """
    tree = _tree(case)
    suggested = {s.agency: s for s in suggestions if s.agency in tree and not search}
    ticked = set(form.typed.getlist("agencies"))
    others = [code for code in tree if code in ticked or _found(case.agencies[code], search)]
    first = list(dict.fromkeys([*suggested, *others]))
    remarks = {code: _why(suggested[code]) if code in suggested else _under(case, code) for code in tree}
    rest = [code for code in tree if code not in first]
    return Offer(
        [(code, remarks[code]) for code in first], [(code, remarks[code]) for code in rest], list(suggested.values())
    )


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


def _found(agency: Agency, search: str) -> bool:
    """Return whether name, short name or code of the agency contains the search text; False if it is empty."""
    return bool(search) and search.casefold() in f"{agency.name} {agency.short_name} {agency.code}".casefold()


def _tree(case: Case) -> list[str]:
    """Return the codes of active agencies that are not on the case, each followed by its units."""
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
    """Return the short name of a unit's parent agency, or ""."""
    parent = case.agencies[code].parent_id
    return next((a.short_name for a in case.agencies.values() if a.id == parent), "")
