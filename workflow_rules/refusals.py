"""Why an action is refused: stable identifiers that the API, the screens and the tests share."""

from dataclasses import dataclass
from enum import StrEnum


class RefusalReason(StrEnum):
    """Part of the public contract (design section 4); `app/errors.py` turns each into a status and a sentence."""

    NOT_VISIBLE = "not_visible"
    NOT_YOUR_STEP = "not_your_step"
    WRONG_AGENCY = "wrong_agency"
    OUT_OF_ORDER = "out_of_order"
    STALE_VERSION = "stale_version"
    PAUSED = "paused"
    CASE_ENDED = "case_ended"
    IDENTITY_INCOMPLETE = "identity_incomplete"
    MISSING_INPUT = "missing_input"
    DELIVERY_UNPROVEN = "delivery_unproven"


class FieldFault(StrEnum):
    """What is wrong with one field; the sentence beside the field is found under this word."""

    REQUIRED = "required"
    BLANK = "blank"
    TOO_LONG = "too_long"
    WRONG_TYPE = "wrong_type"
    NOT_ALLOWED = "not_allowed"
    CONTROL_CHARACTERS = "control_characters"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_AGENCY = "unknown_agency"
    AGENCY_ON_CASE = "agency_on_case"
    DUPLICATE = "duplicate"
    NOT_AMONG_AGENCIES = "not_among_agencies"
    UNKNOWN_COMPLAINT = "unknown_complaint"
    ITSELF = "itself"
    ENDED_COMPLAINT = "ended_complaint"
    CONTRADICTION = "contradiction"
    NOT_A_DATE = "not_a_date"
    IN_FUTURE = "in_future"
    NOT_A_PHONE = "not_a_phone"
    NOT_AN_EMAIL = "not_an_email"
    NOT_A_NIK = "not_a_nik"
    NOT_A_TRACKING_ID = "not_a_tracking_id"
    NOT_BASE64 = "not_base64"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_PLACE = "unknown_place"
    FILE_NOT_ALLOWED = "file_not_allowed"


@dataclass(frozen=True)
class FieldError:
    """One field that must be mended, and the bound it broke where there is one."""

    field: str
    fault: FieldFault
    limit: str = ""


class ActionRefused(Exception):
    """The only way the rules say no; nothing has changed when it is raised."""

    def __init__(self, reason: RefusalReason, detail: str = "", errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(f"{reason.value} {detail}".strip())
        self.reason = reason
        self.detail = detail
        self.errors = errors
