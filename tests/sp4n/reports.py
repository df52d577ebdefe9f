"""Reports that SP4N knows, for tests of the way to it and back."""

from typing import Any

from app.sp4n.inbound.apply_revision import apply_report
from tests.factories import Case, a_report


def a_revision(revision: int = 1, **more: Any) -> dict[str, Any]:
    """A good body of `PUT /sp4n/reports/{tracking_id}`."""
    return {**a_report(channel="sp4n"), "revision": revision, "submitted_at": "2026-11-23T08:00:00+08:00", **more}


def a_linked_case(tracking_id: str = "9165816", agencies: tuple[str, ...] = ("dishub",), **more: Any) -> Case:
    """A case that came from SP4N, at its first step."""
    complaint = apply_report(tracking_id, a_revision(**more)).complaint
    assert complaint is not None
    return Case(complaint, agencies, "")
