"""System administration pages: health, failed jobs, messages that could not be sent."""

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template
from flask_appbuilder import BaseView, expose
from flask_babel import gettext, ngettext
from redis.exceptions import RedisError
from werkzeug.wrappers import Response

from app.access.current_person import may
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.delivery.deliver import send_again, send_all_again
from app.monitoring.failed_jobs import SHOWN as JOBS_SHOWN
from app.monitoring.failed_jobs import read_failed_jobs, retry_job
from app.monitoring.gauges import read_queues
from app.monitoring.health import redis_answers
from app.notices.failed_deliveries import SHOWN, count_failed, failed_messages
from app.outbound.notification_channels import CHANNELS, EMAIL
from views.monitoring.findings import all_findings, how_long
from views.monitoring.labels import QUEUES
from views.shared.screen_access import for_officers


class HealthView(BaseView):
    """The health page for administrators and supervisors."""

    route_base = "/kesehatan"
    default_view = "show"
    class_permission_name = "System"
    base_permissions = permissions_on("System")

    @expose("/")
    @for_officers("can_read", "System")
    def show(self) -> str:
        """Show administrators and supervisors the health page: the state of every part of the program, broken ones
        first, and the failed jobs.
        """
        redis = redis_answers()  # asked once, since an unreachable Redis costs a timeout
        findings, now = all_findings(utc_now(), redis), utc_now()
        page: str = render_template(
            "monitoring/health.html",
            title=gettext("Kesehatan sistem"),
            findings=findings,
            troubled=[finding for finding in findings if finding.state != "ok"],
            jobs=_jobs(now) if redis else None,
            queue_labels=QUEUES,
            now=now,
            manages=may("can_manage", "System"),
        )
        return page

    @expose("/pekerjaan/<job_id>/ulang", methods=["POST"])
    @for_officers("can_manage", "System")
    def retry(self, job_id: str) -> Response:
        """Queue a failed background job again and redirect to the health page.

        A job that is not failed any more is left unchanged with a notice; an unreachable Redis becomes a message there.
        """
        try:
            if retry_job(job_id):
                flash(gettext("Pekerjaan dijalankan lagi. Bila tetap gagal, ia kembali ke daftar ini."), "success")
            else:
                flash(gettext("Pekerjaan ini tidak gagal lagi: sudah dijalankan lagi atau sudah dihapus."), "info")
        except RedisError:
            flash(gettext("Redis tidak menjawab, jadi pekerjaan ini belum dijalankan lagi."), "danger")
        return redirect("/kesehatan/", 303)


def _jobs(now: datetime) -> dict[str, Any] | None:
    """Return the template values (dict) of queues and failed jobs; None if Redis does not answer."""
    try:
        failed, count = read_failed_jobs()
        queues = [
            {
                "label": QUEUES[name],
                "waiting": queue.waiting,
                "oldest": how_long(queue.oldest) if queue.waiting else "",
                "failed": queue.failed,
            }
            for name, queue in read_queues(now).items()
        ]
    except RedisError:
        return None
    return {"queues": queues, "failed": failed, "count": count, "shown": JOBS_SHOWN}


class FailedMessageView(BaseView):
    """Administrator's screen of messages that failed finally, with buttons to send them again."""

    route_base = "/pesan-gagal"
    default_view = "list"
    class_permission_name = "System"
    base_permissions = permissions_on("System")

    @expose("/")
    @for_officers("can_manage", "System")
    def list(self) -> str:
        """Show the administrator the page of the failed messages with recipient, channel, time and reason."""
        page: str = render_template(
            "monitoring/failed.html",
            title=gettext("Pesan gagal"),
            lines=failed_messages(),
            count=count_failed(),
            shown=SHOWN,
            channels={name: channel.label for name, channel in CHANNELS.items()},
            has_mail=EMAIL.server_url() is not None,
            now=utc_now(),
        )
        return page

    @expose("/kirim-lagi", methods=["GET"])
    @for_officers("can_manage", "System")
    def ask_for_all(self) -> str | Response:
        """Show the confirmation page for sending all failed messages again; redirects to the list if there are none."""
        count = count_failed()
        if not count:
            return _none_failed()
        page: str = render_template("monitoring/send_all.html", title=gettext("Kirim lagi semua"), count=count)
        return page

    @expose("/kirim-lagi", methods=["POST"])
    @for_officers("can_manage", "System")
    def all_again(self) -> Response:
        """Queue all failed messages again and redirect to their list; a repeated request finds none and changes
        nothing.
        """
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
        """Queue one failed message again and redirect to the list of failed messages.

        A message that is not failed any more, or is unknown, changes nothing and gives a notice.
        """
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
