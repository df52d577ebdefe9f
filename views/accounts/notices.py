"""Notices of an officer and the settings for receiving them."""

from flask import Flask, abort, flash, make_response, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.core.request_context import request_context
from app.delivery.notice_sentences import SHOWN, newest_notices
from app.notices.labels import NOTICE_ICONS, PREFERENCE_FAULTS, PREFERENCE_HINTS, PREFERENCE_LABELS
from app.notices.preferences import (
    ADDRESSES,
    SWITCHES,
    NoticePreferences,
    PreferenceRefused,
    preferences_of,
    save_preferences,
)
from app.notices.unread import mark_all_read, mark_read, unread_count
from app.outbound.notification_channels import CHANNELS, EMAIL
from views.shared.page_counts import page_counts
from views.shared.screen_access import for_officers


def install(app: Flask) -> None:
    """Register the template function `unread_notices` on the app, for the count at the bell."""
    app.jinja_env.globals["unread_notices"] = unread_notices


def unread_notices() -> int | None:
    """Return the number of the signed-in user's unread notices; None for an anonymous visitor.

    The number is limited to the largest one that the bell shows, and is queried once per request.
    """
    if not current_user.is_authenticated:
        return None
    if (counts := page_counts()) is not None:
        return counts.unread
    context = request_context()
    if context.unread_notices is None:
        context.unread_notices = unread_count(current_user.id)
    return context.unread_notices


class NoticeView(BaseView):
    """Screens of the signed-in user's notices and of the settings for receiving them."""

    route_base = "/pemberitahuan"
    default_view = "list"
    class_permission_name = "Notice"
    base_permissions = permissions_on("Notice")

    @expose("/")
    @for_officers("can_read", "Notice")
    def list(self) -> str:
        """Show the page of the signed-in user's newest notices, read and unread."""
        lines = newest_notices(current_user.id)
        page: str = render_template(
            "accounts/notices.html",
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
        """Mark one of the user's own notices as read and redirect to the page that it is about; 404 for any other
        notice.
        """
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
        """Mark all of the user's notices as read and redirect to the list of notices."""
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
        return _preferences_page(preferences_of(current_user.id))

    @expose("/cara", methods=["POST"])
    @for_officers("can_read", "Notice")
    def save_preferences(self) -> Response:
        """Save the user's notice settings and redirect to their form; errors show the form again with status 422."""
        ticked = {name: name in request.form for name in SWITCHES}
        addresses = {name: request.form.get(name, "") for name in _addresses_in_use()}
        wanted = NoticePreferences(**ticked, addresses=addresses)
        try:
            save_preferences(current_user.id, wanted)
        except PreferenceRefused as refused:
            return _preferences_page(wanted, {refused.field: str(PREFERENCE_FAULTS[refused.fault.value])})
        flash(gettext("Cara pemberitahuan disimpan. Berlaku untuk pemberitahuan berikutnya."), "success")
        return redirect("/pemberitahuan/cara", 303)


def _addresses_in_use() -> tuple[str, ...]:
    """Return the preference columns with an officer's address for a channel that is on."""
    return tuple(one.preference for one in CHANNELS.values() if one.preference in ADDRESSES and one.takes_messages())


def _preferences_page(typed: NoticePreferences, faults: dict[str, str] | None = None) -> Response:
    title = gettext("Cara pemberitahuan")
    page = render_template(
        "accounts/notice_preferences.html",
        title=gettext("Galat: %(page)s", page=title) if faults else title,
        typed=typed,
        fault_of=faults or {},
        labels=PREFERENCE_LABELS,
        hints=PREFERENCE_HINTS,
        email=current_user.email,
        has_mail=EMAIL.server_url() is not None,
        addresses=_addresses_in_use(),
    )
    return make_response(page, 422 if faults else 200)
