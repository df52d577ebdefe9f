"""Names that only strings hold together: jobs, labels, permissions."""

import importlib

import pytest

from app.accounts.delegations import DelegationFault
from app.accounts.labels import PASSWORD_FAULTS
from app.accounts.password_rules import PasswordFault
from app.calendar.icalendar_files import FileFault
from app.choices.labels import ABOUT, FLAGS, LISTS
from app.core.jobs import QUEUE_OF, JobName, QueueName
from app.models import NoticePreference, Reporter
from app.models.complaint import NOTIFICATION_CHANNELS
from app.models.messages import NOTICE_KINDS
from app.models.organisation import AGENCY_KINDS
from app.models.reference import HOLIDAY_KINDS
from app.models.sop import SOP_STATES
from app.notices.labels import PREFERENCE_FAULTS, PREFERENCE_HINTS, PREFERENCE_LABELS
from app.notices.preferences import PreferenceFault
from app.outbound.allowed_target import TargetFault
from app.outbound.notification_channels import CHANNELS
from app.papers.emblems import EmblemFault
from app.papers.labels import EMBLEM_FAULTS
from app.papers.signing.certificate_file import CertificateFault
from app.reference.sop_versions import SopFault
from app.reporting.exports.labels import ASK_FAULTS
from app.reporting.exports.queue_report import AskFault
from app.settings.office_settings import MessageSettings
from app.sp4n.inbound.csv_file import CsvFault
from app.vocabulary import actions, refusals, words
from app.vocabulary.signing import CERTIFICATE_FAULTS, SIGNING_FAULTS, SigningFault
from app.web.error_responses import STATUS_OF
from app.web.form_labels import REFUSED
from app.webhooks.labels import URL_FAULTS
from app.worklists.saved_lists import ListFault
from jobs.scheduler import PERIODIC_JOBS
from views.reference.calendar_labels import FILE_REFUSED
from views.shared.list_labels import LIST_FAULTS
from views.sp4n.labels import FILE_FAULTS
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import DelegationKind
from workflow_rules.process.choices import ChoiceFlag, ChoiceList
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.identity import Classification, Confidentiality
from workflow_rules.process.parameters import FIELDS
from workflow_rules.process.refusals import FieldFault, PassingReason, RefusalReason
from workflow_rules.process.steps import CaseStatus, Route, TrackState
from workflow_rules.time.deadlines import TimeState, Unit


@pytest.mark.parametrize("job", JobName)
def test_every_job_name_is_a_function_on_a_queue(job: JobName) -> None:
    module, _, function = job.value.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))
    assert QUEUE_OF[job] in QueueName


def test_every_periodic_job_goes_to_its_own_queue() -> None:
    for periodic in PERIODIC_JOBS:
        assert QUEUE_OF[periodic.name] == periodic.queue


@pytest.mark.parametrize(
    ("members", "labels"),
    [
        (CaseStatus, words.STATUSES),
        (TrackState, words.TRACK_STATES),
        (Classification, words.CLASSIFICATIONS),
        (Confidentiality, words.CONFIDENTIALITIES),
        (Route, words.ROUTES),
        (ChoiceList, LISTS),
        (ChoiceList, ABOUT),
        (ChoiceFlag, FLAGS),
        (DelegationKind, words.DELEGATION_KINDS),
        (AGENCY_KINDS, words.AGENCY_KINDS),
        (HOLIDAY_KINDS, words.HOLIDAY_KINDS),
        (SOP_STATES, words.SOP_STATES),
        (Unit, words.UNITS),
        (TimeState, words.TIME_STATES),
        (Action, actions.BUTTONS),
        ([*Action, *SystemEvent], actions.SENTENCES),
        ([*RefusalReason, *PassingReason], refusals.REFUSALS),
        (FieldFault, refusals.FAULTS),
        (SigningFault, SIGNING_FAULTS),
        (CertificateFault, CERTIFICATE_FAULTS),
        (EmblemFault, EMBLEM_FAULTS),
        (AskFault, ASK_FAULTS),
        (CsvFault, FILE_FAULTS),
        (FileFault, FILE_REFUSED),
        (ListFault, LIST_FAULTS),
        (PasswordFault, PASSWORD_FAULTS),
        (PreferenceFault, PREFERENCE_FAULTS),
        (TargetFault, URL_FAULTS),
        ([*DelegationFault, *SopFault], REFUSED),
    ],
)
def test_every_word_of_the_vocabulary_has_a_label(members: object, labels: dict[str, object]) -> None:
    assert [str(m) for m in members if str(m) not in labels] == []  # type: ignore[attr-defined]


def test_every_notification_channel_is_wholly_declared() -> None:
    assert tuple(CHANNELS) == NOTIFICATION_CHANNELS
    for channel in CHANNELS.values():
        assert channel.setting.lower() in MessageSettings.model_fields
        assert channel.reporter_column in Reporter.__table__.c
        assert channel.preference in NoticePreference.__table__.c
        assert channel.preference in PREFERENCE_LABELS
        assert channel.for_everyone or channel.preference in PREFERENCE_HINTS


def test_every_parameter_of_every_action_has_a_label() -> None:
    names = {name for fields in FIELDS.values() for name in fields} - {"sha256", "media_type", "size"}
    assert names - actions.PARAMETERS.keys() == set()


def test_every_refusal_has_a_status() -> None:
    assert set(STATUS_OF) == {*RefusalReason, *PassingReason}
    assert NOTICE_KINDS
