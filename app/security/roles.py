"""Who may open which door: one table, written exactly into FAB's roles by `migrate`."""

from app.queries.people import ADMINISTRATOR_ROLE, SUPERVISOR_ROLE
from workflow_rules.actors import AGENCY_ACTORS, OFFICE_ACTORS, Actor

INTEGRATION_ROLE = "integration"

Grants = dict[str, tuple[str, ...]]

_OWN_ACCOUNT: Grants = {
    "UserDBModelView": ("can_userinfo",),
    "ResetMyPasswordView": ("can_this_form_get", "can_this_form_post"),
    "UserInfoEditView": ("can_this_form_get", "can_this_form_post"),
    "Notice": ("can_read",),
}
_READ_CASES: Grants = {"Complaint": ("can_read",), "Worklist": ("can_read",), "menu": ("Kotak kerja", "Semua aduan")}
_ACT: Grants = {"Complaint": ("can_act",)}
_RECEIVE: Grants = {"Complaint": ("can_receive",), "menu": ("Catat aduan",)}
_LOOK_UP: Grants = {"Reference": ("can_read",)}
_LATE: Grants = {"menu": ("Lewat batas",)}
_JOURNAL: Grants = {"Journal": ("can_read",), "menu": ("Jurnal",)}
_WATCH: Grants = {"System": ("can_read",), "menu": ("Sistem", "Kesehatan sistem")}
_LOOK_AFTER: Grants = {"System": ("can_manage",), "menu": ("Pesan gagal", "Antrean kerja")}
_REFERENCE_MENU = (
    "Data induk",
    "OPD",
    "Petugas",
    "Delegasi",
    "Kategori",
    "Kecamatan",
    "Desa dan kelurahan",
    "Hari libur",
    "Jam kerja",
    "Batas nasional",
    "Versi SOP",
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
    ),
    "ResetPasswordView": ("can_this_form_get", "can_this_form_post"),
    "RoleModelView": ("can_list", "can_show"),
    "menu": (*_REFERENCE_MENU, "Security", "List Users", "List Roles"),
}


def _together(*parts: Grants) -> Grants:
    merged: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for view, permissions in part.items():
            merged[view] = tuple(dict.fromkeys((*merged.get(view, ()), *permissions)))
    return merged


_OFFICER = _together(_OWN_ACCOUNT, _READ_CASES, _ACT, _LOOK_UP)
_REFERENCE_READER: Grants = {"menu": _REFERENCE_MENU}

ROLE_GRANTS: dict[str, Grants] = {
    **{actor.value: _together(_OFFICER, _LATE) for actor in sorted(OFFICE_ACTORS | AGENCY_ACTORS)},
    Actor.COMPLAINT_ADMIN.value: _together(_OFFICER, _LATE, _RECEIVE, _REFERENCE_READER),
    SUPERVISOR_ROLE: _together(_OFFICER, _LATE, _JOURNAL, _WATCH),
    ADMINISTRATOR_ROLE: _together(_OWN_ACCOUNT, _ADMINISTER, _JOURNAL, _WATCH, _LOOK_AFTER),
    INTEGRATION_ROLE: {},
}


def permissions_on(view: str) -> list[str]:
    """Every permission some role has on a door; all views that share its name give this as their `base_permissions`,
    since the framework takes away what the last of them does not name.
    """
    return sorted({name for grants in ROLE_GRANTS.values() for name in grants.get(view, ())})
