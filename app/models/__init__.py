"""All tables, so that migrations and mappers see the whole of them."""

from app.models.access import ApiKey, IdempotencyKey
from app.models.complaint import AgencyTrackRow, Complaint, Reporter, StepPause, StepTask
from app.models.document import Attachment, Letter, NumberCounter
from app.models.history import ComplaintEvent
from app.models.messages import Notice, StepAlarm
from app.models.organisation import Agency, DelegationRow, OfficerProfile
from app.models.reference import Category, District, Holiday, Village, WorkingWeek
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
    "District",
    "Holiday",
    "IdempotencyKey",
    "Letter",
    "Notice",
    "NumberCounter",
    "OfficerProfile",
    "Reporter",
    "SopStepRow",
    "SopVersion",
    "StepAlarm",
    "StepPause",
    "StepTask",
    "Village",
    "WorkingWeek",
]
