"""Every table is in the profile or left out for a reason, and so is every column: each change of one shows."""

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.extensions import db
from app.profile.differences import CHANGED, Difference, differences
from app.profile.sections import SECTIONS, office_profile

_CASES = "cases and what belongs to them"
_PEOPLE = "accounts of officers and what is theirs"
_WORK = "work of this installation"
_PLACE = "connections and secrets of this installation"
WITHOUT_SECTION = {
    **dict.fromkeys(
        (
            *("complaint", "original_text", "reporter", "agency_track", "step_task", "step_pause", "personal_value"),
            *("complaint_event", "ledger_entry", "step_alarm", "letter", "attachment", "letter_scan", "paper"),
            *("issued_number", "number_counter", "register", "inbound_hold", "inbound_message"),
        ),
        _CASES,
    ),
    **dict.fromkeys(
        (
            *("ab_user", "ab_user_role", "officer_profile", "delegation", "signing_means", "saved_list"),
            *("password_age", "former_password", "password_link", "linked_subject", "two_step", "recovery_code"),
            *("half_sign_in", "login_count", "sign_in", "identity_grant", "notice_preference", "choice_officer"),
            *("ab_register_user", "ab_group", "ab_user_group", "ab_group_role", "ab_api_key"),
        ),
        _PEOPLE,
    ),
    **dict.fromkeys(
        (
            *("journal_entry", "notice", "delivery", "delivery_item", "gateway_state", "idempotency_key", "file_check"),
            *("file_to_remove", "store_sweep", "invariant_run", "invariant_result", "invariant_finding", "backup_run"),
            *("sending_hold", "report_job", "rehearsal", "webhook_delivery", "definition_state"),
            *("sync_change", "sync_ledger", "sync_comparison", "sync_import", "move_in_file"),
        ),
        _WORK,
    ),
    **dict.fromkeys(("api_key", "webhook_endpoint", "sync_peer"), _PLACE),
    **dict.fromkeys(("report_schedule", "report_recipient"), "made by officers and sent to named officers"),
    **dict.fromkeys(
        (
            "ab_role",
            "ab_permission",
            "ab_view_menu",
            "ab_permission_view",
            "ab_permission_view_role",
        ),
        "no section as yet",
    ),
}
MACHINE = "keys of this database"
LEFT_OUT = {
    "agency": {"id": MACHINE},
    "office": {"id": MACHINE},
    "emblem": {"sha256": "computed from the picture", "added_at": "a time"},
    "category": {"id": MACHINE},
    "district": {"id": MACHINE},
    "village": {"id": MACHINE},
    "choice": {"id": MACHINE, "seeded": "came with the program"},
    "field_definition": {"id": MACHINE, "active_from": "a time", "active_until": "a time"},
    "text_version": {
        **dict.fromkeys(("id", "number", "state"), "versions of this office"),
        **dict.fromkeys(("made_by_id", "activated_by_id"), _PEOPLE),
        **dict.fromkeys(("made_at", "activated_at", "reason"), "when and why here"),
    },
    "standard_text": {"id": MACHINE, "owner_id": _PEOPLE},
    "working_week": {"id": MACHINE},
    "holiday": {"id": MACHINE},
    "national_limit": {"id": MACHINE},
    "sop_version": {
        **dict.fromkeys(("id", "number", "status"), "versions of this office"),
        "activated_at": "a time",
    },
    "sop_step": {"id": MACHINE, "sop_version_id": MACHINE, "position": "the order of the steps"},
    "process_step": {"id": MACHINE, "order": "the order of the steps", "act": "the program gives it"},
    "actor": {"id": MACHINE, "order": "the order of the roles", "seeded": "came with the program"},
    "office_role": {"id": MACHINE, "seeded": "came with the program"},
    "role_grant": {"id": MACHINE, "of_office": "who decided it"},
}
IDENTITY = {
    **{name: {"code"} for name in ("agency", "category", "district", "field_definition", "standard_text")},
    "village": {"code", "district_id"},
    "choice": {"list", "code"},
    "text_version": {"code"},
    "working_week": {"name", "starts_on", "ends_on"},
    "holiday": {"day", "name"},
    "national_limit": {"stage", "of_class", "valid_from"},
    "sop_step": {"step"},
    "process_step": {"code"},
    "actor": {"code"},
    "office_role": {"name"},
    "role_grant": {"role", "view", "permission"},
}
"""Columns by which rows are matched: a change of one is another row."""

# Where a row stands and its path, then SQL values by column; `column=member` where the file names it otherwise.
CHANGES = {
    ("agency", "code = 'dishub'", "agencies[dishub]"): {
        **dict.fromkeys(
            (
                *("name", "short_name", "address", "city", "phone", "email", "letter_suffix", "classification_code"),
                *("letterhead_over", "postcode", "website", "number_pattern", "letter_copies"),
            ),
            "'Lain'",
        ),
        "kind": "'bumd'",
        "parent_id=parent": "(SELECT id FROM agency WHERE code = 'dinkes')",
        "active": "false",
        "paper": "'A4'",
        "signing_method": "'bsre'",
        "initials": "'[]'",
        "emblem_hash=emblem": "NULL",
    },
    ("office", "id = 1", "office"): {
        **dict.fromkeys(("name", "short_name"), "'Lain'"),
        "kind": "'kota'",
        "region_code": "'52.02'",
        "zone": "'Asia/Jakarta'",
        "head_office": "'dishub'",
        "logo_hash=logo": "(SELECT sha256 FROM emblem WHERE sha256 <> repeat('0', 64) LIMIT 1)",
    },
    ("emblem", "sha256 <> repeat('0', 64)", "agencies[dishub]"): {"png=emblem": r"'\x89504e470d0a1a0a00'"},
    ("category", "code = (SELECT min(code) FROM category WHERE parent_id IS NOT NULL)", "categories[*]"): {
        "name": "'Lain'",
        "parent_id=parent": "NULL",
        "default_agency_code=default_agency": "CASE default_agency_code WHEN 'dinkes' THEN 'dishub' ELSE 'dinkes' END",
        "national_class": "CASE national_class WHEN 'oversight' THEN 'aspiration' ELSE 'oversight' END",
        "active": "false",
    },
    ("district", "code = '63.11.01'", "districts[63.11.01]"): {"name": "'Lain'"},
    ("village", "code = (SELECT min(code) FROM village)", "districts[*].villages[*]"): {"name": "'Lain'"},
    ("choice", "code = 'radio'", "lists[channel radio]"): {
        "label_id=label.id": "'Lain'",
        "label_en=label.en": "'Other'",
        '"order"=order': "7",
        "active": "false",
        "flags": "'[]'",
    },
    ("choice", "code = 'lalin'", "lists[unit lalin]"): {"agency_code=agency": "'dinkes'"},
    ("field_definition", "code = 'nomor_tiang'", "fields[nomor_tiang]"): {
        "label_id=label.id": "'Lain'",
        "label_en=label.en": "'Other'",
        "hint_id=hint.id": "'Lain'",
        "hint_en=hint.en": "'Other'",
        "type": "'long_text'",
        "pattern": "'[0-9]'",
        "categories": "'[]'",
        "classifications": """'["aspiration"]'""",
        "moments": """'["check"]'""",
        "required": "true",
        "visible_to": """'["office"]'""",
        "personal": "true",
        '"order"=order': "7",
    },
    ("field_definition", "code = 'sebab'", "fields[sebab]"): {
        "only_if": "NULL",
        "bounds=bounds.most": """'{"least": 3, "most": 51}'""",
    },
    ("field_definition", "code = 'bahan'", "fields[bahan]"): {
        "options=options[kayu].label.en": """'[{"code": "kayu", "label": {"id": "Kayu", "en": "Timber"}},"""
        """ {"code": "besi", "label": {"id": "Besi", "en": ""}}]'"""
    },
    ("text_version", "code = 'reporter.received' AND state = 'active'", "texts[reporter.received]"): {
        "subject_id=subject.id": "'Lain'",
        "subject_en=subject.en": "'Other'",
        "body_id=body.id": "'Lain'",
        "body_en=body.en": "'Other'",
    },
    ("standard_text", "code = 'jalan'", "standard_texts[jalan]"): {
        "title": "'Lain'",
        "body": "'Lain'",
        "kind": "'letter'",
        "category_id=category": "NULL",
        '"order"=order': "7",
        "active": "false",
    },
    ("standard_text", "code = 'halte'", "standard_texts[halte]"): {"agency_code=agency": "'dinkes'"},
    ("working_week", "name = 'Ramadan'", "working_weeks[Ramadan 2027-02-08 2027-03-09]"): dict.fromkeys(
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "'09:00-10:00'"
    ),
    ("holiday", "name = 'Hari Jadi Balangan'", "holidays[2027-04-08 Hari Jadi Balangan]"): {"kind": "'public'"},
    ("national_limit", "stage = 'verify'", "national_limits[verify 2025-05-01]"): {"days": "9", "source": "'Lain'"},
    ("sop_version", "status = 'active'", "sop"): {
        **dict.fromkeys(
            (
                *("title", "approved_by", "decree_number", "legal_basis", "qualifications", "related", "equipment"),
                *("warnings", "records", "sheet_number", "approver_name", "approver_rank", "approver_nip", "legend"),
                *("flow_heading", "office_heading", "agency_heading", "actor_headings"),
            ),
            "'Lain'",
        ),
        **dict.fromkeys(("extended_draft_days", "silence_days", "question_days", "most_more_days"), "9"),
        **dict.fromkeys(("decided_on", "created_on", "revised_on", "ratified_on"), "'2026-01-02'"),
        "fast_track_actor": "'section_head'",
        "fast_track_from": """'["check"]'""",
        "nik_channels": """'["phone"]'""",
        "approver_capacity": "'plh'",
        **dict.fromkeys(("warning_percent", "alarm_days"), "9"),
        "powers=powers.close": """jsonb_set(powers, '{close}', '["section_head"]')""",
    },
    ("process_step", "code = 'register'", "sop.steps[register]"): {
        "label_id=label.id": "'Lain'",
        "label_en=label.en": "'Other'",
    },
    ("actor", "code = 'section_head'", "actors[section_head]"): {
        "label_id=label.id": "'Lain'",
        "label_en=label.en": "'Other'",
        "organisation": "'agency'",
        "superior": "'office_head'",
    },
    ("office_role", "name = 'supervisor'", "roles[supervisor]"): {
        "label_id=label.id": "'Lain'",
        "label_en=label.en": "'Other'",
        "description_id=description.id": "'Lain'",
        "description_en=description.en": "'Other'",
        "standing": "'administrator'",
    },
    ("office_role", "name = 'kasi_malam'", "roles[kasi_malam]"): {"actor": "'office_head'", "acts": "false"},
    ("role_grant", "role = 'section_head' AND view = 'Export'", "roles[section_head]"): {"allowed=rights": "false"},
    ("sop_step", "step = 'register'", "sop.steps[register]"): {
        "status": "'checking'",
        "back_to": "'register'",
        "side_actions": """'["archive"]'""",
        "number": "9",
        "actor": "'section_head'",
        "allowance_value": "9",
        "allowance_unit": "'working_days'",
        **dict.fromkeys(("procedure", "inputs", "output", "remark"), "'Lain'"),
    },
}


def test_every_table_is_in_the_profile_or_left_out_for_a_reason() -> None:
    held = [name for section in SECTIONS for name in section.tables]
    assert len(set(held)) == len(held)
    assert set(held).isdisjoint(WITHOUT_SECTION)
    assert db.metadata.tables.keys() - {*held, *WITHOUT_SECTION} == set(), "a section, or a reason in WITHOUT_SECTION"
    assert {*held, *WITHOUT_SECTION} - db.metadata.tables.keys() == set()


def test_every_column_is_tried_or_left_out_for_a_reason() -> None:
    for section in SECTIONS:
        for table in section.tables:
            tried = {
                c.partition("=")[0].strip('"') for at, changes in CHANGES.items() if at[0] == table for c in changes
            }
            known = tried | LEFT_OUT[table].keys() | IDENTITY.get(table, set())
            # The scope of a standard text changes with its agency, as a constraint wants it.
            known |= {"scope"} if table == "standard_text" else set()
            assert {column.name for column in db.metadata.tables[table].columns} == known, table


@pytest.mark.parametrize("place", CHANGES, ids=[f"{at[0]}-{at[1][:24]}" for at in CHANGES])
def test_a_change_of_any_column_is_the_one_difference(office: Flask, place: tuple[str, str, str]) -> None:
    before = office_profile()
    table, where, path = place
    for column, value in CHANGES[place].items():
        name, _, member = column.partition("=")
        found = _after(f"UPDATE {table} SET {name} = {value} WHERE {where}", before)  # noqa: S608 (the table above)
        assert [difference.kind for difference in found] == [CHANGED], (column, found)
        shown = found[0].path
        wanted = f"{path}.{member or name}"
        assert shown == wanted or ("*" in path and shown.endswith(wanted.rpartition("]")[2])), (shown, wanted)


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("UPDATE agency SET code = 'dishub_baru' WHERE code = 'dishub'", "added agencies[dishub], missing agencies"),
        ("UPDATE choice SET list = 'urgency' WHERE code = 'radio'", "added lists[channel radio], missing lists"),
        ("UPDATE holiday SET day = '2027-04-09' WHERE name = 'Hari Jadi Balangan'", "added holidays[2027-04-08 Hari"),
        (
            "UPDATE working_week SET ends_on = NULL WHERE name = 'Ramadan'",
            "added working_weeks[Ramadan 2027-02-08 2027",
        ),
        ("UPDATE national_limit SET valid_from = '2026-01-01' WHERE stage = 'act'", "added national_limits[act 2025"),
        (
            "UPDATE standard_text SET scope = 'office', agency_code = NULL WHERE code = 'halte'",
            "changed standard_texts",
        ),
    ],
)
def test_a_change_of_what_rows_are_matched_by_is_another_row(office: Flask, statement: str, kinds: str) -> None:
    found = _after(statement, office_profile())
    said = ", ".join(sorted(f"{difference.kind} {difference.path}" for difference in found))
    for part in kinds.split(", "):
        assert part in said


def test_the_order_of_weeks_and_steps_is_a_difference(office: Flask) -> None:
    before = office_profile()
    swap = "UPDATE sop_step SET position = CASE step WHEN 'check' THEN 3 ELSE 2 END WHERE step IN ('check', 'report')"
    assert [found.path for found in _after(swap, before)] == ["sop.steps (order)"]
    first = "UPDATE working_week SET id = -1 WHERE name = 'Ramadan'"
    assert [found.path for found in _after(first, before)] == ["working_weeks (order)"]


def _after(statement: str, before: object) -> list[Difference]:
    """Return what differs after a statement that no trigger hinders; nothing of it stays."""
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    assert db.session.execute(text(statement)).rowcount >= 1, statement
    db.session.expire_all()
    found = differences(before, office_profile())  # type: ignore[arg-type]
    db.session.rollback()
    return found
