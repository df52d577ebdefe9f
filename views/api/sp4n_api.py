"""The door for the integration that keeps SP4N in step (design 8.2); ours, not SP4N's own interface."""

from flask import Response
from flask_appbuilder.api import BaseApi, expose
from sqlalchemy import select

from app.clock import utc_now
from app.errors import Problem
from app.extensions import db
from app.json_input import json_object
from app.models import Complaint
from app.operations.apply_sp4n import StaleRevision, apply_report, is_tracking_id
from app.security.current_person import source_address
from views.api import representation as show
from views.api.access import answer, idempotent, needs_scope


class Sp4nApi(BaseApi):
    """Reports by their tracking id."""

    resource_name = "sp4n"
    class_permission_name = "Sp4n"
    openapi_spec_tag = "SP4N"

    @expose("/reports/<tracking_id>", methods=["PUT"])
    @needs_scope("sp4n")
    @idempotent
    def put_report(self, tracking_id: str) -> Response:
        """Create (201) or bring up to date (200) by revision; an older one is 409 `stale_revision`."""
        try:
            applied = apply_report(tracking_id, json_object(), address=source_address())
        except StaleRevision as error:
            raise Problem(409, "stale_revision") from error
        status = 201 if applied.outcome == "created" else 200
        return answer(_report(applied.complaint), status, applied.complaint.version, outcome=applied.outcome)

    @expose("/reports/<tracking_id>", methods=["GET"])
    @needs_scope("sp4n")
    def get_report(self, tracking_id: str) -> Response:
        if not is_tracking_id(tracking_id):
            raise Problem(404)
        row = db.session.scalars(select(Complaint).where(Complaint.sp4n_tracking_id == tracking_id)).first()
        if row is None:
            raise Problem(404)
        return answer(_report(row), version=row.version)


def _report(row: Complaint) -> dict[str, object]:
    revision = {"tracking_id": row.sp4n_tracking_id, "revision": row.sp4n_revision, "state_hash": row.sp4n_hash}
    return {**show.complaint(row, utc_now()), **revision}
