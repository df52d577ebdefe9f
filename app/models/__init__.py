"""Every ORM table of the program, imported here so that migrations and mappers see all of them."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, User, ViewMenu, assoc_user_role

from app.models.account import (
    ApiKey,
    FormerPassword,
    HalfSignIn,
    IdempotencyKey,
    IdentityGrant,
    LinkedSubject,
    LoginCount,
    PasswordAge,
    PasswordLink,
    RecoveryCode,
    SignIn,
    TwoStep,
)
from app.models.backup import BackupRun, SendingHold
from app.models.change_feed import SyncChange
from app.models.complaint import AgencyTrackRow, Complaint, OriginalText, Reporter, StepPause, StepTask
from app.models.definition import Choice, DefinitionState, FieldDefinition, PersonalValue
from app.models.document import Attachment, Letter, LetterScan, NumberCounter
from app.models.file_store import FileCheck, FileToRemove, StoreSweep
from app.models.history import ComplaintEvent, JournalEntry, LedgerRow
from app.models.inbound import InboundHold, InboundMessage
from app.models.invariant import InvariantFinding, InvariantResult, InvariantRun
from app.models.messages import Delivery, DeliveryItem, GatewayState, Notice, NoticePreference, StepAlarm
from app.models.move_in import MoveInFile
from app.models.organisation import Agency, DelegationRow, Office, OfficerProfile, SavedList, SigningMeans
from app.models.paper import Emblem, IssuedNumber, Paper, PaperKind
from app.models.peer import SyncComparison, SyncImport, SyncLedger, SyncPeer
from app.models.reference import Category, District, Holiday, NationalLimitRow, Village, WorkingWeek
from app.models.report import Register, RegisterKind, RehearsalRow, ReportJob, ReportRecipient, ReportSchedule
from app.models.role import OfficeRole, RoleGrant
from app.models.sop import ActorRow, ProcessStep, SopStepRow, SopVersion
from app.models.text import StandardText, TextVersion
from app.models.webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "ActorRow",
    "Agency",
    "AgencyTrackRow",
    "ApiKey",
    "Attachment",
    "BackupRun",
    "Category",
    "Choice",
    "Complaint",
    "ComplaintEvent",
    "DefinitionState",
    "DelegationRow",
    "Delivery",
    "DeliveryItem",
    "District",
    "Emblem",
    "FieldDefinition",
    "FileCheck",
    "FileToRemove",
    "FormerPassword",
    "GatewayState",
    "HalfSignIn",
    "Holiday",
    "IdempotencyKey",
    "IdentityGrant",
    "InboundHold",
    "InboundMessage",
    "InvariantFinding",
    "InvariantResult",
    "InvariantRun",
    "IssuedNumber",
    "JournalEntry",
    "LedgerRow",
    "Letter",
    "LetterScan",
    "LinkedSubject",
    "LoginCount",
    "Model",
    "MoveInFile",
    "NationalLimitRow",
    "Notice",
    "NoticePreference",
    "NumberCounter",
    "Office",
    "OfficeRole",
    "OfficerProfile",
    "OriginalText",
    "Paper",
    "PaperKind",
    "PasswordAge",
    "PasswordLink",
    "Permission",
    "PermissionView",
    "PersonalValue",
    "ProcessStep",
    "RecoveryCode",
    "Register",
    "RegisterKind",
    "RehearsalRow",
    "ReportJob",
    "ReportRecipient",
    "ReportSchedule",
    "Reporter",
    "Role",
    "RoleGrant",
    "SavedList",
    "SendingHold",
    "SignIn",
    "SigningMeans",
    "SopStepRow",
    "SopVersion",
    "StandardText",
    "StepAlarm",
    "StepPause",
    "StepTask",
    "StoreSweep",
    "SyncChange",
    "SyncComparison",
    "SyncImport",
    "SyncLedger",
    "SyncPeer",
    "TextVersion",
    "TwoStep",
    "User",
    "ViewMenu",
    "Village",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WorkingWeek",
    "assoc_user_role",
]
