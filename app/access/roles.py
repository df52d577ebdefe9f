"""Seed: the permissions of the roles that come with the program, which `migrate` gives them once."""

from app.access.people import ADMINISTRATOR_ROLE, SUPERVISOR_ROLE
from workflow_rules.process.standard_sop import STANDARD_SOP, Officer

INTEGRATION_ROLE = "integration"

Grants = dict[str, tuple[str, ...]]

_OWN_ACCOUNT: Grants = {
    "UserDBModelView": ("can_userinfo",),
    "ResetMyPasswordView": ("can_this_form_get", "can_this_form_post"),
    "UserInfoEditView": ("can_this_form_get", "can_this_form_post"),
    "Notice": ("can_read",),
}
_READ_CASES: Grants = {"Complaint": ("can_read",), "Worklist": ("can_read",), "menu": ("Kotak kerja", "Semua aduan")}
_OWN_TEXTS: Grants = {"OwnText": ("can_read", "can_write")}
_ACT: Grants = {"Complaint": ("can_act",)}
_RECEIVE: Grants = {"Complaint": ("can_receive",), "menu": ("Catat aduan",)}
_LOOK_UP: Grants = {"Reference": ("can_read",)}
_REPORTS: Grants = {
    "Dashboard": ("can_read",),
    "Export": ("can_make",),
    "menu": ("Dasbor", "Ekspor data"),
}
_PLAN_REPORTS: Grants = {"ReportSchedule": ("can_manage",), "menu": ("Jadwal laporan",)}
_LATE: Grants = {"menu": ("Lewat batas",)}
_REGISTERS: Grants = {"Register": ("can_read", "can_make"), "menu": ("Laporan",)}
_JOURNAL: Grants = {"Journal": ("can_read",), "menu": ("Jurnal",)}
_MEASURE: Grants = {"Bottleneck": ("can_read",), "menu": ("Kemacetan",)}
_REHEARSE: Grants = {"Rehearsal": ("can_read",)}
_WATCH: Grants = {"System": ("can_read",), "menu": ("Sistem", "Kesehatan sistem")}
_LOOK_AFTER: Grants = {"System": ("can_manage",), "menu": ("Pesan gagal",)}
_SYNC_READ: Grants = {"Sync": ("can_read",), "menu": ("SP4N",)}
_SYNC: Grants = {"Sync": ("can_read", "can_manage"), "menu": ("SP4N",)}
_WEBHOOKS: Grants = {"Webhook": ("can_manage",)}
_SEARCH_IDENTITIES: Grants = {"Identity": ("can_search",), "menu": ("Cari pelapor",)}
_OPEN_IDENTITIES: Grants = {"Identity": ("can_open",)}
_CALL_REPORTERS: Grants = {"Identity": ("can_call",)}
_WATCH_IDENTITIES: Grants = {"Identity": ("can_read",), "menu": ("Identitas dibuka",)}
_KEYS: Grants = {"ApiKey": ("can_manage",), "menu": ("Kunci API",)}
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
_ADMINISTER: Grants = {
    "Reference": ("can_read", "can_write"),
    "UserDBModelView": (
        "can_list",
        "can_show",
        "can_add",
        "can_edit",
        "can_userinfo",
        "resetpasswords",
        "userinfoedit",
        "resetmypassword",
        "sign_ins",
    ),
    "ResetPasswordView": ("can_this_form_get", "can_this_form_post"),
    "RoleModelView": ("can_list", "can_show"),
    "menu": (*_REFERENCE_MENU, "Teks", "Security", "List Users", "List Roles"),
}


def _together(*parts: Grants) -> Grants:
    merged: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for view, permissions in part.items():
            merged[view] = tuple(dict.fromkeys((*merged.get(view, ()), *permissions)))
    return merged


_OFFICER = _together(_OWN_ACCOUNT, _READ_CASES, _ACT, _LOOK_UP, _REPORTS, _OWN_TEXTS)
_REFERENCE_READER: Grants = {"menu": _REFERENCE_MENU}

ROLE_GRANTS: dict[str, Grants] = {
    **{actor: _together(_OFFICER, _LATE) for actor in sorted(STANDARD_SOP.agency_actors)},
    **{actor: _together(_OFFICER, _LATE, _MEASURE, _REGISTERS) for actor in sorted(STANDARD_SOP.office_actors)},
    Officer.AGENCY_SECRETARY.value: _together(_OFFICER, _LATE, _CALL_REPORTERS),
    # The Admin checks the reporter's identity (SOP step 1) and answers the reporter (step 11); the Kepala Seksi checks
    # the registration (step 2).
    Officer.SECTION_HEAD.value: _together(_OFFICER, _LATE, _MEASURE, _REGISTERS, _SEARCH_IDENTITIES, _OPEN_IDENTITIES),
    Officer.COMPLAINT_ADMIN.value: _together(
        *(_OFFICER, _LATE, _MEASURE, _RECEIVE, _REFERENCE_READER, _REGISTERS, _SYNC),
        *(_SEARCH_IDENTITIES, _OPEN_IDENTITIES),
    ),
    SUPERVISOR_ROLE: _together(
        *(_OFFICER, _LATE, _MEASURE, _REGISTERS, _PLAN_REPORTS, _JOURNAL, _WATCH, _REHEARSE, _SYNC_READ),
        *(_SEARCH_IDENTITIES, _WATCH_IDENTITIES),
    ),
    ADMINISTRATOR_ROLE: _together(
        _OWN_ACCOUNT, _ADMINISTER, _JOURNAL, _WATCH, _LOOK_AFTER, _REHEARSE, _SYNC, _WEBHOOKS, _KEYS
    ),
    INTEGRATION_ROLE: {},
}


def permissions_on(view: str) -> list[str]:
    """Return a sorted list of the names of the FAB permissions that any role has on a view. All views of one name must
    use this list as `base_permissions`, because FAB removes permissions that the last registered view does not list.
    """
    return sorted({name for grants in ROLE_GRANTS.values() for name in grants.get(view, ())})
