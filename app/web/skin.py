"""Common look of all pages: assets, menu, texts, form controls and security headers.

Call ``install(app)`` before FAB is initialised. Optional template globals of other packages: ``menu_badges``, a
function returning ``{menu item name: (count, is_late)}``, and ``role_line``, a function returning the line under the
user's name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache, wraps
from typing import Any

from flask import Flask, current_app, g, render_template
from flask_login import AnonymousUserMixin, current_user
from jinja2 import pass_context
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from markupsafe import Markup

from app.access.process_rows import ACTORS, STEPS
from app.core.clock import office_time, utc_now
from app.core.office import current_office
from app.web import assets, fields, formats, language, menu_display, security_headers, template_output
from app.web.confirmation import asks_before_delete
from app.web.request_log import request_id

SEARCH_PATH = "/aduan/"
ALL_COMPLAINTS = "Semua aduan"
INTAKE = "Catat aduan"
NAMELESS = "Lapor"
"""The name of the service on pages that may not ask the database for it."""
MOST_CACHED = 1_000
PHONE_ITEMS = ("Kotak kerja", ALL_COMPLAINTS, "Laporan", INTAKE)


def error_page(code: int, sentence: str = "", numbered: bool = True) -> str:
    """Return the HTML page of an HTTP error with status ``code``; ``sentence`` is the message of this case ("": the
    usual one). Without ``numbered`` the request id is left out.

    For 408 and from 500 on the user is not loaded, since the database may have failed. FAB's menu needs ``g.user``,
    which is not set yet when a form is rejected for its token or size.
    """
    number, known = request_id() if numbered else "", dict[str, Any]()
    if code >= 500 or code == 408:
        g._login_user = AnonymousUserMixin()
        known["product"] = lambda: NAMELESS
    g.setdefault("user", current_user)
    return render_template("web/error.html", code=code, sentence=sentence, number=number, **known)


def step_bar(number: int, late: Collection[int], total: int, full: bool = False) -> Markup:
    """Return the HTML (Markup) of a case's progress bar of `total` steps: `number` is the current step, `late` the
    numbers of overdue steps; `full` is the style of a case's own page.

    The current step has the CSS class `n`, an overdue step the class `l`; the stylesheet shows steps before the current
    one as done.
    """
    return _step_bar(number, frozenset(late), total, full)


@lru_cache(MOST_CACHED)
def _step_bar(number: int, late: frozenset[int], total: int, full: bool) -> Markup:
    steps = Markup("")
    for step in range(1, total + 1):
        classes = " ".join(name for name, holds in (("n", step == number), ("l", step in late)) if holds)
        steps += Markup('<i class="{}"></i>').format(classes) if classes else Markup("<i></i>")
    return Markup('<span class="seg{}" aria-hidden="true">{}</span>').format(" full" if full else "", steps)


def product() -> str:
    """Return the name of the service, as "Lapor Balangan"."""
    return current_office().product


def _template_names() -> dict[str, Any]:
    return {"appbuilder": getattr(current_app, "appbuilder", None)}


def install(app: Flask) -> None:
    """Install all parts of the pages' look, from language to security headers; call once, before FAB is initialised."""
    for part in (language, formats, fields, assets, menu_display, template_output):
        part.install(app)
    app.jinja_env.globals.update(
        asks_before_delete=asks_before_delete,
        search_path=SEARCH_PATH,
        all_complaints_item=ALL_COMPLAINTS,
        intake_item=INTAKE,
        phone_items=PHONE_ITEMS,
        most_phone_items=len(PHONE_ITEMS),
        office_offset=lambda: office_time(utc_now()).isoformat()[-6:],
        step_bar=step_bar,
        product=product,
        the_office=current_office,
        step_names=STEPS,
        actor_names=ACTORS,
        page_locale=lambda: str(language.current_locale() or "id"),
    )
    app.context_processor(_template_names)
    security_headers.install(app)


def compute_filters_at_each_request(app: Flask) -> None:
    """Replace all template filters of this program by ones that run at render time; call once all are registered. Jinja
    evaluates filters of constants at compile time, which would give every visitor the first one's language.
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
