"""The bell: an officer's own notices, read by opening them, and how to be told of the next ones."""

from dataclasses import asdict
from typing import Any

from flask import Flask, abort, current_app, flash, g, make_response, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.delivery.sentences import SHOWN, newest_notices
from app.notices.labels import NOTICE_ICONS, WISH_FAULTS, WISH_HINTS, WISHES
from app.notices.preferences import NoticeWishes, WishRefused, save_wishes, wishes_of
from app.notices.unread import mark_all_read, mark_read, unread_count
from views.shared.list_address import LARGEST_ID
from views.shared.page_counts import page_counts
from views.shared.screen_access import for_officers


def install(app: Flask) -> None:
    """Give the top bar its count."""
    app.jinja_env.globals["unread_notices"] = unread_notices


def unread_notices() -> int | None:
    """How many notices wait for whoever is signed in, asked once a page; None for a stranger."""
    if not current_user.is_authenticated:
        return None
    if (counts := page_counts()) is not None:
        return counts.unread
    if "unread_notices" not in g:
        g.unread_notices = unread_count(current_user.id)
    count: int = g.unread_notices
    return count


class NoticeView(BaseView):
    """Notices of one officer: whose they are is the session's, never the address's."""

    route_base = "/pemberitahuan"
    default_view = "list"
    class_permission_name = "Notice"
    base_permissions = permissions_on("Notice")

    @expose("/")
    @for_officers("can_read", "Notice")
    def list(self) -> str:
        """What the officer was told last."""
        lines = newest_notices(current_user.id)
        page: str = render_template(
            "notices/list.html",
            title=gettext("Pemberitahuan"),
            lines=lines,
            icons=NOTICE_ICONS,
            shown=SHOWN,
            now=utc_now(),
        )
        return page

    @expose("/<int:notice_id>", methods=["POST"])
    @for_officers("can_read", "Notice")
    def open(self, notice_id: int) -> Response:
        """Mark it read and go to what it is about."""
        seen = mark_read(notice_id, current_user.id, utc_now()) if notice_id <= LARGEST_ID else None
        if seen is None:
            abort(404)
        if seen.of_report:
            return redirect("/ekspor/", 303)
        if seen.of_records:
            return redirect("/kesehatan/", 303)
        return redirect(f"/aduan/{seen.complaint_id}" if seen.complaint_id else "/", 303)

    @expose("/dibaca", methods=["POST"])
    @for_officers("can_read", "Notice")
    def read_all(self) -> Response:
        """Mark everything read, and say how much that was."""
        count = mark_all_read(current_user.id, utc_now())
        flash(
            ngettext(
                "%(num)d pemberitahuan ditandai sudah dibaca.",
                "%(num)d pemberitahuan ditandai sudah dibaca.",
                count,
            ),
            "success",
        )
        return redirect("/pemberitahuan/", 303)

    @expose("/cara", methods=["GET"])
    @for_officers("can_read", "Notice")
    def wishes(self) -> Response:
        return _wishes_page(asdict(wishes_of(current_user.id)))

    @expose("/cara", methods=["POST"])
    @for_officers("can_read", "Notice")
    def save_wishes(self) -> Response:
        """Keep the wishes; a useless number or name comes back beside its field, as it was typed."""
        wanted = _read_wishes()
        try:
            save_wishes(current_user.id, wanted)
        except WishRefused as refused:
            return _wishes_page(asdict(wanted), {refused.field: str(WISH_FAULTS[refused.fault.value])})
        flash(gettext("Cara pemberitahuan disimpan. Berlaku untuk pemberitahuan berikutnya."), "success")
        return redirect("/pemberitahuan/cara", 303)


def _read_wishes() -> NoticeWishes:
    """What was ticked and typed; a number is only asked for where a message service is set up."""
    ticked = {name: name in request.form for name in WISHES if name != "gateway_to"}
    typed = request.form.get("gateway_to", "") if _has_gateway() else None
    return NoticeWishes(**ticked, gateway_to=typed)


def _has_gateway() -> bool:
    return bool(current_app.config.get("GATEWAY_URL"))


def _wishes_page(typed: dict[str, Any], faults: dict[str, str] | None = None) -> Response:
    title = gettext("Cara pemberitahuan")
    page = render_template(
        "notices/wishes.html",
        title=gettext("Galat: %(page)s", page=title) if faults else title,
        typed=typed,
        fault_of=faults or {},
        labels=WISHES,
        hints=WISH_HINTS,
        email=current_user.email,
        has_mail=bool(current_app.config.get("SMTP_URL")),
        has_gateway=_has_gateway(),
    )
    return make_response(page, 422 if faults else 200)
