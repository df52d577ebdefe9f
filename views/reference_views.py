"""The screens of reference data in the menu, under the names that the role table grants."""

from typing import Any

from flask_babel import lazy_gettext as _

from views.reference.calendar import HolidayView, WorkingWeekView
from views.reference.calendar_change import CalendarChangeView
from views.reference.calendar_files import CalendarFileView
from views.reference.journal import JournalView
from views.reference.national_limits import NationalLimitView
from views.reference.organisation import AgencyView, DelegationView, OfficerView
from views.reference.places import CategoryView, DistrictView, VillageView
from views.reference.sop_versions import SopStepView, SopVersionView

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
