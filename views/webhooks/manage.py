"""Management of webhook endpoints by the administrator."""

from collections.abc import Callable
from datetime import datetime, time

from flask import abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import office_zone, utc_now
from app.core.identifiers import LARGEST_ID
from app.models import WebhookEndpoint
from app.webhooks import manage as webhooks
from app.webhooks.labels import FORM_FAULTS
from app.webhooks.manage import EndpointInput, FormIsOld, NameTaken
from app.webhooks.payload import EVERY_TYPE
from views.shared.list_address import as_day
from views.shared.screen_access import for_officers
from views.webhooks.form import WebhookForm, form_of, sent_form, sent_version, type_choices
from views.webhooks.receivers import PATH, known_endpoint

OVERLAPS = (0, 24, 72, 168)
"""Selectable hours for which deliveries are signed with the old secret too."""


class WebhookManageView(BaseView):
    """Administrator's screens of webhook endpoints; a secret is shown only once, to the one who created it."""

    route_base = PATH
    default_view = "blank"
    class_permission_name = "Webhook"
    base_permissions = permissions_on("Webhook")

    @expose("/baru", methods=["GET"])
    @for_officers("can_manage", "Webhook")
    def blank(self) -> str:
        return _form_page(WebhookForm(), None)

    @expose("/baru", methods=["POST"])
    @for_officers("can_manage", "Webhook")
    def add(self) -> str | tuple[str, int]:
        """Create a webhook endpoint, commit, and show the page with its secret, only this once.

        Errors, also a name that exists, show the form again with status 422.
        """
        made: list[WebhookEndpoint] = []
        form = sent_form()
        if not _saved(form, lambda given: made.append(webhooks.add_endpoint(given, current_person().id, utc_now()))):
            return _form_page(form, None), 422
        return _secret_page(made[0])

    @expose("/<int:endpoint_id>/ubah", methods=["GET"])
    @for_officers("can_manage", "Webhook")
    def edit(self, endpoint_id: int) -> str:
        endpoint = known_endpoint(endpoint_id)
        return _form_page(form_of(endpoint), endpoint)

    @expose("/<int:endpoint_id>/ubah", methods=["POST"])
    @for_officers("can_manage", "Webhook")
    def change(self, endpoint_id: int) -> Response | tuple[str, int]:
        endpoint, form, by = known_endpoint(endpoint_id), sent_form(), current_person().id
        try:
            change = webhooks.change_endpoint
            if not _saved(form, lambda given: change(endpoint.id, given, form.version, by, utc_now())):
                return _form_page(form, endpoint), 422
        except FormIsOld:
            return _reject_old_form(endpoint_id)
        flash(gettext("Penerima “%(name)s” disimpan.", name=form.name), "success")
        return _back_to(endpoint_id)

    @expose("/<int:endpoint_id>/rahasia", methods=["GET"])
    @for_officers("can_manage", "Webhook")
    def ask_rotation(self, endpoint_id: int) -> str:
        """Show the form that replaces an endpoint's secret; it asks how long the old one stays valid. 404 for an
        unknown one.
        """
        return render_template(
            "webhooks/rotate.html",
            title=gettext("Ganti rahasia"),
            endpoint=known_endpoint(endpoint_id),
            overlaps=OVERLAPS,
        )

    @expose("/<int:endpoint_id>/rahasia", methods=["POST"])
    @for_officers("can_manage", "Webhook")
    def rotate(self, endpoint_id: int) -> str | Response:
        """Replace the secret of a webhook endpoint, commit, and show the page with the new secret, only this once.

        400 for an unknown overlap, 404 for an unknown endpoint. A form rendered before the last change redirects to the
        endpoint's page with a message.
        """
        known_endpoint(endpoint_id)
        hours = request.form.get("jam", "24")
        if hours not in map(str, OVERLAPS):
            abort(400)
        try:
            by = current_person().id
            return _secret_page(webhooks.rotate_secret(endpoint_id, sent_version(), int(hours), by, utc_now()))
        except FormIsOld:
            return _reject_old_form(endpoint_id)

    @expose("/<int:endpoint_id>/aktif", methods=["POST"])
    @for_officers("can_manage", "Webhook")
    def switch(self, endpoint_id: int) -> Response:
        """Enable or disable a webhook endpoint, as `aktif` says, and redirect to its page; 404 if it is unknown."""
        known_endpoint(endpoint_id)
        active = request.form.get("aktif") == "1"
        webhooks.switch_endpoint(endpoint_id, active, current_person().id, utc_now())
        if active:
            flash(gettext("Penerima aktif. Perubahan selama nonaktif ikut dikirim, berurutan."), "success")
        else:
            flash(gettext("Penerima nonaktif. Yang belum terkirim menunggu sampai diaktifkan kembali."), "success")
        return _back_to(endpoint_id)

    @expose("/<int:endpoint_id>/percobaan", methods=["POST"])
    @for_officers("can_manage", "Webhook")
    def test(self, endpoint_id: int) -> Response:
        known_endpoint(endpoint_id)
        message_id = webhooks.send_test(endpoint_id, utc_now())
        flash(gettext("Kiriman percobaan dikirim. Muat ulang halaman ini untuk melihat jawabannya."), "success")
        return redirect(f"{PATH}/{endpoint_id}/kiriman/{message_id}", 303)

    @expose("/<int:endpoint_id>/kirim-lagi", methods=["POST"])
    @for_officers("can_manage", "Webhook")
    def again_since(self, endpoint_id: int) -> Response:
        """Queue again all messages of an endpoint that failed for good since an office date (`sejak`), and redirect to
        its page.

        With `semua` the delivered ones are sent again too. Without a readable date nothing is queued, with a warning.
        """
        known_endpoint(endpoint_id)
        day = as_day(request.form.get("sejak"))
        if day is None:
            flash(gettext("Pilih tanggal mulai kirim ulang."), "warning")
            return _back_to(endpoint_id)
        states = ("parked", "delivered") if request.form.get("semua") == "1" else ("parked",)
        since = datetime.combine(day, time.min, office_zone())
        count = webhooks.send_again_since(endpoint_id, since, states, utc_now())
        flash(ngettext("%(num)d kiriman dikirim ulang.", "%(num)d kiriman dikirim ulang.", count), "success")
        return _back_to(endpoint_id)

    @expose("/<int:endpoint_id>/kiriman/<int:message_id>/kirim-lagi", methods=["POST"])
    @for_officers("can_manage", "Webhook")
    def again(self, endpoint_id: int, message_id: int) -> Response:
        known_endpoint(endpoint_id)
        if message_id > LARGEST_ID:
            abort(404)
        if webhooks.send_again(endpoint_id, message_id, utc_now()):
            flash(gettext("Kiriman dikirim ulang dengan tanda pengenal yang sama."), "success")
        else:
            flash(gettext("Kiriman ini sudah menunggu, atau hanya percobaan."), "info")
        return redirect(f"{PATH}/{endpoint_id}", 303)


def _saved(form: WebhookForm, save: Callable[[EndpointInput], object]) -> bool:
    """Return whether the form is valid and `save` stored it; else the errors are in `form.faults`."""
    given = form.endpoint_input()
    if given is None:
        return False
    try:
        save(given)
    except NameTaken:
        form.faults["nama"] = str(FORM_FAULTS["name_taken"])
    return not form.faults


def _form_page(form: WebhookForm, endpoint: WebhookEndpoint | None) -> str:
    title = gettext("Ubah penerima webhook") if endpoint else gettext("Penerima webhook baru")
    choices = type_choices()
    page: str = render_template(
        "webhooks/form.html", title=title, form=form, endpoint=endpoint, choices=choices, every_type=EVERY_TYPE
    )
    return page


def _secret_page(endpoint: WebhookEndpoint) -> str:
    page: str = render_template("webhooks/secret.html", title=gettext("Rahasia webhook"), endpoint=endpoint)
    return page


def _back_to(endpoint_id: int) -> Response:
    return redirect(f"{PATH}/{endpoint_id}", 303)


def _reject_old_form(endpoint_id: int) -> Response:
    flash(gettext("Penerima ini sudah berubah sejak formulir dibuka. Periksa dahulu, lalu ulangi."), "warning")
    return _back_to(endpoint_id)
