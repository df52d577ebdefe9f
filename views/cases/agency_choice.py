"""Which agencies a direction offers first: suggested or already ticked ones, the rest of the tree folded beneath."""

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
    """Agency codes with a remark each: those in sight, those behind the fold; and the suggestions among the former."""

    shown: Rows
    rest: Rows
    suggested: list[Suggestion]


def offer(case: Case, form: ActionForm, suggestions: Sequence[Suggestion] = (), search: str = "") -> Offer:
    """Everything in service and not yet on the case, suggestions first; a search brings its hits into sight instead,
    ticked ones stay there.
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
    """ "Disarankan dari kategori · 3 aduan serupa ditangani OPD ini: LB-…, LB-…" """
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
