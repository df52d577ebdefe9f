"""Files of a case: found through the same wall as its page, sent under a name and type of our own."""

import re

from flask import Response
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext

from app.documents.storage import read_file
from app.models import Letter
from app.queries.case_page import find_attachment, find_letter
from app.security.current_person import current_person
from app.skin import error_page

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
CONTENT_SECURITY_POLICY = "sandbox; default-src 'none'"


class DownloadView(BaseView):
    """Letters as PDF and attachments; nothing of them is ever run or kept by a browser."""

    route_base = "/aduan"
    class_permission_name = "Complaint"
    # Named in full on every screen of this door: what one of them leaves out the framework would try to delete.
    base_permissions = ["can_read", "can_act", "can_receive"]

    @expose("/<int:complaint_id>/surat/<int:letter_id>.pdf")
    @has_access
    @permission_name("read")
    def letter(self, complaint_id: int, letter_id: int) -> Response:
        """A signed letter; 404 while its file is not there."""
        return send_pdf(find_letter(complaint_id, letter_id, current_person()))

    @expose("/<int:complaint_id>/lampiran/<int:attachment_id>")
    @has_access
    @permission_name("read")
    def attachment(self, complaint_id: int, attachment_id: int) -> Response:
        """A file as it was taken in, with the type that our inspection found."""
        found = find_attachment(complaint_id, attachment_id, current_person())
        name = f"lampiran-{complaint_id}-{found.id}.{ENDINGS.get(found.media_type, 'bin')}"
        return _file(found.path, found.media_type, name)


def send_pdf(letter: Letter) -> Response:
    """The file of a signed letter; 404 while it is not there."""
    name = f"surat-tanggapan-{letter.number}.pdf"
    return _file(letter.pdf_path if letter.pdf_state == "ready" else None, "application/pdf", name)


def _file(path: str | None, media_type: str, name: str) -> Response:
    """The bytes with headers that let nothing in them act; a page that says so when they are gone."""
    try:
        content = read_file(path) if path else None
    except FileNotFoundError:
        content = None
    if content is None:
        return Response(error_page(404, gettext("Berkas ini belum atau tidak lagi tersimpan.")), status=404)
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{_plain(name)}"'
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(name: str) -> str:
    """A name of letters, digits, dots and hyphens only, which needs no quoting anywhere."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")
