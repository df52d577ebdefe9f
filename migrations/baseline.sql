-- The tables as they stood at migration 0026: written by pg_dump, then put in order by hand. Not edited any more: what
-- changes comes as a migration of its own. The role lapor_walled and the extension pg_trgm are made before it is run.

SET LOCAL check_function_bodies = false;

CREATE FUNCTION plain_words(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(COALESCE(words, ''::text), '[\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]+'::text, ' '::text, 'g'::text);

CREATE FUNCTION words_both_ways(words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (to_tsvector('indonesian'::regconfig, plain_words(words)) || to_tsvector('simple'::regconfig, plain_words(words)));

CREATE FUNCTION complaint_words(number character varying, sp4n character varying, title character varying, place character varying, body text, village bigint, district bigint) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((((setweight(to_tsvector('simple'::regconfig, ((((plain_words((number)::text) || ' no'::text) || ltrim("right"((number)::text, 6), '0'::text)) || ' '::text) || (COALESCE(sp4n, ''::character varying))::text)), 'A'::"char") || setweight(words_both_ways((title)::text), 'A'::"char")) || setweight(words_both_ways((place)::text), 'B'::"char")) || setweight(to_tsvector('simple'::regconfig, ((COALESCE(('desa'::text || (village)::text), ''::text) || ' '::text) || COALESCE(('kec'::text || (district)::text), ''::text))), 'B'::"char")) || setweight(words_both_ways(body), 'C'::"char")) || setweight(to_tsvector('simple'::regconfig, ((('r'::text || reverse(replace(substr((number)::text, 4), '-'::text, ''::text))) || ' '::text) || COALESCE(('r'::text || reverse((sp4n)::text)), ''::text))), 'D'::"char"));

CREATE FUNCTION end_sign_ins_of_account() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        UPDATE sign_in SET ended_at = seen_at WHERE user_id = NEW.id AND ended_at IS NULL;
        DELETE FROM half_sign_in WHERE user_id = NEW.id;
        RETURN NULL;
    END $$;

CREATE FUNCTION end_sign_ins_of_officer() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            UPDATE sign_in SET ended_at = seen_at WHERE user_id = OLD.user_id AND ended_at IS NULL;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            UPDATE sign_in SET ended_at = seen_at WHERE user_id = NEW.user_id AND ended_at IS NULL;
        END IF;
        RETURN NULL;
    END $$;

CREATE FUNCTION follow_sending() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO '$user', 'public'
    AS $$
BEGIN
    UPDATE complaint SET sent_to = (
    SELECT coalesce(array_agg(DISTINCT agency_code::text ORDER BY agency_code::text), '{}') FROM agency_track
    WHERE complaint_id = complaint.id AND sent_at IS NOT NULL
)
    WHERE id = coalesce(NEW.complaint_id, OLD.complaint_id) AND sent_to IS DISTINCT FROM (
    SELECT coalesce(array_agg(DISTINCT agency_code::text ORDER BY agency_code::text), '{}') FROM agency_track
    WHERE complaint_id = complaint.id AND sent_at IS NOT NULL
);
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$;

CREATE FUNCTION shared_words(ours text[], theirs text[]) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT count(*) AS count FROM (SELECT unnest(shared_words.ours) AS unnest INTERSECT SELECT unnest(shared_words.theirs) AS unnest) shared);

CREATE TABLE ab_api_key (
    id SERIAL NOT NULL,
    uuid character varying(36) NOT NULL,
    name character varying(256) NOT NULL,
    key_hash character varying(256) NOT NULL,
    lookup_hash character varying(256),
    key_prefix character varying(16) NOT NULL,
    user_id integer NOT NULL,
    scopes text,
    active boolean NOT NULL,
    created_on timestamp without time zone,
    expires_on timestamp without time zone,
    revoked_on timestamp without time zone,
    last_used_on timestamp without time zone,
    CONSTRAINT pk_ab_api_key PRIMARY KEY (id),
    CONSTRAINT uq_ab_api_key_lookup_hash UNIQUE (lookup_hash),
    CONSTRAINT uq_ab_api_key_uuid UNIQUE (uuid)
);

CREATE TABLE ab_group (
    id SERIAL NOT NULL,
    name character varying(100) NOT NULL,
    label character varying(150),
    description character varying(512),
    CONSTRAINT pk_ab_group PRIMARY KEY (id),
    CONSTRAINT uq_ab_group_name UNIQUE (name)
);

CREATE TABLE ab_group_role (
    id SERIAL NOT NULL,
    group_id integer,
    role_id integer,
    CONSTRAINT pk_ab_group_role PRIMARY KEY (id),
    CONSTRAINT uq_ab_group_role_group_id UNIQUE (group_id, role_id)
);

CREATE TABLE ab_permission (
    id SERIAL NOT NULL,
    name character varying(100) NOT NULL,
    CONSTRAINT pk_ab_permission PRIMARY KEY (id),
    CONSTRAINT uq_ab_permission_name UNIQUE (name)
);

CREATE TABLE ab_permission_view (
    id SERIAL NOT NULL,
    permission_id integer NOT NULL,
    view_menu_id integer NOT NULL,
    CONSTRAINT pk_ab_permission_view PRIMARY KEY (id),
    CONSTRAINT uq_ab_permission_view_permission_id UNIQUE (permission_id, view_menu_id)
);

CREATE TABLE ab_permission_view_role (
    id SERIAL NOT NULL,
    permission_view_id integer,
    role_id integer,
    CONSTRAINT pk_ab_permission_view_role PRIMARY KEY (id),
    CONSTRAINT uq_ab_permission_view_role_permission_view_id UNIQUE (permission_view_id, role_id)
);

CREATE TABLE ab_register_user (
    id SERIAL NOT NULL,
    first_name character varying(64) NOT NULL,
    last_name character varying(64) NOT NULL,
    username character varying(128) NOT NULL,
    password character varying(256),
    email character varying(320) NOT NULL,
    registration_date timestamp without time zone,
    registration_hash character varying(256),
    CONSTRAINT pk_ab_register_user PRIMARY KEY (id),
    CONSTRAINT uq_ab_register_user_email UNIQUE (email),
    CONSTRAINT uq_ab_register_user_username UNIQUE (username)
);

CREATE TABLE ab_role (
    id SERIAL NOT NULL,
    name character varying(64) NOT NULL,
    CONSTRAINT pk_ab_role PRIMARY KEY (id),
    CONSTRAINT uq_ab_role_name UNIQUE (name)
);

CREATE TABLE ab_user (
    id SERIAL NOT NULL,
    first_name character varying(64) NOT NULL,
    last_name character varying(64) NOT NULL,
    username character varying(128) NOT NULL,
    password character varying(256),
    active boolean,
    email character varying(320) NOT NULL,
    last_login timestamp without time zone,
    login_count integer,
    fail_login_count integer,
    created_on timestamp without time zone,
    changed_on timestamp without time zone,
    created_by_fk integer,
    changed_by_fk integer,
    CONSTRAINT pk_ab_user PRIMARY KEY (id),
    CONSTRAINT uq_ab_user_email UNIQUE (email),
    CONSTRAINT uq_ab_user_username UNIQUE (username)
);

CREATE TABLE ab_user_group (
    id SERIAL NOT NULL,
    user_id integer,
    group_id integer,
    CONSTRAINT pk_ab_user_group PRIMARY KEY (id),
    CONSTRAINT uq_ab_user_group_user_id UNIQUE (user_id, group_id)
);

CREATE TABLE ab_user_role (
    id SERIAL NOT NULL,
    user_id integer,
    role_id integer,
    CONSTRAINT pk_ab_user_role PRIMARY KEY (id),
    CONSTRAINT uq_ab_user_role_user_id UNIQUE (user_id, role_id)
);

CREATE TABLE ab_view_menu (
    id SERIAL NOT NULL,
    name character varying(250) NOT NULL,
    CONSTRAINT pk_ab_view_menu PRIMARY KEY (id),
    CONSTRAINT uq_ab_view_menu_name UNIQUE (name)
);

CREATE TABLE agency (
    id BIGSERIAL NOT NULL,
    code character varying(80) NOT NULL,
    name character varying(300) NOT NULL,
    short_name character varying(80) NOT NULL,
    kind character varying(80) NOT NULL,
    parent_id bigint,
    active boolean NOT NULL,
    address character varying(300) NOT NULL,
    city character varying(80) NOT NULL,
    phone character varying(80) NOT NULL,
    email character varying(300) NOT NULL,
    letter_suffix character varying(80) NOT NULL,
    classification_code character varying(80) NOT NULL,
    paper character varying(80) NOT NULL,
    letterhead_over character varying(300) NOT NULL,
    postcode character varying(80) NOT NULL,
    website character varying(300) NOT NULL,
    number_pattern character varying(300) NOT NULL,
    initials jsonb NOT NULL,
    emblem_hash character varying(80),
    signing_method character varying(80) DEFAULT 'wet'::character varying NOT NULL,
    CONSTRAINT ck_agency_kind CHECK (kind IN ('opd', 'kecamatan', 'kelurahan', 'desa', 'bumd', 'unit')),
    CONSTRAINT ck_agency_not_its_own_parent CHECK ((parent_id <> id)),
    CONSTRAINT ck_agency_paper CHECK (paper IN ('F4', 'A4')),
    CONSTRAINT ck_agency_signing_method CHECK (signing_method IN ('wet', 'certificate', 'bsre')),
    CONSTRAINT pk_agency PRIMARY KEY (id),
    CONSTRAINT uq_agency_code UNIQUE (code)
);

CREATE TABLE agency_track (
    id BIGSERIAL NOT NULL,
    complaint_id bigint NOT NULL,
    cycle integer NOT NULL,
    "position" integer NOT NULL,
    agency_code character varying(80) NOT NULL,
    lead boolean NOT NULL,
    state character varying(80) NOT NULL,
    sent_at timestamp with time zone,
    replaces character varying,
    field_visit boolean NOT NULL,
    cross_agency boolean NOT NULL,
    awaits jsonb NOT NULL,
    CONSTRAINT ck_agency_track_state CHECK (state IN (
        'directed', 'received', 'disposed', 'drafting', 'signing', 'signed', 'sent', 'declined', 'dropped'
    )),
    CONSTRAINT pk_agency_track PRIMARY KEY (id),
    CONSTRAINT uq_agency_track_case_cycle_agency UNIQUE (complaint_id, cycle, agency_code)
);

CREATE TABLE api_key (
    id BIGSERIAL NOT NULL,
    name character varying(300) NOT NULL,
    key_hash character varying(80) NOT NULL,
    scopes jsonb NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    previous_hash character varying,
    previous_until timestamp with time zone,
    made_by_id integer,
    revoked_at timestamp with time zone,
    CONSTRAINT pk_api_key PRIMARY KEY (id),
    CONSTRAINT uq_api_key_key_hash UNIQUE (key_hash),
    CONSTRAINT uq_api_key_previous_hash UNIQUE (previous_hash)
);

CREATE TABLE attachment (
    id BIGSERIAL NOT NULL,
    complaint_id bigint NOT NULL,
    filename character varying(300) NOT NULL,
    media_type character varying(80) NOT NULL,
    size integer NOT NULL,
    sha256 character varying(80) NOT NULL,
    path character varying(300) NOT NULL,
    added_at timestamp with time zone NOT NULL,
    added_by character varying(80) NOT NULL,
    removed_at timestamp with time zone,
    state character varying(80) NOT NULL,
    state_reason character varying(80) NOT NULL,
    sent_sha256 character varying(80) NOT NULL,
    tried_at timestamp with time zone,
    CONSTRAINT ck_attachment_reason CHECK (((state IN ('quarantined', 'failed')) = ((state_reason)::text <> ''::text))),
    CONSTRAINT ck_attachment_state CHECK (state IN ('waiting', 'clean', 'quarantined', 'failed')),
    CONSTRAINT pk_attachment PRIMARY KEY (id)
);

CREATE TABLE backup_run (
    id BIGSERIAL NOT NULL,
    kind character varying(80) NOT NULL,
    slot character varying,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    taken_at timestamp with time zone,
    ok boolean NOT NULL,
    detail jsonb NOT NULL,
    CONSTRAINT ck_backup_run_kind CHECK (kind IN ('backup', 'drill')),
    CONSTRAINT pk_backup_run PRIMARY KEY (id),
    CONSTRAINT uq_backup_run_slot UNIQUE (slot)
);

CREATE TABLE complaint (
    id BIGSERIAL NOT NULL,
    number character varying(80) NOT NULL,
    sp4n_tracking_id character varying,
    sp4n_revision bigint,
    sp4n_hash character varying,
    title character varying(300) NOT NULL,
    body text NOT NULL,
    classification character varying(80) NOT NULL,
    category_id bigint,
    confidentiality character varying(80) NOT NULL,
    channel character varying(80) NOT NULL,
    location_text character varying(300) NOT NULL,
    district_id bigint,
    village_id bigint,
    latitude numeric(9,6),
    longitude numeric(9,6),
    occurred_on date,
    status character varying(80) NOT NULL,
    cycle integer NOT NULL,
    route character varying,
    paused boolean NOT NULL,
    field_visit boolean NOT NULL,
    rated boolean NOT NULL,
    urgency character varying(80) NOT NULL,
    version integer NOT NULL,
    sop_version_id bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone,
    next_due_at timestamp with time zone,
    closes_at timestamp with time zone,
    merged_into_id bigint,
    tracking_code_hash character varying,
    search_words tsvector GENERATED ALWAYS AS (complaint_words(number, sp4n_tracking_id, title, location_text, body, village_id, district_id)) STORED,
    redacted boolean NOT NULL,
    sent_to text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT ck_complaint_answered CHECK ((((status)::text = 'answered'::text) = ((answered_at IS NOT NULL) AND (ended_at IS NULL)))),
    CONSTRAINT ck_complaint_channel CHECK (channel IN (
        'sp4n', 'web', 'walk_in', 'phone', 'letter', 'whatsapp', 'email', 'sms', 'social'
    )),
    CONSTRAINT ck_complaint_classification CHECK (classification IN ('complaint', 'aspiration', 'information_request')),
    CONSTRAINT ck_complaint_confidentiality CHECK (confidentiality IN ('open', 'anonymous', 'secret')),
    CONSTRAINT ck_complaint_counts CHECK (((version >= 1) AND (cycle >= 1))),
    CONSTRAINT ck_complaint_route CHECK (route IN ('fast', 'via_admin')),
    CONSTRAINT ck_complaint_status CHECK (status IN (
        'registering', 'checking', 'reporting', 'directing', 'relaying', 'with_agencies', 'disposing_answer',
        'replying', 'waiting_for_reporter', 'answered', 'closed', 'archived', 'merged', 'withdrawn'
    )),
    CONSTRAINT pk_complaint PRIMARY KEY (id),
    CONSTRAINT uq_complaint_number UNIQUE (number),
    CONSTRAINT uq_complaint_sp4n_tracking_id UNIQUE (sp4n_tracking_id)
);

CREATE VIEW case_in_public AS
 SELECT c.id AS complaint_id
   FROM (( SELECT current_setting('lapor.public'::text, true) AS said) asked
     JOIN complaint c ON (((asked.said = 'yes'::text) AND ((c.confidentiality)::text = 'open'::text) AND ((c.status)::text <> 'withdrawn'::text))));

CREATE VIEW case_of_agency AS
 SELECT t.complaint_id
   FROM (( SELECT string_to_array(current_setting('lapor.agency'::text, true), ','::text) AS codes) own
     JOIN agency_track t ON ((((t.agency_code)::text = ANY (own.codes)) AND (t.sent_at IS NOT NULL))));

CREATE VIEW case_words AS
 SELECT id,
    search_words,
    sent_to,
    title,
    location_text
   FROM complaint
  WHERE ((CURRENT_USER <> 'lapor_walled'::name) OR (sent_to && string_to_array(current_setting('lapor.agency'::text, true), ','::text)));

CREATE TABLE category (
    id BIGSERIAL NOT NULL,
    code character varying(80) NOT NULL,
    name character varying(300) NOT NULL,
    parent_id bigint,
    default_agency_code character varying(80),
    national_class character varying(80) NOT NULL,
    active boolean NOT NULL,
    CONSTRAINT ck_category_national_class CHECK (national_class IN (
        'information_request', 'aspiration', 'no_oversight', 'oversight'
    )),
    CONSTRAINT pk_category PRIMARY KEY (id),
    CONSTRAINT uq_category_code UNIQUE (code)
);

CREATE TABLE complaint_event (
    id BIGSERIAL NOT NULL,
    complaint_id bigint NOT NULL,
    seq integer NOT NULL,
    kind character varying(80) NOT NULL,
    step character varying,
    agency_code character varying(80),
    actor character varying(80) NOT NULL,
    officer_id integer,
    on_behalf_of_id integer,
    delegation_id bigint,
    delegation_kind character varying,
    at timestamp with time zone NOT NULL,
    address character varying,
    data jsonb NOT NULL,
    previous_hash character varying(80) NOT NULL,
    hash character varying(80) NOT NULL,
    CONSTRAINT ck_complaint_event_seq CHECK ((seq >= 1)),
    CONSTRAINT pk_complaint_event PRIMARY KEY (id),
    CONSTRAINT uq_complaint_event_case_seq UNIQUE (complaint_id, seq)
);

CREATE TABLE delegation (
    id BIGSERIAL NOT NULL,
    kind character varying(80) NOT NULL,
    giver_id integer NOT NULL,
    holder_id integer NOT NULL,
    decree_number character varying(300) NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    note text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    noted_at timestamp with time zone,
    CONSTRAINT ck_delegation_ends_after_start CHECK ((ends_on >= starts_on)),
    CONSTRAINT ck_delegation_kind CHECK (kind IN ('plt', 'plh', 'an')),
    CONSTRAINT ck_delegation_not_to_oneself CHECK ((giver_id <> holder_id)),
    CONSTRAINT pk_delegation PRIMARY KEY (id)
);

CREATE TABLE delivery (
    id BIGSERIAL NOT NULL,
    user_id integer,
    channel character varying(80) NOT NULL,
    digest_on date,
    state character varying(80) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    sent_at timestamp with time zone,
    last_error character varying,
    report_job_id bigint,
    complaint_id bigint,
    told character varying,
    cause_seq integer,
    sealed_code text,
    account_news character varying,
    password_link_id bigint,
    CONSTRAINT ck_delivery_account_news CHECK (account_news IN ('password_link', 'password_changed', 'sign_on_linked')),
    CONSTRAINT ck_delivery_channel CHECK (channel IN ('email', 'gateway')),
    CONSTRAINT ck_delivery_code_while_waiting CHECK (((sealed_code IS NULL) OR (state IN ('queued', 'failed')))),
    CONSTRAINT ck_delivery_news_of_an_account CHECK (((account_news IS NULL) OR (user_id IS NOT NULL))),
    CONSTRAINT ck_delivery_of_a_reporter CHECK ((num_nulls(complaint_id, told, cause_seq) = ANY (ARRAY[0, 3]))),
    CONSTRAINT ck_delivery_one_recipient CHECK ((num_nonnulls(user_id, complaint_id) = 1)),
    CONSTRAINT ck_delivery_state CHECK (state IN ('queued', 'sent', 'failed', 'skipped')),
    CONSTRAINT ck_delivery_told CHECK (told IN ('received', 'code_replaced', 'question', 'answered', 'ended')),
    CONSTRAINT pk_delivery PRIMARY KEY (id),
    CONSTRAINT uq_delivery_password_link UNIQUE (password_link_id),
    CONSTRAINT uq_delivery_report_job UNIQUE (report_job_id),
    CONSTRAINT uq_delivery_reporter UNIQUE (complaint_id, told, cause_seq, channel),
    CONSTRAINT uq_delivery_user_channel_digest UNIQUE (user_id, channel, digest_on)
);

CREATE TABLE delivery_item (
    notice_id bigint NOT NULL,
    channel character varying(80) NOT NULL,
    delivery_id bigint NOT NULL,
    CONSTRAINT pk_delivery_item PRIMARY KEY (notice_id, channel)
);

CREATE TABLE district (
    id BIGSERIAL NOT NULL,
    code character varying(80) NOT NULL,
    name character varying(300) NOT NULL,
    CONSTRAINT pk_district PRIMARY KEY (id),
    CONSTRAINT uq_district_code UNIQUE (code)
);

CREATE TABLE emblem (
    sha256 character varying(80) NOT NULL,
    png bytea NOT NULL,
    added_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_emblem PRIMARY KEY (sha256)
);

CREATE TABLE file_check (
    id BIGSERIAL NOT NULL,
    attachment_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    outcome character varying(80) NOT NULL,
    reason character varying(80) NOT NULL,
    found character varying(300) NOT NULL,
    scanned boolean NOT NULL,
    sent_sha256 character varying(80) NOT NULL,
    sha256 character varying(80) NOT NULL,
    CONSTRAINT ck_file_check_outcome CHECK (outcome IN ('clean', 'quarantined', 'failed')),
    CONSTRAINT pk_file_check PRIMARY KEY (id)
);

CREATE TABLE file_to_remove (
    path character varying(300) NOT NULL,
    marked_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_file_to_remove PRIMARY KEY (path)
);

CREATE TABLE former_password (
    id BIGSERIAL NOT NULL,
    user_id integer NOT NULL,
    hash character varying NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_former_password PRIMARY KEY (id)
);

CREATE TABLE half_sign_in (
    id BIGSERIAL NOT NULL,
    mark character varying(80) NOT NULL,
    user_id integer NOT NULL,
    seal character varying(80) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_half_sign_in PRIMARY KEY (id),
    CONSTRAINT uq_half_sign_in_mark UNIQUE (mark)
);

CREATE TABLE holiday (
    id BIGSERIAL NOT NULL,
    day date NOT NULL,
    name character varying(300) NOT NULL,
    kind character varying(80) NOT NULL,
    CONSTRAINT ck_holiday_kind CHECK (kind IN ('public', 'collective_leave', 'local')),
    CONSTRAINT pk_holiday PRIMARY KEY (id),
    CONSTRAINT uq_holiday_day_name UNIQUE (day, name)
);

CREATE TABLE idempotency_key (
    id BIGSERIAL NOT NULL,
    caller character varying(80) NOT NULL,
    key character varying(300) NOT NULL,
    request_hash character varying(80) NOT NULL,
    status integer NOT NULL,
    body character varying NOT NULL,
    etag character varying,
    created_at timestamp with time zone NOT NULL,
    location character varying,
    CONSTRAINT pk_idempotency_key PRIMARY KEY (id),
    CONSTRAINT uq_idempotency_key_caller_key UNIQUE (caller, key)
);

CREATE TABLE inbound_hold (
    id BIGSERIAL NOT NULL,
    kind character varying(80) NOT NULL,
    tracking_id character varying(80) NOT NULL,
    complaint_id bigint,
    revision bigint,
    confidentiality character varying,
    content text,
    content_hash character varying(80) NOT NULL,
    other_hash character varying,
    faults jsonb NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    times integer NOT NULL,
    state character varying(80) NOT NULL,
    settled_at timestamp with time zone,
    settled_by_id integer,
    reason text NOT NULL,
    CONSTRAINT ck_inbound_hold_kind CHECK (kind IN ('report', 'conflict', 'loosening', 'message')),
    CONSTRAINT ck_inbound_hold_settled CHECK ((((state)::text = 'waiting'::text) = (settled_at IS NULL))),
    CONSTRAINT ck_inbound_hold_state CHECK (state IN ('waiting', 'applied', 'kept', 'dismissed', 'superseded')),
    CONSTRAINT pk_inbound_hold PRIMARY KEY (id)
);

CREATE TABLE inbound_message (
    id BIGSERIAL NOT NULL,
    tracking_id character varying(80) NOT NULL,
    message_id character varying(80) NOT NULL,
    kind character varying(80) NOT NULL,
    content_hash character varying(80) NOT NULL,
    answer jsonb NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_inbound_message PRIMARY KEY (id),
    CONSTRAINT uq_inbound_message_report_id UNIQUE (tracking_id, message_id)
);

CREATE TABLE invariant_finding (
    id BIGSERIAL NOT NULL,
    result_id bigint NOT NULL,
    subject character varying(300) NOT NULL,
    sentence character varying(80) NOT NULL,
    particulars jsonb NOT NULL,
    CONSTRAINT pk_invariant_finding PRIMARY KEY (id)
);

CREATE TABLE invariant_result (
    id BIGSERIAL NOT NULL,
    run_id bigint NOT NULL,
    invariant character varying(80) NOT NULL,
    looked_at integer NOT NULL,
    milliseconds integer NOT NULL,
    red boolean NOT NULL,
    marks jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT ck_invariant_result_invariant CHECK (invariant IN (
        'I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I11', 'I12', 'I13', 'I14', 'I15', 'I16'
    )),
    CONSTRAINT pk_invariant_result PRIMARY KEY (id),
    CONSTRAINT uq_invariant_result_run_invariant UNIQUE (run_id, invariant)
);

CREATE TABLE invariant_run (
    id BIGSERIAL NOT NULL,
    night date,
    began_at timestamp with time zone NOT NULL,
    alive_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    red integer NOT NULL,
    CONSTRAINT ck_invariant_run_red CHECK ((red >= 0)),
    CONSTRAINT pk_invariant_run PRIMARY KEY (id),
    CONSTRAINT uq_invariant_run_night UNIQUE (night)
);

CREATE TABLE issued_number (
    agency_code character varying NOT NULL,
    year integer NOT NULL,
    running integer NOT NULL,
    number character varying(300) NOT NULL,
    paper_id bigint,
    reason text NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    officer_id integer,
    CONSTRAINT ck_issued_number_used_or_explained CHECK (((paper_id IS NULL) = (reason <> ''::text))),
    CONSTRAINT pk_issued_number PRIMARY KEY (agency_code, year, running),
    CONSTRAINT uq_issued_number_paper_id UNIQUE (paper_id)
);

CREATE TABLE journal_entry (
    id BIGSERIAL NOT NULL,
    kind character varying(80) NOT NULL,
    at timestamp with time zone NOT NULL,
    officer_id integer,
    reason text NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT ck_journal_entry_kind CHECK (kind IN (
        'bundle_made', 'calendar_changed', 'copy_released', 'copy_restored', 'delegation_ended',
        'identity_keys_rotated', 'identity_searched', 'key_made', 'key_revoked', 'key_rotated', 'limit_changed',
        'password_changed', 'password_link_made', 'sign_ins_ended', 'sign_on_linked', 'sop_activated',
        'subject_reported', 'two_step_removed', 'webhook_changed'
    )),
    CONSTRAINT pk_journal_entry PRIMARY KEY (id)
);

CREATE TABLE ledger_entry (
    id BIGSERIAL NOT NULL,
    complaint_id bigint NOT NULL,
    kind character varying(80) NOT NULL,
    at timestamp with time zone NOT NULL,
    step character varying(80) NOT NULL,
    track character varying(80),
    house character varying(80),
    officer_id integer,
    CONSTRAINT ck_ledger_entry_kind CHECK (kind IN (
        'opened', 'handed_over', 'accepted', 'paused', 'resumed', 'closed'
    )),
    CONSTRAINT ck_ledger_entry_step CHECK (step IN (
        'register', 'check', 'report', 'direct', 'relay', 'agency_receive', 'agency_dispose', 'draft_answer',
        'sign_answer', 'send_answer', 'dispose_answer', 'reply'
    )),
    CONSTRAINT pk_ledger_entry PRIMARY KEY (id)
);

CREATE TABLE letter (
    id BIGSERIAL NOT NULL,
    complaint_id bigint NOT NULL,
    cycle integer NOT NULL,
    agency_code character varying(80) NOT NULL,
    revision integer NOT NULL,
    subject character varying(300) NOT NULL,
    body text NOT NULL,
    state character varying(80) NOT NULL,
    drafted_at timestamp with time zone NOT NULL,
    number character varying,
    signed_at timestamp with time zone,
    verification_code character varying,
    paper_id bigint,
    CONSTRAINT ck_letter_signed CHECK ((((state)::text = 'signed'::text) = ((number IS NOT NULL) AND (paper_id IS NOT NULL)))),
    CONSTRAINT ck_letter_state CHECK (state IN ('draft', 'returned', 'signed')),
    CONSTRAINT pk_letter PRIMARY KEY (id),
    CONSTRAINT uq_letter_agency_number UNIQUE (agency_code, number),
    CONSTRAINT uq_letter_verification_code UNIQUE (verification_code)
);

CREATE TABLE letter_scan (
    id BIGSERIAL NOT NULL,
    letter_id bigint NOT NULL,
    attachment_id bigint NOT NULL,
    pages integer NOT NULL,
    added_at timestamp with time zone NOT NULL,
    added_by_id integer NOT NULL,
    replaced_at timestamp with time zone,
    reason text NOT NULL,
    CONSTRAINT pk_letter_scan PRIMARY KEY (id),
    CONSTRAINT uq_letter_scan_attachment_id UNIQUE (attachment_id)
);

CREATE TABLE linked_subject (
    id BIGSERIAL NOT NULL,
    issuer character varying(300) NOT NULL,
    subject character varying(300) NOT NULL,
    user_id integer NOT NULL,
    linked_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT pk_linked_subject PRIMARY KEY (id),
    CONSTRAINT uq_linked_subject_issuer_subject UNIQUE (issuer, subject),
    CONSTRAINT uq_linked_subject_issuer_user UNIQUE (issuer, user_id)
);

CREATE TABLE login_count (
    mark character varying(80) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    tries integer NOT NULL,
    CONSTRAINT ck_login_count_tries CHECK ((tries >= 0)),
    CONSTRAINT pk_login_count PRIMARY KEY (mark)
);

CREATE TABLE national_limit (
    id BIGSERIAL NOT NULL,
    stage character varying(80) NOT NULL,
    of_class character varying,
    days integer NOT NULL,
    source character varying(300) NOT NULL,
    valid_from date NOT NULL,
    CONSTRAINT ck_national_limit_days CHECK (((days >= 1) AND (days <= 365))),
    CONSTRAINT ck_national_limit_of_class CHECK (of_class IN (
        'information_request', 'aspiration', 'no_oversight', 'oversight'
    )),
    CONSTRAINT ck_national_limit_stage CHECK (stage IN ('verify', 'act', 'finish', 'close')),
    CONSTRAINT pk_national_limit PRIMARY KEY (id),
    CONSTRAINT uq_national_limit_stage UNIQUE NULLS NOT DISTINCT (stage, of_class, valid_from)
);

CREATE TABLE notice (
    id BIGSERIAL NOT NULL,
    complaint_id bigint,
    task_id bigint,
    delegation_id bigint,
    user_id integer NOT NULL,
    kind character varying(80) NOT NULL,
    level integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    report_job_id bigint,
    journal_id bigint,
    attachment_id bigint,
    invariant_run_id bigint,
    CONSTRAINT ck_notice_kind CHECK (kind IN (
        'step_opened', 'step_near', 'step_late', 'step_overdue', 'initial_asked', 'information_added',
        'question_expired', 'delegation_ended', 'report_ready', 'report_failed', 'two_step_removed', 'file_held',
        'malware_found', 'records_red', 'records_green'
    )),
    CONSTRAINT ck_notice_of_a_case CHECK (((complaint_id IS NOT NULL) = ((task_id IS NOT NULL) OR ((kind)::text = 'file_held'::text)))),
    CONSTRAINT ck_notice_one_cause CHECK ((num_nonnulls(task_id, delegation_id, report_job_id, journal_id, attachment_id, invariant_run_id) = 1)),
    CONSTRAINT pk_notice PRIMARY KEY (id),
    CONSTRAINT uq_notice_attachment_user_kind UNIQUE (attachment_id, user_id, kind),
    CONSTRAINT uq_notice_delegation_user_kind UNIQUE (delegation_id, user_id, kind),
    CONSTRAINT uq_notice_invariant_run_user_kind UNIQUE (invariant_run_id, user_id, kind),
    CONSTRAINT uq_notice_journal_user UNIQUE (journal_id, user_id),
    CONSTRAINT uq_notice_report_job UNIQUE (report_job_id),
    CONSTRAINT uq_notice_task_user_kind_level UNIQUE (task_id, user_id, kind, level)
);

CREATE TABLE notice_preference (
    user_id integer NOT NULL,
    by_email boolean NOT NULL,
    gateway_to text,
    only_digest boolean NOT NULL,
    quiet boolean NOT NULL,
    limit_at_any_hour boolean NOT NULL,
    morning_digest boolean NOT NULL,
    CONSTRAINT pk_notice_preference PRIMARY KEY (user_id)
);

CREATE TABLE number_counter (
    series character varying NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    CONSTRAINT pk_number_counter PRIMARY KEY (series, year)
);

CREATE TABLE officer_profile (
    user_id integer NOT NULL,
    agency_code character varying(80),
    "position" character varying(300) NOT NULL,
    nip character varying(80) NOT NULL,
    rank character varying(80) NOT NULL,
    CONSTRAINT pk_officer_profile PRIMARY KEY (user_id)
);

CREATE TABLE original_text (
    complaint_id bigint NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    files text,
    redacted_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone,
    CONSTRAINT pk_original_text PRIMARY KEY (complaint_id)
);

CREATE TABLE paper (
    id BIGSERIAL NOT NULL,
    kind character varying(80) NOT NULL,
    key character varying(300) NOT NULL,
    complaint_id bigint,
    agency_code character varying,
    frozen jsonb NOT NULL,
    content_hash character varying(80) NOT NULL,
    state character varying(80) NOT NULL,
    tries integer NOT NULL,
    path character varying,
    file_hash character varying,
    pages integer,
    error character varying,
    made_at timestamp with time zone NOT NULL,
    drawn_at timestamp with time zone,
    CONSTRAINT ck_paper_kind CHECK (kind IN (
        'answer_letter', 'draft_letter', 'receipt', 'disposition', 'reporter_answer', 'sop_sheet', 'daily_register',
        'monthly_register', 'free_report'
    )),
    CONSTRAINT ck_paper_ready CHECK ((((state)::text = 'ready'::text) = ((path IS NOT NULL) AND (file_hash IS NOT NULL)))),
    CONSTRAINT ck_paper_state CHECK (state IN ('queued', 'ready', 'failed')),
    CONSTRAINT pk_paper PRIMARY KEY (id),
    CONSTRAINT uq_paper_key UNIQUE (key)
);

CREATE TABLE password_age (
    user_id integer NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    demonstration boolean NOT NULL,
    CONSTRAINT pk_password_age PRIMARY KEY (user_id)
);

CREATE TABLE password_link (
    id BIGSERIAL NOT NULL,
    user_id integer NOT NULL,
    kind character varying(80) NOT NULL,
    token_hash character varying(80) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    made_by_id integer,
    CONSTRAINT ck_password_link_kind CHECK (kind IN ('invitation', 'reset', 'forgotten')),
    CONSTRAINT pk_password_link PRIMARY KEY (id),
    CONSTRAINT uq_password_link_token_hash UNIQUE (token_hash)
);

CREATE TABLE recovery_code (
    id BIGSERIAL NOT NULL,
    user_id integer NOT NULL,
    code_hash character varying(80) NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT pk_recovery_code PRIMARY KEY (id),
    CONSTRAINT uq_recovery_code_user_hash UNIQUE (user_id, code_hash)
);

CREATE TABLE register (
    id BIGSERIAL NOT NULL,
    kind character varying(80) NOT NULL,
    day date NOT NULL,
    number character varying(300) NOT NULL,
    paper_id bigint NOT NULL,
    content_hash character varying(80) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by_id integer,
    CONSTRAINT ck_register_kind CHECK (kind IN ('daily', 'monthly')),
    CONSTRAINT ck_register_month_by_its_first_day CHECK ((((kind)::text = 'daily'::text) OR (EXTRACT(day FROM day) = (1)::numeric))),
    CONSTRAINT pk_register PRIMARY KEY (id),
    CONSTRAINT uq_register_kind_day UNIQUE (kind, day),
    CONSTRAINT uq_register_number UNIQUE (number),
    CONSTRAINT uq_register_paper_id UNIQUE (paper_id)
);

CREATE TABLE rehearsal (
    id BIGSERIAL NOT NULL,
    sop_version_id bigint,
    sop_number character varying(80) NOT NULL,
    asked_by_id integer NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    begins timestamp with time zone NOT NULL,
    ends timestamp with time zone NOT NULL,
    what_if jsonb NOT NULL,
    state character varying(80) NOT NULL,
    touched_at timestamp with time zone NOT NULL,
    done integer NOT NULL,
    total integer NOT NULL,
    result jsonb,
    CONSTRAINT ck_rehearsal_ends_after_start CHECK ((ends >= begins)),
    CONSTRAINT ck_rehearsal_result CHECK ((((state)::text = 'ready'::text) = (result IS NOT NULL))),
    CONSTRAINT ck_rehearsal_state CHECK (state IN ('queued', 'running', 'ready', 'failed')),
    CONSTRAINT pk_rehearsal PRIMARY KEY (id)
);

CREATE TABLE report_job (
    id BIGSERIAL NOT NULL,
    user_id integer NOT NULL,
    wanted jsonb NOT NULL,
    format character varying(80) NOT NULL,
    scope character varying NOT NULL,
    schedule_id bigint,
    period_on date,
    state character varying(80) NOT NULL,
    attempts integer NOT NULL,
    percent integer NOT NULL,
    rows integer NOT NULL,
    total integer,
    asked_at timestamp with time zone NOT NULL,
    handed_at timestamp with time zone NOT NULL,
    began_at timestamp with time zone,
    alive_at timestamp with time zone,
    ended_at timestamp with time zone,
    path character varying,
    file_hash character varying,
    size integer,
    error character varying(80),
    expires_at timestamp with time zone,
    CONSTRAINT ck_report_job_format CHECK (format IN ('xlsx', 'csv', 'pdf')),
    CONSTRAINT ck_report_job_has_file CHECK ((((state)::text <> 'done'::text) OR ((path IS NOT NULL) AND (file_hash IS NOT NULL)))),
    CONSTRAINT ck_report_job_percent CHECK (((percent >= 0) AND (percent <= 100))),
    CONSTRAINT ck_report_job_state CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')),
    CONSTRAINT pk_report_job PRIMARY KEY (id),
    CONSTRAINT uq_report_job_schedule_user_period UNIQUE (schedule_id, user_id, period_on)
);

CREATE TABLE report_recipient (
    schedule_id bigint NOT NULL,
    user_id integer NOT NULL,
    CONSTRAINT pk_report_recipient PRIMARY KEY (schedule_id, user_id)
);

CREATE TABLE report_schedule (
    id BIGSERIAL NOT NULL,
    name character varying(100) NOT NULL,
    wanted jsonb NOT NULL,
    format character varying(80) NOT NULL,
    rhythm character varying(80) NOT NULL,
    hour integer NOT NULL,
    active boolean NOT NULL,
    made_by_id integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_report_schedule_format CHECK (format IN ('xlsx', 'csv', 'pdf')),
    CONSTRAINT ck_report_schedule_hour CHECK (((hour >= 0) AND (hour <= 23))),
    CONSTRAINT ck_report_schedule_rhythm CHECK (rhythm IN ('daily', 'weekly', 'monthly')),
    CONSTRAINT pk_report_schedule PRIMARY KEY (id)
);

CREATE TABLE reporter (
    complaint_id bigint NOT NULL,
    name text,
    phone text,
    email text,
    address text,
    nik text,
    name_words text[],
    told_by character varying,
    phone_mark character varying(20),
    email_mark character varying(20),
    nik_mark character varying(20),
    CONSTRAINT ck_reporter_told_by CHECK (told_by IN ('email', 'gateway')),
    CONSTRAINT pk_reporter PRIMARY KEY (complaint_id)
);

CREATE TABLE saved_list (
    id BIGSERIAL NOT NULL,
    user_id integer NOT NULL,
    place character varying(80) NOT NULL,
    name character varying(60) NOT NULL,
    address text NOT NULL,
    shared boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_saved_list_place CHECK (place IN ('inbox', 'complaints')),
    CONSTRAINT pk_saved_list PRIMARY KEY (id),
    CONSTRAINT uq_saved_list_user_place_name UNIQUE (user_id, place, name)
);

CREATE TABLE sending_hold (
    id integer NOT NULL,
    since timestamp with time zone NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_sending_hold_single CHECK ((id = 1)),
    CONSTRAINT pk_sending_hold PRIMARY KEY (id)
);

CREATE TABLE sign_in (
    id BIGSERIAL NOT NULL,
    mark character varying(80) NOT NULL,
    user_id integer NOT NULL,
    began_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    address character varying,
    browser character varying(300) NOT NULL,
    door character varying(80) NOT NULL,
    refresh_mark character varying,
    CONSTRAINT ck_sign_in_door CHECK (door IN ('form', 'api')),
    CONSTRAINT pk_sign_in PRIMARY KEY (id),
    CONSTRAINT uq_sign_in_mark UNIQUE (mark)
);

CREATE TABLE signing_means (
    user_id integer NOT NULL,
    nik text,
    certificate text,
    subject character varying(300) NOT NULL,
    issuer character varying(300) NOT NULL,
    valid_until timestamp with time zone,
    fingerprint character varying(80) NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_signing_means PRIMARY KEY (user_id)
);

CREATE TABLE sop_step (
    id BIGSERIAL NOT NULL,
    sop_version_id bigint NOT NULL,
    step character varying(80) NOT NULL,
    "position" integer NOT NULL,
    number integer NOT NULL,
    actor character varying(80) NOT NULL,
    allowance_value integer,
    allowance_unit character varying,
    procedure text NOT NULL,
    inputs character varying(300) NOT NULL,
    output character varying(300) NOT NULL,
    remark text NOT NULL,
    CONSTRAINT ck_sop_step_actor CHECK (actor IN (
        'agency_admin', 'agency_head', 'agency_secretary', 'complaint_admin', 'division_head', 'office_head',
        'section_head'
    )),
    CONSTRAINT ck_sop_step_allowance_positive CHECK ((allowance_value > 0)),
    CONSTRAINT ck_sop_step_allowance_unit CHECK (allowance_unit IN ('working_minutes', 'working_days')),
    CONSTRAINT ck_sop_step_step CHECK (step IN (
        'register', 'check', 'report', 'direct', 'relay', 'agency_receive', 'agency_dispose', 'draft_answer',
        'sign_answer', 'send_answer', 'dispose_answer', 'reply'
    )),
    CONSTRAINT pk_sop_step PRIMARY KEY (id),
    CONSTRAINT uq_sop_step_version_step UNIQUE (sop_version_id, step)
);

CREATE TABLE sop_version (
    id BIGSERIAL NOT NULL,
    number character varying(80) NOT NULL,
    title character varying(300) NOT NULL,
    status character varying(80) NOT NULL,
    approved_by character varying(300) NOT NULL,
    decree_number character varying(300) NOT NULL,
    decided_on date,
    activated_at timestamp with time zone,
    extended_draft_days integer NOT NULL,
    silence_days integer NOT NULL,
    question_days integer NOT NULL,
    fast_track_actor character varying(80) NOT NULL,
    fast_track_from jsonb NOT NULL,
    nik_channels jsonb NOT NULL,
    legal_basis text NOT NULL,
    qualifications text NOT NULL,
    related text NOT NULL,
    equipment text NOT NULL,
    warnings text NOT NULL,
    records text NOT NULL,
    CONSTRAINT ck_sop_version_days_positive CHECK (((extended_draft_days > 0) AND (silence_days > 0) AND (question_days > 0))),
    CONSTRAINT ck_sop_version_status CHECK (status IN ('draft', 'active', 'retired')),
    CONSTRAINT pk_sop_version PRIMARY KEY (id),
    CONSTRAINT uq_sop_version_number UNIQUE (number)
);

CREATE TABLE step_alarm (
    id BIGSERIAL NOT NULL,
    task_id bigint NOT NULL,
    level integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_step_alarm_level CHECK ((level >= 0)),
    CONSTRAINT pk_step_alarm PRIMARY KEY (id),
    CONSTRAINT uq_step_alarm_task_level UNIQUE (task_id, level)
);

CREATE TABLE step_pause (
    id BIGSERIAL NOT NULL,
    task_id bigint NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    question text NOT NULL,
    CONSTRAINT ck_step_pause_ends_after_start CHECK ((ended_at >= began_at)),
    CONSTRAINT pk_step_pause PRIMARY KEY (id)
);

CREATE TABLE step_task (
    id BIGSERIAL NOT NULL,
    complaint_id bigint NOT NULL,
    cycle integer NOT NULL,
    step character varying(80) NOT NULL,
    agency_code character varying(80),
    actor character varying(80) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    clock_from timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    closed_by character varying,
    allowance_value integer NOT NULL,
    allowance_unit character varying(80) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    warn_at timestamp with time zone NOT NULL,
    next_alarm_at timestamp with time zone,
    paused_at timestamp with time zone,
    CONSTRAINT ck_step_task_agency_steps CHECK (((agency_code IS NOT NULL) OR (NOT (step IN (
        'agency_dispose', 'agency_receive', 'draft_answer', 'send_answer', 'sign_answer'
    ))))),
    CONSTRAINT ck_step_task_allowance_unit CHECK (allowance_unit IN ('working_minutes', 'working_days')),
    CONSTRAINT ck_step_task_closed_after_opened CHECK ((closed_at >= opened_at)),
    CONSTRAINT ck_step_task_step CHECK (step IN (
        'register', 'check', 'report', 'direct', 'relay', 'agency_receive', 'agency_dispose', 'draft_answer',
        'sign_answer', 'send_answer', 'dispose_answer', 'reply'
    )),
    CONSTRAINT pk_step_task PRIMARY KEY (id)
);

CREATE TABLE store_sweep (
    id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    files integer NOT NULL,
    stored_bytes bigint NOT NULL,
    removed integer NOT NULL,
    held_back integer NOT NULL,
    CONSTRAINT ck_store_sweep_one_row CHECK ((id = 1)),
    CONSTRAINT pk_store_sweep PRIMARY KEY (id)
);

CREATE TABLE sync_change (
    id BIGSERIAL NOT NULL,
    "position" bigint,
    complaint_id bigint NOT NULL,
    event_id bigint,
    tracking_id character varying(80) NOT NULL,
    number character varying(80) NOT NULL,
    revision bigint,
    version integer NOT NULL,
    kind character varying(80) NOT NULL,
    status character varying(80) NOT NULL,
    at timestamp with time zone NOT NULL,
    origin character varying(80) NOT NULL,
    tombstone boolean NOT NULL,
    mark character varying(80) NOT NULL,
    CONSTRAINT ck_sync_change_origin CHECK (origin IN ('office', 'sp4n')),
    CONSTRAINT ck_sync_change_status CHECK (status IN (
        'registering', 'checking', 'reporting', 'directing', 'relaying', 'with_agencies', 'disposing_answer',
        'replying', 'waiting_for_reporter', 'answered', 'closed', 'archived', 'merged', 'withdrawn'
    )),
    CONSTRAINT pk_sync_change PRIMARY KEY (id),
    CONSTRAINT uq_sync_change_event_id UNIQUE (event_id),
    CONSTRAINT uq_sync_change_position UNIQUE ("position")
);

CREATE SEQUENCE sync_change_position
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE sync_comparison (
    id BIGSERIAL NOT NULL,
    day date NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    compared integer NOT NULL,
    drifted integer NOT NULL,
    error character varying(300),
    CONSTRAINT pk_sync_comparison PRIMARY KEY (id),
    CONSTRAINT uq_sync_comparison_day UNIQUE (day)
);

CREATE TABLE sync_import (
    id BIGSERIAL NOT NULL,
    file_hash character varying(80) NOT NULL,
    header_hash character varying(80) NOT NULL,
    filename character varying(300) NOT NULL,
    encoding character varying(80) NOT NULL,
    delimiter character varying(80) NOT NULL,
    rows integer NOT NULL,
    state character varying(80) NOT NULL,
    content text,
    mapping jsonb NOT NULL,
    outcomes jsonb NOT NULL,
    made_by_id integer NOT NULL,
    made_at timestamp with time zone NOT NULL,
    alive_at timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT ck_sync_import_state CHECK (state IN ('mapping', 'checking', 'checked', 'importing', 'done', 'dropped')),
    CONSTRAINT pk_sync_import PRIMARY KEY (id),
    CONSTRAINT uq_sync_import_file_hash UNIQUE (file_hash)
);

CREATE TABLE sync_ledger (
    id BIGSERIAL NOT NULL,
    tracking_id character varying(80) NOT NULL,
    state character varying(80) NOT NULL,
    their_revision bigint,
    seen_at timestamp with time zone,
    acked_position bigint NOT NULL,
    acked_version integer,
    acked_status character varying(80),
    acked_key character varying(80),
    acked_at timestamp with time zone,
    wanted_position bigint NOT NULL,
    resend_key character varying(80),
    sent_at timestamp with time zone,
    tries integer NOT NULL,
    next_try_at timestamp with time zone,
    last_error character varying(300),
    fetch_wanted boolean NOT NULL,
    refused text,
    refused_reason character varying(300),
    refused_at timestamp with time zone,
    drift character varying(80),
    drift_detail jsonb,
    drift_at timestamp with time zone,
    CONSTRAINT ck_sync_ledger_drift CHECK (drift IN (
        'missing_here', 'missing_there', 'we_behind', 'they_behind', 'status'
    )),
    CONSTRAINT ck_sync_ledger_state CHECK (state IN ('in_step', 'behind', 'failed', 'parked')),
    CONSTRAINT pk_sync_ledger PRIMARY KEY (id),
    CONSTRAINT uq_sync_ledger_tracking_id UNIQUE (tracking_id)
);

CREATE TABLE sync_peer (
    id BIGSERIAL NOT NULL,
    poll_cursor character varying NOT NULL,
    polled_at timestamp with time zone,
    next_poll_at timestamp with time zone,
    poll_failures integer NOT NULL,
    push_cursor character varying NOT NULL,
    pushed_at timestamp with time zone,
    next_push_at timestamp with time zone,
    push_failures integer NOT NULL,
    away_since timestamp with time zone,
    last_error character varying(300),
    CONSTRAINT ck_sync_peer_only_one CHECK ((id = 1)),
    CONSTRAINT pk_sync_peer PRIMARY KEY (id)
);

CREATE TABLE two_step (
    user_id integer NOT NULL,
    secret text NOT NULL,
    salt character varying(80) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint NOT NULL,
    CONSTRAINT pk_two_step PRIMARY KEY (user_id)
);

CREATE TABLE village (
    id BIGSERIAL NOT NULL,
    code character varying(80) NOT NULL,
    name character varying(300) NOT NULL,
    district_id bigint NOT NULL,
    CONSTRAINT pk_village PRIMARY KEY (id),
    CONSTRAINT uq_village_code UNIQUE (code)
);

CREATE TABLE webhook_delivery (
    id BIGSERIAL NOT NULL,
    endpoint_id bigint NOT NULL,
    change_id bigint,
    complaint_id bigint,
    message_id character varying(80) NOT NULL,
    type character varying(80) NOT NULL,
    body text NOT NULL,
    at timestamp with time zone NOT NULL,
    state character varying(80) NOT NULL,
    attempts integer NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    tried_at timestamp with time zone,
    finished_at timestamp with time zone,
    last_status integer,
    last_fault character varying,
    last_answer character varying,
    CONSTRAINT ck_webhook_delivery_of_a_change CHECK (((change_id IS NULL) = (complaint_id IS NULL))),
    CONSTRAINT ck_webhook_delivery_state CHECK (state IN ('queued', 'delivered', 'parked')),
    CONSTRAINT pk_webhook_delivery PRIMARY KEY (id),
    CONSTRAINT uq_webhook_delivery_endpoint_change UNIQUE (endpoint_id, change_id),
    CONSTRAINT uq_webhook_delivery_message_id UNIQUE (message_id)
);

CREATE TABLE webhook_endpoint (
    id BIGSERIAL NOT NULL,
    name character varying(300) NOT NULL,
    url text NOT NULL,
    event_types jsonb NOT NULL,
    secret text NOT NULL,
    secret_at timestamp with time zone NOT NULL,
    previous_secret text,
    previous_until timestamp with time zone,
    active boolean NOT NULL,
    disabled_for character varying,
    disabled_at timestamp with time zone,
    "position" bigint NOT NULL,
    succeeded_at timestamp with time zone,
    failures integer NOT NULL,
    failing_since timestamp with time zone,
    held_until timestamp with time zone,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_webhook_endpoint_disabled_for CHECK (disabled_for IN ('by_hand', 'gone', 'failing')),
    CONSTRAINT ck_webhook_endpoint_previous_secret CHECK (((previous_secret IS NULL) = (previous_until IS NULL))),
    CONSTRAINT ck_webhook_endpoint_why_disabled CHECK ((active = (disabled_for IS NULL))),
    CONSTRAINT pk_webhook_endpoint PRIMARY KEY (id),
    CONSTRAINT uq_webhook_endpoint_name UNIQUE (name)
);

CREATE TABLE working_week (
    id BIGSERIAL NOT NULL,
    name character varying(300) NOT NULL,
    starts_on date,
    ends_on date,
    mon character varying(300) NOT NULL,
    tue character varying(300) NOT NULL,
    wed character varying(300) NOT NULL,
    thu character varying(300) NOT NULL,
    fri character varying(300) NOT NULL,
    sat character varying(300) NOT NULL,
    sun character varying(300) NOT NULL,
    CONSTRAINT ck_working_week_ends_after_start CHECK ((ends_on >= starts_on)),
    CONSTRAINT pk_working_week PRIMARY KEY (id)
);
CREATE UNIQUE INDEX idx_api_key_lookup_hash ON ab_api_key USING btree (lookup_hash);
CREATE INDEX idx_api_key_prefix ON ab_api_key USING btree (key_prefix);
CREATE INDEX idx_api_key_user_id ON ab_api_key USING btree (user_id);
CREATE INDEX idx_group_id ON ab_group_role USING btree (group_id);
CREATE INDEX idx_group_role_id ON ab_group_role USING btree (role_id);
CREATE INDEX idx_permission_id ON ab_permission_view USING btree (permission_id);
CREATE INDEX idx_permission_view_id ON ab_permission_view_role USING btree (permission_view_id);
CREATE INDEX idx_role_id ON ab_permission_view_role USING btree (role_id);
CREATE INDEX idx_user_group_id ON ab_user_group USING btree (group_id);
CREATE INDEX idx_user_id ON ab_user_group USING btree (user_id);
CREATE INDEX idx_view_menu_id ON ab_permission_view USING btree (view_menu_id);
CREATE INDEX ix_agency_parent_id ON agency USING btree (parent_id);
CREATE INDEX ix_agency_track_agency_case ON agency_track USING btree (agency_code, complaint_id) INCLUDE (sent_at);
CREATE INDEX ix_api_key_made_by_id ON api_key USING btree (made_by_id);
CREATE INDEX ix_attachment_complaint_id ON attachment USING btree (complaint_id);
CREATE INDEX ix_attachment_path ON attachment USING btree (path);
CREATE INDEX ix_attachment_waiting ON attachment USING btree (id) WHERE ((state)::text = 'waiting'::text);
CREATE INDEX ix_backup_run_last ON backup_run USING btree (kind, ended_at) WHERE ok;
CREATE INDEX ix_category_default_agency_code ON category USING btree (default_agency_code);
CREATE INDEX ix_category_parent_id ON category USING btree (parent_id);
CREATE INDEX ix_complaint_category_id ON complaint USING btree (category_id);
CREATE INDEX ix_complaint_closes ON complaint USING btree (closes_at) WHERE (closes_at IS NOT NULL);
CREATE INDEX ix_complaint_district_id ON complaint USING btree (district_id);
CREATE INDEX ix_complaint_event_agency_code ON complaint_event USING btree (agency_code);
CREATE INDEX ix_complaint_event_at ON complaint_event USING btree (at);
CREATE INDEX ix_complaint_event_delegation_id ON complaint_event USING btree (delegation_id);
CREATE INDEX ix_complaint_event_identity ON complaint_event USING btree (at) WHERE ((kind)::text = 'identity_opened'::text);
CREATE INDEX ix_complaint_event_officer_id ON complaint_event USING btree (officer_id);
CREATE INDEX ix_complaint_event_on_behalf_of_id ON complaint_event USING btree (on_behalf_of_id);
CREATE INDEX ix_complaint_fast ON complaint USING btree (id) WHERE (((route)::text = 'fast'::text) AND (ended_at IS NULL));
CREATE INDEX ix_complaint_merged_into_id ON complaint USING btree (merged_into_id);
CREATE INDEX ix_complaint_next_due ON complaint USING btree (next_due_at, id);
CREATE INDEX ix_complaint_received_at ON complaint USING btree (received_at);
CREATE INDEX ix_complaint_search_words ON complaint USING gin (search_words, sent_to);
CREATE INDEX ix_complaint_sop_version_id ON complaint USING btree (sop_version_id);
CREATE INDEX ix_complaint_status_id ON complaint USING btree (status, id);
CREATE INDEX ix_complaint_trigrams ON complaint USING gin (title gin_trgm_ops, location_text gin_trgm_ops);
CREATE INDEX ix_complaint_village_id ON complaint USING btree (village_id);
CREATE INDEX ix_delegation_giver_id ON delegation USING btree (giver_id);
CREATE INDEX ix_delegation_holder_period ON delegation USING btree (holder_id, ends_on);
CREATE INDEX ix_delegation_unnoted ON delegation USING btree (ends_on) WHERE (noted_at IS NULL);
CREATE INDEX ix_delivery_failed ON delivery USING btree (id) WHERE ((state)::text = 'failed'::text);
CREATE INDEX ix_delivery_item_delivery_id ON delivery_item USING btree (delivery_id);
CREATE INDEX ix_delivery_untried ON delivery USING btree (user_id, channel) WHERE (((state)::text = 'queued'::text) AND (attempts = 0));
CREATE INDEX ix_delivery_waiting ON delivery USING btree (next_try_at) WHERE ((state)::text = 'queued'::text);
CREATE INDEX ix_file_check_attachment_id ON file_check USING btree (attachment_id);
CREATE INDEX ix_file_to_remove_due_at ON file_to_remove USING btree (due_at);
CREATE INDEX ix_former_password_user ON former_password USING btree (user_id, id);
CREATE INDEX ix_half_sign_in_began_at ON half_sign_in USING btree (began_at);
CREATE INDEX ix_half_sign_in_user_id ON half_sign_in USING btree (user_id);
CREATE INDEX ix_holiday_day ON holiday USING btree (day);
CREATE INDEX ix_idempotency_key_created_at ON idempotency_key USING btree (created_at);
CREATE INDEX ix_inbound_hold_complaint_id ON inbound_hold USING btree (complaint_id);
CREATE INDEX ix_inbound_hold_page ON inbound_hold USING btree (kind, id) WHERE ((state)::text = 'waiting'::text);
CREATE INDEX ix_inbound_hold_tracking ON inbound_hold USING btree (tracking_id, revision);
CREATE INDEX ix_invariant_finding_result_id ON invariant_finding USING btree (result_id);
CREATE INDEX ix_invariant_run_ended_at ON invariant_run USING btree (ended_at);
CREATE INDEX ix_issued_number_officer_id ON issued_number USING btree (officer_id);
CREATE INDEX ix_journal_entry_officer_id ON journal_entry USING btree (officer_id);
CREATE INDEX ix_ledger_entry_closed_at ON ledger_entry USING btree (at) WHERE ((kind)::text = 'closed'::text);
CREATE INDEX ix_ledger_entry_complaint_id ON ledger_entry USING btree (complaint_id);
CREATE INDEX ix_ledger_entry_house ON ledger_entry USING btree (house, at);
CREATE INDEX ix_ledger_entry_officer_id ON ledger_entry USING btree (officer_id);
CREATE INDEX ix_letter_complaint_id ON letter USING btree (complaint_id);
CREATE INDEX ix_letter_paper_id ON letter USING btree (paper_id);
CREATE INDEX ix_letter_scan_letter_id ON letter_scan USING btree (letter_id);
CREATE INDEX ix_linked_subject_user_id ON linked_subject USING btree (user_id);
CREATE INDEX ix_login_count_began_at ON login_count USING btree (began_at);
CREATE INDEX ix_notice_complaint_id ON notice USING btree (complaint_id);
CREATE INDEX ix_notice_unread ON notice USING btree (user_id) INCLUDE (complaint_id) WHERE (read_at IS NULL);
CREATE INDEX ix_notice_user ON notice USING btree (user_id, id);
CREATE INDEX ix_officer_profile_agency_code ON officer_profile USING btree (agency_code);
CREATE INDEX ix_paper_agency_code ON paper USING btree (agency_code);
CREATE INDEX ix_paper_complaint_id ON paper USING btree (complaint_id);
CREATE INDEX ix_paper_file_hash ON paper USING btree (file_hash);
CREATE INDEX ix_paper_path ON paper USING btree (path);
CREATE INDEX ix_paper_queued ON paper USING btree (id) WHERE ((state)::text = 'queued'::text);
CREATE INDEX ix_password_link_made_by_id ON password_link USING btree (made_by_id);
CREATE INDEX ix_password_link_user_id ON password_link USING btree (user_id);
CREATE INDEX ix_register_made_by_id ON register USING btree (made_by_id);
CREATE INDEX ix_rehearsal_asked_by_id ON rehearsal USING btree (asked_by_id);
CREATE INDEX ix_rehearsal_sop_version_id ON rehearsal USING btree (sop_version_id);
CREATE INDEX ix_rehearsal_unfinished ON rehearsal USING btree (touched_at) WHERE (state IN ('queued', 'running'));
CREATE INDEX ix_report_job_expires ON report_job USING btree (expires_at) WHERE ((state)::text = 'done'::text);
CREATE INDEX ix_report_job_open ON report_job USING btree (id) WHERE (state IN ('queued', 'running'));
CREATE INDEX ix_report_job_path ON report_job USING btree (path);
CREATE INDEX ix_report_job_user ON report_job USING btree (user_id, id);
CREATE INDEX ix_reporter_email_mark ON reporter USING btree (email_mark);
CREATE INDEX ix_reporter_name_words ON reporter USING gin (name_words);
CREATE INDEX ix_reporter_nik_mark ON reporter USING btree (nik_mark);
CREATE INDEX ix_reporter_phone_mark ON reporter USING btree (phone_mark);
CREATE INDEX ix_sign_in_began_at ON sign_in USING btree (began_at);
CREATE INDEX ix_sign_in_user ON sign_in USING btree (user_id, began_at);
CREATE INDEX ix_step_pause_task_id ON step_pause USING btree (task_id);
CREATE INDEX ix_step_task_complaint ON step_task USING btree (complaint_id, id);
CREATE INDEX ix_step_task_open_actor ON step_task USING btree (actor, agency_code, due_at) INCLUDE (id, complaint_id, cycle, step, warn_at, paused_at) WHERE (closed_at IS NULL);
CREATE INDEX ix_step_task_open_alarm ON step_task USING btree (next_alarm_at) WHERE (closed_at IS NULL);
CREATE INDEX ix_step_task_open_case ON step_task USING btree (complaint_id) INCLUDE (actor, agency_code) WHERE (closed_at IS NULL);
CREATE INDEX ix_sync_change_at ON sync_change USING btree (at);
CREATE INDEX ix_sync_change_complaint_id ON sync_change USING btree (complaint_id);
CREATE INDEX ix_sync_change_unnumbered ON sync_change USING btree (id) WHERE ("position" IS NULL);
CREATE INDEX ix_sync_import_header ON sync_import USING btree (header_hash, id);
CREATE INDEX ix_sync_import_open ON sync_import USING btree (id) WHERE (state IN ('checking', 'importing'));
CREATE INDEX ix_sync_ledger_drift ON sync_ledger USING btree (id) WHERE (drift IS NOT NULL);
CREATE INDEX ix_sync_ledger_due ON sync_ledger USING btree (next_try_at) WHERE (next_try_at IS NOT NULL);
CREATE INDEX ix_sync_ledger_fetch ON sync_ledger USING btree (id) WHERE fetch_wanted;
CREATE INDEX ix_sync_ledger_refused ON sync_ledger USING btree (id) WHERE (refused_at IS NOT NULL);
CREATE INDEX ix_sync_ledger_troubled ON sync_ledger USING btree (id) WHERE ((state)::text <> 'in_step'::text);
CREATE INDEX ix_village_district_id ON village USING btree (district_id);
CREATE INDEX ix_webhook_delivery_at ON webhook_delivery USING btree (at);
CREATE INDEX ix_webhook_delivery_endpoint ON webhook_delivery USING btree (endpoint_id, id);
CREATE INDEX ix_webhook_delivery_in_order ON webhook_delivery USING btree (endpoint_id, complaint_id, id) WHERE ((state)::text = 'queued'::text);
CREATE INDEX ix_webhook_delivery_parked ON webhook_delivery USING btree (endpoint_id) WHERE ((state)::text = 'parked'::text);
CREATE INDEX ix_webhook_delivery_waiting ON webhook_delivery USING btree (next_try_at) WHERE ((state)::text = 'queued'::text);
CREATE UNIQUE INDEX uq_agency_track_one_lead ON agency_track USING btree (complaint_id, cycle) WHERE (lead AND (state NOT IN ('declined', 'dropped')));
CREATE UNIQUE INDEX uq_inbound_hold_waiting ON inbound_hold USING btree (tracking_id, kind, content_hash) WHERE ((state)::text = 'waiting'::text);
CREATE UNIQUE INDEX uq_letter_one_draft ON letter USING btree (complaint_id, cycle, agency_code) WHERE ((state)::text = 'draft'::text);
CREATE UNIQUE INDEX uq_letter_scan_current ON letter_scan USING btree (letter_id) WHERE (replaced_at IS NULL);
CREATE UNIQUE INDEX uq_password_link_living ON password_link USING btree (user_id, kind) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX uq_sop_version_one_active ON sop_version USING btree (status) WHERE ((status)::text = 'active'::text);
CREATE UNIQUE INDEX uq_step_pause_one_open ON step_pause USING btree (task_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX uq_step_task_one_open_of_agency ON step_task USING btree (complaint_id, agency_code) WHERE ((closed_at IS NULL) AND (step IN ('agency_dispose', 'agency_receive', 'draft_answer', 'send_answer', 'sign_answer')));
CREATE UNIQUE INDEX uq_step_task_one_open_of_office ON step_task USING btree (complaint_id) WHERE ((closed_at IS NULL) AND (agency_code IS NULL));
CREATE UNIQUE INDEX uq_step_task_one_open_redirection ON step_task USING btree (complaint_id, agency_code) WHERE ((closed_at IS NULL) AND (NOT (step IN ('agency_dispose', 'agency_receive', 'draft_answer', 'send_answer', 'sign_answer'))));
CREATE TRIGGER a_new_office_ends_sign_ins AFTER INSERT OR DELETE ON officer_profile FOR EACH ROW EXECUTE FUNCTION end_sign_ins_of_officer();
CREATE TRIGGER a_role_ends_sign_ins AFTER INSERT OR DELETE OR UPDATE ON ab_user_role FOR EACH ROW EXECUTE FUNCTION end_sign_ins_of_officer();
CREATE TRIGGER an_account_ends_its_sign_ins AFTER UPDATE OF active ON ab_user FOR EACH ROW WHEN ((old.active IS DISTINCT FROM new.active)) EXECUTE FUNCTION end_sign_ins_of_account();
CREATE TRIGGER an_office_ends_sign_ins AFTER UPDATE OF agency_code ON officer_profile FOR EACH ROW WHEN (((old.agency_code)::text IS DISTINCT FROM (new.agency_code)::text)) EXECUTE FUNCTION end_sign_ins_of_officer();
CREATE TRIGGER complaint_event_is_append_only BEFORE DELETE OR UPDATE ON complaint_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER complaint_event_is_never_emptied BEFORE TRUNCATE ON complaint_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER file_check_is_append_only BEFORE DELETE OR UPDATE ON file_check FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER file_check_is_never_emptied BEFORE TRUNCATE ON file_check FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_entry_is_append_only BEFORE DELETE OR UPDATE ON journal_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_entry_is_never_emptied BEFORE TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_is_append_only BEFORE DELETE OR UPDATE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_is_never_emptied BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER register_is_append_only BEFORE DELETE OR UPDATE ON register FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER register_is_never_emptied BEFORE TRUNCATE ON register FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sending_is_followed AFTER INSERT OR DELETE OR UPDATE OF sent_at, agency_code, complaint_id ON agency_track FOR EACH ROW EXECUTE FUNCTION follow_sending();
ALTER TABLE ONLY ab_api_key ADD CONSTRAINT fk_ab_api_key_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id) ON DELETE CASCADE;
ALTER TABLE ONLY ab_group_role ADD CONSTRAINT fk_ab_group_role_group_id_ab_group FOREIGN KEY (group_id) REFERENCES ab_group(id) ON DELETE CASCADE;
ALTER TABLE ONLY ab_group_role ADD CONSTRAINT fk_ab_group_role_role_id_ab_role FOREIGN KEY (role_id) REFERENCES ab_role(id) ON DELETE CASCADE;
ALTER TABLE ONLY ab_permission_view ADD CONSTRAINT fk_ab_permission_view_permission_id_ab_permission FOREIGN KEY (permission_id) REFERENCES ab_permission(id);
ALTER TABLE ONLY ab_permission_view_role ADD CONSTRAINT fk_ab_permission_view_role_permission_view_id_ab_permis_e242 FOREIGN KEY (permission_view_id) REFERENCES ab_permission_view(id) ON DELETE CASCADE;
ALTER TABLE ONLY ab_permission_view_role ADD CONSTRAINT fk_ab_permission_view_role_role_id_ab_role FOREIGN KEY (role_id) REFERENCES ab_role(id) ON DELETE CASCADE;
ALTER TABLE ONLY ab_permission_view ADD CONSTRAINT fk_ab_permission_view_view_menu_id_ab_view_menu FOREIGN KEY (view_menu_id) REFERENCES ab_view_menu(id);
ALTER TABLE ONLY ab_user ADD CONSTRAINT fk_ab_user_changed_by_fk_ab_user FOREIGN KEY (changed_by_fk) REFERENCES ab_user(id);
ALTER TABLE ONLY ab_user ADD CONSTRAINT fk_ab_user_created_by_fk_ab_user FOREIGN KEY (created_by_fk) REFERENCES ab_user(id);
ALTER TABLE ONLY ab_user_group ADD CONSTRAINT fk_ab_user_group_group_id_ab_group FOREIGN KEY (group_id) REFERENCES ab_group(id) ON DELETE CASCADE;
ALTER TABLE ONLY ab_user_group ADD CONSTRAINT fk_ab_user_group_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id) ON DELETE CASCADE;
ALTER TABLE ONLY ab_user_role ADD CONSTRAINT fk_ab_user_role_role_id_ab_role FOREIGN KEY (role_id) REFERENCES ab_role(id) ON DELETE CASCADE;
ALTER TABLE ONLY ab_user_role ADD CONSTRAINT fk_ab_user_role_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id) ON DELETE CASCADE;
ALTER TABLE ONLY agency ADD CONSTRAINT fk_agency_emblem_hash_emblem FOREIGN KEY (emblem_hash) REFERENCES emblem(sha256);
ALTER TABLE ONLY agency ADD CONSTRAINT fk_agency_parent_id_agency FOREIGN KEY (parent_id) REFERENCES agency(id);
ALTER TABLE ONLY agency_track ADD CONSTRAINT fk_agency_track_agency_code_agency FOREIGN KEY (agency_code) REFERENCES agency(code);
ALTER TABLE ONLY agency_track ADD CONSTRAINT fk_agency_track_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY api_key ADD CONSTRAINT fk_api_key_made_by_id_ab_user FOREIGN KEY (made_by_id) REFERENCES ab_user(id);
ALTER TABLE ONLY attachment ADD CONSTRAINT fk_attachment_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY category ADD CONSTRAINT fk_category_default_agency_code_agency FOREIGN KEY (default_agency_code) REFERENCES agency(code);
ALTER TABLE ONLY category ADD CONSTRAINT fk_category_parent_id_category FOREIGN KEY (parent_id) REFERENCES category(id);
ALTER TABLE ONLY complaint ADD CONSTRAINT fk_complaint_category_id_category FOREIGN KEY (category_id) REFERENCES category(id);
ALTER TABLE ONLY complaint ADD CONSTRAINT fk_complaint_district_id_district FOREIGN KEY (district_id) REFERENCES district(id);
ALTER TABLE ONLY complaint_event ADD CONSTRAINT fk_complaint_event_agency_code_agency FOREIGN KEY (agency_code) REFERENCES agency(code);
ALTER TABLE ONLY complaint_event ADD CONSTRAINT fk_complaint_event_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY complaint_event ADD CONSTRAINT fk_complaint_event_delegation_id_delegation FOREIGN KEY (delegation_id) REFERENCES delegation(id);
ALTER TABLE ONLY complaint_event ADD CONSTRAINT fk_complaint_event_officer_id_ab_user FOREIGN KEY (officer_id) REFERENCES ab_user(id);
ALTER TABLE ONLY complaint_event ADD CONSTRAINT fk_complaint_event_on_behalf_of_id_ab_user FOREIGN KEY (on_behalf_of_id) REFERENCES ab_user(id);
ALTER TABLE ONLY complaint ADD CONSTRAINT fk_complaint_merged_into_id_complaint FOREIGN KEY (merged_into_id) REFERENCES complaint(id);
ALTER TABLE ONLY complaint ADD CONSTRAINT fk_complaint_sop_version_id_sop_version FOREIGN KEY (sop_version_id) REFERENCES sop_version(id);
ALTER TABLE ONLY complaint ADD CONSTRAINT fk_complaint_village_id_village FOREIGN KEY (village_id) REFERENCES village(id);
ALTER TABLE ONLY delegation ADD CONSTRAINT fk_delegation_giver_id_officer_profile FOREIGN KEY (giver_id) REFERENCES officer_profile(user_id);
ALTER TABLE ONLY delegation ADD CONSTRAINT fk_delegation_holder_id_officer_profile FOREIGN KEY (holder_id) REFERENCES officer_profile(user_id);
ALTER TABLE ONLY delivery ADD CONSTRAINT fk_delivery_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY delivery_item ADD CONSTRAINT fk_delivery_item_delivery_id_delivery FOREIGN KEY (delivery_id) REFERENCES delivery(id);
ALTER TABLE ONLY delivery_item ADD CONSTRAINT fk_delivery_item_notice_id_notice FOREIGN KEY (notice_id) REFERENCES notice(id);
ALTER TABLE ONLY delivery ADD CONSTRAINT fk_delivery_password_link_id_password_link FOREIGN KEY (password_link_id) REFERENCES password_link(id);
ALTER TABLE ONLY delivery ADD CONSTRAINT fk_delivery_report_job_id_report_job FOREIGN KEY (report_job_id) REFERENCES report_job(id);
ALTER TABLE ONLY delivery ADD CONSTRAINT fk_delivery_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY file_check ADD CONSTRAINT fk_file_check_attachment_id_attachment FOREIGN KEY (attachment_id) REFERENCES attachment(id);
ALTER TABLE ONLY former_password ADD CONSTRAINT fk_former_password_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY half_sign_in ADD CONSTRAINT fk_half_sign_in_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY inbound_hold ADD CONSTRAINT fk_inbound_hold_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY inbound_hold ADD CONSTRAINT fk_inbound_hold_settled_by_id_ab_user FOREIGN KEY (settled_by_id) REFERENCES ab_user(id);
ALTER TABLE ONLY invariant_finding ADD CONSTRAINT fk_invariant_finding_result_id_invariant_result FOREIGN KEY (result_id) REFERENCES invariant_result(id) ON DELETE CASCADE;
ALTER TABLE ONLY invariant_result ADD CONSTRAINT fk_invariant_result_run_id_invariant_run FOREIGN KEY (run_id) REFERENCES invariant_run(id) ON DELETE CASCADE;
ALTER TABLE ONLY issued_number ADD CONSTRAINT fk_issued_number_agency_code_agency FOREIGN KEY (agency_code) REFERENCES agency(code);
ALTER TABLE ONLY issued_number ADD CONSTRAINT fk_issued_number_officer_id_ab_user FOREIGN KEY (officer_id) REFERENCES ab_user(id);
ALTER TABLE ONLY issued_number ADD CONSTRAINT fk_issued_number_paper_id_paper FOREIGN KEY (paper_id) REFERENCES paper(id);
ALTER TABLE ONLY journal_entry ADD CONSTRAINT fk_journal_entry_officer_id_ab_user FOREIGN KEY (officer_id) REFERENCES ab_user(id);
ALTER TABLE ONLY ledger_entry ADD CONSTRAINT fk_ledger_entry_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY ledger_entry ADD CONSTRAINT fk_ledger_entry_house_agency FOREIGN KEY (house) REFERENCES agency(code);
ALTER TABLE ONLY ledger_entry ADD CONSTRAINT fk_ledger_entry_officer_id_ab_user FOREIGN KEY (officer_id) REFERENCES ab_user(id);
ALTER TABLE ONLY ledger_entry ADD CONSTRAINT fk_ledger_entry_track_agency FOREIGN KEY (track) REFERENCES agency(code);
ALTER TABLE ONLY letter ADD CONSTRAINT fk_letter_agency_code_agency FOREIGN KEY (agency_code) REFERENCES agency(code);
ALTER TABLE ONLY letter ADD CONSTRAINT fk_letter_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY letter ADD CONSTRAINT fk_letter_paper_id_paper FOREIGN KEY (paper_id) REFERENCES paper(id);
ALTER TABLE ONLY letter_scan ADD CONSTRAINT fk_letter_scan_added_by_id_ab_user FOREIGN KEY (added_by_id) REFERENCES ab_user(id);
ALTER TABLE ONLY letter_scan ADD CONSTRAINT fk_letter_scan_attachment_id_attachment FOREIGN KEY (attachment_id) REFERENCES attachment(id);
ALTER TABLE ONLY letter_scan ADD CONSTRAINT fk_letter_scan_letter_id_letter FOREIGN KEY (letter_id) REFERENCES letter(id);
ALTER TABLE ONLY linked_subject ADD CONSTRAINT fk_linked_subject_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY notice ADD CONSTRAINT fk_notice_attachment_id_attachment FOREIGN KEY (attachment_id) REFERENCES attachment(id);
ALTER TABLE ONLY notice ADD CONSTRAINT fk_notice_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY notice ADD CONSTRAINT fk_notice_delegation_id_delegation FOREIGN KEY (delegation_id) REFERENCES delegation(id);
ALTER TABLE ONLY notice ADD CONSTRAINT fk_notice_invariant_run_id_invariant_run FOREIGN KEY (invariant_run_id) REFERENCES invariant_run(id);
ALTER TABLE ONLY notice ADD CONSTRAINT fk_notice_journal_id_journal_entry FOREIGN KEY (journal_id) REFERENCES journal_entry(id);
ALTER TABLE ONLY notice_preference ADD CONSTRAINT fk_notice_preference_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY notice ADD CONSTRAINT fk_notice_report_job_id_report_job FOREIGN KEY (report_job_id) REFERENCES report_job(id);
ALTER TABLE ONLY notice ADD CONSTRAINT fk_notice_task_id_step_task FOREIGN KEY (task_id) REFERENCES step_task(id);
ALTER TABLE ONLY notice ADD CONSTRAINT fk_notice_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY officer_profile ADD CONSTRAINT fk_officer_profile_agency_code_agency FOREIGN KEY (agency_code) REFERENCES agency(code);
ALTER TABLE ONLY officer_profile ADD CONSTRAINT fk_officer_profile_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY original_text ADD CONSTRAINT fk_original_text_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY paper ADD CONSTRAINT fk_paper_agency_code_agency FOREIGN KEY (agency_code) REFERENCES agency(code);
ALTER TABLE ONLY paper ADD CONSTRAINT fk_paper_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY password_age ADD CONSTRAINT fk_password_age_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY password_link ADD CONSTRAINT fk_password_link_made_by_id_ab_user FOREIGN KEY (made_by_id) REFERENCES ab_user(id);
ALTER TABLE ONLY password_link ADD CONSTRAINT fk_password_link_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY recovery_code ADD CONSTRAINT fk_recovery_code_user_id_two_step FOREIGN KEY (user_id) REFERENCES two_step(user_id) ON DELETE CASCADE;
ALTER TABLE ONLY register ADD CONSTRAINT fk_register_made_by_id_ab_user FOREIGN KEY (made_by_id) REFERENCES ab_user(id);
ALTER TABLE ONLY register ADD CONSTRAINT fk_register_paper_id_paper FOREIGN KEY (paper_id) REFERENCES paper(id);
ALTER TABLE ONLY rehearsal ADD CONSTRAINT fk_rehearsal_asked_by_id_ab_user FOREIGN KEY (asked_by_id) REFERENCES ab_user(id);
ALTER TABLE ONLY rehearsal ADD CONSTRAINT fk_rehearsal_sop_version_id_sop_version FOREIGN KEY (sop_version_id) REFERENCES sop_version(id) ON DELETE SET NULL;
ALTER TABLE ONLY report_job ADD CONSTRAINT fk_report_job_schedule_id_report_schedule FOREIGN KEY (schedule_id) REFERENCES report_schedule(id) ON DELETE SET NULL;
ALTER TABLE ONLY report_job ADD CONSTRAINT fk_report_job_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY report_recipient ADD CONSTRAINT fk_report_recipient_schedule_id_report_schedule FOREIGN KEY (schedule_id) REFERENCES report_schedule(id);
ALTER TABLE ONLY report_recipient ADD CONSTRAINT fk_report_recipient_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY report_schedule ADD CONSTRAINT fk_report_schedule_made_by_id_ab_user FOREIGN KEY (made_by_id) REFERENCES ab_user(id);
ALTER TABLE ONLY reporter ADD CONSTRAINT fk_reporter_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY saved_list ADD CONSTRAINT fk_saved_list_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY sign_in ADD CONSTRAINT fk_sign_in_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY signing_means ADD CONSTRAINT fk_signing_means_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY sop_step ADD CONSTRAINT fk_sop_step_sop_version_id_sop_version FOREIGN KEY (sop_version_id) REFERENCES sop_version(id);
ALTER TABLE ONLY step_alarm ADD CONSTRAINT fk_step_alarm_task_id_step_task FOREIGN KEY (task_id) REFERENCES step_task(id);
ALTER TABLE ONLY step_pause ADD CONSTRAINT fk_step_pause_task_id_step_task FOREIGN KEY (task_id) REFERENCES step_task(id);
ALTER TABLE ONLY step_task ADD CONSTRAINT fk_step_task_agency_code_agency FOREIGN KEY (agency_code) REFERENCES agency(code);
ALTER TABLE ONLY step_task ADD CONSTRAINT fk_step_task_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY sync_change ADD CONSTRAINT fk_sync_change_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY sync_import ADD CONSTRAINT fk_sync_import_made_by_id_ab_user FOREIGN KEY (made_by_id) REFERENCES ab_user(id);
ALTER TABLE ONLY two_step ADD CONSTRAINT fk_two_step_user_id_ab_user FOREIGN KEY (user_id) REFERENCES ab_user(id);
ALTER TABLE ONLY village ADD CONSTRAINT fk_village_district_id_district FOREIGN KEY (district_id) REFERENCES district(id);
ALTER TABLE ONLY webhook_delivery ADD CONSTRAINT fk_webhook_delivery_complaint_id_complaint FOREIGN KEY (complaint_id) REFERENCES complaint(id);
ALTER TABLE ONLY webhook_delivery ADD CONSTRAINT fk_webhook_delivery_endpoint_id_webhook_endpoint FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoint(id);
ALTER TABLE agency_track ENABLE ROW LEVEL SECURITY;
ALTER TABLE attachment ENABLE ROW LEVEL SECURITY;
ALTER TABLE complaint ENABLE ROW LEVEL SECURITY;
ALTER TABLE complaint_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_check ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbound_hold ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbound_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE issued_number ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE letter ENABLE ROW LEVEL SECURITY;
ALTER TABLE letter_scan ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE original_text ENABLE ROW LEVEL SECURITY;
ALTER TABLE paper ENABLE ROW LEVEL SECURITY;
ALTER TABLE register ENABLE ROW LEVEL SECURITY;
ALTER TABLE rehearsal ENABLE ROW LEVEL SECURITY;
ALTER TABLE reporter ENABLE ROW LEVEL SECURITY;
ALTER TABLE step_alarm ENABLE ROW LEVEL SECURITY;
ALTER TABLE step_pause ENABLE ROW LEVEL SECURITY;
ALTER TABLE step_task ENABLE ROW LEVEL SECURITY;
ALTER TABLE sync_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE sync_comparison ENABLE ROW LEVEL SECURITY;
ALTER TABLE sync_import ENABLE ROW LEVEL SECURITY;
ALTER TABLE sync_ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE sync_peer ENABLE ROW LEVEL SECURITY;
CREATE POLICY walled ON agency_track TO lapor_walled USING ((((sent_at IS NOT NULL) AND ((agency_code)::text = ANY (( SELECT string_to_array(current_setting('lapor.agency'::text, true), ','::text) AS string_to_array)::text[]))) OR (EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = agency_track.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = agency_track.complaint_id))))) WITH CHECK (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = agency_track.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = agency_track.complaint_id)))));
CREATE POLICY walled ON attachment TO lapor_walled USING (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = attachment.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = attachment.complaint_id))))) WITH CHECK (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = attachment.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = attachment.complaint_id)))));
CREATE POLICY walled ON complaint TO lapor_walled USING (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = complaint.id))) OR (id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = complaint.id))))) WITH CHECK (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = complaint.id))) OR (id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = complaint.id)))));
CREATE POLICY walled ON complaint_event TO lapor_walled USING (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = complaint_event.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = complaint_event.complaint_id))))) WITH CHECK (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = complaint_event.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = complaint_event.complaint_id)))));
CREATE POLICY walled ON delivery TO lapor_walled USING (((complaint_id IS NULL) OR (EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = delivery.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = delivery.complaint_id))))) WITH CHECK (((complaint_id IS NULL) OR (EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = delivery.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = delivery.complaint_id)))));
CREATE POLICY walled ON delivery_item TO lapor_walled USING ((EXISTS ( SELECT
   FROM notice o
  WHERE (o.id = delivery_item.notice_id))));
CREATE POLICY walled ON issued_number TO lapor_walled USING (((agency_code)::text = ANY (string_to_array(current_setting('lapor.agency'::text, true), ','::text))));
CREATE POLICY walled ON ledger_entry TO lapor_walled USING (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = ledger_entry.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = ledger_entry.complaint_id))))) WITH CHECK (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = ledger_entry.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = ledger_entry.complaint_id)))));
CREATE POLICY walled ON letter TO lapor_walled USING (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = letter.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = letter.complaint_id))))) WITH CHECK (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = letter.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = letter.complaint_id)))));
CREATE POLICY walled ON letter_scan TO lapor_walled USING ((EXISTS ( SELECT
   FROM letter o
  WHERE (o.id = letter_scan.letter_id))));
CREATE POLICY walled ON notice TO lapor_walled USING ((((complaint_id IS NULL) AND (current_setting('lapor.agency'::text, true) <> ''::text)) OR (EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = notice.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = notice.complaint_id))))) WITH CHECK ((((complaint_id IS NULL) AND (current_setting('lapor.agency'::text, true) <> ''::text)) OR (EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = notice.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = notice.complaint_id)))));
CREATE POLICY walled ON paper TO lapor_walled USING ((((complaint_id IS NULL) AND ((kind)::text = 'sop_sheet'::text) AND (current_setting('lapor.agency'::text, true) <> ''::text)) OR (EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = paper.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = paper.complaint_id))))) WITH CHECK ((((complaint_id IS NULL) AND ((kind)::text = 'sop_sheet'::text) AND (current_setting('lapor.agency'::text, true) <> ''::text)) OR (EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = paper.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = paper.complaint_id)))));
CREATE POLICY walled ON reporter TO lapor_walled USING (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = reporter.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")))) WITH CHECK (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = reporter.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif"))));
CREATE POLICY walled ON step_alarm TO lapor_walled USING ((EXISTS ( SELECT
   FROM step_task o
  WHERE (o.id = step_alarm.task_id))));
CREATE POLICY walled ON step_pause TO lapor_walled USING ((EXISTS ( SELECT
   FROM step_task o
  WHERE (o.id = step_pause.task_id))));
CREATE POLICY walled ON step_task TO lapor_walled USING (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = step_task.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = step_task.complaint_id))))) WITH CHECK (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = step_task.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = step_task.complaint_id)))));
CREATE POLICY walled ON sync_change TO lapor_walled USING (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = sync_change.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = sync_change.complaint_id))))) WITH CHECK (((EXISTS ( SELECT
   FROM case_of_agency s
  WHERE (s.complaint_id = sync_change.complaint_id))) OR (complaint_id = ( SELECT (NULLIF(current_setting('lapor.case'::text, true), ''::text))::bigint AS "nullif")) OR ((( SELECT current_setting('lapor.public'::text, true) AS current_setting) = 'yes'::text) AND ( SELECT true
   FROM case_in_public p
  WHERE (p.complaint_id = sync_change.complaint_id)))));
ALTER TABLE webhook_delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_endpoint ENABLE ROW LEVEL SECURITY;

-- Row of the one peer: its cursors begin empty.
INSERT INTO sync_peer (id, poll_cursor, poll_failures, push_cursor, push_failures) VALUES (1, '', 0, '', 0);

-- What a request behind agency isolation may touch; the policies above say which rows.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lapor_walled;
REVOKE INSERT, UPDATE, DELETE ON alembic_version, case_in_public, case_of_agency, case_words FROM lapor_walled;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lapor_walled;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lapor_walled;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO lapor_walled;
