"""Menu items: their URL, icon, and the item to which the current page belongs."""

from __future__ import annotations

import re
from functools import lru_cache

from flask import Flask, has_request_context, request
from flask_appbuilder.menu import Menu, MenuItem

from app.core.request_context import request_context
from app.web.assets import icon_names

# The page of a case belongs to the inbox, as in its breadcrumbs.
INBOX_PATH = "/"
CASE_PATH = re.compile(r"/aduan/\d+(/|$)")
MOST_ITEMS = 500

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
    """Return the icon name of a menu item: the item's own if a sprite has that icon, else the icon listed for the
    item's name, else a default icon.
    """
    return item.icon if item.icon in icon_names() else MENU_ICONS.get(item.name.lower(), DEFAULT_ICON)


def _closeness(item: MenuItem) -> int:
    """Return how well a menu item's URL matches the current page: a whole number, 0 for not at all, higher is closer.
    Lists have the URL ``<base>/list/``.
    """
    path, _, query = menu_url(item).partition("?")
    if query:
        same = path == request.path and query in request.query_string.decode()
        return 10_000 + len(query) if same else 0
    if path == request.path or (path == INBOX_PATH and CASE_PATH.match(request.path)):
        return 5_000 if path else 0
    base = re.sub(r"(list|form)/?$", "", path).rstrip("/")
    return len(base) if base and request.path.startswith(f"{base}/") else 0


def current_item(menu: Menu) -> MenuItem | None:
    """Return the menu item to which the page of the current request belongs; None if there is none. Computed once per
    request.
    """
    asked = request._get_current_object()  # type: ignore[attr-defined]
    context = request_context()
    if context.current_item is None or context.current_item[0] is not asked:
        leaves = [leaf for item in menu.get_list() for leaf in (item.childs or [item]) if leaf and leaf.name != "-"]
        best = max(leaves, key=_closeness, default=None)
        context.current_item = asked, best if best is not None and _closeness(best) else None
    found: MenuItem | None = context.current_item[1]
    return found


def menu_url(item: MenuItem) -> str:
    """Return the URL of a menu item, cached: FAB computes it at every call, which takes a tenth of a page's time."""
    return _menu_url(request.script_root if has_request_context() else None, item)


@lru_cache(MOST_ITEMS)
def _menu_url(_root: str | None, item: MenuItem) -> str:
    return str(item.get_url())


def install(app: Flask) -> None:
    """Register the template globals of the menu."""
    app.jinja_env.globals.update(menu_icon=menu_icon, menu_url=menu_url, current_item=current_item)
