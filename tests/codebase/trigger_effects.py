"""For every event of every trigger a statement that it must refuse, or what must be found after one that it follows.

The rows are those of `row_of_every_table.sql`.
"""
# ruff: noqa: S608 - the names in the statements are those of tables, written down here

from typing import NamedTuple


class Guard(NamedTuple):
    """An event of a trigger, its words (or the rule it names), a statement that is refused and one that is accepted."""

    trigger: str
    event: str
    words: str
    refused: str
    accepted: str


class Effect(NamedTuple):
    """An event of a trigger, a statement, and the one value that is read afterwards and that must be found."""

    trigger: str
    event: str
    statement: str
    read: str
    found: object


def _by(person: int, statement: str) -> str:
    """A statement of a person whom the program names."""
    return f"SELECT set_config('lapor.person', '{person}', true); {statement}"


def _append_only(table: str, change: str, addition: str) -> tuple[Guard, ...]:
    """Rows are added, and neither changed nor deleted. A table to which others refer is emptied together with them."""
    words, rows = f"{table} is append-only", f"{table}_is_append_only"
    return (
        Guard(rows, "update", words, f"UPDATE {table} SET {change} WHERE id = 9001", addition),
        Guard(rows, "delete", words, f"DELETE FROM {table} WHERE id = 9001", addition),
        Guard(f"{table}_is_never_emptied", "truncate", words, f"TRUNCATE {table} CASCADE", addition),
    )


EVENT = """
    INSERT INTO complaint_event (complaint_id, seq, kind, actor, at, data, previous_hash, hash)
    VALUES (9001, 2, 'note', 'office_head', now(), '{}', '', '')
"""
FILE_CHECK = """
    INSERT INTO file_check (attachment_id, at, outcome, reason, found, scanned, sent_sha256, sha256)
    VALUES (9001, now(), 'clean', '', '', true, '', '')
"""
JOURNAL = "INSERT INTO journal_entry (kind, at, reason, data) VALUES ('key_made', now(), '', '{}')"
LEDGER = "INSERT INTO ledger_entry (complaint_id, kind, at, step) VALUES (9001, 'closed', now(), 'check')"
REGISTER = """
    INSERT INTO register (kind, day, number, paper_id, content_hash, made_at)
    VALUES ('daily', '2037-01-01', '2', 9002, '', now())
"""
APPEND_ONLY = (
    *_append_only("complaint_event", "data = '{}'", EVENT),
    *_append_only("file_check", "found = 'x'", FILE_CHECK),
    *_append_only("journal_entry", "reason = 'x'", JOURNAL),
    *_append_only("ledger_entry", "at = now()", LEDGER),
    *_append_only("register", "number = '9'", REGISTER),
)

OVERLAP = "ex_delegation_starts_on"
DELEGATION = """
    INSERT INTO delegation (kind, giver_id, holder_id, decree_number, starts_on, ends_on, note, created_at)
    VALUES ('plt', {giver}, {holder}, '4', '{day}', '2037-01-20', '', now())
"""
DELEGATIONS = (
    Guard(
        "delegation_is_guarded",
        "insert",
        OVERLAP,
        DELEGATION.format(giver=9001, holder=9002, day="2037-01-08"),
        DELEGATION.format(giver=9001, holder=9002, day="2037-01-09"),
    ),
    Guard(
        "delegation_is_guarded",
        "update of giver_id",
        OVERLAP,
        "UPDATE delegation SET giver_id = 9001 WHERE id = 9002",
        "UPDATE delegation SET giver_id = 9003 WHERE id = 9002",
    ),
    Guard(
        "delegation_is_guarded",
        "update of starts_on",
        OVERLAP,
        "UPDATE delegation SET starts_on = '2037-01-08' WHERE id = 9003",
        "UPDATE delegation SET starts_on = '2037-01-09' WHERE id = 9003",
    ),
    Guard(
        "delegation_is_guarded",
        "update of ends_on",
        OVERLAP,
        "UPDATE delegation SET ends_on = '2037-02-01' WHERE id = 9001",
        "UPDATE delegation SET ends_on = '2037-01-31' WHERE id = 9001",
    ),
    Guard(
        "delegation_is_guarded",
        "delete",
        "a delegation is ended, never deleted",
        "DELETE FROM delegation WHERE id = 9003",
        "UPDATE delegation SET ends_on = starts_on WHERE id = 9003",
    ),
)

TO_ONESELF = "nobody delegates to oneself"
OWN_DELEGATIONS = (
    Guard(
        "own_delegation_is_guarded",
        "insert",
        TO_ONESELF,
        _by(9002, DELEGATION.format(giver=9003, holder=9002, day="2037-01-08")),
        _by(9003, DELEGATION.format(giver=9003, holder=9002, day="2037-01-08")),
    ),
    Guard(
        "own_delegation_is_guarded",
        "update",
        TO_ONESELF,
        _by(9002, "UPDATE delegation SET ends_on = '2037-01-09' WHERE id = 9001"),
        _by(9002, "UPDATE delegation SET ends_on = '2037-01-07' WHERE id = 9001"),
    ),
    Guard(
        "own_delegation_is_guarded",
        "update",
        TO_ONESELF,
        _by(9002, "UPDATE delegation SET starts_on = '2037-01-03' WHERE id = 9001"),
        _by(9001, "UPDATE delegation SET starts_on = '2037-01-03' WHERE id = 9001"),
    ),
    Guard(
        "own_delegation_is_guarded",
        "update",
        TO_ONESELF,
        _by(9003, "UPDATE delegation SET holder_id = 9003 WHERE id = 9001"),
        _by(9001, "UPDATE delegation SET holder_id = 9003 WHERE id = 9001"),
    ),
    Guard(
        "own_delegation_is_guarded",
        "update",
        TO_ONESELF,
        _by(9002, "UPDATE delegation SET giver_id = 9003 WHERE id = 9001"),
        _by(9001, "UPDATE delegation SET giver_id = 9003 WHERE id = 9001"),
    ),
)

OWN_ROLES = "nobody changes the own roles"
NEW_ROLE = "INSERT INTO ab_user_role (id, user_id, role_id) VALUES (9009, 9001, 9002)"
OTHER_ROLE = "UPDATE ab_user_role SET role_id = 9002 WHERE id = 9001"
ROLES = (
    Guard("roles_are_guarded", "insert", OWN_ROLES, _by(9001, NEW_ROLE), _by(9002, NEW_ROLE)),
    Guard("roles_are_guarded", "update", OWN_ROLES, _by(9001, OTHER_ROLE), _by(9002, OTHER_ROLE)),
    Guard(
        "roles_are_guarded",
        "update",
        OWN_ROLES,
        _by(9003, "UPDATE ab_user_role SET user_id = 9003 WHERE id = 9001"),
        _by(9003, "UPDATE ab_user_role SET user_id = 9002 WHERE id = 9001"),
    ),
    Guard(
        "roles_are_guarded",
        "delete",
        OWN_ROLES,
        _by(9001, "DELETE FROM ab_user_role WHERE id = 9001"),
        _by(9002, "DELETE FROM ab_user_role WHERE id = 9001"),
    ),
)

UNCONFIRMED = "a role that opens identities needs a confirmation"


def _grant(state: str, user: int, role: str, decided_by: int) -> str:
    """A request that a role be given to somebody, and who decided about it."""
    return (
        "INSERT INTO identity_grant (id, user_id, role_id, asked_by_id, asked_at, state, decided_by_id, decided_at,"
        f" reason) SELECT 9009, {user}, id, 9002, now(), '{state}', {decided_by}, now(), '' FROM ab_role"
        f" WHERE name = '{role}'; "
    )


def _given(role: str) -> str:
    return f"INSERT INTO ab_user_role (user_id, role_id) SELECT 9001, id FROM ab_role WHERE name = '{role}'"


NO_CASES = (
    "SET LOCAL session_replication_role = replica; DELETE FROM complaint; SET LOCAL session_replication_role = origin; "
)
"""As at an office that begins."""
CONFIRMED = _grant("confirmed", 9001, "supervisor", 9003)
IDENTITIES = (
    *(
        Guard("roles_are_guarded", "insert", UNCONFIRMED, _by(9003, _given(role)), _by(9003, _given("division_head")))
        for role in ("complaint_admin", "section_head", "supervisor")
    ),
    *(
        Guard("roles_are_guarded", "insert", UNCONFIRMED, _by(9003, _given("supervisor")), freely)
        for freely in (_given("supervisor"), NO_CASES + _by(9003, _given("supervisor")))
    ),
    *(
        Guard(
            "roles_are_guarded",
            "insert",
            UNCONFIRMED,
            other + _by(9003, _given("supervisor")),
            CONFIRMED + _by(9003, _given("supervisor")),
        )
        for other in (
            _grant("refused", 9001, "supervisor", 9003),
            _grant("confirmed", 9001, "supervisor", 9004),
            _grant("confirmed", 9004, "supervisor", 9003),
            _grant("confirmed", 9001, "section_head", 9003),
        )
    ),
    Guard(
        "roles_are_guarded",
        "update",
        UNCONFIRMED,
        _by(
            9003, "UPDATE ab_user_role SET role_id = (SELECT id FROM ab_role WHERE name = 'supervisor') WHERE id = 9001"
        ),
        CONFIRMED
        + _by(
            9003, "UPDATE ab_user_role SET role_id = (SELECT id FROM ab_role WHERE name = 'supervisor') WHERE id = 9001"
        ),
    ),
)

OWN_RIGHTS, HELD = (
    "nobody changes the rights of the own role",
    "a right to identities comes with a role that is confirmed",
)
NEW_RIGHT = "INSERT INTO role_grant (role, view, permission) VALUES ('aa', 'BB', 'can_aa')"
OPENING = "INSERT INTO role_grant (role, view, permission) VALUES ('{role}', 'Identity', '{right}')"
MADE_OPENING = "UPDATE role_grant SET view = 'Identity', permission = 'can_open', role = '{role}' WHERE id = 9001"
RIGHTS = (
    *(
        Guard("rights_are_guarded", event, OWN_RIGHTS, _by(9001, change), _by(9002, change))
        for event, change in (
            ("insert", NEW_RIGHT),
            ("update", "UPDATE role_grant SET allowed = false WHERE id = 9001"),
            ("update", "UPDATE role_grant SET role = 'bb' WHERE id = 9001"),
            ("delete", "DELETE FROM role_grant WHERE id = 9001"),
        )
    ),
    *(
        Guard("rights_are_guarded", "insert", HELD, _by(9003, OPENING.format(role="aa", right=right)), accepted)
        for right in ("can_open", "can_search", "can_read")
        for accepted in (
            _by(9003, OPENING.format(role="bb", right=right)),
            _by(9003, OPENING.format(role="aa", right="can_call")),
            NO_CASES + _by(9003, OPENING.format(role="aa", right=right)),
            OPENING.format(role="aa", right=right),
        )
    ),
    Guard(
        "rights_are_guarded",
        "update",
        HELD,
        _by(9003, MADE_OPENING.format(role="aa")),
        _by(9003, MADE_OPENING.format(role="bb")),
    ),
)

OWN_MEMBERSHIP = "nobody changes the own membership"
NEW_MEMBER = "INSERT INTO officer_profile (user_id, agency_code, position, nip, rank) VALUES (9004, {code}, '', '', '')"
OTHER_AGENCY = "UPDATE officer_profile SET agency_code = '{code}' WHERE user_id = 9003"
NO_AGENCY = "UPDATE officer_profile SET agency_code = NULL WHERE user_id = 9003"
OTHER_PERSON = "UPDATE officer_profile SET user_id = 9004 WHERE user_id = 9003"
NO_MEMBER = "DELETE FROM officer_profile WHERE user_id = 9003"
MEMBERSHIP = (
    Guard(
        "membership_is_guarded",
        "insert",
        OWN_MEMBERSHIP,
        _by(9004, NEW_MEMBER.format(code="'aa'")),
        _by(9004, NEW_MEMBER.format(code="NULL")),
    ),
    Guard(
        "membership_is_guarded",
        "update of agency_code",
        OWN_MEMBERSHIP,
        _by(9003, OTHER_AGENCY.format(code="aa")),
        _by(9003, OTHER_AGENCY.format(code="bb")),
    ),
    *(
        Guard(
            "membership_is_guarded",
            "update of user_id",
            OWN_MEMBERSHIP,
            without_agency + _by(person, OTHER_PERSON),
            without_agency + _by(9001, OTHER_PERSON),
        )
        for person in (9003, 9004)
        for without_agency in ("", f"{NO_AGENCY}; ")
    ),
    Guard("membership_is_guarded", "delete", OWN_MEMBERSHIP, _by(9003, NO_MEMBER), _by(9001, NO_MEMBER)),
)

CASE = """
    INSERT INTO complaint (id, number, title, body, classification, confidentiality, channel, location_text, status,
        cycle, paused, field_visit, rated, urgency, version, sop_version_id, received_at, redacted)
    VALUES (9009, 'LB-2037-009009', '', '', 'complaint', 'open', '{channel}', '', 'registering', 1, false, false, false,
        '{urgency}', 1, 9001, now(), false)
"""
UPDATE_OF_CASE = "UPDATE complaint SET channel = '{channel}', urgency = '{urgency}' WHERE id = 9001"
DECREED = "UPDATE sop_version SET status = 'retired' WHERE id = 9001; "
RENUMBER, NO_STEP = "UPDATE sop_step SET number = 2 WHERE id = 9001", "DELETE FROM sop_step WHERE sop_version_id = 9001"
PROCESS = (
    *(
        Guard("sop_step_stays", event, "a step of a decreed version is never changed", DECREED + change, change)
        for event, change in (("update", RENUMBER), ("delete", NO_STEP))
    ),
    *(
        Guard(
            f"{table}_keeps_its_code",
            "update",
            "a role or step keeps its code and its kind",
            f"UPDATE {table} SET {change} WHERE id = 9001",
            f"UPDATE {table} SET label_id = 'x', label_en = 'x', \"order\" = 7 WHERE id = 9001",
        )
        for table, change in (
            *(("actor", "code = 'cc'"), ("actor", "organisation = 'agency'"), ("actor", "seeded = true")),
            *(("process_step", "code = 'cc'"), ("process_step", "act = 'report'")),
        )
    ),
    *(
        Guard(
            "office_role_keeps_its_name",
            "update",
            "a role keeps its name and what it is in the process",
            f"UPDATE office_role SET {change} WHERE id = 9001",
            "UPDATE office_role SET label_id = 'x', label_en = 'x', description_id = 'x' WHERE id = 9001",
        )
        for change in (
            "name = 'cc'",
            "actor = 'section_head'",
            "acts = false",
            "standing = 'supervisor', actor = NULL, acts = false",
        )
    ),
)
ENTRY_STAYS = "an entry of a list is ended, never deleted or renamed"
LISTS = (
    *(
        Guard(
            "choice_stays",
            "update",
            ENTRY_STAYS,
            f"UPDATE choice SET {change} WHERE id = 9001",
            "UPDATE choice SET label_id = 'x', label_en = 'x', active = false, flags = '[]', \"order\" = 1",
        )
        for change in ("code = 'cc'", "seeded = true", "agency_code = 'bb'", "list = 'channel', agency_code = NULL")
    ),
    Guard("choice_stays", "delete", ENTRY_STAYS, "DELETE FROM choice WHERE id = 9002", "SELECT 1"),
    *(
        Guard(
            "complaint_is_listed",
            event,
            f"ck_complaint_{column}",
            statement.format(**{**right, column: "nowhere"}),
            statement.format(**right),
        )
        for column in ("channel", "urgency")
        for event, statement in ((f"update of {column}", UPDATE_OF_CASE), ("insert", CASE))
        for right in ({"channel": "bb", "urgency": "urgent"},)
    ),
)

FIELD_STAYS = "an activated field is ended, never changed or deleted"
FIELDS = (
    *(
        Guard(
            "field_definition_stays",
            "update",
            FIELD_STAYS,
            f"UPDATE field_definition SET {change} WHERE id = 9001",
            f"UPDATE field_definition SET {change} WHERE id = 9002",
        )
        for change in ("code = 'cc'", "type = 'date'", "required = true", "personal = true", "moments = '[\"reply\"]'")
    ),
    Guard(
        "field_definition_stays",
        "update",
        FIELD_STAYS,
        "UPDATE field_definition SET active_from = NULL WHERE id = 9001",
        "UPDATE field_definition SET label_id = 'x', label_en = 'x', hint_id = 'x', hint_en = 'x', \"order\" = 5,"
        " active_until = '2037-01-05' WHERE id = 9001",
    ),
    Guard(
        "field_definition_stays",
        "delete",
        FIELD_STAYS,
        "DELETE FROM field_definition WHERE id = 9001",
        "DELETE FROM field_definition WHERE id = 9002",
    ),
)

_BEGINS, _STAYS = "a version of a text begins as a draft", "a version of a text is never changed or deleted"
_NEW_TEXT = """
    INSERT INTO text_version (code, number, body_id, state, made_at, activated_at, reason)
    VALUES ('cc', 1, 'cc', '{}', now(), now(), 'a')
"""
_NEWER = "UPDATE text_version SET {} WHERE id = 9001"
_IN_FORCE = "UPDATE text_version SET {} WHERE id = 9002"
_RETIRED = _IN_FORCE.format("state = 'retired'")
_STAMPED = ("body_id", "body_en", "subject_id", "subject_en", "code")
TEXTS = (
    *(
        Guard("text_version_stays", "insert", _BEGINS, _NEW_TEXT.format(state), _NEW_TEXT.format("draft"))
        for state in ("active", "retired")
    ),
    *(
        Guard("text_version_stays", "update", _STAYS, row.format(f"{column} = 'x'"), row.format("state = 'retired'"))
        for column in _STAMPED
        for row in (_NEWER, _IN_FORCE)
    ),
    *(
        Guard("text_version_stays", "update", _STAYS, _NEWER.format(change), _NEWER.format("state = 'retired'"))
        for change in ("id = 9009", "number = 9", "made_by_id = 9002", "made_at = made_at - interval '1 day'")
    ),
    *(
        Guard("text_version_stays", "update", _STAYS, _IN_FORCE.format(change), _RETIRED)
        for change in (
            "state = 'draft'",
            "reason = 'b'",
            "activated_by_id = 9002",
            "activated_at = activated_at - interval '1 day'",
        )
    ),
    *(
        Guard("text_version_stays", "update", _STAYS, f"{_RETIRED}; {_IN_FORCE.format(change)}", _RETIRED)
        for change in ("state = 'active'", "state = 'draft'")
    ),
    Guard("text_version_stays", "delete", _STAYS, "DELETE FROM text_version WHERE id = 9001", _RETIRED),
)

GUARDS = (
    *LISTS,
    *PROCESS,
    *FIELDS,
    *APPEND_ONLY,
    *DELEGATIONS,
    *OWN_DELEGATIONS,
    *ROLES,
    *IDENTITIES,
    *RIGHTS,
    *MEMBERSHIP,
    *TEXTS,
)

ENDED = "SELECT array_agg(user_id ORDER BY user_id) FROM sign_in WHERE ended_at = seen_at AND id >= 9001"
HALF = "SELECT array_agg(user_id ORDER BY user_id) FROM half_sign_in WHERE id >= 9001"
SIGN_INS = (
    Effect("a_new_office_ends_sign_ins", "insert", NEW_MEMBER.format(code="'aa'"), ENDED, [9004]),
    Effect("a_new_office_ends_sign_ins", "delete", NO_MEMBER, ENDED, [9003]),
    Effect("an_office_ends_sign_ins", "update of agency_code", OTHER_AGENCY.format(code="aa"), ENDED, [9003]),
    Effect("an_office_ends_sign_ins", "update of agency_code", OTHER_AGENCY.format(code="bb"), ENDED, None),
    Effect("a_role_ends_sign_ins", "insert", NEW_ROLE, ENDED, [9001]),
    Effect("a_role_ends_sign_ins", "delete", "DELETE FROM ab_user_role WHERE id = 9001", ENDED, [9001]),
    Effect("a_role_ends_sign_ins", "update", OTHER_ROLE, ENDED, [9001]),
    Effect(
        "a_role_ends_sign_ins",
        "update",
        "UPDATE ab_user_role SET user_id = 9002 WHERE id = 9001",
        ENDED,
        [9001, 9002],
    ),
    *(
        Effect(
            "an_account_ends_its_sign_ins",
            "update of active",
            f"UPDATE ab_user SET active = {active} WHERE id = 9001",
            read,
            found,
        )
        for active, read, found in (
            ("false", ENDED, [9001]),
            ("false", HALF, [9002]),
            ("true", ENDED, None),
            ("true", HALF, [9001, 9002]),
        )
    ),
)

SENT_TO = "SELECT sent_to FROM complaint WHERE id = {}"
SENT = (
    Effect(
        "sending_is_followed",
        "insert",
        "INSERT INTO agency_track (complaint_id, cycle, position, agency_code, lead, state, sent_at, field_visit,"
        " cross_agency, awaits) VALUES (9002, 1, 2, 'aa', false, 'directed', now(), false, false, '[]')",
        SENT_TO.format(9002),
        ["aa", "bb"],
    ),
    Effect(
        "sending_is_followed",
        "insert",
        "INSERT INTO agency_track (complaint_id, cycle, position, agency_code, lead, state, sent_at, field_visit,"
        " cross_agency, awaits) VALUES (9002, 1, 2, 'aa', false, 'directed', NULL, false, false, '[]')",
        SENT_TO.format(9002),
        ["bb"],
    ),
    Effect(
        "sending_is_followed",
        "insert",
        "INSERT INTO agency_track (complaint_id, cycle, position, agency_code, lead, state, sent_at, field_visit,"
        " cross_agency, awaits) VALUES (9002, 2, 1, 'bb', false, 'directed', now(), false, false, '[]')",
        SENT_TO.format(9002),
        ["bb"],
    ),
    Effect("sending_is_followed", "delete", "DELETE FROM agency_track WHERE id = 9001", SENT_TO.format(9001), []),
    *(
        Effect(
            "sending_is_followed",
            f"update of {change.split()[0]}",
            f"UPDATE agency_track SET {change} WHERE id = 9001",
            SENT_TO.format(case),
            found,
        )
        for change, case, found in (
            ("sent_at = NULL", 9001, []),
            ("sight_ended = true", 9001, []),
            ("agency_code = 'bb'", 9001, ["bb"]),
            ("complaint_id = 9002", 9002, ["aa", "bb"]),
            ("complaint_id = 9002", 9001, []),
        )
    ),
)

_NEW_SOP = """
    INSERT INTO sop_version (number, title, status, approved_by, decree_number, extended_draft_days, silence_days,
        question_days, fast_track_actor, fast_track_from, nik_channels, legal_basis, qualifications, related, equipment,
        warnings, records)
    VALUES ('cc', '', 'draft', '', '', 1, 1, 1, '', '[]', '[]', '', '', '', '', '', '')
"""
_NEW_STEP = """
    INSERT INTO sop_step (sop_version_id, step, position, number, actor, procedure, inputs, output, remark)
    VALUES (9002, 'check', 1, 1, 'aa', '', '', '', '')
"""
VERSION = "SELECT version = '00000000-0000-0000-0000-000000000001' FROM definition_state"
KNOWN_VERSION = "UPDATE definition_state SET version = '00000000-0000-0000-0000-000000000001'; "
DEFINITIONS = tuple(
    Effect(f"{table}_changes_definitions", event, KNOWN_VERSION + statement, VERSION, False)
    for table, event, statement in (
        ("choice", "insert", "INSERT INTO choice (list, code, label_id) VALUES ('channel', 'dd', 'DD')"),
        ("choice", "update", "UPDATE choice SET active = false WHERE id = 9001"),
        ("choice", "delete", "DELETE FROM choice WHERE id = 0"),
        ("choice_officer", "insert", "INSERT INTO choice_officer VALUES (9001, 9002)"),
        ("choice_officer", "update", "UPDATE choice_officer SET user_id = 9003"),
        ("choice_officer", "delete", "DELETE FROM choice_officer"),
        ("field_definition", "insert", "INSERT INTO field_definition (code, label_id, type) VALUES ('c', 'C', 'date')"),
        ("field_definition", "update", "UPDATE field_definition SET label_id = 'x'"),
        ("field_definition", "delete", "DELETE FROM field_definition WHERE id = 9002"),
        (
            *("office", "insert"),
            "DELETE FROM office; INSERT INTO office VALUES (1, 'bb', 'bb', 'other', '', 'Asia/Jakarta')",
        ),
        ("office", "update", "UPDATE office SET name = 'x'"),
        ("office", "delete", "DELETE FROM office"),
        ("office_role", "insert", "INSERT INTO office_role (name, label_id) VALUES ('cc', 'CC')"),
        ("office_role", "update", "UPDATE office_role SET label_id = 'x' WHERE id = 9001"),
        ("office_role", "delete", "DELETE FROM office_role WHERE id = 9001"),
        ("role_grant", "insert", "INSERT INTO role_grant (role, view, permission) VALUES ('cc', 'CC', 'can_cc')"),
        ("role_grant", "update", "UPDATE role_grant SET allowed = false WHERE id = 9001"),
        ("role_grant", "delete", "DELETE FROM role_grant WHERE id = 9001"),
        ("actor", "insert", "INSERT INTO actor (code, label_id, organisation) VALUES ('cc', 'CC', 'office')"),
        ("actor", "update", "UPDATE actor SET label_id = 'x' WHERE id = 9001"),
        ("actor", "delete", "DELETE FROM actor WHERE id = 9001"),
        ("process_step", "insert", "INSERT INTO process_step (code, label_id, \"order\") VALUES ('cc', 'CC', 1)"),
        ("process_step", "update", "UPDATE process_step SET label_id = 'x' WHERE id = 9001"),
        ("process_step", "delete", "DELETE FROM process_step WHERE id = 9001"),
        (
            "sop_version",
            "insert",
            _NEW_SOP,
        ),
        ("sop_version", "update", "UPDATE sop_version SET title = 'x' WHERE id = 9001"),
        ("sop_version", "delete", "DELETE FROM sop_version WHERE id = 9002"),
        (
            "sop_step",
            "insert",
            _NEW_STEP,
        ),
        ("sop_step", "update", "UPDATE sop_step SET number = 2 WHERE id = 9001"),
        ("sop_step", "delete", "DELETE FROM sop_step WHERE id = 9001"),
        ("text_version", "insert", _NEW_TEXT.format("draft")),
        ("text_version", "update", _RETIRED),
        (
            "text_version",
            "delete",
            "ALTER TABLE text_version DISABLE TRIGGER text_version_stays; DELETE FROM text_version",
        ),
    )
)

OPENED = tuple(
    Effect(
        "step_task_has_status",
        "insert",
        "INSERT INTO step_task (complaint_id, cycle, step, agency_code, actor, opened_at, clock_from, allowance_value,"
        f" allowance_unit, due_at, warn_at) VALUES (9002, 2, '{step}', {agency}, 'aa', now(), now(), 1, 'working_days',"
        " now(), now())",
        "SELECT status FROM step_task WHERE complaint_id = 9002 AND cycle = 2",
        status,
    )
    for step, agency, status in (
        *(("report", "NULL", "reporting"), ("reply", "NULL", "replying")),
        ("sign_answer", "'aa'", None),
    )
)

_OF_A_CASE = """title, body, classification, confidentiality, channel, location_text, status, cycle, paused,
    field_visit, rated, urgency, version, sop_version_id, received_at, redacted"""
_WITH_VALUES = f"""
    INSERT INTO complaint (number, field_values, {_OF_A_CASE})
    SELECT 'LB-2037-009009', '{{"aa": "Satu (2)", "bb": 3}}', {_OF_A_CASE} FROM complaint WHERE id = 9003
"""
_WORDS = "SELECT field_words::text FROM complaint WHERE {}"
WORDS = (
    Effect(
        "field_values_are_followed",
        "insert",
        _WITH_VALUES,
        _WORDS.format("number = 'LB-2037-009009'"),
        "'.aa.2' '.aa.satu' '.aa.satu2'",
    ),
    Effect(
        "field_values_are_followed",
        "update of field_values",
        'UPDATE complaint SET field_values = \'{"bb": "dua"}\' WHERE id = 9003',
        _WORDS.format("id = 9003"),
        "'.bb.dua'",
    ),
)

EFFECTS = (*SIGN_INS, *SENT, *DEFINITIONS, *OPENED, *WORDS)
