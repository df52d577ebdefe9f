"""Pages of generated papers: request one, follow its state, download the PDF."""

from typing import Any

from flask import Response, abort, redirect, render_template, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.casefile.case import load_case
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.models import Paper
from app.papers.case_papers import ask_for_paper, find_case_paper, find_sop_sheet
from app.papers.labels import PAPER_NAMES, why_not_drawn
from app.papers.papers import draw_again
from app.papers.sop_papers import ask_for_sop_sheet, find_version
from views.shared.downloads import send_paper
from views.shared.screen_access import for_officers

PATH, SHEET_PATH = "/kertas", "/lembar-sop"


class PaperView(BaseView):
    """Screens of the generated papers (PDF) of a case, for officers who may see the case.

    They raise ActionRefused(not_visible) for others.
    """

    route_base = PATH
    class_permission_name = "Complaint"
    # Every view with this permission name lists all of them: FAB would delete a permission that one view leaves out.
    base_permissions = ["can_read", "can_act", "can_receive"]

    @expose("/minta/<int:complaint_id>", methods=["POST"])
    @has_access
    @permission_name("read")
    def ask(self, complaint_id: int) -> Any:
        """Request the paper of `kind` for the event, letter draft or complaint with the id `cause`, and redirect to the
        paper's page.

        An existing paper is not generated again. Aborts with 400 for a malformed `cause`; raises
        ActionRefused(not_visible) for a hidden case, an unknown kind or a cause that is not of the case.
        """
        now = utc_now()
        case = load_case(complaint_id, current_person(), now)
        cause = request.form.get("cause", "")
        if not (cause.isascii() and cause.isdigit() and len(cause) < 20 and int(cause) < LARGEST_ID):
            abort(400)
        paper = ask_for_paper(case, request.form.get("kind", ""), int(cause), now)
        return redirect(f"{PATH}/{paper.id}", 303)

    @expose("/<int:paper_id>")
    @has_access
    @permission_name("read")
    def show(self, paper_id: int) -> str:
        """Show the page of a generated paper, which reloads until its PDF exists. Raises ActionRefused(not_visible)."""
        return paper_page(find_case_paper(paper_id, current_person()))

    @expose("/<int:paper_id>/keadaan")
    @has_access
    @permission_name("read")
    def state(self, paper_id: int) -> Response:
        """Return a plain text response with the state of a paper, polled by its page's script. Raises
        ActionRefused(not_visible).
        """
        return Response(find_case_paper(paper_id, current_person()).state, mimetype="text/plain")

    @expose("/<int:paper_id>.pdf")
    @has_access
    @permission_name("read")
    def file(self, paper_id: int) -> Response:
        """Send the PDF of a generated paper; 404 until it exists. Raises ActionRefused(not_visible)."""
        paper = find_case_paper(paper_id, current_person())
        return send_paper(paper, file_name(paper))

    @expose("/<int:paper_id>/ulang", methods=["POST"])
    @has_access
    @permission_name("read")
    def again(self, paper_id: int) -> Any:
        """Queue a paper again that could not be drawn, and redirect to its page; any other paper stays as it is. Raises
        ActionRefused(not_visible).
        """
        paper = find_case_paper(paper_id, current_person())
        draw_again(paper.id)
        return redirect(f"{PATH}/{paper.id}", 303)


class SopSheetView(BaseView):
    """Screens of the printed sheets of SOP versions, for officers who may read reference data."""

    route_base = SHEET_PATH
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")

    @expose("/versi/<int:version_id>", methods=["POST"])
    @for_officers("can_read", "Reference")
    def ask(self, version_id: int) -> Any:
        """Request the sheet of an SOP version and redirect to the sheet's page; 404 for an unknown version.

        An existing sheet is not generated again.
        """
        version = find_version(version_id) or abort(404)
        return redirect(f"{SHEET_PATH}/{ask_for_sop_sheet(version, utc_now()).id}", 303)

    @expose("/<int:sheet_id>")
    @for_officers("can_read", "Reference")
    def show(self, sheet_id: int) -> str:
        """Show the page of an SOP sheet, which reloads until its PDF exists. Raises ActionRefused(not_visible)."""
        return paper_page(find_sop_sheet(sheet_id), SHEET_PATH)

    @expose("/<int:sheet_id>/keadaan")
    @for_officers("can_read", "Reference")
    def state(self, sheet_id: int) -> Response:
        """Return a plain text response with the state of an SOP sheet, polled by its page. Raises
        ActionRefused(not_visible).
        """
        return Response(find_sop_sheet(sheet_id).state, mimetype="text/plain")

    @expose("/<int:sheet_id>.pdf")
    @for_officers("can_read", "Reference")
    def file(self, sheet_id: int) -> Response:
        """Send the PDF of an SOP sheet; 404 until it exists. Raises ActionRefused(not_visible) for an unknown sheet."""
        sheet = find_sop_sheet(sheet_id)
        return send_paper(sheet, file_name(sheet))

    @expose("/<int:sheet_id>/ulang", methods=["POST"])
    @for_officers("can_read", "Reference")
    def again(self, sheet_id: int) -> Any:
        """Queue an SOP sheet again that could not be drawn, and redirect to its page. Raises ActionRefused(not_visible)
        for an unknown sheet.
        """
        draw_again(find_sop_sheet(sheet_id).id)
        return redirect(f"{SHEET_PATH}/{sheet_id}", 303)


def paper_page(paper: Paper, path: str = PATH) -> str:
    """Return the HTML of the page of a paper; `path` is the URL prefix of its view."""
    return render_template(
        "cases/papers.html", paper=paper, name=PAPER_NAMES[paper.kind], why=why_not_drawn(paper.error), path=path
    )


def file_name(paper: Paper) -> str:
    """Return the name of a paper's PDF file, from kind, case number and paper id; it contains no personal name."""
    number = paper.complaint.number if paper.complaint else ""
    kind = paper.kind.replace("_", "-")
    return "-".join(part for part in (kind, number, str(paper.id)) if part) + ".pdf"
