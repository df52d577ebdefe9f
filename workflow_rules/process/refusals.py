"""Reasons why an action is refused: stable identifiers shared by the API, the screens and the tests."""

from dataclasses import dataclass
from enum import StrEnum


class RefusalReason(StrEnum):
    """An enum of the reasons of an ActionRefused, part of the public API (design section 4). Their HTTP status is in
    `app/web/error_responses.py`, their message in `app/vocabulary/refusals.py`.
    """

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
    INITIALS_MISSING = "initials_missing"
    DRAFT_CHANGED = "draft_changed"
    SIGNING_REFUSED = "signing_refused"
    SIGNING_UNAVAILABLE = "signing_unavailable"
    NO_IDENTITY = "no_identity"
    ANONYMITY_UNCONFIRMED = "anonymity_unconfirmed"
    LETTER_NOT_READY = "letter_not_ready"


class PassingReason(StrEnum):
    """An enum of temporary reasons of an ActionRefused: no rule forbids the action, the request may be sent again."""

    BUSY = "busy"


class FieldFault(StrEnum):
    """An enum of the errors in a field's value; the messages are in `app/vocabulary/refusals.py`."""

    REQUIRED = "required"
    BLANK = "blank"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    WRONG_TYPE = "wrong_type"
    NOT_ALLOWED = "not_allowed"
    NOT_IN_PATTERN = "not_in_pattern"
    CONTROL_CHARACTERS = "control_characters"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_AGENCY = "unknown_agency"
    AGENCY_ON_CASE = "agency_on_case"
    LESS_SECRET = "less_secret"  # noqa: S105 (a word for a fault)
    NOTHING_TO_CHANGE = "nothing_to_change"
    ANONYMOUS_REPORTER = "anonymous_reporter"
    NO_SCAN = "no_scan"
    NOT_IN_DAYS = "not_in_days"
    DUPLICATE = "duplicate"
    NOT_AMONG_AGENCIES = "not_among_agencies"
    UNKNOWN_COMPLAINT = "unknown_complaint"
    ITSELF = "itself"
    ENDED_COMPLAINT = "ended_complaint"
    CONTRADICTION = "contradiction"
    NOT_A_DATE = "not_a_date"
    IN_FUTURE = "in_future"
    NOT_A_MOMENT = "not_a_moment"
    TOO_EARLY = "too_early"
    AHEAD_OF_TIME = "ahead_of_time"
    NOT_A_PHONE = "not_a_phone"
    NOT_AN_EMAIL = "not_an_email"
    NOT_A_NIK = "not_a_nik"
    NOT_A_MARK = "not_a_mark"
    NOT_A_TRACKING_ID = "not_a_tracking_id"
    NOT_BASE64 = "not_base64"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_CLASSIFICATION = "unknown_classification"
    UNKNOWN_PLACE = "unknown_place"
    FILE_NOT_ALLOWED = "file_not_allowed"
    FILE_BROKEN = "file_broken"
    FILE_LOCKED = "file_locked"
    FILE_MOVES = "file_moves"
    FILE_IS_OFFICE = "file_is_office"
    FILE_IS_FILM = "file_is_film"
    TOO_MANY_PIXELS = "too_many_pixels"
    CASE_FULL = "case_full"
    STORE_FULL = "store_full"


@dataclass(frozen=True)
class FieldError:
    """One invalid field of a request; `limit` is the violated bound, the allowed values, the bad code or ""."""

    field: str
    fault: FieldFault
    limit: str = ""


class ActionRefused(Exception):
    """Exception raised when an action is refused; nothing has changed. `errors` lists the invalid fields; `detail`
    completes the reason, for example with the missing identity parts or the present version.
    """

    def __init__(
        self, reason: RefusalReason | PassingReason, detail: str = "", errors: tuple[FieldError, ...] = ()
    ) -> None:
        super().__init__(f"{reason.value} {detail}".strip())
        self.reason = reason
        self.detail = detail
        self.errors = errors
