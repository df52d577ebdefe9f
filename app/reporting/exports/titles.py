"""The title of an export report, from its request: for the list of jobs, the notice, the file and the e-mail."""

from datetime import timedelta

from flask_babel import gettext

from app.access.process_rows import STEPS
from app.choices.lists import CHANNELS
from app.fields.definitions import known_fields
from app.fields.filters import filter_text
from app.reporting.exports.request import WantedReport
from app.vocabulary.words import STATUSES
from app.web.formats import day, duration


def title_of(wanted: WantedReport) -> str:
    """Return the title of an export report, for example "Aduan masuk 1 November 2026 – 24 November 2026"."""
    if wanted.since and wanted.until == wanted.since:
        return gettext("Aduan masuk %(day)s", day=day(wanted.since))
    if wanted.since and wanted.until:
        return gettext("Aduan masuk %(first)s – %(last)s", first=day(wanted.since), last=day(wanted.until))
    if wanted.since:
        return gettext("Aduan masuk sejak %(day)s", day=day(wanted.since))
    if wanted.until:
        return gettext("Aduan masuk sampai %(day)s", day=day(wanted.until))
    return gettext("Semua aduan")


def filters_text(wanted: WantedReport) -> str:
    """Return the filters of an export report except the dates as text joined by commas, "" when none is set.

    Agency, category and district are shown by their codes.
    """
    found = [str(STATUSES[wanted.status])] if wanted.status else []
    found += [str(STEPS[wanted.step])] if wanted.step else []
    found += [str(CHANNELS[wanted.channel])] if wanted.channel else []
    found += [code for code in (wanted.agency, wanted.category, wanted.district) if code]
    found += [gettext("lewat batas")] if wanted.late else []
    found += [gettext("terbuka")] if wanted.running else []
    own = ((known_fields()[code], text) for code, text in wanted.fields.items())
    found += [f"{one.label}: {filter_text(one, text)}" for one, text in own]
    return ", ".join(found)


def time_left_text(left: timedelta) -> str:
    """Return the remaining time as text in the current language, rounded to minutes."""
    minutes = round(left.total_seconds() / 60)
    if minutes < 1:
        return gettext("kurang dari 1 menit lagi")
    return gettext("kira-kira %(time)s lagi", time=duration(minutes))
