"""For every foreign key of the database its column, what happens to a row when the one that it names is deleted, and
which columns under a rule may be empty.
"""
# ruff: noqa: S608 - the names in the statements are those of tables, written down here

from typing import NamedTuple

REFERENCES = {
    "ab_api_key": "user_id>ab_user",
    "ab_group_role": "group_id>ab_group role_id>ab_role",
    "ab_permission_view": "permission_id>ab_permission view_menu_id>ab_view_menu",
    "ab_permission_view_role": "permission_view_id>ab_permis_e242 role_id>ab_role",
    "ab_user": "changed_by_fk>ab_user created_by_fk>ab_user",
    "ab_user_group": "group_id>ab_group user_id>ab_user",
    "ab_user_role": "role_id>ab_role user_id>ab_user",
    "agency": "emblem_hash>emblem parent_id>agency",
    "agency_track": "agency_code>agency complaint_id>complaint",
    "api_key": "made_by_id>ab_user",
    "attachment": "complaint_id>complaint",
    "category": "default_agency_code>agency parent_id>category",
    "actor": "superior>actor",
    "office": "head_office>agency logo_hash>emblem",
    "office_role": "actor>actor",
    "choice": "agency_code>agency",
    "choice_officer": "choice_id>choice user_id>ab_user",
    "complaint": (
        "category_id>category district_id>district merged_into_id>complaint sop_version_id>sop_version"
        " village_id>village"
    ),
    "complaint_event": (
        "agency_code>agency complaint_id>complaint delegation_id>delegation officer_id>ab_user on_behalf_of_id>ab_user"
    ),
    "delegation": "giver_id>officer_profile holder_id>officer_profile",
    "delivery": "password_link_id>password_link report_job_id>report_job user_id>ab_user",
    "delivery_item": "delivery_id>delivery notice_id>notice",
    "file_check": "attachment_id>attachment",
    "former_password": "user_id>ab_user",
    "half_sign_in": "user_id>ab_user",
    "identity_grant": "asked_by_id>ab_user decided_by_id>ab_user role_id>ab_role user_id>ab_user",
    "inbound_hold": "complaint_id>complaint settled_by_id>ab_user",
    "invariant_finding": "result_id>invariant_result",
    "invariant_result": "run_id>invariant_run",
    "issued_number": "agency_code>agency officer_id>ab_user paper_id>paper voided_by_id>ab_user",
    "journal_entry": "officer_id>ab_user",
    "ledger_entry": "complaint_id>complaint house>agency officer_id>ab_user step>process_step track>agency",
    "letter": "agency_code>agency complaint_id>complaint paper_id>paper",
    "letter_scan": "added_by_id>ab_user attachment_id>attachment letter_id>letter",
    "linked_subject": "user_id>ab_user",
    "notice": "complaint_id>complaint task_id>step_task user_id>ab_user",
    "notice_preference": "user_id>ab_user",
    "officer_profile": "agency_code>agency user_id>ab_user",
    "original_text": "complaint_id>complaint",
    "paper": "agency_code>agency complaint_id>complaint",
    "password_age": "user_id>ab_user",
    "password_link": "made_by_id>ab_user user_id>ab_user",
    "recovery_code": "user_id>two_step",
    "register": "made_by_id>ab_user paper_id>paper",
    "personal_value": "complaint_id>complaint",
    "rehearsal": "asked_by_id>ab_user sop_version_id>sop_version",
    "report_job": "schedule_id>report_schedule user_id>ab_user",
    "report_recipient": "schedule_id>report_schedule user_id>ab_user",
    "report_schedule": "made_by_id>ab_user",
    "reporter": "complaint_id>complaint",
    "saved_list": "user_id>ab_user",
    "sign_in": "user_id>ab_user",
    "signing_means": "user_id>ab_user",
    "sop_step": "actor>actor sop_version_id>sop_version step>process_step",
    "standard_text": "category_id>category owner_id>ab_user",
    "step_alarm": "task_id>step_task",
    "step_pause": "task_id>step_task",
    "step_task": "actor>actor agency_code>agency complaint_id>complaint step>process_step",
    "sync_change": "complaint_id>complaint",
    "move_in_file": "made_by_id>ab_user started_by_id>ab_user",
    "sync_import": "made_by_id>ab_user",
    "text_version": "activated_by_id>ab_user made_by_id>ab_user",
    "two_step": "user_id>ab_user",
    "village": "district_id>district",
    "webhook_delivery": "complaint_id>complaint endpoint_id>webhook_endpoint",
}
"""Of each table, its columns that name a row of another one; in the rows of 9001 all of them do."""

OTHER_REFERENCES = (
    ("delivery", "complaint_id", "complaint", 9002),
    ("notice", "delegation_id", "delegation", 9002),
    ("notice", "report_job_id", "report_job", 9003),
    ("notice", "journal_id", "journal_entry", 9004),
    ("notice", "attachment_id", "attachment", 9005),
    ("notice", "invariant_run_id", "invariant_run", 9006),
    ("standard_text", "agency_code", "agency", 9002),
)
"""Those that only another row can have: the row's id last."""

WORDS_AS_KEYS = {"agency_code", "default_agency_code", "emblem_hash", "house", "track", "actor", "superior", "step"}


class Deletion(NamedTuple):
    """A foreign key, what makes a row hang by it, the deletion of the row it hangs by, and what is found of it then."""

    name: str
    hang: str
    delete: str
    left: str
    found: list[tuple[object, ...]]


def _gone(name: str, table: str, column: str, parent: str) -> Deletion:
    """The row goes with the one that it hangs by."""
    other = 9005 if parent == "ab_user" else 9002
    return Deletion(
        name,
        f"UPDATE {table} SET {column} = {other} WHERE id = 9001",
        f"DELETE FROM {parent} WHERE id = {other}",
        f"SELECT id FROM {table} WHERE id = 9001",
        [],
    )


def _emptied(name: str, table: str, column: str, parent: str) -> Deletion:
    """The row stays, and names none."""
    left = f"SELECT id, {column} FROM {table} WHERE id = 9001"
    return _gone(name, table, column, parent)._replace(left=left, found=[(9001, None)])


DELETIONS = (
    _gone("fk_ab_api_key_user_id_ab_user", "ab_api_key", "user_id", "ab_user"),
    _gone("fk_ab_group_role_group_id_ab_group", "ab_group_role", "group_id", "ab_group"),
    _gone("fk_ab_group_role_role_id_ab_role", "ab_group_role", "role_id", "ab_role"),
    _gone(
        "fk_ab_permission_view_role_permission_view_id_ab_permis_e242",
        "ab_permission_view_role",
        "permission_view_id",
        "ab_permission_view",
    ),
    _gone("fk_ab_permission_view_role_role_id_ab_role", "ab_permission_view_role", "role_id", "ab_role"),
    _gone("fk_ab_user_group_group_id_ab_group", "ab_user_group", "group_id", "ab_group"),
    _gone("fk_ab_user_group_user_id_ab_user", "ab_user_group", "user_id", "ab_user"),
    _gone("fk_ab_user_role_role_id_ab_role", "ab_user_role", "role_id", "ab_role"),
    _gone("fk_ab_user_role_user_id_ab_user", "ab_user_role", "user_id", "ab_user"),
    _gone("fk_invariant_finding_result_id_invariant_result", "invariant_finding", "result_id", "invariant_result"),
    _gone("fk_invariant_result_run_id_invariant_run", "invariant_result", "run_id", "invariant_run"),
    _emptied("fk_rehearsal_sop_version_id_sop_version", "rehearsal", "sop_version_id", "sop_version"),
    _emptied("fk_report_job_schedule_id_report_schedule", "report_job", "schedule_id", "report_schedule"),
    Deletion(
        "fk_recovery_code_user_id_two_step",
        "UPDATE recovery_code SET user_id = 9002 WHERE id = 9001",
        "DELETE FROM two_step WHERE user_id = 9002",
        "SELECT id FROM recovery_code WHERE id = 9001",
        [],
    ),
)

MAY_BE_EMPTY = {
    "ab_api_key": "lookup_hash",
    "ab_group_role": "group_id role_id",
    "ab_permission_view_role": "permission_view_id role_id",
    "ab_user": "changed_by_fk created_by_fk",
    "ab_user_group": "group_id user_id",
    "ab_user_role": "role_id user_id",
    "agency": "emblem_hash parent_id",
    "api_key": "made_by_id previous_hash",
    "backup_run": "slot",
    "category": "default_agency_code parent_id",
    "actor": "superior",
    "office": "head_office logo_hash",
    "office_role": "actor standing",
    "choice": "agency_code",
    "field_definition": "active_from active_until",
    "complaint": (
        "answered_at category_id district_id ended_at imported_key merged_into_id route sp4n_tracking_id village_id"
    ),
    "complaint_event": "agency_code delegation_id officer_id on_behalf_of_id",
    "delivery": (
        "account_news cause_seq complaint_id digest_on password_link_id report_job_id sealed_code told user_id"
    ),
    "gateway_state": "away_since held_until",
    "identity_grant": "decided_at decided_by_id",
    "inbound_hold": "complaint_id settled_at settled_by_id",
    "invariant_run": "night",
    "issued_number": "officer_id paper_id voided_by_id",
    "journal_entry": "officer_id",
    "ledger_entry": "house officer_id track",
    "letter": "number paper_id verification_code",
    "move_in_file": "content started_by_id",
    "national_limit": "of_class",
    "notice": ("attachment_id complaint_id delegation_id due_at invariant_run_id journal_id report_job_id task_id"),
    "officer_profile": "agency_code",
    "paper": "agency_code complaint_id file_hash path",
    "password_link": "made_by_id",
    "register": "made_by_id",
    "rehearsal": "result sop_version_id",
    "report_job": "file_hash path period_on schedule_id",
    "reporter": "told_by",
    "sop_step": "allowance_unit allowance_value",
    "standard_text": "agency_code category_id owner_id",
    "step_pause": "ended_at",
    "step_task": "agency_code closed_at",
    "sync_change": "event_id position",
    "sync_ledger": "drift",
    "text_version": "activated_at activated_by_id made_by_id",
    "webhook_delivery": "change_id complaint_id",
    "webhook_endpoint": "disabled_for previous_secret previous_until",
    "working_week": "ends_on starts_on",
}
"""Columns under a check, a unique rule or a foreign key for which no value is a meaning of its own. Any other must have
a value: such a rule lets an empty one pass.
"""

NEVER_EMPTY = {
    "agency_track": "awaits lead position state",
    "api_key": "active scopes",
    "attachment": "added_by path sent_sha256 sha256 state_reason",
    "complaint": "body paused received_at redacted sent_to title",
    "complaint_event": "actor at data hash kind previous_hash",
    "delegation": "decree_number",
    "delivery": "attempts next_try_at",
    "file_check": "at found sha256",
    "identity_grant": "asked_at reason",
    "idempotency_key": "body request_hash status",
    "inbound_hold": "faults times",
    "issued_number": "number",
    "journal_entry": "at data reason",
    "ledger_entry": "at",
    "letter": "body drafted_at revision subject",
    "paper": "content_hash frozen tries",
    "password_age": "changed_at demonstration",
    "password_link": "expires_at made_at",
    "register": "content_hash",
    "sign_in": "began_at seen_at",
    "step_alarm": "raised_at",
    "step_task": "actor allowance_value clock_from due_at opened_at warn_at",
    "sync_change": "at kind mark number tombstone version",
    "text_version": "made_at subject_en subject_id body_en",
    "two_step": "last_step salt secret",
    "webhook_delivery": "attempts body next_try_at",
    "webhook_endpoint": "active position secret",
}
"""Columns without such a rule that must have a value too: the record, deadlines, proofs and secrets."""
