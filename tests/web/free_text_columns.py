"""Every column that holds text, by hand: which hold free text, and why the others hold none.

Free text is what somebody outside the program chose: a reporter, an officer, an administrator, another server or a
file. A member of a JSON document is named with its column; `*` takes everything below that member.
"""

FREE_TEXT = {
    "ab_user": "first_name last_name username email",
    "agency": """
        name short_name address city phone email letter_suffix classification_code letterhead_over postcode website
        number_pattern letter_copies
    """,
    "api_key": "name",
    "attachment": "filename",
    "backup_run": "detail",
    "category": "name",
    "actor": "label_id label_en",
    "office": "name short_name",
    "office_role": "label_id label_en description_id description_en",
    "process_step": "label_id label_en",
    "choice": "label_id label_en",
    "complaint": "title body location_text corrected field_values old_number",
    "complaint_event": "data",
    "delegation": "decree_number note",
    "delivery": "last_error",
    "district": "name",
    "field_definition": "label_id label_en hint_id hint_en options pattern",
    "file_check": "found",
    "gateway_state": "last_error",
    "holiday": "name",
    "idempotency_key": "key",
    "identity_grant": "reason",
    "inbound_hold": "content faults reason",
    "inbound_message": "message_id answer",
    "invariant_finding": "subject particulars",
    "issued_number": "number reason void_reason",
    "journal_entry": "reason data",
    "letter": "subject body number",
    "letter_scan": "reason",
    "linked_subject": "subject",
    "national_limit": "source",
    "move_in_file": "filename plan",
    "notice_preference": "gateway_to",
    "officer_profile": "position nip rank",
    "original_text": "title body files",
    "paper": "frozen",
    "personal_value": "value",
    "register": "number",
    "rehearsal": "sop_number",
    "report_schedule": "name",
    "reporter": "name phone email address nik",
    "saved_list": "name address",
    "sign_in": "browser",
    "signing_means": "nik subject issuer",
    "sop_step": "procedure inputs output remark",
    "sop_version": """
        number title approved_by decree_number legal_basis qualifications related equipment warnings records
        sheet_number approver_name approver_rank approver_nip flow_heading office_heading agency_heading actor_headings
        legend
    """,
    "standard_text": "title body",
    "step_pause": "question",
    "sync_comparison": "error",
    "sync_import": "filename mapping outcomes",
    "sync_ledger": "last_error refused refused_reason drift_detail",
    "sync_peer": "poll_cursor last_error",
    "text_version": "subject_id subject_en body_id body_en reason",
    "village": "name",
    "webhook_delivery": "last_answer",
    "webhook_endpoint": "name url",
    "working_week": "name",
}

NO_FREE_TEXT = {
    "a code of the program's own or a key that names a row; a form accepts no other": """
        agency.code agency.kind agency.paper agency.signing_method agency.initials agency_track.agency_code
        agency_track.state agency_track.replaces agency_track.awaits api_key.scopes attachment.added_by
        attachment.media_type attachment.state attachment.state_reason backup_run.kind backup_run.slot category.code
        actor.code actor.organisation actor.superior process_step.code process_step.act
        office.kind office.region_code office.zone office.head_office office.logo_hash
        office_role.name office_role.actor office_role.standing
        role_grant.role role_grant.view role_grant.permission sop_version.powers
        sop_step.status sop_step.back_to sop_step.side_actions step_task.status
        category.default_agency_code category.national_class choice.list choice.code choice.flags choice.agency_code
        field_definition.code field_definition.type field_definition.bounds field_definition.categories
        field_definition.classifications field_definition.moments field_definition.only_if
        field_definition.visible_to personal_value.code complaint.number complaint.classification
        complaint.confidentiality complaint.channel complaint.status complaint.route complaint.urgency complaint.sent_to
        complaint_event.kind complaint_event.step complaint_event.agency_code complaint_event.actor
        complaint_event.delegation_kind delegation.kind delivery.channel delivery.state delivery.told
        delivery.account_news delivery_item.channel district.code file_check.outcome file_check.reason
        gateway_state.channel holiday.kind idempotency_key.caller identity_grant.state inbound_hold.kind
        inbound_hold.confidentiality inbound_hold.state inbound_message.kind invariant_finding.sentence
        invariant_result.invariant invariant_result.marks issued_number.agency_code journal_entry.kind
        ledger_entry.kind ledger_entry.step ledger_entry.track ledger_entry.house letter.agency_code letter.state
        national_limit.stage national_limit.of_class notice.kind number_counter.series officer_profile.agency_code
        paper.kind paper.key paper.agency_code paper.state paper.error password_link.kind register.kind
        rehearsal.state rehearsal.error rehearsal.what_if rehearsal.result report_job.wanted report_job.format
        report_job.scope report_job.state report_job.error report_schedule.wanted report_schedule.format
        report_schedule.rhythm reporter.told_by saved_list.place sign_in.door sop_step.step sop_step.actor
        sop_step.allowance_unit sop_version.status sop_version.fast_track_actor sop_version.fast_track_from
        sop_version.nik_channels sop_version.approver_capacity standard_text.code standard_text.kind standard_text.scope
        standard_text.agency_code step_task.step step_task.agency_code step_task.actor
        step_task.closed_by step_task.allowance_unit sync_change.number sync_change.kind sync_change.status
        sync_change.origin sync_import.encoding sync_import.delimiter sync_import.state sync_ledger.state
        move_in_file.state move_in_file.outcomes move_in_file.chosen
        sync_ledger.acked_status sync_ledger.drift text_version.code text_version.state village.code
        webhook_delivery.type webhook_delivery.state
        webhook_delivery.last_fault webhook_endpoint.disabled_for webhook_endpoint.event_types
    """,
    "a digest, a token or a number that the program made": """
        ab_user.password agency.emblem_hash api_key.key_hash api_key.previous_hash attachment.sha256
        attachment.sent_sha256 complaint.sp4n_hash complaint.tracking_code_hash complaint_event.previous_hash
        complaint_event.hash complaint_event.seed emblem.sha256 file_check.sent_sha256 file_check.sha256
        personal_value.salt
        former_password.hash half_sign_in.mark half_sign_in.seal idempotency_key.request_hash idempotency_key.etag
        inbound_hold.content_hash inbound_hold.other_hash inbound_message.content_hash letter.verification_code
        login_count.mark paper.content_hash paper.file_hash password_link.token_hash recovery_code.code_hash
        register.content_hash report_job.file_hash reporter.name_words reporter.phone_mark reporter.email_mark
        reporter.nik_mark sign_in.mark sign_in.refresh_mark signing_means.fingerprint sync_change.mark
        complaint.imported_key move_in_file.file_hash move_in_file.header_hash
        sync_import.file_hash sync_import.header_hash sync_ledger.acked_key sync_ledger.resend_key
        sync_peer.push_cursor two_step.salt webhook_delivery.message_id
    """,
    "sealed, and never shown: a secret, or a whole file": """
        delivery.sealed_code signing_means.certificate sync_import.content move_in_file.content
        two_step.secret webhook_endpoint.secret
        webhook_endpoint.previous_secret
    """,
    "a path below the store, named by the program": """
        attachment.path file_to_remove.path paper.path report_job.path
    """,
    "read by a pattern before it is stored: a number in SP4N, office hours": """
        complaint.sp4n_tracking_id inbound_hold.tracking_id inbound_message.tracking_id sync_change.tracking_id
        sync_ledger.tracking_id working_week.mon working_week.tue working_week.wed
        working_week.thu working_week.fri working_week.sat working_week.sun
    """,
    "the address from which a connection came": "complaint_event.address sign_in.address",
    "a setting of the operator": "linked_subject.issuer",
    "an answer or a message of the program's own, sent as the JSON that it is": """
        idempotency_key.body idempotency_key.location webhook_delivery.body
    """,
    "written by migrate: names of roles, screens and permissions": """
        ab_role.name ab_permission.name ab_view_menu.name alembic_version.version_num
    """,
    "a table of the framework that the program leaves empty": """
        ab_api_key.uuid ab_api_key.name ab_api_key.key_hash ab_api_key.lookup_hash ab_api_key.key_prefix
        ab_api_key.scopes ab_group.name ab_group.label ab_group.description ab_register_user.first_name
        ab_register_user.last_name ab_register_user.username ab_register_user.password ab_register_user.email
        ab_register_user.registration_hash
    """,
}

JSON_MEMBERS = {
    "backup_run.detail": "error",
    "complaint.corrected": "title location_text",
    "complaint.field_values": "*",
    "field_definition.options": "id en",
    "complaint_event.data": """
        title body text note reason question instruction proof comment subject unit incomplete_reason code_reason
        identity_reason redaction_reason without_scan_reason filename old_number records before* after*
    """,
    "inbound_hold.content": "title body text name address",
    "inbound_hold.faults": "value",
    "inbound_message.answer": "message_id",
    "invariant_finding.particulars": "*",
    "journal_entry.data": "name username account decree_number source url endpoint before* after* changes*",
    "move_in_file.plan": "headings* mapping* meanings* source",
    "original_text.files": "*",
    "paper.frozen": """
        name address postcode city phone email website over title subject body text note place category from
        letter_number number complaint_title made_by nip rank office own_position copies agency procedure inputs output
        remark approved_by decree_number legal_basis qualifications related equipment warnings records sheet_number
        approver_name approver_rank approver_nip flow_heading office_heading agency_heading actor_headings legend names*
        texts* asks asked
    """,
    "sync_import.mapping": "*",
    "sync_import.outcomes": "*",
    "sync_ledger.refused": "title body text name address",
    "sync_ledger.drift_detail": "status",
}

JSON_CODES = {
    "inbound_hold.content": "category district phone",
    "complaint_event.data": "into media_type",
    "journal_entry.data": "",
    "paper.frozen": "paper complaint verification_code key site numbers",
}
"""Members that hold more than a code of small letters, and yet no free text."""

SHOWN = """
    actor.label_id process_step.label_id choice.label_id field_definition.label_id
    standard_text.title standard_text.body text_version.body_id text_version.subject_id
    ab_user.email ab_user.first_name ab_user.last_name ab_user.username agency.address agency.city
    agency.classification_code agency.email agency.letter_copies agency.letter_suffix agency.letterhead_over
    agency.name agency.number_pattern agency.phone agency.postcode agency.short_name agency.website api_key.name
    attachment.filename category.name complaint.body complaint.location_text complaint.title
    complaint_event.data.filename complaint_event.data.instruction complaint_event.data.note
    complaint_event.data.proof complaint_event.data.question complaint_event.data.reason
    complaint_event.data.redaction_reason complaint_event.data.subject complaint_event.data.text
    delegation.decree_number delegation.note delivery.last_error district.name move_in_file.filename
    move_in_file.plan.headings move_in_file.plan.source complaint.old_number gateway_state.last_error holiday.name
    inbound_hold.content.body inbound_hold.content.title inbound_hold.faults.value invariant_finding.subject
    issued_number.number issued_number.reason issued_number.void_reason journal_entry.data.after
    journal_entry.data.endpoint journal_entry.data.name journal_entry.reason letter.body letter.number letter.subject
    national_limit.source notice_preference.gateway_to officer_profile.nip officer_profile.position
    officer_profile.rank original_text.body original_text.title paper.frozen.body paper.frozen.name paper.frozen.names
    paper.frozen.texts
    paper.frozen.subject register.number rehearsal.sop_number report_schedule.name reporter.address reporter.name
    reporter.phone saved_list.name signing_means.issuer signing_means.subject sop_step.inputs sop_step.output
    sop_step.procedure sop_step.remark sop_version.actor_headings sop_version.agency_heading sop_version.approved_by
    sop_version.approver_name sop_version.approver_nip sop_version.approver_rank sop_version.decree_number
    sop_version.equipment sop_version.flow_heading sop_version.legal_basis sop_version.legend sop_version.number
    sop_version.office_heading sop_version.qualifications sop_version.records sop_version.related
    sop_version.sheet_number sop_version.title sop_version.warnings step_pause.question sync_comparison.error
    sync_import.filename sync_import.outcomes sync_ledger.drift_detail.status sync_ledger.last_error
    sync_ledger.refused_reason sync_peer.last_error typed village.name webhook_delivery.last_answer
    webhook_endpoint.name webhook_endpoint.url working_week.name
"""
"""What pages must show, as text, to whoever may see it; `typed` is what a form shows again."""
