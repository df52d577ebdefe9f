"""For every table whose changes are recorded in the journal: a new row, a change that is shown, and such as are not."""

from typing import Any, NamedTuple

Values = dict[str, Any]
NOTHING: Values = {}


class Journalled(NamedTuple):
    """A table whose changes are recorded: the values of a new row, a copy of the one that is there, one change that is
    shown, and changes that are only named or are not recorded.
    """

    table: str
    copy: Values
    shown: Values
    masked: Values = NOTHING
    passed: Values = NOTHING


LATER = "2038-01-01T08:00:00"

JOURNALLED = (
    Journalled(
        "ab_api_key",
        {"uuid": "bb", "lookup_hash": "bb"},
        {"name": "bb"},
        {"key_hash": "cc", "lookup_hash": "cc"},
        {"last_used_on": LATER},
    ),
    Journalled("actor", {"code": "cc"}, {"label_id": "CC"}),
    Journalled("office", {"id": 2}, {"name": "CC"}),
    Journalled("office_role", {"name": "cc"}, {"label_id": "CC"}),
    Journalled("role_grant", {"role": "cc", "of_office": True}, {"allowed": False}),
    Journalled("process_step", {"code": "cc"}, {"label_id": "CC"}),
    Journalled("ab_group", {"name": "cc"}, {"label": "cc"}),
    Journalled("ab_group_role", {"group_id": 9002}, {"role_id": 9002}),
    Journalled("ab_permission_view_role", {"permission_view_id": 9002}, {"role_id": 9002}),
    Journalled(
        "ab_register_user",
        {"username": "bb", "email": "bb"},
        {"last_name": "Dua"},
        {"password": "cc", "email": "cc", "registration_hash": "cc"},
    ),
    Journalled("ab_role", {"name": "cc"}, {"name": "dd"}),
    Journalled(
        "ab_user",
        {"username": "enam", "email": "enam"},
        {"active": False},
        {"password": "cc", "email": "cc"},
        {
            **dict.fromkeys(("last_login", "created_on", "changed_on"), LATER),
            **dict.fromkeys(("login_count", "fail_login_count"), 9),
            **dict.fromkeys(("created_by_fk", "changed_by_fk"), 9003),
        },
    ),
    Journalled("ab_user_group", {"user_id": 9002}, {"group_id": 9002}),
    Journalled("ab_user_role", {"user_id": 9002}, {"role_id": 9002}),
    Journalled("agency", {"code": "dd"}, {"paper": "A4"}),
    Journalled(
        "api_key",
        {"key_hash": "cc", "previous_hash": "dd"},
        {"active": False},
        {"key_hash": "ee", "previous_hash": "ff"},
        {"last_used_at": LATER},
    ),
    Journalled("choice", {"code": "cc"}, {"active": False}),
    Journalled("choice_officer", {"choice_id": 9002}, {"user_id": 9002}),
    Journalled("category", {"code": "cc"}, {"national_class": "aspiration"}),
    Journalled(
        "delegation",
        {"starts_on": "2038-01-04", "ends_on": "2038-01-08"},
        {"ends_on": "2038-01-07"},
        {},
        {"noted_at": LATER},
    ),
    Journalled("field_definition", {"code": "cc"}, {"type": "date"}),
    Journalled("district", {"code": "cc"}, {"name": "CC"}),
    Journalled("emblem", {"sha256": "bb"}, {"added_at": "2038-01-01T00:00:00+00:00"}, {"png": "\\x01"}),
    Journalled("holiday", {"name": "BB"}, {"kind": "local"}),
    Journalled("identity_grant", {"user_id": 9004}, {"reason": "cc"}),
    Journalled("linked_subject", {"issuer": "bb"}, {"user_id": 9002}, {"subject": "cc"}, {"used_at": LATER}),
    Journalled("national_limit", {"stage": "close"}, {"days": 4}),
    Journalled("notice_preference", {"user_id": 9002}, {"quiet": True}, {"gateway_to": "cc"}),
    Journalled("officer_profile", {"user_id": 9004}, {"agency_code": "aa"}, {"nip": "cc"}),
    Journalled("report_recipient", {"schedule_id": 9002}, {"user_id": 9002}),
    Journalled("report_schedule", {"name": "cc"}, {"hour": 8}),
    Journalled("saved_list", {"name": "bb"}, {"name": "cc"}),
    Journalled(
        "signing_means",
        {"user_id": 9002},
        {},
        {
            **dict.fromkeys(("nik", "certificate", "subject", "issuer"), "cc"),
            "valid_until": LATER,
            "fingerprint": "cc",
        },
        {"changed_at": LATER},
    ),
    Journalled("sop_step", {"step": "check"}, {"allowance_value": 11}),
    Journalled("sop_version", {"number": "cc"}, {"silence_days": 2}, {"approver_nip": "cc"}),
    Journalled("standard_text", {"code": "cc"}, {"title": "CC"}),
    Journalled("text_version", {"code": "cc"}, {"state": "retired"}),
    Journalled(
        "two_step",
        {"user_id": 9003},
        {"confirmed_at": "2038-01-01T00:00:00+00:00"},
        {"secret": "cc", "salt": "cc"},
        {"last_step": 9},
    ),
    Journalled("village", {"code": "bb"}, {"name": "BB"}),
    Journalled(
        "webhook_endpoint",
        {"name": "cc", "previous_secret": "bb", "previous_until": "2038-01-01T08:00:00+00:00"},
        {"url": "cc"},
        {"secret": "cc", "previous_secret": "cc"},
        {
            **dict.fromkeys(("position", "failures", "version"), 9),
            **dict.fromkeys(("succeeded_at", "failing_since", "held_until"), LATER),
        },
    ),
    Journalled("working_week", {"name": "BB"}, {"mon": "08:00-16:00"}),
)
