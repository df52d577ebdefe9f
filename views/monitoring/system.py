"""For whoever looks after the program: what is broken and what to do, and messages that were given up."""

from flask import abort, current_app, flash, redirect, render_template
from flask_appbuilder import BaseView, expose
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.access.current_person import may
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.delivery.deliver import send_again, send_all_again
from app.notices.failed_deliveries import SHOWN, count_failed, failed_messages
from app.notices.labels import CHANNELS
from views.monitoring.findings import look_at_everything
from views.shared.list_address import LARGEST_ID
from views.shared.screen_access import for_officers


class HealthView(BaseView):
    """The state of every part in words, for administrator and supervisor."""

    route_base = "/kesehatan"
    default_view = "show"
    class_permission_name = "System"
    base_permissions = permissions_on("System")

    @expose("/")
    @for_officers("can_read", "System")
    def show(self) -> str:
        """Every part, the broken ones first."""
        findings, now = look_at_everything(utc_now()), utc_now()
        page: str = render_template(
            "system/health.html",
            title=gettext("Kesehatan sistem"),
            findings=findings,
            troubled=[finding for finding in findings if finding.state != "ok"],
            now=now,
            manages=may("can_manage", "System"),
        )
        return page


class FailedMessageView(BaseView):
    """Messages that were given up, and the button that gives them another chance."""

    route_base = "/pesan-gagal"
    default_view = "list"
    class_permission_name = "System"
    base_permissions = permissions_on("System")

    @expose("/")
    @for_officers("can_manage", "System")
    def list(self) -> str:
        """To whom, by which channel, since when, and why it failed."""
        page: str = render_template(
            "system/failed.html",
            title=gettext("Pesan gagal"),
            lines=failed_messages(),
            count=count_failed(),
            shown=SHOWN,
            channels=CHANNELS,
            has_mail=bool(current_app.config.get("SMTP_URL")),
            now=utc_now(),
        )
        return page

    @expose("/kirim-lagi", methods=["GET"])
    @for_officers("can_manage", "System")
    def ask_for_all(self) -> str | Response:
        """How many would be sent again, and whether that is meant."""
        count = count_failed()
        if not count:
            return _none_failed()
        page: str = render_template("system/send_all.html", title=gettext("Kirim lagi semua"), count=count)
        return page

    @expose("/kirim-lagi", methods=["POST"])
    @for_officers("can_manage", "System")
    def all_again(self) -> Response:
        """Queue all of them anew; pressed twice, the second time finds none."""
        count = send_all_again(utc_now())
        if not count:
            return _none_failed()
        sentence = ngettext(
            "%(num)d pesan dikirim lagi. Yang tetap gagal kembali ke daftar ini.",
            "%(num)d pesan dikirim lagi. Yang tetap gagal kembali ke daftar ini.",
            count,
        )
        flash(sentence, "success")
        return redirect("/pesan-gagal/", 303)

    @expose("/<int:delivery_id>/kirim-lagi", methods=["POST"])
    @for_officers("can_manage", "System")
    def again(self, delivery_id: int) -> Response:
        """Queue it anew; one that somebody else has queued meanwhile is said to be on its way."""
        if delivery_id > LARGEST_ID:
            abort(404)
        if send_again(delivery_id, utc_now()):
            flash(gettext("Pesan dikirim lagi. Bila tetap gagal, pesan kembali ke daftar ini."), "success")
        else:
            flash(gettext("Pesan ini tidak gagal lagi: sudah dikirim atau sedang menunggu."), "info")
        return redirect("/pesan-gagal/", 303)


def _none_failed() -> Response:
    flash(gettext("Tidak ada pesan gagal: semuanya sudah dikirim atau sedang menunggu."), "info")
    return redirect("/pesan-gagal/", 303)
