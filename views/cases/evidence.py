"""Download of a case's evidence bundle, generated on demand and recorded in the journal."""

from collections.abc import Iterator

from flask import Response, current_app, stream_with_context
from flask_appbuilder import BaseView, expose

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.audit.evidence_bundle import bundle_of, record_bundle
from app.casefile.case import load_case
from app.core.clock import utc_now
from views.shared.screen_access import for_officers
from workflow_rules.process.refusals import ActionRefused, RefusalReason


class EvidenceView(BaseView):
    """Download of evidence bundles, only for users who see every case: officers of Dinas Kominfo and supervisors."""

    route_base = "/aduan"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/<int:complaint_id>/bundel", methods=["POST"])
    @for_officers("can_read", "Complaint")
    def bundle(self, complaint_id: int) -> Response:
        """Stream the evidence bundle of a case as a zip download; the download is first written to the journal and
        committed.

        Raises ActionRefused(not_visible) for users who do not see every case.
        """
        person, now = current_person(), utc_now()
        if not person.sees_every_case:
            raise ActionRefused(RefusalReason.NOT_VISIBLE)
        made = bundle_of(load_case(complaint_id, person, now))
        record_bundle(made.head["complaint"], made.head["events"], made.head["head"], person.id, now)
        pieces: Iterator[bytes] = stream_with_context(_alive(made.stream()))
        response = Response(pieces, mimetype="application/zip")
        response.headers["Content-Disposition"] = f'attachment; filename="{made.filename}"'
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response


def _alive(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces of a download unchanged and report progress to the server for each.

    So the server ends only a stalled download, not a long one.
    """
    note_alive = current_app.extensions.get("note_alive", lambda: None)
    for piece in pieces:
        note_alive()
        yield piece
