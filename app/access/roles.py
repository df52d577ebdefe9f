"""Rights of roles: what each opens in the program, and the roles that come with it, which `migrate` gives them once."""

from dataclasses import dataclass
from enum import StrEnum

from app.models.role import ADMINISTRATOR, SUPERVISOR
from workflow_rules.process.standard_sop import STANDARD_SOP, Officer

INTEGRATION_ROLE = "integration"

Pair = tuple[str, str]
"""Permission and view; a menu item is a view with the permission menu_access."""


class RightFor(StrEnum):
    """An enum of the roles to which a right may be given; the others could not use it, or must not have it.

    `ACTING`: roles that act in the process; `SEEING`: these, and supervisors; `ADMINISTRATORS`: only their own roles.
    """

    ALL = "all"
    ACTING = "acting"
    SEEING = "seeing"
    ADMINISTRATORS = "administrators"


@dataclass(frozen=True)
class Right:
    """A value object: what a role may do, as one decision of the office. `pairs` are the permissions that it takes;
    `identity` marks a right that opens, searches or watches the identity of any reporter.
    """

    group: str
    pairs: frozenset[Pair]
    given_to: RightFor = RightFor.ALL
    identity: bool = False


def _right(group: str, menu: tuple[str, ...] = (), given_to: RightFor = RightFor.ALL, **views: str) -> Right:
    """Return a Right: for each view its permissions, separated by spaces, and the menu items."""
    pairs = {(permission, view) for view, permissions in views.items() for permission in permissions.split()}
    return Right(group, frozenset(pairs | {("menu_access", item) for item in menu}), given_to)


def _identity(right: Right) -> Right:
    return Right(right.group, right.pairs, right.given_to, identity=True)


_REFERENCE_MENU = (
    "Data induk",
    "OPD",
    "Petugas",
    "Delegasi",
    "Kategori",
    "Daftar pilihan",
    "Isian tambahan",
    "Kecamatan",
    "Desa dan kelurahan",
    "Hari libur",
    "Jam kerja",
    "Batas nasional",
    "Pelaksana SOP",
    "Versi SOP",
    "Teks standar",
)
_ACCOUNTS = "can_list can_show can_add can_edit can_userinfo resetpasswords userinfoedit resetmypassword sign_ins"

OWN_ACCOUNT = _right(
    "account",
    UserDBModelView="can_userinfo",
    ResetMyPasswordView="can_this_form_get can_this_form_post",
    UserInfoEditView="can_this_form_get can_this_form_post",
    Notice="can_read",
)
"""What every role has, and none can lose."""

RIGHTS: dict[str, Right] = {
    "read_cases": _right("cases", ("Kotak kerja", "Semua aduan"), Complaint="can_read", Worklist="can_read"),
    "late_cases": _right("cases", ("Lewat batas",)),
    "act": _right("cases", given_to=RightFor.SEEING, Complaint="can_act"),
    "receive": _right("cases", ("Catat aduan",), RightFor.ACTING, Complaint="can_receive"),
    "own_texts": _right("cases", OwnText="can_read can_write"),
    "sync_read": _right("cases", ("SP4N",), Sync="can_read"),
    "dashboard": _right("reports", ("Dasbor",), Dashboard="can_read"),
    "export": _right("reports", ("Ekspor data",), Export="can_make"),
    "registers": _right("reports", ("Laporan",), Register="can_read can_make"),
    "bottlenecks": _right("reports", ("Kemacetan",), Bottleneck="can_read"),
    "plan_reports": _right("reports", ("Jadwal laporan",), ReportSchedule="can_manage"),
    "open_identities": _identity(_right("identity", given_to=RightFor.ACTING, Identity="can_open")),
    "search_identities": _identity(_right("identity", ("Cari pelapor",), RightFor.SEEING, Identity="can_search")),
    "watch_identities": _identity(_right("identity", ("Identitas dibuka",), RightFor.SEEING, Identity="can_read")),
    "call_reporters": _right("identity", given_to=RightFor.ACTING, Identity="can_call"),
    "look_up": _right("office", Reference="can_read"),
    "reference_menu": _right("office", _REFERENCE_MENU, Reference="can_read"),
    "journal": _right("office", ("Jurnal",), Journal="can_read"),
    "rehearse": _right("office", Rehearsal="can_read"),
    "administer": _right(
        "office",
        (*_REFERENCE_MENU, "Teks", "Peran", "Security", "List Users"),
        RightFor.ADMINISTRATORS,
        Reference="can_read can_write",
        OfficeRole="can_read can_write",
        UserDBModelView=_ACCOUNTS,
        ResetPasswordView="can_this_form_get can_this_form_post",
    ),
    "sync": _right("system", ("SP4N",), Sync="can_read can_manage"),
    "watch_system": _right("system", ("Sistem", "Kesehatan sistem"), System="can_read"),
    "manage_system": _right("system", ("Pesan gagal",), RightFor.ADMINISTRATORS, System="can_manage"),
    "webhooks": _right("system", given_to=RightFor.ADMINISTRATORS, Webhook="can_manage"),
    "api_keys": _right("system", ("Kunci API",), RightFor.ADMINISTRATORS, ApiKey="can_manage"),
}

_OFFICER = ("read_cases", "act", "look_up", "dashboard", "export", "own_texts", "late_cases")
_OFFICE = (*_OFFICER, "bottlenecks", "registers")

SEEDED_ROLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(sorted(STANDARD_SOP.agency_actors), _OFFICER),
    **dict.fromkeys(sorted(STANDARD_SOP.office_actors), _OFFICE),
    Officer.AGENCY_SECRETARY.value: (*_OFFICER, "call_reporters"),
    # The Admin checks the reporter's identity (SOP step 1) and answers the reporter (step 11); the Kepala Seksi checks
    # the registration (step 2).
    Officer.SECTION_HEAD.value: (*_OFFICE, "search_identities", "open_identities"),
    Officer.COMPLAINT_ADMIN.value: (
        *(*_OFFICE, "receive", "reference_menu", "sync_read", "sync"),
        *("search_identities", "open_identities"),
    ),
    SUPERVISOR: (
        *(*_OFFICE, "plan_reports", "journal", "watch_system", "rehearse", "sync_read"),
        *("search_identities", "watch_identities"),
    ),
    ADMINISTRATOR: (
        *("look_up", "reference_menu", "administer", "journal", "watch_system", "manage_system", "rehearse"),
        *("sync_read", "sync", "webhooks", "api_keys"),
    ),
    INTEGRATION_ROLE: (),
}
"""Codes of the rights of the roles that come with the program, besides those of the own account."""


def seeded_pairs(role: str) -> frozenset[Pair]:
    """Return the permissions that a role has which comes with the program."""
    own = OWN_ACCOUNT.pairs if role != INTEGRATION_ROLE else frozenset[Pair]()
    return own.union(*(RIGHTS[code].pairs for code in SEEDED_ROLES[role]))


def permissions_on(view: str) -> list[str]:
    """Return a sorted list of the names of the FAB permissions that any role may have on a view. All views of one name
    must use this list as `base_permissions`, because FAB removes permissions that the last registered view does not
    list.
    """
    rights = (OWN_ACCOUNT, *RIGHTS.values())
    return sorted({permission for right in rights for permission, of in right.pairs if of == view})
