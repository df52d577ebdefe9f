"""The page "Mengapa batasnya begitu?", which explains the deadlines of a case."""

from typing import Any

from app.casefile.case import Case
from app.casefile.clocks import accounts_of, national_clocks_of, time_used, whole_clock
from app.casefile.labels import BOOK_LINES, EXTENSION_CAUSES, HOUSES, SEGMENTS
from app.reference.labels import NATIONAL_STAGES
from app.web.formats import exact_duration
from workflow_rules.time.explanation import Segment


def explanation_of(case: Case) -> dict[str, Any]:
    """Return the template values of the page that explains a case's deadlines, in a fixed number of SQL statements."""
    return {
        "accounts": accounts_of(case),
        "whole": whole_clock(case),
        "national": national_clocks_of(case),
        "used": time_used(case),
        "national_stages": NATIONAL_STAGES,
        "book_lines": BOOK_LINES,
        "houses": HOUSES,
        "causes": EXTENSION_CAUSES,
        "segment_words": segment_words,
    }


def segment_words(line: Segment) -> str:
    """Return one line of the deadline calculation as text; its times are shown in other columns."""
    amounts = {"counted": exact_duration(line.counted), "removed": exact_duration(line.removed)}
    return str(SEGMENTS[line.kind.value]).format(name=line.name, **amounts)
