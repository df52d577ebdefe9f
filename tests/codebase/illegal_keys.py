"""For every unique rule of the database a second row that it must refuse, and such that differ in one value and are
accepted. A second row is a copy of one of `row_of_every_table.sql` with the values given here.
"""

from typing import Any, NamedTuple

from tests.codebase.illegal_rows import AGENCY_STEPS

Values = dict[str, Any]
AS_IT_IS: Values = {}

OWN_KEY = {
    "choice_officer": ("choice_id", 9001),
    "definition_state": ("id", 1),
    "office": ("id", 1),
    "delivery_item": ("notice_id", 9001),
    "emblem": ("sha256", "aa"),
    "file_to_remove": ("path", "aa"),
    "gateway_state": ("channel", "email"),
    "issued_number": ("agency_code", "aa"),
    "login_count": ("mark", "aa"),
    "number_counter": ("series", "aa"),
    "officer_profile": ("user_id", 9003),
    "report_recipient": ("schedule_id", 9001),
    "two_step": ("user_id", 9002),
    **dict.fromkeys(("notice_preference", "password_age", "signing_means"), ("user_id", 9001)),
    **dict.fromkeys(("original_text", "reporter"), ("complaint_id", 9001)),
    **dict.fromkeys(("sending_hold", "store_sweep", "sync_peer"), ("id", 1)),
}
"""The row of a table whose key is not `id` 9001."""


class Twice(NamedTuple):
    """A unique rule, the table, the values of a copied row that it refuses, and what to change in it to be accepted."""

    name: str
    table: str
    different: tuple[Values, ...]
    copy: Values = AS_IT_IS
    row: int | str | None = None
    first: str = ""
    """A layer in front of the rule that is taken away."""


LATER = "2038-01-01T08:00:00+08:00"

KEYS = (
    Twice("pk_choice_officer", "choice_officer", ({"choice_id": 9002}, {"user_id": 9002})),
    Twice("pk_delivery_item", "delivery_item", ({"notice_id": 9002}, {"channel": "gateway"})),
    Twice("pk_emblem", "emblem", ({"sha256": "bb"},)),
    Twice("pk_office", "office", ({"id": 2},), first="ALTER TABLE office DROP CONSTRAINT ck_office_one_row"),
    Twice("pk_file_to_remove", "file_to_remove", ({"path": "bb"},)),
    Twice("pk_gateway_state", "gateway_state", ({"channel": "gateway"},)),
    Twice(
        "pk_issued_number",
        "issued_number",
        ({"agency_code": "bb"}, {"year": 2038}, {"running": 2}),
        {"paper_id": 9002},
    ),
    Twice("pk_login_count", "login_count", ({"mark": "bb"},)),
    Twice("pk_notice_preference", "notice_preference", ({"user_id": 9002},)),
    Twice("pk_number_counter", "number_counter", ({"series": "bb"}, {"year": 2038})),
    Twice("pk_officer_profile", "officer_profile", ({"user_id": 9004},)),
    Twice("pk_original_text", "original_text", ({"complaint_id": 9002},)),
    Twice("pk_password_age", "password_age", ({"user_id": 9002},)),
    Twice("pk_report_recipient", "report_recipient", ({"schedule_id": 9002}, {"user_id": 9002})),
    Twice("pk_reporter", "reporter", ({"complaint_id": 9002},)),
    Twice("pk_sending_hold", "sending_hold", ()),
    Twice("pk_signing_means", "signing_means", ({"user_id": 9002},)),
    Twice("pk_store_sweep", "store_sweep", ()),
    Twice("pk_sync_peer", "sync_peer", ()),
    Twice("pk_two_step", "two_step", ({"user_id": 9003},)),
)

ACCOUNTS = (
    Twice("uq_ab_api_key_lookup_hash", "ab_api_key", ({"lookup_hash": "bb"},), {"uuid": "bb"}),
    Twice(
        "idx_api_key_lookup_hash",
        "ab_api_key",
        ({"lookup_hash": "bb"},),
        {"uuid": "bb"},
        first="ALTER TABLE ab_api_key DROP CONSTRAINT uq_ab_api_key_lookup_hash",
    ),
    Twice("uq_ab_api_key_uuid", "ab_api_key", ({"uuid": "bb"},), {"lookup_hash": "bb"}),
    Twice("uq_ab_group_name", "ab_group", ({"name": "cc"},)),
    Twice("uq_ab_group_role_group_id", "ab_group_role", ({"group_id": 9002}, {"role_id": 9002})),
    Twice("uq_ab_permission_name", "ab_permission", ({"name": "can_cc"},)),
    Twice(
        "uq_ab_permission_view_permission_id",
        "ab_permission_view",
        ({"permission_id": 9002}, {"view_menu_id": 9002}),
    ),
    Twice(
        "uq_ab_permission_view_role_permission_view_id",
        "ab_permission_view_role",
        ({"permission_view_id": 9002}, {"role_id": 9002}),
    ),
    Twice("uq_ab_register_user_email", "ab_register_user", ({"email": "bb"},), {"username": "bb"}),
    Twice("uq_ab_register_user_username", "ab_register_user", ({"username": "bb"},), {"email": "bb"}),
    Twice("uq_ab_role_name", "ab_role", ({"name": "cc"},)),
    Twice("uq_ab_user_email_given", "ab_user", ({"email": "enam@contoh.id"},), {"username": "enam"}),
    Twice("uq_ab_user_username", "ab_user", ({"username": "enam"},), {"email": "enam@contoh.id"}),
    Twice("uq_ab_user_group_user_id", "ab_user_group", ({"user_id": 9002}, {"group_id": 9002})),
    Twice("uq_ab_user_role_user_id", "ab_user_role", ({"user_id": 9002}, {"role_id": 9002})),
    Twice("uq_ab_view_menu_name", "ab_view_menu", ({"name": "cc"},)),
    Twice("uq_api_key_key_hash", "api_key", ({"key_hash": "cc"},), {"previous_hash": "cc"}),
    Twice("uq_api_key_previous_hash", "api_key", ({"previous_hash": "cc"},), {"key_hash": "cc"}),
    Twice("uq_half_sign_in_mark", "half_sign_in", ({"mark": "cc"},)),
    Twice(
        "uq_identity_grant_waiting",
        "identity_grant",
        ({"user_id": 9004}, {"role_id": 9002}, {"state": "refused", "decided_at": LATER}),
    ),
    Twice(
        "uq_linked_subject_issuer_subject", "linked_subject", ({"issuer": "bb"}, {"subject": "bb"}), {"user_id": 9002}
    ),
    Twice("uq_linked_subject_issuer_user", "linked_subject", ({"issuer": "bb"}, {"user_id": 9002}), {"subject": "bb"}),
    Twice(
        "uq_password_link_living",
        "password_link",
        ({"user_id": 9003}, {"kind": "reset"}, {"ended_at": LATER}),
        {"token_hash": "cc"},
    ),
    Twice("uq_password_link_token_hash", "password_link", ({"token_hash": "cc"},), {"kind": "reset"}),
    Twice("uq_recovery_code_user_hash", "recovery_code", ({"user_id": 9002}, {"code_hash": "bb"})),
    Twice("uq_sign_in_mark", "sign_in", ({"mark": "a9"},)),
)

REFERENCE = (
    Twice("uq_agency_code", "agency", ({"code": "dd"},)),
    Twice("uq_field_definition_code", "field_definition", ({"code": "cc"}, {"active_from": None})),
    Twice("uq_personal_value_case_code", "personal_value", ({"code": "cc"}, {"complaint_id": 9003})),
    Twice("uq_choice_code", "choice", ({"code": "cc"}, {"list": "channel", "agency_code": None})),
    Twice("uq_actor_code", "actor", ({"code": "cc"},)),
    Twice("uq_office_role_name", "office_role", ({"name": "cc"},)),
    Twice("uq_role_grant_right", "role_grant", ({"role": "cc"}, {"view": "cc"}, {"permission": "cc"})),
    Twice("uq_process_step_code", "process_step", ({"code": "cc"},)),
    Twice("uq_category_code", "category", ({"code": "cc"},)),
    Twice("uq_district_code", "district", ({"code": "cc"},)),
    Twice("uq_holiday_day_name", "holiday", ({"day": "2037-01-05"}, {"name": "BB"})),
    Twice(
        "uq_national_limit_stage",
        "national_limit",
        ({"stage": "close"}, {"of_class": "aspiration"}, {"valid_from": "2038-01-01"}),
    ),
    Twice("uq_national_limit_stage", "national_limit", ({"of_class": "aspiration"},), row=9002),
    Twice("uq_sop_step_version_step", "sop_step", ({"sop_version_id": 9002}, {"step": "check"})),
    Twice("uq_sop_version_number", "sop_version", ({"number": "cc"},)),
    Twice("uq_sop_version_one_active", "sop_version", ({"status": "retired"},), {"number": "cc", "status": "active"}),
    Twice("uq_standard_text_code", "standard_text", ({"code": "bb"}, {"owner_id": 9002})),
    Twice("uq_standard_text_code", "standard_text", ({"code": "cc"},), row=9002),
    Twice("uq_text_version_active", "text_version", ({"code": "cc"}, {"state": "retired"}), {"number": 2}, row=9002),
    Twice("uq_text_version_draft", "text_version", ({"code": "cc"}, {"state": "retired"}), {"number": 2}),
    Twice("uq_text_version_number", "text_version", ({"code": "cc"}, {"number": 2}), {"state": "retired"}),
    Twice("uq_village_code", "village", ({"code": "bb"},)),
)

_OTHER_PAPER = {"paper_id": 9002}

CASES = (
    Twice(
        "uq_agency_track_case_cycle_agency",
        "agency_track",
        ({"complaint_id": 9002}, {"cycle": 2}, {"agency_code": "bb"}),
        {"lead": False},
    ),
    Twice(
        "uq_agency_track_one_lead",
        "agency_track",
        ({"complaint_id": 9002}, {"cycle": 2}, {"lead": False}, {"state": "declined"}, {"state": "dropped"}),
        {"agency_code": "cc"},
    ),
    Twice(
        "uq_complaint_number",
        "complaint",
        ({"number": "LB-2037-009009"},),
        {"sp4n_tracking_id": "9009", "imported_key": "bb"},
    ),
    Twice(
        "uq_complaint_sp4n_tracking_id",
        "complaint",
        ({"sp4n_tracking_id": "9009"},),
        {"number": "LB-2037-009009", "imported_key": "bb"},
    ),
    Twice(
        "uq_complaint_imported_key",
        "complaint",
        ({"imported_key": "bb"}, {"imported_key": None}),
        {"number": "LB-2037-009009", "sp4n_tracking_id": "9009"},
    ),
    Twice("uq_complaint_event_case_seq", "complaint_event", ({"complaint_id": 9002}, {"seq": 2})),
    Twice("uq_issued_number_paper_id", "issued_number", (_OTHER_PAPER,), {"running": 2}),
    Twice(
        "uq_letter_agency_number", "letter", ({"agency_code": "bb"}, {"number": "2/aa"}), {"verification_code": "bb"}
    ),
    Twice(
        "uq_letter_one_draft",
        "letter",
        ({"complaint_id": 9002}, {"cycle": 2}, {"agency_code": "bb"}, {"state": "returned"}),
        row=9002,
    ),
    Twice("uq_letter_verification_code", "letter", ({"verification_code": "bb"},), {"number": "2/aa"}),
    Twice("uq_letter_scan_attachment_id", "letter_scan", ({"attachment_id": 9002},), {"replaced_at": LATER}),
    Twice(
        "uq_letter_scan_current", "letter_scan", ({"letter_id": 9002}, {"replaced_at": LATER}), {"attachment_id": 9002}
    ),
    Twice("uq_paper_key", "paper", ({"key": "cc"},)),
    Twice(
        "uq_register_kind_day", "register", ({"kind": "daily"}, {"day": "2037-02-01"}), {"number": "2", **_OTHER_PAPER}
    ),
    Twice("uq_register_number", "register", ({"number": "2"},), {"kind": "daily", **_OTHER_PAPER}),
    Twice("uq_register_paper_id", "register", (_OTHER_PAPER,), {"kind": "daily", "number": "2"}),
    Twice("uq_step_alarm_task_level_due", "step_alarm", ({"task_id": 9002}, {"level": 2}, {"due_at": LATER})),
    Twice("uq_step_pause_one_open", "step_pause", ({"task_id": 9002}, {"ended_at": LATER})),
    *(
        Twice(
            "uq_step_task_one_open_of_agency",
            "step_task",
            ({"complaint_id": 9002}, {"agency_code": "cc"}, {"closed_at": LATER}, {"step": "direct"}),
            {"step": step},
        )
        for step in AGENCY_STEPS
    ),
    Twice(
        "uq_step_task_one_open_of_office",
        "step_task",
        ({"complaint_id": 9002}, {"agency_code": "cc"}, {"closed_at": LATER}),
        row=9002,
    ),
    *(
        Twice(
            "uq_step_task_one_open_redirection",
            "step_task",
            ({"complaint_id": 9002}, {"agency_code": "cc"}, {"closed_at": LATER}, {"step": "draft_answer"}),
            {"step": step},
            9003,
        )
        for step in ("direct", "relay")
    ),
)

WORK = (
    Twice("uq_backup_run_slot", "backup_run", ({"slot": "bb"},)),
    Twice(
        "uq_delivery_password_link",
        "delivery",
        ({"password_link_id": 9002},),
        {"report_job_id": None, "digest_on": None},
    ),
    Twice(
        "uq_delivery_report_job", "delivery", ({"report_job_id": 9002},), {"password_link_id": None, "digest_on": None}
    ),
    Twice(
        "uq_delivery_reporter",
        "delivery",
        ({"complaint_id": 9002}, {"told": "question"}, {"cause_seq": 2}, {"channel": "gateway"}),
        row=9002,
    ),
    Twice(
        "uq_delivery_user_channel_digest",
        "delivery",
        ({"user_id": 9002}, {"channel": "gateway"}, {"digest_on": "2037-01-05"}),
        {"report_job_id": None, "password_link_id": None},
    ),
    Twice("uq_idempotency_key_caller_key", "idempotency_key", ({"caller": "bb"}, {"key": "bb"})),
    Twice(
        "uq_inbound_hold_waiting",
        "inbound_hold",
        (
            {"tracking_id": "9002"},
            {"kind": "conflict"},
            {"content_hash": "bb"},
            {"state": "kept", "settled_at": LATER},
        ),
    ),
    Twice("uq_inbound_message_report_id", "inbound_message", ({"tracking_id": "9002"}, {"message_id": "2"})),
    Twice("uq_invariant_result_run_invariant", "invariant_result", ({"run_id": 9002}, {"invariant": "I3"})),
    Twice("uq_invariant_run_night", "invariant_run", ({"night": "2037-01-06"},)),
    Twice(
        "uq_notice_attachment_user_kind",
        "notice",
        ({"attachment_id": 9002}, {"user_id": 9002}, {"kind": "malware_found", "complaint_id": None}),
        row=9005,
    ),
    Twice(
        "uq_notice_delegation_user_kind",
        "notice",
        ({"delegation_id": 9002}, {"user_id": 9002}, {"kind": "delegation_made"}),
        row=9002,
    ),
    Twice(
        "uq_notice_invariant_run_user_kind",
        "notice",
        ({"invariant_run_id": 9002}, {"user_id": 9002}, {"kind": "records_green"}),
        row=9006,
    ),
    Twice("uq_notice_journal_user", "notice", ({"journal_id": 9002}, {"user_id": 9002}), row=9004),
    Twice("uq_notice_report_job", "notice", ({"report_job_id": 9002},), {"user_id": 9002}, 9003),
    Twice(
        "uq_notice_task_user_kind_level_due",
        "notice",
        ({"task_id": 9002}, {"user_id": 9002}, {"kind": "step_near"}, {"level": 1}, {"due_at": LATER}),
    ),
    Twice(
        "uq_report_job_schedule_user_period",
        "report_job",
        ({"schedule_id": 9002}, {"user_id": 9002}, {"period_on": "2037-01-06"}),
    ),
    Twice("uq_saved_list_user_place_name", "saved_list", ({"user_id": 9002}, {"place": "complaints"}, {"name": "bb"})),
    Twice("uq_sync_change_event_id", "sync_change", ({"event_id": 9002},), {"position": 9002}),
    Twice("uq_sync_change_position", "sync_change", ({"position": 9002},), {"event_id": 9002}),
    Twice("uq_sync_comparison_day", "sync_comparison", ({"day": "2037-01-05"},)),
    Twice("uq_move_in_file_file_hash", "move_in_file", ({"file_hash": "bb"},)),
    Twice("uq_sync_import_file_hash", "sync_import", ({"file_hash": "bb"},)),
    Twice("uq_sync_ledger_tracking_id", "sync_ledger", ({"tracking_id": "9002"},)),
    Twice(
        "uq_webhook_delivery_endpoint_change",
        "webhook_delivery",
        ({"endpoint_id": 9002}, {"change_id": 9002}),
        {"message_id": "bb"},
    ),
    Twice("uq_webhook_delivery_message_id", "webhook_delivery", ({"message_id": "bb"},), {"change_id": 9002}),
    Twice("uq_webhook_endpoint_name", "webhook_endpoint", ({"name": "cc"},)),
)

UNIQUE = (*KEYS, *ACCOUNTS, *REFERENCE, *CASES, *WORK)
