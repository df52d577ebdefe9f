-- One row of every table (9001), and others where a rule compares rows: agency aa has the cases 9001 and 9003, bb has 9002.
INSERT INTO ab_user (id, first_name, last_name, username, active, email) VALUES
    (9001, 'Satu', 'Uji', 'satu', true, 'satu@contoh.id'),
    (9002, 'Dua', 'Uji', 'dua', true, 'dua@contoh.id'),
    (9003, 'Tiga', 'Uji', 'tiga', true, 'tiga@contoh.id'),
    (9004, 'Empat', 'Uji', 'empat', true, 'empat@contoh.id'),
    (9005, 'Lima', 'Uji', 'lima', true, 'lima@contoh.id');
UPDATE ab_user SET created_by_fk = 9002, changed_by_fk = 9002 WHERE id = 9001;
INSERT INTO ab_role (id, name) VALUES (9001, 'aa'), (9002, 'bb');
INSERT INTO ab_group (id, name) VALUES (9001, 'aa'), (9002, 'bb');
INSERT INTO ab_permission (id, name) VALUES (9001, 'can_aa'), (9002, 'can_bb');
INSERT INTO ab_view_menu (id, name) VALUES (9001, 'aa'), (9002, 'bb');
INSERT INTO ab_permission_view (id, permission_id, view_menu_id) VALUES (9001, 9001, 9001), (9002, 9002, 9002);
INSERT INTO ab_permission_view_role (id, permission_view_id, role_id) VALUES (9001, 9001, 9001);
INSERT INTO ab_group_role (id, group_id, role_id) VALUES (9001, 9001, 9001);
INSERT INTO ab_user_group (id, user_id, group_id) VALUES (9001, 9001, 9001);
INSERT INTO ab_user_role (id, user_id, role_id) VALUES (9001, 9001, 9001);
INSERT INTO ab_api_key (id, uuid, name, key_hash, lookup_hash, key_prefix, user_id, active)
    VALUES (9001, 'aa', 'aa', 'aa', 'aa', 'aa', 9001, true);
INSERT INTO ab_register_user (id, first_name, last_name, username, email) VALUES (9001, 'Satu', 'Uji', 'aa', 'aa');

INSERT INTO emblem (sha256, png, added_at) VALUES ('aa', '', now());
INSERT INTO agency (id, code, name, short_name, kind, parent_id, active, address, city, phone, email, letter_suffix,
    classification_code, paper, letterhead_over, postcode, website, number_pattern, initials, emblem_hash) VALUES
    (9002, 'bb', 'BB', 'BB', 'opd', NULL, true, '', '', '', '', '', '', 'F4', '', '', '', '', '[]', NULL),
    (9001, 'aa', 'AA', 'AA', 'opd', 9002, true, '', '', '', '', '', '', 'F4', '', '', '', '', '[]', 'aa'),
    (9003, 'cc', 'CC', 'CC', 'opd', NULL, true, '', '', '', '', '', '', 'F4', '', '', '', '', '[]', NULL);
INSERT INTO choice (id, list, code, label_id, agency_code) VALUES
    (9001, 'unit', 'aa', 'AA', 'aa'), (9002, 'channel', 'bb', 'BB', NULL);
INSERT INTO choice_officer (choice_id, user_id) VALUES (9001, 9001);
INSERT INTO field_definition (id, code, label_id, type, active_from) VALUES
    (9001, 'aa', 'AA', 'text', '2037-01-04'), (9002, 'bb', 'BB', 'text', NULL);
INSERT INTO district (id, code, name) VALUES (9001, 'aa', 'AA'), (9002, 'bb', 'BB');
INSERT INTO village (id, code, name, district_id) VALUES (9001, 'aa', 'AA', 9001);
INSERT INTO category (id, code, name, parent_id, default_agency_code, national_class, active) VALUES
    (9002, 'bb', 'BB', NULL, NULL, 'oversight', true), (9001, 'aa', 'AA', 9002, 'aa', 'oversight', true);
INSERT INTO holiday (id, day, name, kind) VALUES (9001, '2037-01-04', 'AA', 'public');
INSERT INTO working_week (id, name, starts_on, ends_on, mon, tue, wed, thu, fri, sat, sun)
    VALUES (9001, 'AA', '2037-01-04', '2037-01-08', '', '', '', '', '', '', '');
INSERT INTO national_limit (id, stage, of_class, days, source, valid_from)
    VALUES (9001, 'verify', 'oversight', 3, '', '2037-01-01'), (9002, 'verify', NULL, 3, '', '2037-01-01');
INSERT INTO actor (id, code, label_id, organisation, superior) VALUES
    (9002, 'bb', 'BB', 'office', NULL), (9001, 'aa', 'AA', 'office', 'bb');
UPDATE office SET head_office = 'aa', logo_hash = 'aa';
INSERT INTO office_role (id, name, label_id, actor, acts) VALUES (9001, 'aa', 'AA', 'office_head', true);
INSERT INTO role_grant (id, role, view, permission) VALUES (9001, 'aa', 'AA', 'can_aa');
INSERT INTO process_step (id, code, label_id, "order") VALUES (9001, 'aa', 'AA', 1);
INSERT INTO sop_version (id, number, title, status, approved_by, decree_number, extended_draft_days, silence_days,
    question_days, fast_track_actor, fast_track_from, nik_channels, legal_basis, qualifications, related, equipment,
    warnings, records) VALUES
    (9001, 'aa', 'AA', 'draft', '', '', 1, 1, 1, '', '[]', '[]', '', '', '', '', '', ''),
    (9002, 'bb', 'BB', 'draft', '', '', 1, 1, 1, '', '[]', '[]', '', '', '', '', '', '');
INSERT INTO sop_step (id, sop_version_id, step, position, number, actor, allowance_value, allowance_unit, procedure,
    inputs, output, remark)
    VALUES (9001, 9001, 'register', 1, 1, 'complaint_admin', 10, 'working_minutes', '', '', '', '');
INSERT INTO officer_profile (user_id, agency_code, position, nip, rank)
    VALUES (9001, 'aa', '', '', ''), (9002, 'bb', '', '', ''), (9003, 'bb', '', '', '');
INSERT INTO delegation (id, kind, giver_id, holder_id, decree_number, starts_on, ends_on, note, created_at) VALUES
    (9001, 'plt', 9001, 9002, '1', '2037-01-04', '2037-01-08', '', now()),
    (9002, 'plt', 9002, 9001, '2', '2037-01-04', '2037-01-08', '', now()),
    (9003, 'plt', 9001, 9002, '3', '2037-02-01', '2037-02-05', '', now());

INSERT INTO complaint (id, number, sp4n_tracking_id, title, body, classification, category_id, confidentiality, channel,
    location_text, district_id, village_id, status, cycle, route, paused, field_visit, rated, urgency, version,
    sop_version_id, received_at, redacted) VALUES
    (9002, 'LB-2037-009002', NULL, '', '', 'complaint', NULL, 'secret', 'web', '', NULL, NULL, 'registering', 1, NULL,
        false, false, false, 'normal', 1, 9001, now(), false),
    (9001, 'LB-2037-009001', '9001', '', '', 'complaint', 9001, 'secret', 'web', '', 9001, 9001, 'registering', 1,
        'via_admin', false, false, false, 'normal', 1, 9001, now(), false),
    (9003, 'LB-2037-009003', NULL, '', '', 'complaint', NULL, 'secret', 'web', '', NULL, NULL, 'registering', 1, NULL,
        false, false, false, 'normal', 1, 9001, now(), false);
UPDATE complaint SET merged_into_id = 9002, imported_at = now(), imported_key = 'aa', old_number = '1' WHERE id = 9001;
INSERT INTO personal_value (id, complaint_id, code, value, salt) VALUES
    (9001, 9001, 'aa', 'aa', 'aa'), (9002, 9002, 'aa', 'aa', 'aa');
INSERT INTO agency_track (id, complaint_id, cycle, position, agency_code, lead, state, sent_at, field_visit,
    cross_agency, awaits) VALUES
    (9001, 9001, 1, 1, 'aa', true, 'directed', now(), false, false, '[]'),
    (9002, 9002, 1, 1, 'bb', false, 'directed', now(), false, false, '[]'),
    (9003, 9003, 1, 1, 'aa', true, 'directed', now(), false, false, '[]');
INSERT INTO step_task (id, complaint_id, cycle, step, agency_code, actor, opened_at, clock_from, allowance_value,
    allowance_unit, due_at, warn_at) VALUES
    (9001, 9001, 1, 'draft_answer', 'aa', 'agency_secretary', now(), now(), 1, 'working_days', now(), now()),
    (9002, 9001, 1, 'check', NULL, 'section_head', now(), now(), 1, 'working_days', now(), now()),
    (9003, 9001, 1, 'direct', 'bb', 'office_head', now(), now(), 1, 'working_days', now(), now()),
    (9004, 9002, 1, 'draft_answer', 'bb', 'agency_secretary', now(), now(), 1, 'working_days', now(), now());
INSERT INTO step_alarm (id, task_id, level, due_at, raised_at) VALUES (9001, 9001, 1, now(), now());
INSERT INTO step_pause (id, task_id, began_at, question) VALUES (9001, 9001, now(), '?');
INSERT INTO complaint_event (id, complaint_id, seq, kind, agency_code, actor, officer_id, on_behalf_of_id,
    delegation_id, at, data, previous_hash, hash)
    VALUES (9001, 9001, 1, 'note', 'aa', 'office_head', 9001, 9002, 9001, now(), '{}', '', '');
INSERT INTO ledger_entry (id, complaint_id, kind, at, step, track, house, officer_id)
    VALUES (9001, 9001, 'opened', now(), 'check', 'aa', 'aa', 9001);
INSERT INTO attachment (id, complaint_id, filename, media_type, size, sha256, path, added_at, added_by, state,
    state_reason, sent_sha256) VALUES
    (9001, 9001, 'a.pdf', 'application/pdf', 1, '', 'aa', now(), '', 'clean', '', ''),
    (9002, 9001, 'b.pdf', 'application/pdf', 1, '', 'bb', now(), '', 'clean', '', '');
INSERT INTO file_check (id, attachment_id, at, outcome, reason, found, scanned, sent_sha256, sha256)
    VALUES (9001, 9001, now(), 'clean', '', '', true, '', '');
INSERT INTO paper (id, kind, key, complaint_id, agency_code, frozen, content_hash, state, tries, made_at) VALUES
    (9001, 'answer_letter', 'aa', 9001, 'aa', '{}', '', 'queued', 0, now()),
    (9002, 'answer_letter', 'bb', 9001, 'aa', '{}', '', 'queued', 0, now());
INSERT INTO letter (id, complaint_id, cycle, agency_code, revision, subject, body, state, drafted_at, number,
    verification_code, paper_id) VALUES
    (9001, 9001, 1, 'aa', 1, '', '', 'signed', now(), '1/aa', 'aa', 9001),
    (9002, 9001, 1, 'aa', 2, '', '', 'draft', now(), NULL, NULL, NULL),
    (9003, 9002, 1, 'bb', 1, '', '', 'draft', now(), NULL, NULL, NULL);
INSERT INTO letter_scan (id, letter_id, attachment_id, pages, added_at, added_by_id, reason)
    VALUES (9001, 9001, 9001, 1, now(), 9001, '');
INSERT INTO issued_number (agency_code, year, running, number, paper_id, reason, issued_at, officer_id, voided_by_id)
    VALUES ('aa', 2037, 1, '1/aa', 9001, '', now(), 9001, 9001);
INSERT INTO number_counter (series, year, last) VALUES ('aa', 2037, 1);
INSERT INTO register (id, kind, day, number, paper_id, content_hash, made_at, made_by_id)
    VALUES (9001, 'monthly', '2037-01-01', '1', 9001, '', now(), 9001);
INSERT INTO reporter (complaint_id, name) VALUES (9001, 'aa');
INSERT INTO original_text (complaint_id, title, body, redacted_at) VALUES (9001, '', '', now());

INSERT INTO journal_entry (id, kind, at, officer_id, reason, data)
    VALUES (9001, 'key_made', now(), 9001, '', '{}'), (9002, 'key_made', now(), 9001, '', '{}');
INSERT INTO invariant_run (id, night, began_at, alive_at, red)
    VALUES (9001, '2037-01-04', now(), now(), 0), (9002, '2037-01-05', now(), now(), 0);
INSERT INTO invariant_result (id, run_id, invariant, looked_at, milliseconds, red)
    VALUES (9001, 9001, 'I1', 1, 1, false), (9002, 9001, 'I2', 1, 1, false);
INSERT INTO invariant_finding (id, result_id, subject, sentence, particulars) VALUES (9001, 9001, '', '', '{}');
INSERT INTO report_schedule (id, name, wanted, format, rhythm, hour, active, made_by_id, created_at) VALUES
    (9001, 'aa', '{}', 'pdf', 'daily', 7, true, 9001, now()), (9002, 'bb', '{}', 'pdf', 'daily', 7, true, 9001, now());
INSERT INTO report_recipient (schedule_id, user_id) VALUES (9001, 9001);
INSERT INTO report_job (id, user_id, wanted, format, scope, schedule_id, period_on, state, attempts, percent, rows,
    asked_at, handed_at) VALUES
    (9001, 9001, '{}', 'pdf', '', 9001, '2037-01-04', 'queued', 0, 0, 0, now(), now()),
    (9002, 9001, '{}', 'pdf', '', 9001, '2037-01-05', 'queued', 0, 0, 0, now(), now());
INSERT INTO password_link (id, user_id, kind, token_hash, made_at, expires_at, made_by_id) VALUES
    (9001, 9001, 'invitation', 'aa', now(), now(), 9002), (9002, 9002, 'invitation', 'bb', now(), now(), 9001);
INSERT INTO notice (id, complaint_id, task_id, delegation_id, report_job_id, journal_id, attachment_id,
    invariant_run_id, user_id, kind, level, created_at) VALUES
    (9001, 9001, 9001, NULL, NULL, NULL, NULL, NULL, 9001, 'step_opened', 0, now()),
    (9002, NULL, NULL, 9001, NULL, NULL, NULL, NULL, 9001, 'delegation_ended', 0, now()),
    (9003, NULL, NULL, NULL, 9001, NULL, NULL, NULL, 9001, 'report_ready', 0, now()),
    (9004, NULL, NULL, NULL, NULL, 9001, NULL, NULL, 9001, 'two_step_removed', 0, now()),
    (9005, 9001, NULL, NULL, NULL, NULL, 9001, NULL, 9001, 'file_held', 0, now()),
    (9006, NULL, NULL, NULL, NULL, NULL, NULL, 9001, 9001, 'records_red', 0, now()),
    (9007, 9002, 9004, NULL, NULL, NULL, NULL, NULL, 9002, 'step_opened', 0, now());
INSERT INTO delivery (id, user_id, channel, digest_on, state, created_at, next_try_at, attempts, report_job_id,
    complaint_id, told, cause_seq, sealed_code, account_news, password_link_id) VALUES
    (9001, 9001, 'email', '2037-01-04', 'queued', now(), now(), 0, 9001, NULL, NULL, NULL, NULL, 'password_link', 9001),
    (9002, NULL, 'email', NULL, 'queued', now(), now(), 0, NULL, 9001, 'received', 1, 'aa', NULL, NULL);
INSERT INTO delivery_item (notice_id, channel, delivery_id) VALUES (9001, 'email', 9001);

INSERT INTO sync_change (id, position, complaint_id, event_id, tracking_id, number, version, kind, status, at, origin,
    tombstone, mark) VALUES (9001, 9001, 9001, 9001, '9001', '', 1, 'note', 'checking', now(), 'office', false, '');
INSERT INTO sync_comparison (id, day, began_at, compared, drifted) VALUES (9001, '2037-01-04', now(), 0, 0);
INSERT INTO sync_import (id, file_hash, header_hash, filename, encoding, delimiter, rows, state, mapping, outcomes,
    made_by_id, made_at) VALUES (9001, 'aa', '', '', '', '', 1, 'mapping', '{}', '[]', 9001, now());
INSERT INTO move_in_file (id, file_hash, header_hash, filename, rows, state, plan, outcomes, made_by_id, made_at,
    started_by_id) VALUES (9001, 'aa', '', '', 1, 'mapping', 'aa', '[]', 9001, now(), 9001);
INSERT INTO sync_ledger (id, tracking_id, state, acked_position, wanted_position, tries, fetch_wanted)
    VALUES (9001, '9001', 'in_step', 1, 1, 0, false);
INSERT INTO inbound_hold (id, kind, tracking_id, complaint_id, content_hash, faults, first_at, last_at, times, state,
    settled_by_id, reason) VALUES (9001, 'report', '9001', 9001, 'aa', '[]', now(), now(), 1, 'waiting', 9001, '');
INSERT INTO inbound_message (id, tracking_id, message_id, kind, content_hash, answer, received_at)
    VALUES (9001, '9001', '1', 'note', '', '{}', now());
INSERT INTO webhook_endpoint (id, name, url, event_types, secret, secret_at, active, position, failures, version,
    created_at) VALUES
    (9001, 'aa', '', '[]', 'aa', now(), true, 0, 0, 1, now()), (9002, 'bb', '', '[]', 'bb', now(), true, 0, 0, 1, now());
INSERT INTO webhook_delivery (id, endpoint_id, change_id, complaint_id, message_id, type, body, at, state, attempts,
    next_try_at) VALUES (9001, 9001, 9001, 9001, 'aa', '', '', now(), 'queued', 0, now());
INSERT INTO api_key (id, name, key_hash, scopes, active, created_at, previous_hash, made_by_id)
    VALUES (9001, 'aa', 'aa', '[]', true, now(), 'bb', 9001);
INSERT INTO idempotency_key (id, caller, key, request_hash, status, body, created_at)
    VALUES (9001, 'aa', 'aa', '', 200, '', now());
INSERT INTO gateway_state (channel, failures) VALUES ('email', 0);
INSERT INTO backup_run (id, kind, slot, began_at, ok, detail) VALUES (9001, 'backup', 'aa', now(), true, '{}');
INSERT INTO file_to_remove (path, marked_at, due_at) VALUES ('aa', now(), now());
INSERT INTO sending_hold (id, since, taken_at) VALUES (1, now(), now());
INSERT INTO store_sweep (id, at, files, stored_bytes, removed, held_back) VALUES (1, now(), 0, 0, 0, 0);
INSERT INTO rehearsal (id, sop_version_id, sop_number, asked_by_id, asked_at, begins, ends, what_if, state, touched_at,
    done, total) VALUES (9001, 9001, '', 9001, now(), now(), now(), '{}', 'queued', now(), 0, 0);
INSERT INTO saved_list (id, user_id, place, name, address, shared, created_at)
    VALUES (9001, 9001, 'inbox', 'aa', '', true, now());

INSERT INTO former_password (id, user_id, hash, ended_at) VALUES (9001, 9001, '', now());
INSERT INTO password_age (user_id, changed_at, demonstration) VALUES (9001, now(), false);
INSERT INTO notice_preference (user_id, by_email, only_digest, quiet, limit_at_any_hour, morning_digest)
    VALUES (9001, true, false, false, false, false);
INSERT INTO signing_means (user_id, subject, issuer, fingerprint, changed_at) VALUES (9001, '', '', '', now());
INSERT INTO linked_subject (id, issuer, subject, user_id, linked_at) VALUES (9001, 'aa', 'aa', 9001, now());
INSERT INTO two_step (user_id, secret, salt, made_at, last_step)
    VALUES (9001, '', '', now(), 0), (9002, '', '', now(), 0);
INSERT INTO recovery_code (id, user_id, code_hash) VALUES (9001, 9001, 'aa');
INSERT INTO identity_grant (id, user_id, role_id, asked_by_id, asked_at, state, decided_by_id, reason)
    VALUES (9001, 9001, 9001, 9002, now(), 'waiting', 9003, '');
INSERT INTO login_count (mark, began_at, tries) VALUES ('aa', now(), 0);
INSERT INTO sign_in (id, mark, user_id, began_at, seen_at, browser, door) VALUES
    (9001, 'a1', 9001, now(), now(), '', 'form'), (9002, 'a2', 9002, now(), now(), '', 'form'),
    (9003, 'a3', 9003, now(), now(), '', 'form'), (9004, 'a4', 9004, now(), now(), '', 'form'),
    (9005, 'a5', 9001, now(), now(), '', 'form');
UPDATE sign_in SET ended_at = now() - interval '1 day' WHERE id = 9005;
INSERT INTO half_sign_in (id, mark, user_id, seal, began_at) VALUES (9001, 'aa', 9001, '', now()), (9002, 'bb', 9002, '', now());

INSERT INTO text_version (id, code, number, body_id, made_by_id, made_at, activated_by_id)
    VALUES (9001, 'aa', 1, 'aa', 9001, now(), 9001), (9002, 'bb', 1, 'bb', 9001, now(), 9001);
UPDATE text_version SET state = 'active', activated_at = now(), reason = 'aa' WHERE id = 9002;
INSERT INTO standard_text (id, code, title, body, kind, scope, agency_code, owner_id, category_id) VALUES
    (9001, 'aa', 'AA', 'aa', 'answer', 'own', NULL, 9001, 9001), (9002, 'bb', 'BB', 'bb', 'answer', 'agency', 'aa', NULL, NULL);
