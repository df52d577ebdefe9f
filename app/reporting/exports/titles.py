"""What a report is called, from what was asked for: on the list of jobs, at the bell, in the file, in the e-mail."""

from datetime import timedelta

from flask_babel import gettext

from app.reporting.exports.request import WantedReport
from app.vocabulary.words import CHANNELS, STATUSES, STEPS
from app.web.formats import day, duration


def title_of(wanted: WantedReport) -> str:
    """What the report is called: "Aduan masuk 1 November 2026 – 24 November 2026"."""
    if wanted.since and wanted.until == wanted.since:
        return gettext("Aduan masuk %(day)s", day=day(wanted.since))
    if wanted.since and wanted.until:
        return gettext("Aduan masuk %(first)s – %(last)s", first=day(wanted.since), last=day(wanted.until))
    if wanted.since:
        return gettext("Aduan masuk sejak %(day)s", day=day(wanted.since))
    if wanted.until:
        return gettext("Aduan masuk sampai %(day)s", day=day(wanted.until))
    return gettext("Semua aduan")


def filters_in_words(wanted: WantedReport) -> str:
    """The filters beside the days; agencies and categories by their codes, which the lists explain."""
    found = [str(STATUSES[wanted.status])] if wanted.status else []
    found += [str(STEPS[wanted.step])] if wanted.step else []
    found += [str(CHANNELS[wanted.channel])] if wanted.channel else []
    found += [code for code in (wanted.agency, wanted.category, wanted.district) if code]
    found += [gettext("lewat batas")] if wanted.late else []
    found += [gettext("terbuka")] if wanted.running else []
    return ", ".join(found)


def left_in_words(left: timedelta) -> str:
    """How much longer it takes, as roughly as it can be known."""
    minutes = round(left.total_seconds() / 60)
    if minutes < 1:
        return gettext("kurang dari 1 menit lagi")
    return gettext("kira-kira %(time)s lagi", time=duration(minutes))
