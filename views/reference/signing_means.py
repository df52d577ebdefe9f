"""An officer's own means of electronic signing: certificate file, and NIK for BSrE."""

from flask import flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.papers.signing.certificate_file import LARGEST_FILE, CertificateFault, UnfitCertificate
from app.papers.signing.signing_means import masked_nik, means_of, remove_certificate, save_certificate, save_nik
from app.vocabulary.signing import CERTIFICATE_FAULTS
from views.shared.screen_access import for_officers
from views.shared.uploads import read_upload

PATH = "/akun/tanda-tangan/"
PERMISSION_VIEW = "UserDBModelView"
LONGEST_PASSPHRASE = 500
_AT_PASSPHRASE = frozenset({CertificateFault.NO_PASSPHRASE, CertificateFault.NOT_OPENED})


class SigningMeansView(BaseView):
    """Screen of the signed-in user's means of electronic signing: certificate file and NIK."""

    route_base = "/akun/tanda-tangan"
    default_view = "show"
    class_permission_name = PERMISSION_VIEW
    base_permissions = permissions_on(PERMISSION_VIEW)

    @expose("/")
    @for_officers("can_userinfo", PERMISSION_VIEW)
    def show(self) -> str:
        """Show the signed-in user's page of their stored certificate and NIK, with the forms to change them."""
        return _page()

    @expose("/sertifikat", methods=["POST"])
    @for_officers("can_userinfo", PERMISSION_VIEW)
    def upload(self) -> Response:
        """Store the uploaded certificate file of the signed-in user, replacing the previous one, and redirect to its
        page.

        An unusable file or passphrase shows the page again with status 422.
        """
        content, passphrase = read_upload("certificate", LARGEST_FILE), request.form.get("passphrase", "")
        try:
            save_certificate(current_user.id, content, passphrase[:LONGEST_PASSPHRASE], utc_now())
        except UnfitCertificate as unfit:
            field = "passphrase" if unfit.fault in _AT_PASSPHRASE else "certificate"
            return Response(_page({field: str(CERTIFICATE_FAULTS[unfit.fault.value])}), 422, mimetype="text/html")
        flash(gettext("Sertifikat dipasang."), "success")
        return redirect(PATH, 303)

    @expose("/sertifikat/hapus", methods=["POST"])
    @for_officers("can_userinfo", PERMISSION_VIEW)
    def remove(self) -> Response:
        """Delete the signed-in user's stored certificate file and redirect to its page; nothing happens without a
        certificate.
        """
        if remove_certificate(current_user.id, utc_now()):
            flash(gettext("Sertifikat dihapus dari sistem ini."), "success")
        return redirect(PATH, 303)

    @expose("/nik", methods=["POST"])
    @for_officers("can_userinfo", PERMISSION_VIEW)
    def nik(self) -> Response:
        """Store the signed-in user's NIK, or delete it if the field is empty, and redirect to its page.

        An invalid NIK shows the page again with status 422.
        """
        if not save_nik(current_user.id, request.form.get("nik", ""), utc_now()):
            return Response(_page({"nik": str(CERTIFICATE_FAULTS["bad_nik"])}), 422, mimetype="text/html")
        flash(gettext("NIK disimpan."), "success")
        return redirect(PATH, 303)


def _page(errors: dict[str, str] | None = None) -> str:
    means = means_of(current_user.id)
    title = gettext("Tanda tangan elektronik")
    page: str = render_template(
        "reference/signing_means.html",
        title=gettext("Galat: %(title)s", title=title) if errors else title,
        means=means,
        nik=masked_nik(means.nik if means else None),
        errors=errors or {},
        now=utc_now(),
    )
    return page
