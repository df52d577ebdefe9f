"""Languages of the interface, Indonesian and English, loaded from the ``.po`` files without a build step.

Each ``messages.po`` is read once per process. FAB and WTForms write English, and ``id`` holds their Indonesian; our own
pages write Indonesian, and ``en`` holds their English. ``sources_in_*.cfg`` list which file is in which language.
"""

from __future__ import annotations

import io
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    has_app_context,
    has_request_context,
    redirect,
    request,
    session,
    url_for,
)
from flask_appbuilder.babel import manager
from flask_appbuilder.babel.views import LocaleView
from flask_appbuilder.basemanager import BaseManager
from flask_appbuilder.baseviews import expose
from flask_babel import Domain, force_locale, get_babel, get_translations
from flask_babel import get_locale as current_locale
from flask_wtf import FlaskForm
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app.web.fab_repairs import safe_address

CATALOGUES = Path(__file__).parent.parent / "translations"
MOST_TEXTS = 10_000
DEFAULT_LANGUAGES = {
    "id": {"flag": "id", "name": "Bahasa Indonesia"},
    "en": {"flag": "gb", "name": "English"},
}


@cache
def read_catalogue(locale: str) -> Translations | None:
    """Return the catalogue of one language; None if there is none."""
    path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return None
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale))
    compiled.seek(0)
    return Translations(fp=compiled)


def language_code() -> str:
    """Return the language code of the current request; empty outside an app context.

    Called for every text, so it reads Flask-Babel's cached locale directly: `Locale` is slow to format and to compare.
    """
    # Flask-Babel's cache of the request's locale.
    kept = g.get("_flask_babel") if has_app_context() else None
    locale = getattr(kept, "babel_locale", None) or current_locale()
    if locale is None or locale.territory or locale.script:
        return str(locale or "")
    return str(locale.language)


class CatalogueDomain(Domain):
    """Flask-Babel's message domain with our catalogue merged over the framework's."""

    def __init__(self) -> None:
        super().__init__()
        self._merged: dict[str, Translations | NullTranslations] = {}

    def get_translations(self) -> Translations | NullTranslations:
        """Return the translations for the current request's language; empty ones outside an app context."""
        code = language_code()
        if code not in self._merged:
            found, own = super().get_translations(), read_catalogue(code)
            if own is None or not isinstance(found, Translations):
                return found
            self._merged[code] = found.merge(own)
            self._merged[code].plural = own.plural  # merge() forgets it
        return self._merged[code]


@lru_cache(MOST_TEXTS)
def _text(_code: str, message: str) -> Markup:
    return Markup(get_translations().ugettext(message))  # noqa: S704  (a catalogue of ours, as Jinja itself takes it)


@pass_eval_context
def translate(context: EvalContext, message: str, /, **values: Any) -> str:
    """Translate a text in a template (``_()``), like Jinja's own function, with a cache: a page has about 300 texts."""
    text = _text(language_code(), message)
    found = text if context.autoescape else str(text)
    return found % values if values or "%" in found else found


def choose_locale() -> str:
    """Return the language of this request: ``?_l_=`` (for the API), else that of the session, else the default.

    Unlike FAB's selector it writes nothing to the session, so that a first visit and the API set no cookie.
    """
    default = str(current_app.config["BABEL_DEFAULT_LOCALE"])
    if not has_request_context():
        return default
    wanted = request.args.get("_l_") or session.get("locale")
    return str(wanted) if wanted in current_app.config["LANGUAGES"] else default


class SwitchView(LocaleView):
    """View that changes the language and returns to the current page; FAB's returns to its own last list."""

    route_base = "/lang"

    @expose("/<string:locale>")
    def index(self, locale: str) -> Response:
        """Store the language in the session and redirect to ``next``; 404 for an unknown language."""
        if locale not in current_app.config["LANGUAGES"]:
            abort(404)
        session["locale"] = locale
        return redirect(safe_address(request.args.get("next", "/")), 303)  # type: ignore[return-value]


def language_url(locale: str) -> str:
    """Return the URL that switches to a language and returns to this page, or to the form's page after a POST."""
    address = request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    if request.method == "POST" and not (adapter and adapter.test(method="GET")):
        address = request.referrer or "/"
    return url_for(f"{SwitchView.__name__}.index", locale=locale, next=address)


def in_indonesian(template: str, **values: Any) -> Markup:
    """Render a template in Indonesian whatever the reader's language, for a view of an official document."""
    with force_locale("id"):
        return Markup(current_app.jinja_env.get_template(template).render(**values))  # noqa: S704


class LanguageManager(BaseManager):
    """FAB add-on (ADDON_MANAGERS), run at start when Flask-Babel exists."""

    def pre_process(self) -> None:
        """Replace locale selection and message lookup."""
        babel = get_babel(current_app)
        babel.locale_selector = choose_locale
        babel.instance.domain_instance = CatalogueDomain()
        current_app.jinja_env.globals["_"] = translate


def install(app: Flask) -> None:
    """Configure the languages; call before FAB is initialised."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "id")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Makassar")
    app.config.setdefault("LANGUAGES", DEFAULT_LANGUAGES)
    managers = app.config.setdefault("ADDON_MANAGERS", [])
    name = f"{__name__}.{LanguageManager.__name__}"
    if name not in managers:
        app.config["ADDON_MANAGERS"] = [*managers, name]
    manager.LocaleView = SwitchView
    app.jinja_env.globals.update(language_url=language_url, in_indonesian=in_indonesian)
    FlaskForm.Meta.get_translations = lambda self, form: get_translations()
