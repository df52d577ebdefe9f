"""Registration of every view, API and menu entry."""

from typing import Any

from flask import Flask, current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.access.current_person import may
from app.choices import lists
from app.papers.labels import why_not_drawn
from views.accounts import notices
from views.accounts.account_page import PATH as ACCOUNT_PATH
from views.accounts.account_page import AccountView
from views.accounts.api_keys import KeyView
from views.accounts.identity_grants import IdentityGrantView
from views.accounts.new_officer import NewOfficerView
from views.accounts.notices import NoticeView
from views.accounts.officer_sheet import OfficerSheetView
from views.accounts.password_links import ForgottenView, NewPasswordView
from views.accounts.second_step import TwoStepView
from views.accounts.session_control import SignInCareView
from views.accounts.single_sign_on import SignOnView
from views.api.cases.complaints import ComplaintsApi
from views.api.cases.worklist import WorklistApi
from views.api.definitions.fields import FieldDefinitionApi
from views.api.definitions.officers import NewOfficerApi
from views.api.definitions.processes import ProcessDraftApi
from views.api.definitions.roles import RoleRightsApi
from views.api.definitions.texts import TextApi
from views.api.docs_api import DocsApi
from views.api.http import http_rules
from views.api.resources.catalogue import RESOURCES
from views.api.resources.routes import api_of
from views.api.sp4n import contracts
from views.api.sp4n.feed import FeedApi
from views.api.sp4n.sp4n import Sp4nApi
from views.cases.complaint_page import ComplaintView
from views.cases.correction import CorrectionView
from views.cases.evidence import EvidenceView
from views.cases.identity import IdentityView
from views.cases.identity_access_log import IdentityBookView
from views.cases.intake import IntakeView, SimilarView
from views.cases.intake_card import IntakeCardView
from views.cases.papers import PaperView, SopSheetView
from views.cases.replace_tracking_code import CodeView
from views.cases.signed_scans import ScanView
from views.choices.lists import ChoiceView
from views.fields.screens import FieldView
from views.monitoring import health, metrics
from views.monitoring.system import FailedMessageView, HealthView
from views.move_in.screens import MoveInView
from views.open311.endpoints import Open311View
from views.public.intake import PublicIntakeView
from views.public.letter_verification import VerificationView
from views.public.open_figures import OpenDataView, StatisticsView
from views.public.tracked_case import TrackedCaseView
from views.public.tracking import TrackingFormView
from views.reference.actors import ActorView
from views.reference.calendar import HolidayView, WorkingWeekView
from views.reference.calendar_change import CalendarChangeView
from views.reference.calendar_files import CalendarFileView
from views.reference.journal import JournalView
from views.reference.letterheads import LetterheadView
from views.reference.national_limits import NationalLimitView
from views.reference.office import OfficeView
from views.reference.organisation import AgencyView, DelegationView, OfficerView
from views.reference.places import CategoryView, DistrictView, VillageView
from views.reference.roles import OfficeRoleView
from views.reference.signing_means import SigningMeansView
from views.reference.sop_comparison import SopComparisonView
from views.reference.sop_steps import SopStepView
from views.reference.sop_versions import SopVersionView
from views.reporting.bottlenecks import BottleneckView
from views.reporting.dashboard import DashboardView
from views.reporting.exports import ExportView
from views.reporting.registers import RegisterView
from views.reporting.rehearsals import RehearsalView
from views.reporting.schedules import ScheduleView
from views.set_up import page as set_up_page
from views.set_up.page import SetUpView
from views.shared.downloads import DownloadView
from views.shared.intake_fields import new_token
from views.sp4n.csv_import import ImportView
from views.sp4n.link import LinkView
from views.sp4n.peer import PeerView
from views.sp4n.quarantine import ConflictView, QuarantineView, inbound_waiting
from views.texts.pages import TextView
from views.texts.standard import OwnTextView, StandardTextView
from views.webhooks.manage import WebhookManageView
from views.webhooks.receivers import WebhookView
from views.worklists import inbox
from views.worklists.bulk_actions import TogetherView
from views.worklists.complaint_list import ComplaintListView
from views.worklists.left_cases import LeftCasesView
from views.worklists.saved_lists import SavedListView

WITHOUT_MENU = (
    ComplaintView,
    AccountView,
    TwoStepView,
    SignInCareView,
    IdentityGrantView,
    NewOfficerView,
    OfficerSheetView,
    SigningMeansView,
    TogetherView,
    SavedListView,
    DownloadView,
    ScanView,
    EvidenceView,
    PaperView,
    SopSheetView,
    LetterheadView,
    VerificationView,
    NoticeView,
    SopComparisonView,
    RehearsalView,
    CodeView,
    IdentityView,
    ImportView,
    MoveInView,
    LinkView,
    QuarantineView,
    ConflictView,
    WebhookView,
    WebhookManageView,
)

DEFINITIONS = (FieldDefinitionApi, TextApi, ProcessDraftApi, RoleRightsApi, NewOfficerApi)
PUBLIC = (
    TrackingFormView,
    TrackedCaseView,
    PublicIntakeView,
    Open311View,
    StatisticsView,
    OpenDataView,
    ForgottenView,
    NewPasswordView,
    SignOnView,
    SetUpView,
)


def register_views(app: Flask) -> None:
    """Register every screen, API, public page and menu entry on the app."""
    app.jinja_env.globals.update(
        account_path=ACCOUNT_PATH, why_not_drawn=why_not_drawn, may=may, public_pages=public_pages, new_token=new_token
    )
    app.jinja_env.globals.update(inbound_waiting=inbound_waiting, lists=lists)
    health.install(app)
    metrics.install(app)
    http_rules.install(app)
    contracts.install()
    inbox.install(app)
    notices.install(app)
    set_up_page.install(app)
    with app.app_context():
        appbuilder = app.appbuilder  # type: ignore[attr-defined]
        for api in (ComplaintsApi, WorklistApi, Sp4nApi, FeedApi, *DEFINITIONS):
            appbuilder.add_api(api)
        for generated in (*map(api_of, RESOURCES), DocsApi):
            appbuilder.add_api(generated)
        _add_lists(appbuilder)
        for view in WITHOUT_MENU:
            appbuilder.add_view_no_menu(view)
        for public in PUBLIC:
            appbuilder.add_view_no_menu(public)
        _add_reports(appbuilder)
        add_reference_views(appbuilder)
        _add_system(appbuilder)
        appbuilder.add_view(PeerView, "SP4N", label=_("SP4N"))


def _add_lists(appbuilder: Any) -> None:
    """Register inbox, lists and intake form with their menu entries."""
    for view in (ComplaintListView, IntakeView, IntakeCardView, SimilarView, CorrectionView, LeftCasesView):
        appbuilder.add_view_no_menu(view)
    appbuilder.add_link("Kotak kerja", href="/", label=_("Kotak Kerja"))
    appbuilder.add_link("Semua aduan", href="/aduan/", label=_("Semua aduan"))
    appbuilder.add_link("Lewat batas", href="/aduan/?lewat=1", label=_("Lewat batas"))
    appbuilder.add_link("Cari pelapor", href="/identitas/cari", label=_("Cari pelapor"))
    appbuilder.add_link("Catat aduan", href="/aduan/baru", label=_("Catat aduan"))


def _add_reports(appbuilder: Any) -> None:
    """Register the reporting pages with their menu entries."""
    for view, name, label in (
        (DashboardView, "Dasbor", _("Dasbor")),
        (RegisterView, "Laporan", _("Laporan")),
        (BottleneckView, "Kemacetan", _("Kemacetan")),
        (ExportView, "Ekspor data", _("Ekspor data")),
        (ScheduleView, "Jadwal laporan", _("Jadwal laporan")),
        (IdentityBookView, "Identitas dibuka", _("Identitas dibuka")),
    ):
        appbuilder.add_view(view, name, label=label)


def _add_system(appbuilder: Any) -> None:
    """Register the system administration pages in the menu group "Sistem"."""
    group = {"category": "Sistem", "category_icon": "settings", "category_label": _("Sistem")}
    for view, name, label in (
        (HealthView, "Kesehatan sistem", _("Kesehatan sistem")),
        (FailedMessageView, "Pesan gagal", _("Pesan gagal")),
        (KeyView, "Kunci API", _("Kunci API")),
    ):
        appbuilder.add_view(view, name, label=label, **group)


def public_pages() -> list[tuple[bool, str, str]]:
    """Return a list of the public pages as (is enabled, path, name); the page that tracks a case is always enabled."""
    settings = current_app.config
    return [
        (settings["PUBLIC_INTAKE"], "/lapor", gettext("Sampaikan aduan")),
        (True, "/lacak", gettext("Lacak aduan")),
        (settings["PUBLIC_FIGURES"], "/statistik", gettext("Statistik")),
    ]


MENU = (
    (OfficeView, "Kantor", _("Kantor"), "home"),
    (AgencyView, "OPD", _("OPD"), "building-community"),
    (OfficerView, "Petugas", _("Petugas"), "id-badge-2"),
    (DelegationView, "Delegasi", _("Delegasi"), "arrows-exchange"),
    (CategoryView, "Kategori", _("Kategori"), "category"),
    (ChoiceView, "Daftar pilihan", _("Daftar pilihan"), "checklist"),
    (FieldView, "Isian tambahan", _("Isian tambahan"), "clipboard-list"),
    (DistrictView, "Kecamatan", _("Kecamatan"), "map-pin"),
    (VillageView, "Desa dan kelurahan", _("Desa dan kelurahan"), "map-pin"),
    (HolidayView, "Hari libur", _("Hari libur"), "calendar"),
    (WorkingWeekView, "Jam kerja", _("Jam kerja"), "clock-hour-4"),
    (NationalLimitView, "Batas nasional", _("Batas nasional"), "hourglass"),
    (ActorView, "Pelaksana SOP", _("Pelaksana SOP"), "user"),
    (OfficeRoleView, "Peran", _("Peran"), "lock"),
    (SopVersionView, "Versi SOP", _("Versi SOP"), "route"),
    (TextView, "Teks", _("Teks"), "message"),
    (StandardTextView, "Teks standar", _("Teks standar"), "message-2"),
)


def add_reference_views(appbuilder: Any) -> None:
    """Register the reference data screens and the journal; most are in the menu group "Data induk".

    SOP steps and the calendar's confirmation and import pages have no menu entry.
    """
    for plain in (SopStepView, CalendarChangeView, CalendarFileView, OwnTextView):
        appbuilder.add_view_no_menu(plain)
    for view, name, label, icon in MENU:
        appbuilder.add_view(
            view,
            name,
            icon=icon,
            label=label,
            category="Data induk",
            category_icon="database",
            category_label=_("Data induk"),
        )
    appbuilder.add_view(JournalView, "Jurnal", icon="history", label=_("Jurnal"))
