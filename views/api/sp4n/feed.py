"""Read endpoints of the integration: change feed, reconciliation, and the signed answer."""

from flask import Response, request, url_for
from flask_appbuilder.api import BaseApi, expose

from app.core.problem import Problem
from app.feed.read import CursorTooOld, CursorUnreadable, FeedPage, read_changes
from app.feed.sequence import number_changes
from app.feed.wait import await_changes
from app.sp4n.peer.report_state import answer_letter, find_report, held_reports
from views.api.cases.representation import instant
from views.api.http.access import answer, needs_scope
from views.shared.downloads import send_signed

USUAL_SIZE, LARGEST_SIZE = 100, 1000
LONGEST_WAIT_SECONDS = 30


class FeedApi(BaseApi):
    """Read-only endpoints of the SP4N integration; reports and messages are received by `Sp4nApi`."""

    resource_name = "sp4n"
    class_permission_name = "Sp4n"
    openapi_spec_tag = "SP4N"

    @expose("/changes", methods=["GET"])
    @needs_scope("sp4n")
    def changes(self) -> Response:
        """Return a JSON response with the changes after the cursor `after`, in order: `changes`, `next` and `more`.

        `wait` holds the response up to that many seconds until there is a change. Raises Problem: 400 for an invalid
        cursor, 410 (cursor_expired) if changes after it were deleted: compare `/sp4n/reconciliation`, then use an empty
        cursor.
        """
        after, limit = request.args.get("after", ""), _number("limit", USUAL_SIZE, 1, LARGEST_SIZE)
        wait = _number("wait", 0, 0, LONGEST_WAIT_SECONDS)
        number_changes()
        page = _page(after, limit)
        if not page.changes and wait and await_changes(wait, lambda: bool(_page(after, 1).changes)):
            number_changes()
            page = _page(after, limit)
        names = ("tracking_id", "number", "revision", "version", "kind", "at", "status", "origin", "tombstone")
        changes = [{**{name: getattr(row, name) for name in names}, "at": instant(row.at)} for row in page.changes]
        return answer({"changes": changes, "next": page.next, "more": page.more})

    @expose("/reconciliation", methods=["GET"])
    @needs_scope("sp4n")
    def reconciliation(self) -> Response:
        """Return a JSON response with a page of all SP4N reports held here, ordered by tracking id.

        Each has `tracking_id`, `revision` (the last applied one), `version`, `status` and `state_hash`; `more` says
        whether a page follows. Raises Problem(400) for an invalid `limit`.
        """
        limit = _number("limit", LARGEST_SIZE, 1, LARGEST_SIZE)
        rows = list(held_reports(request.args.get("after", ""), limit + 1))
        names = ("tracking_id", "revision", "version", "status", "state_hash")
        shown = [{name: getattr(row, name) for name in names} for row in rows[:limit]]
        response = answer(shown, more=len(rows) > limit)
        if len(rows) > limit:
            following = url_for(request.endpoint or "", after=rows[limit - 1].tracking_id, limit=limit)
            response.headers["Link"] = f'<{following}>; rel="next"'
        return response

    @expose("/reports/<tracking_id>/answer.pdf", methods=["GET"])
    @needs_scope("sp4n")
    def answer_file(self, tracking_id: str) -> Response:
        """Return a response with the PDF of the signed letter that answers an SP4N report.

        Raises Problem: 404 for an unknown or unanswered report, 409 (not_ready) with `Retry-After` until the file is
        rendered.
        """
        row = find_report(tracking_id)
        letter = answer_letter(row) if row is not None else None
        if letter is None:
            raise Problem(404)
        response = send_signed(letter)
        if response.status_code == 404:
            raise Problem(409, "not_ready", headers={"Retry-After": str(DRAWN_WITHIN_SECONDS)})
        return response


DRAWN_WITHIN_SECONDS = 30
"""Seconds after which a relay job enqueues a lost rendering again."""


def _page(after: str, limit: int) -> FeedPage:
    try:
        return read_changes(after, limit)
    except CursorUnreadable as error:
        raise Problem(400) from error
    except CursorTooOld as error:
        raise Problem(410, "cursor_expired") from error


def _number(name: str, usual: int, least: int, most: int) -> int:
    """Return a whole number of the query, or `usual` if it is missing. Raises Problem(400) if it is none or out of
    bounds.
    """
    given = request.args.get(name, str(usual))
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else -1
    if not least <= number <= most:
        raise Problem(400)
    return number
