"""Search hits as highlighted in list rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from flask_babel import gettext

from app.fields.definitions import known_fields
from app.models import Complaint
from app.worklists.complaint_lists import ComplaintRow
from app.worklists.highlight_hits import Part, excerpt, marked
from app.worklists.inbox import WorkRow
from app.worklists.search import Search
from app.worklists.search_words import words_matching
from views.shared.list_rows import Line

Parts = tuple[Part, ...]
Hit = ComplaintRow | WorkRow


@dataclass(frozen=True)
class Found:
    """A value object: the texts of a list row with the search hits marked, as tuples of (text, whether it is a hit).
    `title` is the whole title; `excerpt` is the text around the first hit in the body, else in the place, () if neither
    has one; `reporter` is True if the reporter matched. `fields` are (label, text around the hit) of values of fields.
    """

    title: Parts
    excerpt: Parts
    reporter: bool
    fields: tuple[tuple[str, Parts], ...] = ()


def place_of(case: Complaint) -> str:
    """Return the place of a case as text: the reporter's description, village, district; "" if none is known."""
    village = case.village.name if case.village else ""
    district = gettext("Kec. %(name)s", name=case.district.name) if case.district else ""
    return ", ".join(part for part in (case.location_text, village, district) if part)


def with_hits(lines: Iterable[Line], rows: Iterable[Hit], search: Search | None) -> list[Line]:
    """Return a list of the same lines with the hits of `search` highlighted; unchanged if `search` is None."""
    if search is None:
        return list(lines)
    shown = []
    for line, row in zip(lines, rows, strict=True):
        case, hits = line.case, row.hits
        around = excerpt(case.body, hits) or excerpt(place_of(case), hits)
        of_reporter, of_fields = case.id in search.reporter_ids, tuple(_hits_in_fields(case, search))
        shown.append(replace(line, found=Found(marked(case.title, hits), around, of_reporter, of_fields)))
    return shown


def _hits_in_fields(case: Complaint, search: Search) -> Iterator[tuple[str, Parts]]:
    """Yield (label, text around the hit) of each value of a searched field in which a searched word is."""
    for code in search.fields:
        text = str(case.field_values.get(code) or "")
        around = excerpt(text, words_matching(text, search.words, search.halves))
        if around:
            yield known_fields()[code].label, around
