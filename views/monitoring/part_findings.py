"""State of files, backups, invariants and webhook endpoints as text for the health page."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext, ngettext

from app.audit.invariants.labels import PROMISES, sentence_of
from app.audit.invariants.run import RedInvariant, last_look
from app.backup.runs import last_good
from app.casefile.event_log import first_event_at
from app.core.storage import takes_files
from app.models import BackupRun
from app.monitoring.file_store import FileCounts, count_files
from app.outbound import clamav
from app.web.formats import in_sentence, near_moment
from app.webhooks.receivers import ReceiverSigns, receiver_signs

FILE_LATE = timedelta(minutes=5)
SWEEP_LATE = timedelta(hours=24)
Told = tuple[str, str, str]
"""Part code, state (ok, warn, broken) and sentence."""


def told_of_files(now: datetime) -> Iterator[Told]:
    """Yield the state of virus scanner, attachment inspection and file store."""
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


OLD = timedelta(hours=26)
"""One backup a night, with two hours of tolerance."""


def backup_state(now: datetime) -> tuple[str, str]:
    """Return state and sentence of the last backup and drill.

    It is a warning if there is no backup, if files were missing, or if the nightly backup is enabled and late.
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


TOO_LONG_AGO = timedelta(hours=26)
"""One check a night, with two hours of tolerance."""


Line = tuple[str, str, str]


def invariant_lines(now: datetime) -> Iterator[Line]:
    """Yield name, state and sentence: first the check itself with the name "", then each invariant that does not
    hold.
    """
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
    """Return the first findings of an invariant as sentences, and how many more there are."""
    told = [sentence_of(one.sentence, one.subject, one.particulars) for one in found.findings]
    left = found.count - len(told)
    if left > 0:
        told.append(ngettext("Dan %(num)d lagi.", "Dan %(num)d lagi.", left))
    return " ".join(told)


def told_of_receivers() -> Iterator[Told]:
    """Yield the state of the webhook endpoints; a warning while one fails, is disabled or has parked messages."""
    signs = receiver_signs()
    if signs.wanted or signs.parked:
        faults = " ".join(filter(None, _faults(signs)))
        yield "webhooks", "warn" if faults else "ok", faults or gettext("Semua penerima menerima pesannya.")


def _faults(signs: ReceiverSigns) -> Iterator[str]:
    if signs.failing:
        yield ngettext("%(num)d penerima gagal.", "%(num)d penerima gagal.", signs.failing)
    if signs.given_up:
        yield ngettext("%(num)d penerima dihentikan.", "%(num)d penerima dihentikan.", signs.given_up)
    if signs.parked:
        yield ngettext("%(num)d pesan gagal dan dihentikan.", "%(num)d pesan gagal dan dihentikan.", signs.parked)
