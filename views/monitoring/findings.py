"""State of every part of the program as text for the health page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import gettext, ngettext
from redis.exceptions import RedisError

from app.audit.invariants.labels import PROMISES
from app.core import schema
from app.core.clock import office_time
from app.delivery.gateway_breaker import gateways_in_trouble
from app.models import GatewayState
from app.monitoring import health
from app.monitoring.gauges import expected_workers, read_queues
from app.outbound.notification_channels import CHANNELS, EMAIL
from app.outbound.restore_hold import find_hold
from app.papers.case_papers import count_troubled
from app.sp4n.peer import client, overview
from app.web.formats import in_sentence, near_moment
from views.monitoring.labels import PARTS, QUEUES, TO_DO
from views.monitoring.machine_findings import machine_states
from views.monitoring.part_findings import backup_state, file_states, invariant_lines, webhook_states

MESSAGE_LATE = timedelta(minutes=5)
JOB_LATE, JOB_VERY_LATE = 120.0, 600.0
"""Seconds the oldest job of a queue has waited at which the queue is a warning, and broken."""

CAPACITY = "I15"
"""The invariant about the machine, which is repaired at the machine and not looked for in the records."""

WORST_FIRST = ("broken", "unknown", "warn", "ok")


@dataclass(frozen=True)
class Finding:
    """A value object: the state of one part of the program as text.

    `state` is ok, warn, broken or unknown; `to_do` is the advice to the administrator, "" if the part is ok.
    """

    part: str
    state: str
    sentence: str
    to_do: str


def all_findings(now: datetime, redis: bool) -> list[Finding]:
    """Return a list of Findings (part, state, message, advice) about all parts of the program, also about those in
    order; broken ones first. `redis` says whether Redis answers.
    """
    seen = health.find_processes(now) if redis else None
    found = [*_servers(redis), *_processes(seen, now), *_records(now), *_peer(now)]
    for code, state, sentence in invariant_lines(now):
        finding = _finding("capacity" if code == CAPACITY else "invariants", state, sentence)
        found.append(replace(finding, part=str(PROMISES[code])) if code else finding)
    found += [_queues(redis, now), _papers()]
    if (hold := find_hold()) is not None:
        said = gettext("Tidak mengirim apa pun. Datanya per %(when)s.", when=_seen(hold.taken_at, now))
        found.append(_finding("hold", "warn", said))
    found.append(_finding("backup", *backup_state(now)))
    found += [_finding(*state) for state in (*file_states(now), *webhook_states(), *machine_states(now, redis))]
    return sorted(found, key=lambda finding: WORST_FIRST.index(finding.state))


def warnings(now: datetime) -> list[str]:
    """Return a list of English sentences about dead scheduler and worker processes, for a monitor.

    [] if all are alive, and while Redis is unreachable and nothing is known.
    """
    seen = health.find_processes(now)
    if seen is None:
        return []
    sentences = [] if seen.scheduler_at else ["scheduler: no heartbeat for a minute"]
    sentences += [] if seen.alive else ["worker: none is alive"]
    if 0 < len(seen.alive) < expected_workers():
        sentences.append(f"workers: {len(seen.alive)} of {expected_workers()} are alive")
    return sentences + [f"worker {worker.name}: no heartbeat, it was not stopped in order" for worker in seen.dead]


def outside_warnings() -> list[str]:
    """Return a list of English sentences, for a monitor, about unreachable message gateways and a rejected token for
    SP4N; [] if there are none.
    """
    sentences = [
        f"{CHANNELS[state.channel].server_in_english}: away since {office_time(state.away_since):%Y-%m-%d %H:%M},"
        f" left alone until {office_time(state.held_until):%H:%M:%S} ({state.last_error})"
        for state in gateways_in_trouble()
        if state.away_since and state.held_until
    ]
    denial = overview.find_denial() if client.is_set_up() else None
    return sentences + ([f"peer: does not accept our token ({denial.answer})"] if denial else [])


def _finding(part: str, state: str, sentence: str) -> Finding:
    to_do = "" if state == "ok" else str(TO_DO["unknown" if state == "unknown" else part])
    return Finding(str(PARTS[part]), state, sentence, to_do)


def _servers(redis: bool) -> Iterator[Finding]:
    answers, silent = gettext("Menjawab."), gettext("Tidak menjawab.")
    for part, good, said_good, said_bad in (
        ("database", health.database_answers(), answers, silent),
        (
            "migrations",
            schema.migrated(),
            gettext("Sesuai dengan versi program ini."),
            gettext("Tidak sama dengan versi program ini."),
        ),
        ("wall", health.row_level_security_enforced(), gettext("Aktif."), gettext("Tidak aktif di basis data.")),
        ("redis", redis, answers, silent),
    ):
        yield _finding(part, "ok" if good else "broken", said_good if good else said_bad)


def _processes(seen: health.Processes | None, now: datetime) -> Iterator[Finding]:
    """Yield two Findings (part, state, message, advice), about the scheduler and the workers; both have the state
    unknown without Redis, where the heartbeats are.
    """
    if seen is None:
        for part in ("scheduler", "workers"):
            yield _finding(part, "unknown", gettext("Tidak terlihat selama Redis tidak menjawab."))
        return
    if seen.scheduler_at is None:
        said = gettext("Tidak aktif: tidak melapor selama satu menit atau lebih.")
        yield _finding("scheduler", "broken", said)
    else:
        said = gettext("Aktif, terakhir melapor %(when)s.", when=_seen(seen.scheduler_at, now))
        yield _finding("scheduler", "ok", said)
    yield _workers(seen, now)


def _workers(seen: health.Processes, now: datetime) -> Finding:
    """Return a Finding (part, state, message, advice) about the workers, also when all is well.

    Redis forgets a dead worker soon, so the number of live workers is compared with WORKERS.
    """
    if not seen.alive:
        return _finding("workers", "broken", _dead_words(seen, now) or gettext("Tidak ada proses latar yang aktif."))
    sentences = [
        ngettext(
            "%(num)d proses latar aktif, terakhir melapor %(when)s.",
            "%(num)d proses latar aktif, terakhir melapor %(when)s.",
            len(seen.alive),
            when=_seen(max(worker.seen_at for worker in seen.alive if worker.seen_at), now),
        )
    ]
    if (missing := expected_workers() - len(seen.alive)) > 0:
        sentences.append(
            ngettext(
                "Kurang %(num)d: seharusnya %(expected)s proses latar (WORKERS).",
                "Kurang %(num)d: seharusnya %(expected)s proses latar (WORKERS).",
                missing,
                expected=expected_workers(),
            )
        )
    if dead := _dead_words(seen, now):
        sentences.append(dead)
    return _finding("workers", "warn" if len(sentences) > 1 else "ok", " ".join(sentences))


def _dead_words(seen: health.Processes, now: datetime) -> str:
    sentences = []
    for worker in seen.dead:
        when = _seen(worker.seen_at, now) if worker.seen_at else gettext("lebih dari satu menit lalu")
        sentence = gettext(
            "Proses latar %(name)s berhenti tidak normal, terakhir melapor %(when)s.", name=worker.name[:8], when=when
        )
        sentences.append(sentence)
    return " ".join(sentences)


def _seen(at: datetime, now: datetime) -> str:
    return in_sentence(near_moment(at, now))


def _records(now: datetime) -> Iterator[Finding]:
    """Yield Findings (part, state, message, advice), also when all is well, about what the tables show: waiting and
    failed messages, gateways, alarms and holidays.
    """
    records = health.find_records(now)
    messages, late, year = records.messages, records.late_alarms, records.missing_year
    said = ngettext("%(num)d pesan menunggu.", "%(num)d pesan menunggu.", messages.waiting)
    overdue = messages.oldest_due is not None and now - messages.oldest_due > MESSAGE_LATE
    if messages.oldest_due is not None:
        said += " " + gettext("Yang tertua seharusnya dikirim %(when)s.", when=_seen(messages.oldest_due, now))
    yield _finding("waiting", "broken" if overdue else "ok", said)
    said = ngettext("%(num)d pesan gagal dikirim.", "%(num)d pesan gagal dikirim.", messages.failed)
    yield _finding("failed", *(("warn", said) if messages.failed else ("ok", gettext("Tidak ada."))))
    yield from _gateways(now)
    said = ngettext(
        "%(num)d langkah menunggu peringatannya lebih dari dua menit.",
        "%(num)d langkah menunggu peringatannya lebih dari dua menit.",
        late,
    )
    on_time = "ok", gettext("Semua yang jatuh tempo sudah disampaikan.")
    yield _finding("alarms", *(("broken", said) if late else on_time))
    if year is None:
        yield _finding("holidays", "ok", gettext("Belum perlu, atau sudah terisi."))
    else:
        said = gettext("Belum ada satu pun hari libur tahun %(year)s.", year=year)
        yield _finding("holidays", "warn", said)


def _gateways(now: datetime) -> Iterator[Finding]:
    """Yield a Finding (part, state, message, advice) about the server of each channel that is on, also when it answers,
    and a warning if no mail server is configured.
    """
    troubled = {state.channel: state for state in gateways_in_trouble()}
    if EMAIL.server_url() is None:
        said = gettext("Belum disiapkan: surel tidak dikirim.")
        yield Finding(str(EMAIL.server), "warn", said, str(TO_DO["mail"]))
    for channel in CHANNELS.values():
        if channel.server_url() is not None:
            yield _gateway(str(channel.server), troubled.get(channel.name), now)


def _gateway(server: str, trouble: GatewayState | None, now: datetime) -> Finding:
    if trouble is None or trouble.away_since is None:
        return Finding(server, "ok", gettext("Sudah disiapkan."), "")
    said = gettext(
        "Tidak menjawab sejak %(when)s (%(why)s).", when=_seen(trouble.away_since, now), why=trouble.last_error
    )
    if trouble.held_until is not None and trouble.held_until > now:
        said += " " + gettext("Dicoba lagi sendiri %(when)s.", when=_seen(trouble.held_until, now))
    return Finding(server, "broken", said, str(TO_DO["gateway_away"]))


def _queues(redis: bool, now: datetime) -> Finding:
    """Return a Finding (part, state, message, advice) about the job queues: warn or broken by the waiting time of the
    oldest job, unknown without Redis.
    """
    if not redis:
        return _finding("queues", "unknown", gettext("Tidak terlihat selama Redis tidak menjawab."))
    try:
        waiting = {name: queue for name, queue in read_queues(now).items() if queue.waiting}
    except RedisError:
        return _queues(False, now)
    if not waiting:
        return _finding("queues", "ok", gettext("Tidak ada pekerjaan yang menunggu."))
    said = "; ".join(
        gettext(
            "%(queue)s: %(count)s menunggu, yang tertua %(time)s",
            queue=QUEUES[name],
            count=queue.waiting,
            time=how_long(queue.oldest),
        )
        for name, queue in waiting.items()
    )
    oldest = max(queue.oldest for queue in waiting.values())
    state = "broken" if oldest > JOB_VERY_LATE else "warn" if oldest > JOB_LATE else "ok"
    return _finding("queues", state, f"{said}.")


def _papers() -> Finding:
    """Return a Finding (part, state, message, advice) about papers that could not be drawn (warn) and signed files that
    are missing (broken); its state is ok if there are none.
    """
    failed, lost = count_troubled()
    said = [ngettext("%(num)d dokumen gagal dibuat.", "%(num)d dokumen gagal dibuat.", failed)] if failed else []
    if lost:
        said.append(
            ngettext(
                "%(num)d surat bertanda tangan elektronik hilang dari penyimpanan.",
                "%(num)d surat bertanda tangan elektronik hilang dari penyimpanan.",
                lost,
            )
        )
    state = "broken" if lost else "warn" if failed else "ok"
    return _finding("papers", state, " ".join(said) or gettext("Semua yang selesai ada berkasnya."))


def how_long(seconds: float) -> str:
    """Return a duration in seconds as text in the reader's language, in whole minutes from one minute on."""
    minutes = int(seconds // 60)
    return (
        ngettext("%(num)d menit", "%(num)d menit", minutes)
        if minutes
        else ngettext("%(num)d detik", "%(num)d detik", int(seconds))
    )


def _peer(now: datetime) -> Iterator[Finding]:
    """Yield one Finding (part, state, message, advice) about the exchange with the peer (SP4N), none without a peer."""
    if not client.is_set_up():
        return
    if (denial := overview.find_denial()) is not None:
        words = {"when": _seen(denial.since, now), "answer": denial.answer}
        denied = _finding("peer", "broken", gettext("Menolak token kita sejak %(when)s (%(answer)s).", **words))
        yield replace(denied, to_do=str(TO_DO["peer_denied"]))
        return
    since, differing = overview.away_long(now), overview.count_drift()
    if since is not None:
        yield _finding("peer", "broken", gettext("Tidak dapat dihubungi sejak %(when)s.", when=_seen(since, now)))
    elif differing:
        said = ngettext("%(num)d laporan perlu dilihat.", "%(num)d laporan perlu dilihat.", differing)
        yield _finding("peer", "warn", said)
    else:
        yield _finding("peer", "ok", gettext("Sejalan."))
