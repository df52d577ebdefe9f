"""The look of every page: assets, menu, texts, native controls, security headers.

``install(app)`` goes before the framework is initialised. Translations need no build step (see ``skin_language``).

What the rest of the program may hand over to the templates, all optional:

* ``app.jinja_env.globals["menu_badges"]``: a function returning ``{menu item name: (count, is_late)}``;
* ``app.jinja_env.globals["role_line"]``: a function returning what stands under the user's name;
* a menu item whose ``icon`` is the name of a symbol of a sprite (``skin_assets``) keeps it, others go by
  ``skin_menu.MENU_ICONS``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, current_app, g, render_template
from flask_login import AnonymousUserMixin, current_user
from jinja2 import pass_context
from jinja2.filters import FILTERS
from jinja2.runtime import Context

from app.core.clock import office_time, utc_now
from app.web import assets, fields, formats, language, menu, security_headers, skin_pieces, template_output
from app.web.confirmation import asks_before_delete
from app.web.request_log import request_id

SEARCH_PATH = "/aduan/"
ALL_COMPLAINTS = "Semua aduan"
INTAKE = "Catat aduan"
PHONE_ITEMS = ("Kotak kerja", ALL_COMPLAINTS, "Laporan", INTAKE)


def error_page(code: int, sentence: str = "", numbered: bool = True) -> str:
    """The page for an HTTP error, in words that say what to do; ``sentence`` is what is known of this very case.

    From 500 on the database may be what failed, and at 408 nothing of the request is known: the page is drawn without
    asking who is logged in. Without ``numbered`` it names no number of a request. The framework's menu wants
    ``g.user``, which is not there yet where a form is refused for its token or its size.
    """
    if code >= 500 or code == 408:
        g._login_user = AnonymousUserMixin()
    g.setdefault("user", current_user)
    return render_template("errors/page.html", code=code, sentence=sentence, number=request_id() if numbered else "")


def _template_names() -> dict[str, Any]:
    return {"appbuilder": getattr(current_app, "appbuilder", None)}


def install(app: Flask) -> None:
    """Dress an application; call once, before the framework is initialised."""
    for part in (language, formats, fields, assets, menu, skin_pieces, template_output):
        part.install(app)
    app.jinja_env.globals.update(
        asks_before_delete=asks_before_delete,
        search_path=SEARCH_PATH,
        all_complaints_item=ALL_COMPLAINTS,
        intake_item=INTAKE,
        phone_items=PHONE_ITEMS,
        most_phone_items=len(PHONE_ITEMS),
        office_offset=lambda: office_time(utc_now()).isoformat()[-6:],
        page_locale=lambda: str(language.current_locale() or "id"),
    )
    app.context_processor(_template_names)
    security_headers.install(app)


def compute_filters_at_each_request(app: Flask) -> None:
    """Call once all filters are registered. Jinja computes a filter whose arguments are constants when it compiles the
    template, and keeps the first visitor's answer for everybody; it never does so for one that takes the context.
    """
    filters = app.jinja_env.filters
    own = {name: function for name, function in filters.items() if FILTERS.get(name) is not function}
    filters.update({name: _with_context(function) for name, function in own.items()})


def _with_context(function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    @wraps(function)
    def filtered(_context: Context, *values: Any, **named: Any) -> Any:
        return function(*values, **named)

    return filtered
