"""The whole menu and every door on one screen."""

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _

from views import health_views, inbox_views, notice_views, queue_views
from views.account_page import PATH as ACCOUNT_PATH
from views.account_page import AccountView
from views.api.complaints_api import ComplaintsApi
from views.api.sp4n_api import Sp4nApi
from views.api.worklist_api import WorklistApi
from views.complaint_list_views import ComplaintListView
from views.complaint_views import ComplaintView
from views.download_views import DownloadView
from views.intake_views import IntakeView
from views.notice_views import NoticeView
from views.reference_views import add_reference_views
from views.saved_list_views import SavedListView
from views.similar_views import SimilarView
from views.sop_comparison import SopComparisonView
from views.system_views import FailedMessageView, HealthView
from views.together_views import TogetherView
from views.tracked_case_views import TrackedCaseView
from views.tracking_views import TrackingGateView
from views.verification_views import VerificationView

WITHOUT_MENU = (
    ComplaintView,
    AccountView,
    TogetherView,
    SavedListView,
    DownloadView,
    VerificationView,
    NoticeView,
    SopComparisonView,
)


def register_views(app: Flask) -> None:
    """Put every screen, API and public page onto a core app."""
    app.jinja_env.globals["account_path"] = ACCOUNT_PATH
    health_views.install(app)
    inbox_views.install(app)
    notice_views.install(app)
    queue_views.install(app)
    with app.app_context():
        appbuilder = app.appbuilder  # type: ignore[attr-defined]
        for api in (ComplaintsApi, WorklistApi, Sp4nApi):
            appbuilder.add_api(api)
        _add_lists(appbuilder)
        for view in WITHOUT_MENU:
            appbuilder.add_view_no_menu(view)
        for public in (TrackingGateView, TrackedCaseView):
            appbuilder.add_view_no_menu(public)
        add_reference_views(appbuilder)
        _add_system(appbuilder)


def _add_lists(appbuilder: Any) -> None:
    """The inbox (the framework's index view), the lists and the intake form, with their places in the menu."""
    for view in (ComplaintListView, IntakeView, SimilarView):
        appbuilder.add_view_no_menu(view)
    appbuilder.add_link("Kotak kerja", href="/", label=_("Kotak Kerja"))
    appbuilder.add_link("Semua aduan", href="/aduan/", label=_("Semua aduan"))
    appbuilder.add_link("Lewat batas", href="/aduan/?lewat=1", label=_("Lewat batas"))
    appbuilder.add_link("Catat aduan", href="/aduan/baru", label=_("Catat aduan"))


def _add_system(appbuilder: Any) -> None:
    """What the person who looks after the program needs, in a menu group of its own."""
    group = {"category": "Sistem", "category_icon": "settings", "category_label": _("Sistem")}
    for view, name, label in (
        (HealthView, "Kesehatan sistem", _("Kesehatan sistem")),
        (FailedMessageView, "Pesan gagal", _("Pesan gagal")),
    ):
        appbuilder.add_view(view, name, label=label, **group)
    appbuilder.add_link("Antrean kerja", href=f"{queue_views.PATH}/", label=_("Antrean kerja"), **group)
