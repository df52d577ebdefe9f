"""For every check of the database: changes of one valid row that it must refuse, and such that it must accept.

Each is the `SET` of an UPDATE of a row of `row_of_every_table.sql`. Of a list of words one wrong and one right word is
tried; `test_migrations.py` compares the lists with those of the models.
"""

from typing import NamedTuple


class Check(NamedTuple):
    """A check, its table, changes that are refused or accepted, and the key of the changed row if not 9001."""

    name: str
    table: str
    refused: tuple[str, ...]
    accepted: tuple[str, ...]
    row: int | str | None = None


AGENCY_STEPS = ("agency_receive", "agency_dispose", "draft_answer", "sign_answer", "send_answer")


def _word(name: str, table: str, column: str, right: str, row: int | None = None) -> Check:
    """A column that takes listed words only."""
    return Check(name, table, (f"{column} = 'nowhere'",), (f"{column} = '{right}'",), row)


def _number(name: str, table: str, column: str, wrong: tuple[int, ...], right: tuple[int, ...]) -> Check:
    """A column with a least or a largest number."""
    return Check(
        name,
        table,
        tuple(f"{column} = {number}" for number in wrong),
        tuple(f"{column} = {number}" for number in right),
    )


WORDS = (
    _word("ck_office_kind", "office", "kind", "kota", 1),
    _word("ck_office_zone", "office", "zone", "Asia/Jayapura", 1),
    _word("ck_agency_kind", "agency", "kind", "desa"),
    _word("ck_agency_paper", "agency", "paper", "A4"),
    _word("ck_agency_signing_method", "agency", "signing_method", "bsre"),
    _word("ck_agency_track_state", "agency_track", "state", "signed"),
    _word("ck_attachment_state", "attachment", "state", "waiting"),
    _word("ck_backup_run_kind", "backup_run", "kind", "drill"),
    _word("ck_category_national_class", "category", "national_class", "aspiration"),
    _word("ck_complaint_classification", "complaint", "classification", "aspiration"),
    _word("ck_complaint_confidentiality", "complaint", "confidentiality", "anonymous"),
    _word("ck_complaint_route", "complaint", "route", "fast"),
    _word("ck_complaint_status", "complaint", "status", "withdrawn"),
    _word("ck_delegation_kind", "delegation", "kind", "an"),
    _word("ck_delivery_account_news", "delivery", "account_news", "address_changed"),
    _word("ck_delivery_channel", "delivery", "channel", "gateway"),
    _word("ck_delivery_state", "delivery", "state", "skipped"),
    _word("ck_delivery_told", "delivery", "told", "ended", 9002),
    _word("ck_file_check_outcome", "file_check", "outcome", "failed"),
    _word("ck_gateway_state_channel", "gateway_state", "channel", "gateway"),
    _word("ck_holiday_kind", "holiday", "kind", "local"),
    _word("ck_inbound_hold_kind", "inbound_hold", "kind", "loosening"),
    _word("ck_field_definition_type", "field_definition", "type", "phone", 9002),
    _word("ck_choice_list", "choice", "list", "decline_reason", 9002),
    _word("ck_invariant_result_invariant", "invariant_result", "invariant", "I16"),
    _word("ck_journal_entry_kind", "journal_entry", "kind", "row_changed"),
    _word("ck_ledger_entry_kind", "ledger_entry", "kind", "closed"),
    _word("ck_national_limit_of_class", "national_limit", "of_class", "aspiration"),
    _word("ck_national_limit_stage", "national_limit", "stage", "close"),
    _word("ck_notice_kind", "notice", "kind", "step_late"),
    _word("ck_paper_kind", "paper", "kind", "receipt"),
    _word("ck_paper_state", "paper", "state", "failed"),
    _word("ck_password_link_kind", "password_link", "kind", "forgotten"),
    _word("ck_register_kind", "register", "kind", "daily"),
    _word("ck_rehearsal_state", "rehearsal", "state", "failed"),
    _word("ck_report_job_format", "report_job", "format", "csv"),
    _word("ck_report_job_state", "report_job", "state", "expired"),
    _word("ck_report_schedule_format", "report_schedule", "format", "csv"),
    _word("ck_report_schedule_rhythm", "report_schedule", "rhythm", "monthly"),
    _word("ck_reporter_told_by", "reporter", "told_by", "gateway"),
    _word("ck_saved_list_place", "saved_list", "place", "complaints"),
    _word("ck_sign_in_door", "sign_in", "door", "api"),
    _word("ck_actor_organisation", "actor", "organisation", "agency"),
    _word("ck_sop_step_allowance_unit", "sop_step", "allowance_unit", "working_days"),
    _word("ck_sop_version_approver_capacity", "sop_version", "approver_capacity", "plh"),
    _word("ck_sop_version_status", "sop_version", "status", "retired"),
    _word("ck_standard_text_kind", "standard_text", "kind", "letter"),
    _word("ck_step_task_allowance_unit", "step_task", "allowance_unit", "working_minutes"),
    _word("ck_sync_change_origin", "sync_change", "origin", "sp4n"),
    _word("ck_sync_change_status", "sync_change", "status", "withdrawn"),
    _word("ck_move_in_file_state", "move_in_file", "state", "importing"),
    _word("ck_sync_import_state", "sync_import", "state", "dropped"),
    _word("ck_sync_ledger_drift", "sync_ledger", "drift", "status"),
    _word("ck_sync_ledger_state", "sync_ledger", "state", "parked"),
    _word("ck_text_version_state", "text_version", "state", "retired"),
    _word("ck_webhook_delivery_state", "webhook_delivery", "state", "parked"),
)

NUMBERS = (
    _number("ck_definition_state_one_row", "definition_state", "id", (0, 2), (1,)),
    _number("ck_complaint_counts", "complaint", "version", (0,), (1,)),
    _number("ck_complaint_counts", "complaint", "cycle", (0,), (1,)),
    _number("ck_complaint_event_seq", "complaint_event", "seq", (0,), (1,)),
    _number("ck_invariant_run_red", "invariant_run", "red", (-1,), (0,)),
    _number("ck_login_count_tries", "login_count", "tries", (-1,), (0,)),
    _number("ck_national_limit_days", "national_limit", "days", (0, 366), (1, 365)),
    _number("ck_report_job_percent", "report_job", "percent", (-1, 101), (0, 100)),
    _number("ck_report_schedule_hour", "report_schedule", "hour", (-1, 24), (0, 23)),
    _number("ck_sending_hold_single", "sending_hold", "id", (0, 2), (1,)),
    _number("ck_sop_step_allowance_positive", "sop_step", "allowance_value", (0,), (1,)),
    _number("ck_sop_version_days_positive", "sop_version", "extended_draft_days", (0,), (1,)),
    _number("ck_sop_version_days_positive", "sop_version", "silence_days", (0,), (1,)),
    _number("ck_sop_version_days_positive", "sop_version", "question_days", (0,), (1,)),
    _number("ck_step_alarm_level", "step_alarm", "level", (-1,), (0,)),
    _number("ck_store_sweep_one_row", "store_sweep", "id", (0, 2), (1,)),
    _number("ck_sync_peer_only_one", "sync_peer", "id", (0, 2), (1,)),
)

_AT = "'2037-01-04'"

TOGETHER = (
    Check("ck_agency_not_its_own_parent", "agency", ("parent_id = 9001",), ("parent_id = 9003",)),
    Check(
        "ck_attachment_reason",
        "attachment",
        ("state = 'quarantined'", "state = 'failed'", "state_reason = 'malware'"),
        ("state = 'quarantined', state_reason = 'malware'", "state = 'failed', state_reason = 'broken'"),
    ),
    Check("ck_field_definition_code", "field_definition", ("code = ''", "code = 'A'"), ("code = 'a_1'",), 9002),
    Check(
        "ck_field_definition_ends_after_start",
        "field_definition",
        ("active_until = '2037-01-03'",),
        ("active_until = '2037-01-04'",),
    ),
    Check("ck_choice_agency", "choice", ("list = 'channel'", "agency_code = NULL"), ("list = 'unit'",)),
    Check("ck_choice_code", "choice", ("code = ''", "code = '1a'", "code = 'Ab'", "code = 'a b'"), ("code = 'a_1'",)),
    Check("ck_choice_flags", "choice", ("flags = '{}'", "flags = 'null'"), ("flags = '[]'",)),
    Check(
        "ck_actor_code",
        "actor",
        ("code = ''", "code = '1a'", "code = 'Ab'", "code = 'reporter'", "code = 'system'"),
        ("code = 'a_1'",),
    ),
    _number("ck_office_one_row", "office", "id", (0, 2), (1,)),
    Check("ck_office_name", "office", ("name = ''", "short_name = ''"), ("name = 'x'", "short_name = 'x'")),
    Check("ck_office_role_name", "office_role", ("name = ''", "name = '1a'", "name = 'Ab'"), ("name = 'a_1'",)),
    Check(
        "ck_office_role_label_id",
        "office_role",
        ("label_id = '', acts = false",),
        ("label_id = 'x', acts = false", "label_id = ''"),
    ),
    Check("ck_office_role_acts", "office_role", ("actor = NULL",), ("actor = NULL, acts = false", "acts = false")),
    Check(
        "ck_office_role_standing",
        "office_role",
        ("standing = 'actor', actor = NULL, acts = false", "standing = 'supervisor'"),
        (
            "standing = NULL",
            "standing = 'supervisor', actor = NULL, acts = false",
            "standing = 'administrator', actor = NULL, acts = false",
        ),
    ),
    Check("ck_actor_superior", "actor", ("superior = 'aa'",), ("superior = NULL", "superior = 'bb'")),
    Check("ck_process_step_code", "process_step", ("code = ''", "code = '1a'", "code = 'a b'"), ("code = 'a_1'",)),
    Check("ck_process_step_label_id", "process_step", ("label_id = ''",), ("label_id = 'x'",)),
    Check("ck_choice_label_id", "choice", ("label_id = ''",), ("label_id = 'x'",)),
    Check(
        "ck_complaint_answered",
        "complaint",
        (
            "status = 'answered'",
            f"answered_at = {_AT}",
            f"status = 'answered', answered_at = {_AT}, ended_at = {_AT}",
        ),
        (
            f"status = 'answered', answered_at = {_AT}",
            f"status = 'closed', answered_at = {_AT}, ended_at = {_AT}",
        ),
    ),
    Check("ck_delegation_ends_after_start", "delegation", ("ends_on = '2037-01-03'",), ("ends_on = '2037-01-04'",)),
    Check("ck_delegation_not_to_oneself", "delegation", ("holder_id = 9001",), ("holder_id = 9003",)),
    Check(
        "ck_delivery_code_while_waiting",
        "delivery",
        ("state = 'sent'", "state = 'skipped'"),
        ("state = 'queued'", "state = 'failed'", "state = 'sent', sealed_code = NULL"),
        9002,
    ),
    Check(
        "ck_delivery_news_of_an_account",
        "delivery",
        ("account_news = 'password_changed'",),
        ("account_news = 'password_changed', user_id = 9001, complaint_id = NULL, told = NULL, cause_seq = NULL",),
        9002,
    ),
    Check(
        "ck_delivery_of_a_reporter",
        "delivery",
        ("told = NULL", "cause_seq = NULL", "complaint_id = NULL, user_id = 9001"),
        ("told = 'question'", "complaint_id = NULL, told = NULL, cause_seq = NULL, user_id = 9001"),
        9002,
    ),
    Check(
        "ck_delivery_one_recipient",
        "delivery",
        ("user_id = 9001", "complaint_id = NULL, told = NULL, cause_seq = NULL"),
        ("user_id = 9001, complaint_id = NULL, told = NULL, cause_seq = NULL",),
        9002,
    ),
    Check(
        "ck_gateway_state_in_trouble",
        "gateway_state",
        (
            "failures = 1",
            f"failures = 1, away_since = {_AT}",
            f"failures = 1, held_until = {_AT}",
            f"away_since = {_AT}, held_until = {_AT}",
        ),
        (f"failures = 1, away_since = {_AT}, held_until = {_AT}",),
    ),
    Check(
        "ck_identity_grant_decided",
        "identity_grant",
        ("state = 'confirmed'", "state = 'refused'", f"decided_at = {_AT}"),
        (f"state = 'confirmed', decided_at = {_AT}", f"state = 'refused', decided_at = {_AT}"),
    ),
    Check(
        "ck_identity_grant_second_person",
        "identity_grant",
        ("decided_by_id = 9001", "decided_by_id = 9002"),
        ("decided_by_id = 9004", "decided_by_id = NULL"),
    ),
    Check(
        "ck_identity_grant_state",
        "identity_grant",
        (f"state = 'nowhere', decided_at = {_AT}",),
        (f"state = 'refused', decided_at = {_AT}",),
    ),
    Check(
        "ck_inbound_hold_settled",
        "inbound_hold",
        ("state = 'kept'", f"settled_at = {_AT}"),
        (f"state = 'kept', settled_at = {_AT}",),
    ),
    Check(
        "ck_inbound_hold_state",
        "inbound_hold",
        (f"state = 'nowhere', settled_at = {_AT}",),
        (f"state = 'superseded', settled_at = {_AT}",),
    ),
    Check("ck_move_in_file_emptied", "move_in_file", ("state = 'done', content = 'aa'",), ("state = 'done'",)),
    Check(
        "ck_issued_number_used_or_explained",
        "issued_number",
        ("reason = 'damaged'", "paper_id = NULL"),
        ("reason = 'damaged', paper_id = NULL",),
    ),
    Check(
        "ck_letter_signed",
        "letter",
        ("number = NULL", "paper_id = NULL", "state = 'returned'", "state = 'voided', number = NULL"),
        ("state = 'voided'", "state = 'returned', number = NULL, paper_id = NULL"),
    ),
    Check("ck_letter_signed", "letter", ("state = 'signed'", "state = 'voided'"), ("state = 'returned'",), 9002),
    Check("ck_letter_state", "letter", ("state = 'nowhere'",), ("state = 'returned'",), 9002),
    Check(
        "ck_notice_of_a_case",
        "notice",
        ("complaint_id = NULL", "kind = 'left_case'"),
        ("kind = 'left_case', complaint_id = NULL",),
    ),
    Check("ck_notice_of_a_case", "notice", ("complaint_id = 9001",), ("complaint_id = NULL",), 9002),
    Check("ck_notice_of_a_case", "notice", ("complaint_id = NULL",), ("complaint_id = 9001",), 9005),
    Check(
        "ck_notice_one_cause",
        "notice",
        (
            "task_id = NULL, complaint_id = NULL",
            "delegation_id = 9001",
            "report_job_id = 9002",
            "journal_id = 9002",
            "attachment_id = 9002",
            "invariant_run_id = 9002",
        ),
        (
            "task_id = NULL, complaint_id = NULL, delegation_id = 9001",
            "task_id = NULL, complaint_id = NULL, report_job_id = 9002",
            "task_id = NULL, complaint_id = NULL, journal_id = 9002",
            "task_id = NULL, complaint_id = NULL, attachment_id = 9002",
            "task_id = NULL, complaint_id = NULL, invariant_run_id = 9002",
        ),
    ),
    Check(
        "ck_paper_ready",
        "paper",
        (
            "state = 'ready'",
            "state = 'ready', path = 'a'",
            "state = 'ready', file_hash = 'a'",
            "path = 'a', file_hash = 'a'",
        ),
        ("state = 'ready', path = 'a', file_hash = 'a'",),
    ),
    Check(
        "ck_register_month_by_its_first_day",
        "register",
        ("day = '2037-01-02'",),
        ("day = '2037-02-01'", "day = '2037-01-02', kind = 'daily'"),
    ),
    Check(
        "ck_rehearsal_ends_after_start",
        "rehearsal",
        ("ends = begins - interval '1 second'",),
        ("ends = begins",),
    ),
    Check(
        "ck_rehearsal_result",
        "rehearsal",
        ("state = 'ready'", "result = '{}'"),
        ("state = 'ready', result = '{}'",),
    ),
    Check(
        "ck_report_job_has_file",
        "report_job",
        ("state = 'done'", "state = 'done', path = 'a'", "state = 'done', file_hash = 'a'"),
        ("state = 'done', path = 'a', file_hash = 'a'",),
    ),
    Check(
        "ck_step_pause_ends_after_start",
        "step_pause",
        ("ended_at = began_at - interval '1 second'",),
        ("ended_at = began_at",),
    ),
    Check(
        "ck_step_task_agency_steps",
        "step_task",
        tuple(f"agency_code = NULL, step = '{step}'" for step in AGENCY_STEPS),
        ("agency_code = NULL, step = 'reply', closed_at = opened_at",),
    ),
    Check(
        "ck_step_task_closed_after_opened",
        "step_task",
        ("closed_at = opened_at - interval '1 second'",),
        ("closed_at = opened_at",),
    ),
    Check(
        "ck_webhook_delivery_of_a_change",
        "webhook_delivery",
        ("change_id = NULL", "complaint_id = NULL"),
        ("change_id = NULL, complaint_id = NULL",),
    ),
    Check(
        "ck_webhook_endpoint_disabled_for",
        "webhook_endpoint",
        ("active = false, disabled_for = 'nowhere'",),
        ("active = false, disabled_for = 'failing'",),
    ),
    Check(
        "ck_webhook_endpoint_previous_secret",
        "webhook_endpoint",
        ("previous_secret = 'a'", f"previous_until = {_AT}"),
        (f"previous_secret = 'a', previous_until = {_AT}",),
    ),
    Check("ck_standard_text_agency", "standard_text", ("agency_code = 'aa'",), ("agency_code = NULL",)),
    Check("ck_standard_text_agency", "standard_text", ("agency_code = NULL",), ("agency_code = 'bb'",), 9002),
    Check("ck_standard_text_code", "standard_text", ("code = 'Aa'", "code = '1a'", "code = ''"), ("code = 'b_1'",)),
    Check("ck_standard_text_owner", "standard_text", ("owner_id = NULL",), ("owner_id = 9002",)),
    Check("ck_standard_text_owner", "standard_text", ("owner_id = 9001",), ("owner_id = NULL",), 9002),
    Check(
        "ck_standard_text_scope",
        "standard_text",
        ("scope = 'nowhere', owner_id = NULL",),
        ("scope = 'office', owner_id = NULL", "scope = 'agency', owner_id = NULL, agency_code = 'aa'"),
    ),
    Check("ck_standard_text_title", "standard_text", ("title = ''", "body = ''"), ("title = 'b', body = 'b'",)),
    Check(
        "ck_text_version_activated_at",
        "text_version",
        ("state = 'active'",),
        (f"state = 'active', activated_at = {_AT}, reason = 'a'", "state = 'retired'"),
    ),
    Check("ck_text_version_body_id", "text_version", ("body_id = ''",), ("body_id = 'b'",)),
    Check("ck_text_version_reason", "text_version", ("reason = ''",), ("reason = 'b'",), 9002),
    Check(
        "ck_webhook_endpoint_why_disabled",
        "webhook_endpoint",
        ("active = false", "disabled_for = 'gone'"),
        ("active = false, disabled_for = 'gone'",),
    ),
    Check("ck_working_week_ends_after_start", "working_week", ("ends_on = '2037-01-03'",), ("ends_on = '2037-01-04'",)),
)

CHECKS = (*WORDS, *NUMBERS, *TOGETHER)
