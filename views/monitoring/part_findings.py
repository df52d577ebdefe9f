"""The files in words for the health page: what waits for whom, what is held, and what the sweep of the store saw."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext, ngettext

from app.core.storage import takes_files
from app.monitoring.file_store import FileCounts, count_files
from app.outbound import clamav
from app.web.formats import in_sentence, near_moment

FILE_LATE = timedelta(minutes=5)
SWEEP_LATE = timedelta(hours=24)
Told = tuple[str, str, str]
"""Part, state and sentence."""


def told_of_files(now: datetime) -> Iterator[Told]:
    """The line of each part that has to do with files."""
    counts = count_files(now)
    if clamav.is_set_up():
        yield "scanner", *_scanner()
    yield "files", *_files(counts, now)
    yield "store", *_store(counts, now)


def _scanner() -> tuple[str, str]:
    if clamav.answers():
        return "ok", gettext("Menjawab.")
    return "broken", gettext("Tidak menjawab: lampiran baru menunggu dan belum dapat dibuka siapa pun.")


def _files(counts: FileCounts, now: datetime) -> tuple[str, str]:
    waiting = ngettext("%(num)d lampiran menunggu.", "%(num)d lampiran menunggu.", counts.waiting)
    held = ngettext("%(num)d ditahan dalam seminggu.", "%(num)d ditahan dalam seminggu.", counts.held)
    failed = ngettext("%(num)d tidak dapat dibuka.", "%(num)d tidak dapat dibuka.", counts.failed)
    said = " ".join([waiting, *([held] if counts.held else []), *([failed] if counts.failed else [])])
    if counts.oldest is not None and now - counts.oldest > FILE_LATE:
        since = gettext("Yang tertua menunggu sejak %(when)s.", when=in_sentence(near_moment(counts.oldest, now)))
        return "broken", f"{said} {since}"
    return ("warn" if counts.held else "ok"), said


def _store(counts: FileCounts, now: datetime) -> tuple[str, str]:
    sweep = counts.sweep
    if not takes_files():
        return "broken", gettext("Tempat berkas tidak menerima berkas baru: penuh, hanya-baca, atau tidak terjangkau.")
    if sweep is None:
        return "ok", gettext("Belum pernah disapu; itu terjadi sendiri dalam enam jam.")
    said = gettext(
        "%(files)s berkas, %(size)s; penyapuan terakhir %(when)s mengambil %(removed)s berkas tanpa pemilik.",
        files=sweep.files,
        size=_gigabytes(sweep.stored_bytes),
        when=in_sentence(near_moment(sweep.at, now)),
        removed=sweep.removed,
    )
    if sweep.held_back:
        doubt = gettext("%(count)s berkas tampak tanpa pemilik: terlalu banyak, jadi dibiarkan.", count=sweep.held_back)
        return "broken", f"{said} {doubt}"
    return ("warn" if now - sweep.at > SWEEP_LATE else "ok"), said


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB".replace(".", ",")
