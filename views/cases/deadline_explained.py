"""What the page "Mengapa batasnya begitu?" shows of a case beside its open steps."""

from typing import Any

from app.casefile.case import Case
from app.casefile.clocks import accounts_of, national_clocks_of, time_used, whole_clock
from app.casefile.labels import BOOK_LINES, EXTENSION_CAUSES, HOUSES, SEGMENTS
from app.reference.labels import NATIONAL_STAGES
from app.web.formats import exact_duration
from workflow_rules.time.explanation import Segment


def explanation_of(case: Case) -> dict[str, Any]:
    """Everything the template needs; a fixed number of statements whatever the case."""
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
    """One line of the arithmetic in the reader's language; its times stand beside it."""
    amounts = {"counted": exact_duration(line.counted), "removed": exact_duration(line.removed)}
    return str(SEGMENTS[line.kind.value]).format(name=line.name, **amounts)
