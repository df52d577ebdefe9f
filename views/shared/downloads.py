"""Downloads of a case's letters and attachments.

Access checks are those of the case page; file names and media types are set here, never taken from the upload.
"""

import re
from typing import Any

from flask import Response
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.access.current_person import current_person
from app.casefile.case import find_attachment, find_letter
from app.cases.signed_scans import current_scan
from app.core.storage import read_file
from app.files.inspection import ENDINGS
from app.models import Letter, Paper
from app.vocabulary.words import Labels
from app.web.skin import error_page

CONTENT_SECURITY_POLICY = "sandbox; default-src 'none'"


class DownloadView(BaseView):
    """Endpoints that serve signed letters as PDF and cleaned attachments, always as a download that is not cached."""

    route_base = "/aduan"
    class_permission_name = "Complaint"
    # Every view with this permission name lists all of them: FAB would delete a permission that one view leaves out.
    base_permissions = ["can_read", "can_act", "can_receive"]

    @expose("/<int:complaint_id>/surat/<int:letter_id>.pdf")
    @has_access
    @permission_name("read")
    def letter(self, complaint_id: int, letter_id: int) -> Response:
        """Send the PDF generated for a signed letter of a case; 404 if its file does not exist.

        Raises ActionRefused(not_visible) for an unknown letter or a case this officer may not see.
        """
        return send_pdf(find_letter(complaint_id, letter_id, current_person()))

    @expose("/<int:complaint_id>/lampiran/<int:attachment_id>")
    @has_access
    @permission_name("read")
    def attachment(self, complaint_id: int, attachment_id: int) -> Response:
        """Send the cleaned copy of an attachment with the media type found by inspection; 404 until it is clean.

        Raises ActionRefused(not_visible) for an unknown attachment or a case this officer may not see.
        """
        found = find_attachment(complaint_id, attachment_id, current_person())
        if not found.is_clean:
            return Response(error_page(404, str(NOT_SERVED[found.state])), status=404)
        name = f"lampiran-{complaint_id}-{found.id}.{ENDINGS.get(found.media_type, 'bin')}"
        return _file(found.path, found.media_type, name)


def send_pdf(letter: Letter) -> Response:
    """Return a download response with the generated PDF of a signed letter; 404 if the file does not exist."""
    return send_paper(letter.paper, f"surat-tanggapan-{letter.number}.pdf")


def send_signed(letter: Letter) -> Response:
    """Return a download response with the signed letter: a clean PDF scan of it, else the generated PDF.

    404 if neither file exists.
    """
    scan = current_scan(letter.id)
    if scan is None or scan.attachment.media_type != "application/pdf" or not scan.attachment.is_clean:
        return send_pdf(letter)
    return _file(scan.attachment.path, "application/pdf", f"surat-tanggapan-{letter.number}.pdf")


def send_paper(paper: Paper | None, name: str) -> Response:
    """Return a download response with the PDF of a paper; 404 if it is None, not drawn yet or its file is gone."""
    return _file(paper.path if paper else None, "application/pdf", name)


def _file(path: str | None, media_type: str, name: str) -> Response:
    """Return a download response with the file stored at `path`; an error page (404) without path or file."""
    try:
        content = read_file(path) if path else None
    except FileNotFoundError:
        content = None
    if content is None:
        return Response(error_page(404, gettext("Berkas ini belum atau tidak lagi tersimpan.")), status=404)
    return send_bytes(content, media_type, name)


def send_bytes(content: bytes, media_type: str, name: str) -> Response:
    """Return `content` as a download response that a browser neither executes, sniffs nor caches.

    The response sets no cookie. Characters in `name` other than letters, digits and dots become hyphens.
    """
    response = Response(content, mimetype=media_type)

    def set_no_cookie(*_args: Any, **_kwargs: Any) -> None:
        """Do nothing: a response with uploaded content carries no cookie, not even the session's."""

    # On the instance, since Flask may change its class.
    vars(response)["set_cookie"] = set_no_cookie
    safe_name = re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")
    response.headers["Content-Disposition"] = f'attachment; filename="{safe_name}"'
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


NOT_SERVED: Labels = {
    "waiting": _("Berkas ini masih menunggu pemeriksaan. Coba buka lagi sebentar lagi."),
    "quarantined": _("Berkas ini ditahan dan tidak dibagikan. Minta pengirim mengirimnya dalam bentuk lain."),
    "failed": _("Berkas ini tidak dapat dibuka. Minta pengirim mengirimnya lagi, misalnya sebagai PDF atau JPEG."),
}
