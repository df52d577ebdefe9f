"""State of files, backups, invariants and webhook endpoints as text for the health page."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext, ngettext

from app.audit.invariants.labels import sentence_of
from app.audit.invariants.run import RedInvariant, last_invariant_run
from app.backup.runs import last_good
from app.casefile.event_history import first_event_at
from app.core.storage import takes_files
from app.models import BackupRun, StoreSweep
from app.monitoring.file_store import count_files
from app.monitoring.machine import NIGHTLY_LATE
from app.outbound import clamav
from app.web.formats import in_sentence, near_moment
from app.webhooks.receivers import receiver_signs

FILE_LATE = timedelta(minutes=5)
SWEEP_LATE = timedelta(hours=24)

Line = tuple[str, str, str]
"""Part code or name, state (ok, warn, broken) and sentence."""


def file_states(now: datetime) -> Iterator[Line]:
    """Yield (part, state, sentence) of virus scanner (if configured), attachment inspection and file store."""
    counts = count_files(now)
    if clamav.is_set_up():
        if clamav.answers():
            yield "scanner", "ok", gettext("Menjawab.")
        else:
            said = gettext("Tidak menjawab: lampiran baru menunggu dan belum dapat dibuka siapa pun.")
            yield "scanner", "broken", said
    said = ngettext("%(num)d lampiran menunggu.", "%(num)d lampiran menunggu.", counts.waiting)
    if counts.held:
        said += " " + ngettext("%(num)d ditahan dalam seminggu.", "%(num)d ditahan dalam seminggu.", counts.held)
    if counts.failed:
        said += " " + ngettext("%(num)d tidak dapat dibuka.", "%(num)d tidak dapat dibuka.", counts.failed)
    if counts.oldest is not None and now - counts.oldest > FILE_LATE:
        since = gettext("Yang tertua menunggu sejak %(when)s.", when=_when(counts.oldest, now))
        yield "files", "broken", f"{said} {since}"
    else:
        yield "files", "warn" if counts.held else "ok", said
    yield "store", *_store(counts.sweep, now)


def _store(sweep: StoreSweep | None, now: datetime) -> tuple[str, str]:
    if not takes_files():
        return "broken", gettext("Tempat berkas tidak menerima berkas baru: penuh, hanya-baca, atau tidak terjangkau.")
    if sweep is None:
        return "ok", gettext("Belum pernah disapu; itu terjadi sendiri dalam enam jam.")
    said = gettext(
        "%(files)s berkas, %(size)s; penyapuan terakhir %(when)s mengambil %(removed)s berkas tanpa pemilik.",
        files=sweep.files,
        size=f"{sweep.stored_bytes / 1e9:.1f} GB".replace(".", ","),
        when=_when(sweep.at, now),
        removed=sweep.removed,
    )
    if sweep.held_back:
        doubt = gettext("%(count)s berkas tampak tanpa pemilik: terlalu banyak, jadi dibiarkan.", count=sweep.held_back)
        return "broken", f"{said} {doubt}"
    return ("warn" if now - sweep.at > SWEEP_LATE else "ok"), said


def backup_state(now: datetime) -> tuple[str, str]:
    """Return (state, sentence) about the last backup and restore drill; the state is "ok" or "warn".

    It is "warn" if there is no backup, if files were missing, or if the nightly backup is enabled and late.
    """
    last, drill = last_good("backup"), last_good("drill")
    nightly = current_app.config["BACKUP_FOLDER"] is not None
    late = last is None or last.ended_at is None or now - last.ended_at > NIGHTLY_LATE
    faults = int(last.detail.get("faults", 0)) if last else 0
    sentences = [] if nightly else [gettext("Cadangan malam tidak diaktifkan (BACKUP_FOLDER).")]
    if last is None or last.ended_at is None:
        sentences.append(gettext("Belum pernah ada cadangan yang berhasil."))
    else:
        sentences.append(gettext("Cadangan terakhir: %(when)s.", when=_when(last.ended_at, now)))
    if faults:
        sentences.append(
            ngettext(
                "%(num)d berkas hilang atau berubah, sehingga tidak ikut dicadangkan.",
                "%(num)d berkas hilang atau berubah, sehingga tidak ikut dicadangkan.",
                faults,
            )
        )
    sentences.append(_of_drill(drill, now))
    return "warn" if last is None or faults or (nightly and late) else "ok", " ".join(sentences)


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


def invariant_lines(now: datetime) -> Iterator[Line]:
    """Yield (code, state, sentence) of the nightly invariant check.

    First comes the check itself with the code "", then each invariant that does not hold, such as "I5".
    """
    check = last_invariant_run()
    if check is None:
        late = (begins := first_event_at()) is not None and now - begins > NIGHTLY_LATE
        said = gettext("Belum pernah diperiksa. Pemeriksaan berjalan setiap malam pukul 02.30.")
        yield "", "warn" if late else "ok", said
        return
    yield "", *_check_state(check.ended_at, now, sum(found.red for found in check.red))
    for found in check.red:
        yield found.name, "broken" if found.red else "warn", words_of(found)


def _check_state(ended_at: datetime, now: datetime, red: int) -> tuple[str, str]:
    """Return (state, sentence) of the invariant check that ended at `ended_at`.

    `red` is the number of invariants that do not hold; a check older than 26 hours is "warn".
    """
    when = _when(ended_at, now)
    if now - ended_at > NIGHTLY_LATE:
        return "warn", gettext("Terakhir diperiksa %(when)s, lebih dari 26 jam lalu.", when=when)
    if not red:
        return "ok", gettext("Semua pemeriksaan catatan lulus, diperiksa %(when)s.", when=when)
    said = ngettext(
        "%(num)d pemeriksaan catatan tidak lulus, diperiksa %(when)s.",
        "%(num)d pemeriksaan catatan tidak lulus, diperiksa %(when)s.",
        red,
        when=when,
    )
    return "broken", said


def words_of(found: RedInvariant) -> str:
    """Return the first findings of a violated invariant as one text, and how many more there are."""
    sentences = [sentence_of(one.sentence, one.subject, one.particulars) for one in found.findings]
    left = found.count - len(sentences)
    if left > 0:
        sentences.append(ngettext("Dan %(num)d lagi.", "Dan %(num)d lagi.", left))
    return " ".join(sentences)


def webhook_states() -> Iterator[Line]:
    """Yield one line (part, state, sentence) about all webhook endpoints together.

    Nothing if no endpoint is in use and no message is parked. It is "warn" while an endpoint fails or is disabled by
    the program, or messages are parked.
    """
    signs = receiver_signs()
    if not (signs.wanted or signs.parked):
        return
    faults = []
    if signs.failing:
        faults.append(ngettext("%(num)d penerima gagal.", "%(num)d penerima gagal.", signs.failing))
    if signs.given_up:
        faults.append(ngettext("%(num)d penerima dihentikan.", "%(num)d penerima dihentikan.", signs.given_up))
    if signs.parked:
        said = ngettext("%(num)d pesan gagal dan dihentikan.", "%(num)d pesan gagal dan dihentikan.", signs.parked)
        faults.append(said)
    yield "webhooks", "warn" if faults else "ok", " ".join(faults) or gettext("Semua penerima menerima pesannya.")
