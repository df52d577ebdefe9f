"""The screens of reference data in the menu, under the names that the role table grants."""

from typing import Any

from flask_babel import lazy_gettext as _

from views.calendar_change_views import CalendarChangeView
from views.calendar_file_views import CalendarFileView
from views.calendar_views import HolidayView, WorkingWeekView
from views.journal_views import JournalView
from views.national_limit_views import NationalLimitView
from views.organisation_views import AgencyView, DelegationView, OfficerView
from views.place_views import CategoryView, DistrictView, VillageView
from views.sop_views import SopStepView, SopVersionView

MENU = (
    (AgencyView, "OPD", _("OPD"), "building-community"),
    (OfficerView, "Petugas", _("Petugas"), "id-badge-2"),
    (DelegationView, "Delegasi", _("Delegasi"), "arrows-exchange"),
    (CategoryView, "Kategori", _("Kategori"), "category"),
    (DistrictView, "Kecamatan", _("Kecamatan"), "map-pin"),
    (VillageView, "Desa dan kelurahan", _("Desa dan kelurahan"), "map-pin"),
    (HolidayView, "Hari libur", _("Hari libur"), "calendar"),
    (WorkingWeekView, "Jam kerja", _("Jam kerja"), "clock-hour-4"),
    (NationalLimitView, "Batas nasional", _("Batas nasional"), "hourglass"),
    (SopVersionView, "Versi SOP", _("Versi SOP"), "route"),
)


def add_reference_views(appbuilder: Any) -> None:
    """Every screen with its place in the menu group "Data induk"; the rows of a version are reached through it."""
    for plain in (SopStepView, CalendarChangeView, CalendarFileView):
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
