"""How the backups and the drills stand, in words for the health page."""

from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext, ngettext

from app.backup.backups import last_good
from app.models import BackupRun
from app.web.formats import in_sentence, near_moment

OLD = timedelta(hours=26)
"""A backup a night, and two hours for it to be late."""


def backup_state(now: datetime) -> tuple[str, str]:
    """State and sentence: a warning where there is no backup, where files were lacking, and where the nightly one is
    switched on and late.
    """
    last, nightly = last_good("backup"), current_app.config["BACKUP_FOLDER"] is not None
    late = last is None or last.ended_at is None or now - last.ended_at > OLD
    faults = int(last.detail.get("faults", 0)) if last else 0
    state = "warn" if last is None or faults or (nightly and late) else "ok"
    words = [_of_backup(last, nightly, now), _of_faults(faults), _of_drill(last_good("drill"), now)]
    return state, " ".join(filter(None, words))


def _of_backup(last: BackupRun | None, nightly: bool, now: datetime) -> str:
    off = "" if nightly else gettext("Cadangan malam tidak diaktifkan (BACKUP_FOLDER).") + " "
    if last is None or last.ended_at is None:
        return off + gettext("Belum pernah ada cadangan yang berhasil.")
    return off + gettext("Cadangan terakhir: %(when)s.", when=_when(last.ended_at, now))


def _of_faults(faults: int) -> str:
    if not faults:
        return ""
    return ngettext(
        "%(num)d berkas hilang atau berubah, sehingga tidak ikut dicadangkan.",
        "%(num)d berkas hilang atau berubah, sehingga tidak ikut dicadangkan.",
        faults,
    )


def _of_drill(drill: BackupRun | None, now: datetime) -> str:
    if drill is None or drill.ended_at is None:
        return gettext("Latihan pemulihan terakhir: belum pernah.")
    return gettext(
        "Latihan pemulihan terakhir: %(when)s, pulih dalam %(seconds)s detik.",
        when=_when(drill.ended_at, now),
        seconds=drill.detail.get("rto_seconds", "?"),
    )


def _when(at: datetime, now: datetime) -> str:
    return in_sentence(near_moment(at, now))
