"""What must hold after any fault: promises made to the clients, tables, files and mails, held against each other."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress

from sqlalchemy import func, select

from app.audit.invariants.run import check_now
from app.audit.invariants.table import CHECKS, HARMLESS
from app.audit.replay import audit_all
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.storage import read_file
from app.models import Attachment, Complaint, ComplaintEvent, Delivery, Paper, SyncChange
from tests.faults.house import House
from tests.faults.load import Load, Promises
from tests.story.live import wait_until

QUIET_SECONDS = 240
OF_THE_MOMENT = ("I15", "I16")
"""Invariants about what lives now: a killed worker counts as alive until it has been silent for long enough."""


def wait_until_quiet(house: House) -> None:
    """Everything that waited has left: messages, papers, files that nobody has looked into."""
    house.wait_until_served()
    waiting = (
        "SELECT (SELECT count(*) FROM delivery WHERE state = 'queued' AND next_try_at < now() + interval '2 minutes')"
    )
    waiting += " + (SELECT count(*) FROM paper WHERE state NOT IN ('ready', 'failed'))"
    waiting += " + (SELECT count(*) FROM attachment WHERE state = 'waiting')"
    with house.database() as connection:
        wait_until(lambda: connection.execute(waiting).fetchone() == (0,), "nothing waits any more", QUIET_SECONDS)


def faults_of(house: House, load: Load) -> list[str]:
    """Every promise that was broken, in words; empty when all hold."""
    load.read_to_the_end()
    with house.looked_at():
        found = [*_of_cases(load.promises), *_of_acts(load.promises), *_of_revisions(load.promises)]
        found += _of_files(load.promises)
        found += [*_of_the_feed(load.promises), *_of_mails(house), *_of_papers()]
        found += [f"{finding.number}: {finding.fault}" for finding in audit_all()]
        found += _of_invariants(name for name in CHECKS if name not in OF_THE_MOMENT)
        found += _of_the_moment()
    return [*found, *load.promises.refused]


def _of_invariants(names: Iterable[str]) -> Iterator[str]:
    """What `run.py check-invariants` would show as red."""
    for name, checked in check_now(names, utc_now()):
        told = [finding for finding in checked.findings if finding.sentence not in HARMLESS]
        yield from (f"{name} {finding.sentence}: {finding.subject} {dict(finding.particulars)}" for finding in told)


def _of_the_moment() -> list[str]:
    """The same of what lives now, once the dead have had time to be known as dead."""
    left: list[str] = []

    def sound() -> bool:
        left[:] = _of_invariants(OF_THE_MOMENT)
        return not left

    with suppress(AssertionError):
        wait_until(sound, "all that counts as alive is alive", QUIET_SECONDS)
    return left


def _of_cases(promises: Promises) -> Iterator[str]:
    """Nothing lost, nothing twice: each title that was promised is there once, one that was not at most once."""
    there = Counter(db.session.scalars(select(Complaint.title).where(Complaint.title.like("Laporan kantor%"))))
    yield from (f"lost: {title}" for title in promises.made if not there[title])
    yield from (f"made {count} times: {title}" for title, count in there.items() if count > 1)
    yield from (f"nobody asked for: {title}" for title in there.keys() - promises.asked)


def _of_acts(promises: Promises) -> Iterator[str]:
    """The log holds each act that was promised, once and in order; after the last one at most one more."""
    for case_id, acts in promises.acts.items():
        kinds = select(ComplaintEvent.kind).where(
            ComplaintEvent.complaint_id == case_id, ComplaintEvent.actor != "system"
        )
        done = list(db.session.scalars(kinds.order_by(ComplaintEvent.seq)))[1:]
        if done[: len(acts)] != acts or len(done) > len(acts) + 1:
            yield f"case {case_id}: promised {acts}, on record {done}"


def _of_revisions(promises: Promises) -> Iterator[str]:
    held = dict(db.session.execute(select(Complaint.sp4n_tracking_id, Complaint.sp4n_revision)).tuples().all())
    for tracking_id, revision in promises.revisions.items():
        if (held.get(tracking_id) or 0) < revision:
            yield f"report {tracking_id}: revision {revision} was taken, {held.get(tracking_id)} is held"


def _of_files(promises: Promises) -> Iterator[str]:
    """Each file that was taken is there, was looked into and may be read."""
    rows = select(Complaint.sp4n_tracking_id, Attachment.sent_sha256, Attachment.state, Attachment.state_reason)
    rows = rows.join(Attachment.complaint).execution_options(unscoped=True)
    held = {(tracking_id, sha256): (state, why) for tracking_id, sha256, state, why in db.session.execute(rows)}
    yield from (f"file of {told}: {how}" for told, how in held.items() if how[0] != "clean")
    yield from (f"lost: file of {told}" for told in promises.files.items() if told not in held)


def _of_the_feed(promises: Promises) -> Iterator[str]:
    """The reader has seen each change of each report, in its order, and none that is not there."""
    there = select(SyncChange.tracking_id, SyncChange.version).order_by(SyncChange.position)
    written = [(str(tracking_id), version) for tracking_id, version in db.session.execute(there)]
    if lost := set(written) - set(promises.changes):
        yield f"the feed passed over {sorted(lost)[:5]}"
    for tracking_id in {name for name, _ in promises.changes}:
        seen = list(dict.fromkeys(version for name, version in promises.changes if name == tracking_id))
        if seen != sorted(seen):
            yield f"the feed told {tracking_id} out of order: {seen}"


def _of_mails(house: House) -> Iterator[str]:
    """Each message that is said to be sent was taken by the server; copies of one message carry one name."""
    states = dict(db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).tuples().all())
    if wrong := states.keys() - {"sent", "skipped", "queued"}:
        yield f"messages neither sent nor waiting: { {state: states[state] for state in wrong} }"
    sent = select(Delivery.id).where(Delivery.state == "sent", Delivery.channel == "email")
    names = {f"<delivery-{number}@127.0.0.1>" for number in db.session.scalars(sent)}
    if lost := names - {name.replace("@localhost>", "@127.0.0.1>") for name in house.sink.ids}:
        yield f"said to be sent and never taken: {sorted(lost)[:5]}"


def copies(house: House) -> int:
    """How many mails came more than once: each must come from a kill between the dot and the commit."""
    return len(house.sink.ids) - len(set(house.sink.ids))


def _of_papers() -> Iterator[str]:
    """Each paper that is ready has its file, and the file its hash."""
    for paper in db.session.scalars(select(Paper).where(Paper.state == "ready")):
        try:
            content = read_file(str(paper.path))
        except FileNotFoundError:
            yield f"paper {paper.id} has no file"
            continue
        if hashlib.sha256(content).hexdigest() != paper.file_hash:
            yield f"paper {paper.id}: its file is another one"
    if failed := db.session.scalars(select(Paper.error).where(Paper.state == "failed")).all():
        yield f"papers that failed: {failed[:3]}"
