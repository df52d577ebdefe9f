"""The look of every page: assets, menu, texts, native controls, security headers.

``install(app)`` goes before the framework is initialised. Translations need no build step (see ``skin_language``).

What the rest of the program may hand over to the templates, all optional:

* ``app.jinja_env.globals["menu_badges"]``: a function returning ``{menu item name: (count, is_late)}``;
* ``app.jinja_env.globals["role_line"]``: a function returning what stands under the user's name;
* a menu item whose ``icon`` is the name of a symbol of a sprite (``skin_assets``) keeps it, others go by
  ``MENU_ICONS``.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, current_app, g, render_template, request
from flask_appbuilder.menu import Menu, MenuItem
from flask_login import AnonymousUserMixin, current_user

from app import headers, skin_assets, skin_fields, skin_formats, skin_language, skin_spaces
from app.clock import office_time, utc_now
from app.request_log import request_id
from app.skin_assets import icon_names
from app.skin_views import asks_before_delete

SEARCH_PATH = "/aduan/"
# A case is reached from the inbox, as its trail of links says too.
INBOX_PATH = "/"
CASE_PATH = re.compile(r"/aduan/\d+(/|$)")
ALL_COMPLAINTS = "Semua aduan"
INTAKE = "Catat aduan"
PHONE_ITEMS = ("Kotak kerja", ALL_COMPLAINTS, "Laporan", INTAKE)

MENU_ICONS = {
    "kotak kerja": "inbox",
    "semua aduan": "clipboard-list",
    "lewat batas": "clock",
    "catat aduan": "plus",
    "pengawasan": "chart-bar",
    "dasbor": "chart-bar",
    "kemacetan": "hourglass",
    "laporan": "file-text",
    "ekspor data": "columns-3",
    "jadwal laporan": "mail",
    "jejak audit": "history",
    "data induk": "database",
    "opd": "building-community",
    "opd dan pejabat": "building-community",
    "petugas": "id-badge-2",
    "delegasi": "arrows-exchange",
    "kategori": "category",
    "kecamatan dan desa": "map-pin",
    "kecamatan": "map-pin",
    "desa": "map-pin",
    "versi sop": "route",
    "sop": "route",
    "langkah sop": "route",
    "hari libur": "calendar",
    "jam kerja": "clock-hour-4",
    "sistem": "settings",
    "kesehatan sistem": "checklist",
    "pesan gagal": "mail",
    "antrean kerja": "list",
    "kunci api": "key",
    "pengguna": "users",
    "keamanan": "shield",
    "security": "shield",
    "list users": "users",
    "list roles": "user-shield",
    "list groups": "users-group",
    "user registrations": "user-plus",
    "base permissions": "key",
    "views/menus": "list",
    "permission on views/menus": "link",
}
DEFAULT_ICON = "circle-dot"


def menu_icon(item: MenuItem) -> str:
    """The symbol for a menu item: its own if the sprite has it, else by its name."""
    return item.icon if item.icon in icon_names() else MENU_ICONS.get(item.name.lower(), DEFAULT_ICON)


def _closeness(item: MenuItem) -> int:
    """How well an item's address fits the page on screen; 0 is not at all. Lists live at ``<base>/list/``."""
    path, _, query = item.get_url().partition("?")
    if query:
        same = path == request.path and query in request.query_string.decode()
        return 10_000 + len(query) if same else 0
    if path == request.path or (path == INBOX_PATH and CASE_PATH.match(request.path)):
        return 5_000 if path else 0
    base = re.sub(r"(list|form)/?$", "", path).rstrip("/")
    return len(base) if base and request.path.startswith(f"{base}/") else 0


def current_item(menu: Menu) -> MenuItem | None:
    """The one menu item to which the page on screen belongs."""
    leaves = [leaf for item in menu.get_list() for leaf in (item.childs or [item]) if leaf and leaf.name != "-"]
    best = max(leaves, key=_closeness, default=None)
    return best if best is not None and _closeness(best) else None


def error_page(code: int, sentence: str = "") -> str:
    """The page for an HTTP error, in words that say what to do; ``sentence`` is what is known of this very case.

    From 500 on the database may be what failed: the page is drawn without asking it who is logged in. The framework's
    menu wants ``g.user``, which is not there yet where a form is refused for its token or its size.
    """
    if code >= 500:
        g._login_user = AnonymousUserMixin()
    g.setdefault("user", current_user)
    return render_template("errors/page.html", code=code, sentence=sentence, number=request_id())


def _template_names() -> dict[str, Any]:
    return {"appbuilder": getattr(current_app, "appbuilder", None)}


def install(app: Flask) -> None:
    """Dress an application; call once, before the framework is initialised."""
    for part in (skin_language, skin_formats, skin_fields, skin_assets, skin_spaces):
        part.install(app)
    app.jinja_env.globals.update(
        asks_before_delete=asks_before_delete,
        menu_icon=menu_icon,
        current_item=current_item,
        search_path=SEARCH_PATH,
        all_complaints_item=ALL_COMPLAINTS,
        intake_item=INTAKE,
        phone_items=PHONE_ITEMS,
        most_phone_items=len(PHONE_ITEMS),
        office_offset=lambda: office_time(utc_now()).isoformat()[-6:],
        page_locale=lambda: str(skin_language.current_locale() or "id"),
    )
    app.context_processor(_template_names)
    headers.install(app)
