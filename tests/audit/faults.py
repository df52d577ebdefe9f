# ruff: noqa: S608 (the faults are SQL of our own, put together from our own names)
"""Faults planted beside the program, straight into the tables, each with what must be found, written by hand."""

from dataclasses import dataclass, field

from sqlalchemy import text

from app.audit.whole_cases import whole_cases
from app.casefile.event_history import hashed_record
from app.core.extensions import db
from app.models import ComplaintEvent
from workflow_rules.record.hash_chain import GENESIS, link

APPEND_ONLY = ("complaint_event", "ledger_entry")


@dataclass(frozen=True)
class Fault:
    """What an intruder, a bug or a bad disk does, and the sentences by which it is to be found."""

    sql: str
    found: dict[str, list[str]]
    rehashed: bool = field(default=False)

    def plant(self) -> None:
        """With the guards off for a moment, as the owner of the tables could; `rehashed` mends the chains after it."""
        _switch("DISABLE")
        for statement in self.sql.split(";"):
            done = db.session.execute(text(statement.replace(":", "\\:")))
            assert done.rowcount != 0, f"nothing was planted: {statement}"  # type: ignore[attr-defined]
        if self.rehashed:
            _mend_chains()
        _switch("ENABLE")
        db.session.expire_all()


def _switch(how: str) -> None:
    for table in APPEND_ONLY:
        db.session.execute(text(f"ALTER TABLE {table} {how} TRIGGER USER"))


def _mend_chains() -> None:
    for case in whole_cases():
        previous = GENESIS
        for row in case.events:
            digest = link(previous, hashed_record(case.number, row), row.seed)
            if (row.previous_hash, row.hash) != (previous, digest):
                table = ComplaintEvent.__table__
                values = {"previous_hash": previous, "hash": digest}
                db.session.execute(table.update().where(table.c.id == row.id).values(values))
            previous = digest


def case_of(title: str) -> str:
    return f"(SELECT id FROM complaint WHERE title = '{title}')"


OF_REOPENED = "(SELECT id FROM complaint WHERE cycle = 2)"
SECRET = "(SELECT id FROM complaint WHERE confidentiality = 'secret')"
ARCHIVED = "(SELECT id FROM complaint WHERE status = 'archived')"
TOLD = "(SELECT min(id) FROM delivery WHERE user_id IS NOT NULL)"
SIGNED = "(SELECT max(paper_id) FROM letter WHERE state = 'signed')"
COPY = ", ".join(
    ("complaint_id", "cycle", "step", "agency_code", "actor", "opened_at", "clock_from", "closed_at", "closed_by")
)
LIMITS = "allowance_value, allowance_unit, due_at, warn_at"

FAULTS = {
    "a case is gone": Fault(
        "UPDATE number_counter SET last = last + 1 WHERE series = 'complaint'", {"I1": ["number_without_case"]}
    ),
    "an acknowledged answer has no case": Fault(
        "INSERT INTO idempotency_key (caller, key, request_hash, status, body, created_at) VALUES"
        " ('key:1', 'a', '-', 201, '{\"result\": {\"number\": \"LB-2026-000999\"}}', '2026-03-05 10:00+08')",
        {"I1": ["answer_without_case"]},
    ),
    "a report was taken and is not there": Fault(
        "UPDATE inbound_hold SET state = 'applied', settled_at = last_at, content = NULL",
        {"I1": ["report_without_case"]},
    ),
    "one report twice, with a letter nobody sees": Fault(
        "UPDATE complaint SET sp4n_tracking_id = E'9165816\u200b' WHERE sp4n_tracking_id = '9165822'",
        {"I2": ["report_twice"]},
    ),
    "one message twice": Fault(
        "INSERT INTO inbound_message (tracking_id, message_id, kind, content_hash, answer, received_at)"
        " SELECT tracking_id, message_id || ' ', kind, content_hash, answer, received_at FROM inbound_message",
        {"I2": ["message_twice"]},
    ),
    "an open step is another one": Fault(
        "UPDATE step_task SET step = 'reply' WHERE closed_at IS NULL"
        f" AND complaint_id = {case_of('Aduan pada direct')}",
        {"I3": ["rows_differ"]},
    ),
    "a case ended without an act": Fault(
        f"UPDATE complaint SET status = 'closed', ended_at = received_at WHERE id = {case_of('Aduan pada register')}",
        {"I3": ["rows_differ"]},
    ),
    "a field filled in without an act": Fault(
        f"UPDATE complaint SET field_values = '{{\"tiang\": 7}}' WHERE id = {case_of('Aduan pada check')}",
        {"I3": ["rows_differ"]},
    ),
    "an act by an officer whose step it was not": Fault(
        "UPDATE complaint_event SET actor = 'office_head' WHERE kind = 'approve_check' AND at > '2026-03-05'",
        {"I3": ["step_out_of_order"]},
        rehashed=True,
    ),
    "a version too many": Fault(
        f"UPDATE complaint SET version = version + 1 WHERE id = {case_of('Aduan pada register')}",
        {"I4": ["version_differs"]},
    ),
    "a step done twice": Fault(
        f"INSERT INTO step_task ({COPY}, {LIMITS}) SELECT {COPY}, {LIMITS} FROM step_task"
        f" WHERE step = 'check' AND complaint_id = {case_of('Aduan pada report')}",
        {"I4": ["step_closed_twice"]},
    ),
    "a limit moved by hand": Fault(
        f"UPDATE step_task SET due_at = due_at + interval '1 day' WHERE closed_at IS NULL"
        f" AND complaint_id = {case_of('Aduan pada register')}",
        {"I5": ["limit_differs"]},
    ),
    "a breach unreported": Fault(
        f"DELETE FROM step_alarm a USING step_task t WHERE t.id = a.task_id AND a.level = 1"
        f" AND t.complaint_id = {case_of('Aduan pada register')}",
        {"I5": ["breach_unreported"], "I7": ["alarm_without_report"]},
    ),
    "a breach that was none": Fault(
        "INSERT INTO step_alarm (task_id, level, due_at, raised_at) SELECT id, 1, due_at, opened_at FROM step_task"
        f" WHERE step = 'check' AND complaint_id = {case_of('Aduan pada report')}",
        {"I5": ["breach_not_in_log", "breach_without_reason"]},
    ),
    "an allowance that is not the SOP's": Fault(
        "ALTER TABLE sop_step DISABLE TRIGGER sop_step_stays;"
        " UPDATE sop_step SET allowance_value = 90 WHERE step = 'report'",
        {"I5": ["allowance_differs"]},
    ),
    "a message that nobody takes up": Fault(
        f"UPDATE delivery SET state = 'queued', attempts = 0, next_try_at = created_at WHERE id = {TOLD}",
        {"I6": ["message_waits_unseen"]},
    ),
    "a message with two ends": Fault(
        f"UPDATE delivery SET sent_at = created_at WHERE id = {TOLD}", {"I6": ["message_without_end"]}
    ),
    "a reporter told twice": Fault(
        "ALTER TABLE delivery DROP CONSTRAINT uq_delivery_reporter;"
        " INSERT INTO delivery (complaint_id, told, cause_seq, channel, state, created_at, next_try_at, attempts)"
        " SELECT complaint_id, told, cause_seq, channel, state, created_at, next_try_at, attempts FROM delivery"
        " WHERE told = 'ended'",
        {"I6": ["told_twice"]},
    ),
    "a notice that never left": Fault(
        "DELETE FROM delivery_item WHERE notice_id = (SELECT max(i.notice_id) FROM delivery_item i WHERE EXISTS"
        " (SELECT 1 FROM delivery_item o WHERE o.delivery_id = i.delivery_id AND o.notice_id < i.notice_id))",
        {"I7": ["notice_not_sent"]},
    ),
    "a message about nothing": Fault(
        "INSERT INTO delivery (user_id, channel, state, created_at, next_try_at, attempts)"
        f" SELECT user_id, channel, state, created_at, next_try_at, attempts FROM delivery WHERE id = {TOLD}",
        {"I7": ["message_about_nothing"]},
    ),
    "a reporter told of what did not happen": Fault(
        "UPDATE delivery SET cause_seq = 99 WHERE told = 'received'", {"I7": ["reporter_told_of_nothing"]}
    ),
    "a reporter not told": Fault("DELETE FROM delivery WHERE told = 'ended'", {"I7": ["reporter_not_told"]}),
    "a word of the log changed": Fault(
        "UPDATE complaint_event SET data = data || '{\"reason\": \"lain\"}' WHERE kind = 'reopen'",
        {"I8": ["chain_broken"]},
    ),
    "the end of a log cut off": Fault(
        "DELETE FROM complaint_event e USING complaint_event r WHERE r.kind = 'reopen' AND e.seq >= r.seq"
        " AND e.complaint_id = r.complaint_id",
        {
            "I3": ["rows_differ"],
            "I4": ["version_differs"],
            "I5": ["breach_not_in_log"],
            "I8": ["book_differs", "events_gone"],
        },
    ),
    "a log rewritten with all its hashes": Fault(
        "UPDATE complaint_event SET data = data || '{\"note\": \"lain\"}' WHERE kind = 'archive'",
        {"I8": ["checkpoint_differs"]},
        rehashed=True,
    ),
    "time given to another house": Fault(
        "UPDATE ledger_entry SET house = 'dplh' WHERE house = 'dishub' AND kind = 'opened'", {"I8": ["book_differs"]}
    ),
    "a register changed after it was made": Fault(
        "UPDATE paper SET frozen = frozen || '{\"made_by\": \"lain\"}' WHERE kind = 'daily_register'",
        {"I8": ["register_changed"]},
    ),
    "an agency that was never sent the case": Fault(
        "INSERT INTO agency_track (complaint_id, cycle, position, agency_code, lead, state, sent_at, field_visit,"
        f" cross_agency, awaits) SELECT {OF_REOPENED}, 1, 9, 'dplh', false, 'received', '2026-03-02 09:00+08', false,"
        " false, '[]'",
        {"I10": ["counts_differ", "seen_but_not_sent"]},
    ),
    "an agency that no longer sees its case": Fault(
        f"UPDATE agency_track SET sent_at = NULL WHERE cycle = 1 AND complaint_id = {OF_REOPENED}",
        {"I10": ["counts_differ", "sent_but_not_seen"]},
    ),
    "a case searched by an agency that never had it": Fault(
        f"UPDATE complaint SET sent_to = sent_to || '{{dplh}}'::text[] WHERE id = {OF_REOPENED}",
        {"I10": ["searched_elsewhere"]},
    ),
    "an officer of another agency told": Fault(
        "UPDATE notice SET created_at = '2026-03-12 08:00+08',"
        " user_id = (SELECT id FROM ab_user WHERE username = 'admin.disdukcapil')"
        f" WHERE kind = 'step_opened' AND task_id = (SELECT id FROM step_task WHERE step = 'agency_receive'"
        f" AND complaint_id = {case_of('Aduan pada agency_receive')})",
        {"I10": ["told_beyond_the_wall"]},
    ),
    "a row for an anonymous reporter": Fault(
        "INSERT INTO reporter (complaint_id) SELECT id FROM complaint WHERE confidentiality = 'anonymous'",
        {"I11": ["anonymous_with_identity"]},
    ),
    "a secret reporter named to an agency": Fault(
        "INSERT INTO paper (kind, key, complaint_id, frozen, content_hash, state, tries, made_at) VALUES"
        f" ('disposition', 'disposition:x', {SECRET}, '{{\"note\": \"Temui SITI  Rahmawati\"}}', '-', 'queued', 0,"
        " '2026-03-05 10:00+08')",
        {"I11": ["secret_named"]},
    ),
    "a secret reporter's number given to an agency": Fault(
        "INSERT INTO paper (kind, key, complaint_id, frozen, content_hash, state, tries, made_at) VALUES"
        f" ('disposition', 'disposition:y', {SECRET}, '{{\"asked\": [\"Hubungi 0812 5555 0199\"]}}', '-', 'queued', 0,"
        " '2026-03-05 10:00+08')",
        {"I11": ["secret_named"]},
    ),
    "what came in kept after it was settled": Fault(
        "UPDATE inbound_hold SET state = 'dismissed', settled_at = last_at", {"I11": ["identity_left_behind"]}
    ),
    "a change that the feed never told": Fault(
        "DELETE FROM sync_change WHERE kind = 'submit_draft'", {"I12": ["event_not_in_feed"]}
    ),
    "a change told that never was": Fault(
        "UPDATE sync_change SET kind = 'sign' WHERE kind = 'submit_draft'", {"I12": ["feed_without_event"]}
    ),
    "changes told in another order": Fault(
        "UPDATE sync_change SET position = 1000 - position WHERE number = (SELECT number FROM complaint"
        " WHERE sp4n_tracking_id = '9165816')",
        {"I12": ["feed_out_of_order"]},
    ),
    "a reader ahead of the feed": Fault(
        "INSERT INTO sync_ledger (tracking_id, state, acked_position, wanted_position, tries, fetch_wanted)"
        " VALUES ('9165816', 'in_step', 5000, 0, 0, false)",
        {"I12": ["reader_ahead"]},
    ),
    "a number that no letter carries": Fault(
        "UPDATE number_counter SET last = last + 1 WHERE series = 'letter:dishub'", {"I13": ["number_book_gap"]}
    ),
    "a letter under another number": Fault(
        "UPDATE issued_number SET number = number || '-A' WHERE agency_code = 'dishub'",
        {"I13": ["letter_not_in_book"]},
    ),
    "a signed letter changed": Fault(
        f'UPDATE paper SET frozen = frozen || \'{{"subject": "lain"}}\' WHERE id = {SIGNED}',
        {"I13": ["letter_content_changed"]},
    ),
    "a step that ended before it began": Fault(
        "ALTER TABLE step_task DROP CONSTRAINT ck_step_task_closed_after_opened;"
        " UPDATE step_task SET opened_at = closed_at + interval '1 hour' WHERE step = 'check'"
        f" AND complaint_id = {case_of('Aduan pada report')}",
        {"I14": ["negative_time"]},
    ),
    "a message sent tomorrow": Fault(
        f"UPDATE delivery SET state = 'sent', sent_at = '2026-03-13 09:00+08' WHERE id = {TOLD}",
        {"I14": ["ahead_of_the_clock"]},
    ),
    "a log that runs backwards": Fault(
        "UPDATE complaint_event SET at = '2026-03-05 09:00+08' WHERE kind = 'note'",
        {"I14": ["log_runs_backwards"]},
        rehashed=True,
    ),
    "an instant without a zone": Fault("CREATE TABLE of_a_bug (at timestamp)", {"I14": ["instant_without_zone"]}),
    "a nightly look that was never finished": Fault(
        "INSERT INTO invariant_run (night, began_at, alive_at, red) VALUES"
        " ('2026-03-11', '2026-03-11 02:30+08', '2026-03-11 02:31+08', 0)",
        {"I16": ["look_unfinished"]},
    ),
}
