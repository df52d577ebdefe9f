"""The nightly look at the records as lines of the health page: what does not hold, in words, and when it was seen."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext, ngettext

from app.audit.invariants.labels import PROMISES, sentence_of
from app.audit.invariants.last_run import RedInvariant, last_look
from app.casefile.event_log import first_event_at
from app.web.formats import in_sentence, near_moment

TOO_LONG_AGO = timedelta(hours=26)
"""A night and some hours: a look that was missed is seen in the morning."""

Line = tuple[str, str, str]


def invariant_lines(now: datetime) -> Iterator[Line]:
    """Name, state and sentence: one line for the look itself, and one for each invariant that does not hold."""
    look = last_look()
    if look is None:
        late = (begins := first_event_at()) is not None and now - begins > TOO_LONG_AGO
        said = gettext("Belum pernah diperiksa. Pemeriksaan berjalan setiap malam pukul 02.30.")
        yield "", "warn" if late else "ok", said
        return
    when = in_sentence(near_moment(look.ended_at, now))
    yield "", *_itself(look.ended_at, when, now, sum(found.red for found in look.red))
    for found in look.red:
        yield str(PROMISES[found.name]), "broken" if found.red else "warn", words_of(found)


def _itself(ended_at: datetime, when: str, now: datetime, red: int) -> tuple[str, str]:
    if now - ended_at > TOO_LONG_AGO:
        return "warn", gettext("Terakhir diperiksa %(when)s, lebih dari 26 jam lalu.", when=when)
    if not red:
        return "ok", gettext("Semua janji catatan terpenuhi, diperiksa %(when)s.", when=when)
    said = ngettext(
        "%(num)d janji catatan tidak terpenuhi, diperiksa %(when)s.",
        "%(num)d janji catatan tidak terpenuhi, diperiksa %(when)s.",
        red,
        when=when,
    )
    return "broken", said


def words_of(found: RedInvariant) -> str:
    """The first findings as sentences, and how many more there are."""
    told = [sentence_of(one.sentence, one.subject, one.particulars) for one in found.findings]
    left = found.count - len(told)
    if left > 0:
        told.append(ngettext("Dan %(num)d lagi.", "Dan %(num)d lagi.", left))
    return " ".join(told)
