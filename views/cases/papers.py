"""Papers to print: asked for on a case's page, followed until the file is there, opened."""

from typing import Any

from flask import Response, abort, redirect, render_template, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.casefile.case import load_case
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Paper, SopVersion
from app.papers.case_papers import ask_for_paper, find_case_paper, find_sop_sheet
from app.papers.labels import PAPER_NAMES, why_not_drawn
from app.papers.papers import draw_again
from app.papers.sop_papers import ask_for_sop_sheet
from views.shared.downloads import send_paper
from views.shared.screen_access import for_officers

PATH, SHEET_PATH = "/kertas", "/lembar-sop"
LARGEST_KEY = LARGEST_SERIAL = 2**63 - 1


class PaperView(BaseView):
    """Papers of cases, for the people who may see the case."""

    route_base = PATH
    class_permission_name = "Complaint"
    # Named in full on every screen of this door: what one of them leaves out the framework would try to delete.
    base_permissions = ["can_read", "can_act", "can_receive"]

    @expose("/minta/<int:complaint_id>", methods=["POST"])
    @has_access
    @permission_name("read")
    def ask(self, complaint_id: int) -> Any:
        """Make the paper that a button names, or find the one that is there, and follow it."""
        now = utc_now()
        case = load_case(complaint_id, current_person(), now)
        cause = request.form.get("cause", "")
        if not (cause.isascii() and cause.isdigit() and int(cause) < LARGEST_KEY):
            abort(400)
        paper = ask_for_paper(case, request.form.get("kind", ""), int(cause), now)
        return redirect(f"{PATH}/{paper.id}", 303)

    @expose("/<int:paper_id>")
    @has_access
    @permission_name("read")
    def show(self, paper_id: int) -> str:
        """How a paper stands; the page comes again by itself until the file is there."""
        return paper_page(find_case_paper(paper_id, current_person()))

    @expose("/<int:paper_id>/keadaan")
    @has_access
    @permission_name("read")
    def state(self, paper_id: int) -> Response:
        """The same in one word, for the page's script."""
        return Response(find_case_paper(paper_id, current_person()).state, mimetype="text/plain")

    @expose("/<int:paper_id>.pdf")
    @has_access
    @permission_name("read")
    def file(self, paper_id: int) -> Response:
        """The file."""
        paper = find_case_paper(paper_id, current_person())
        return send_paper(paper, file_name(paper))

    @expose("/<int:paper_id>/ulang", methods=["POST"])
    @has_access
    @permission_name("read")
    def again(self, paper_id: int) -> Any:
        """Try a failed paper once more."""
        paper = find_case_paper(paper_id, current_person())
        draw_again(paper.id)
        return redirect(f"{PATH}/{paper.id}", 303)


class SopSheetView(BaseView):
    """Sheets of SOP versions, for everybody who may read reference data: officers and the administrator."""

    route_base = SHEET_PATH
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")

    @expose("/versi/<int:version_id>", methods=["POST"])
    @for_officers("can_read", "Reference")
    def ask(self, version_id: int) -> Any:
        """Make the sheet of a version, or find the one that is there, and follow it."""
        version = db.session.get(SopVersion, min(version_id, LARGEST_SERIAL)) or abort(404)
        return redirect(f"{SHEET_PATH}/{ask_for_sop_sheet(version, utc_now()).id}", 303)

    @expose("/<int:sheet_id>")
    @for_officers("can_read", "Reference")
    def show(self, sheet_id: int) -> str:
        """How a sheet stands."""
        return paper_page(find_sop_sheet(sheet_id), SHEET_PATH)

    @expose("/<int:sheet_id>/keadaan")
    @for_officers("can_read", "Reference")
    def state(self, sheet_id: int) -> Response:
        """The same in one word, for the page's script."""
        return Response(find_sop_sheet(sheet_id).state, mimetype="text/plain")

    @expose("/<int:sheet_id>.pdf")
    @for_officers("can_read", "Reference")
    def file(self, sheet_id: int) -> Response:
        """The file."""
        sheet = find_sop_sheet(sheet_id)
        return send_paper(sheet, file_name(sheet))

    @expose("/<int:sheet_id>/ulang", methods=["POST"])
    @for_officers("can_read", "Reference")
    def again(self, sheet_id: int) -> Any:
        """Try a failed sheet once more."""
        draw_again(find_sop_sheet(sheet_id).id)
        return redirect(f"{SHEET_PATH}/{sheet_id}", 303)


def paper_page(paper: Paper, path: str = PATH) -> str:
    """The page of one paper of any kind."""
    return render_template(
        "papers/page.html", paper=paper, name=PAPER_NAMES[paper.kind], why=why_not_drawn(paper.error), path=path
    )


def file_name(paper: Paper) -> str:
    """A name without anybody's: the kind of paper, the case's number, our own key."""
    number = paper.complaint.number if paper.complaint else ""
    kind = paper.kind.replace("_", "-")
    return "-".join(part for part in (kind, number, str(paper.id)) if part) + ".pdf"
