"""All tables, so that migrations and mappers see the whole of them."""

from app.models.access import ApiKey, IdempotencyKey, SignIn
from app.models.complaint import AgencyTrackRow, Complaint, Reporter, StepPause, StepTask
from app.models.document import Attachment, Letter, NumberCounter
from app.models.history import ComplaintEvent, JournalEntry, LedgerRow
from app.models.lists import SavedList
from app.models.messages import Delivery, DeliveryItem, Notice, NoticePreference, StepAlarm
from app.models.organisation import Agency, DelegationRow, OfficerProfile
from app.models.reference import Category, District, Holiday, NationalLimitRow, Village, WorkingWeek
from app.models.sop import SopStepRow, SopVersion

__all__ = [
    "Agency",
    "AgencyTrackRow",
    "ApiKey",
    "Attachment",
    "Category",
    "Complaint",
    "ComplaintEvent",
    "DelegationRow",
    "Delivery",
    "DeliveryItem",
    "District",
    "Holiday",
    "IdempotencyKey",
    "JournalEntry",
    "LedgerRow",
    "Letter",
    "NationalLimitRow",
    "Notice",
    "NoticePreference",
    "NumberCounter",
    "OfficerProfile",
    "Reporter",
    "SavedList",
    "SignIn",
    "SopStepRow",
    "SopVersion",
    "StepAlarm",
    "StepPause",
    "StepTask",
    "Village",
    "WorkingWeek",
]
