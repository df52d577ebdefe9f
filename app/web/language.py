"""Two languages, straight from the ``.po`` files: Indonesian for officers, English for who reads that better.

No compiled catalogue is kept: each ``messages.po`` is read once a process and held in memory, so that a fresh clone, a
read-only disk and many workers need no build step. Flask-AppBuilder and WTForms write English and ship no Indonesian;
what takes the place of their pages does as they do, and finds its Indonesian in ``id``. Our own screens write
Indonesian and find their English in ``en``. ``sources_in_*.cfg`` beside the catalogues say which file is which.
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
    """The catalogue of one language, or nothing for a language that we do not speak."""
    path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return None
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale))
    compiled.seek(0)
    return Translations(fp=compiled)


def language_code() -> str:
    """The current request's language; empty outside an application context.

    Asked for each text: a locale makes its own name only with effort, and compares itself by eight attributes.
    """
    # What Flask-Babel keeps for the request, without the detours of asking it.
    kept = g.get("_flask_babel") if has_app_context() else None
    locale = getattr(kept, "babel_locale", None) or current_locale()
    if locale is None or locale.territory or locale.script:
        return str(locale or "")
    return str(locale.language)


class CatalogueDomain(Domain):
    """Flask-Babel's message domain with our catalogue laid over the framework's."""

    def __init__(self) -> None:
        super().__init__()
        self._merged: dict[str, Translations | NullTranslations] = {}

    def get_translations(self) -> Translations | NullTranslations:
        """The messages of the current request's language; outside an application context there are none."""
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
    """What ``_()`` stands for in templates: as Jinja's own, which looks for language and catalogue at each of the three
    hundred texts of a page and would take a tenth of its time.
    """
    text = _text(language_code(), message)
    found = text if context.autoescape else str(text)
    return found % values if values or "%" in found else found


def choose_locale() -> str:
    """The language of this request: ``?_l_=`` (for the API), else the one chosen in the session, else the default.

    Unlike the framework's own it writes nothing into the session, so that a first visit and the API set no cookie.
    """
    default = str(current_app.config["BABEL_DEFAULT_LOCALE"])
    if not has_request_context():
        return default
    wanted = request.args.get("_l_") or session.get("locale")
    return str(wanted) if wanted in current_app.config["LANGUAGES"] else default


class SwitchView(LocaleView):
    """Changes the language and keeps the page: the framework goes back to its own last list, forgetting our screens."""

    route_base = "/lang"

    @expose("/<string:locale>")
    def index(self, locale: str) -> Response:
        """Remember the language for this session; ``next`` names the page that was on screen."""
        if locale not in current_app.config["LANGUAGES"]:
            abort(404)
        session["locale"] = locale
        return redirect(safe_address(request.args.get("next", "/")), 303)  # type: ignore[return-value]


def language_url(locale: str) -> str:
    """Where a switch of language leads: back to this page, or to where its form stood if it only takes a form."""
    address = request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    if request.method == "POST" and not (adapter and adapter.test(method="GET")):
        address = request.referrer or "/"
    return url_for(f"{SwitchView.__name__}.index", locale=locale, next=address)


def in_indonesian(template: str, **values: Any) -> Markup:
    """A part of a page that is Indonesian whatever the reader's language, for it shows an official paper."""
    with force_locale("id"):
        return Markup(current_app.jinja_env.get_template(template).render(**values))  # noqa: S704


class LanguageManager(BaseManager):
    """Hooked into the framework's start (ADDON_MANAGERS), at the moment when Flask-Babel exists."""

    def pre_process(self) -> None:
        """Take over choice of language and lookup of messages."""
        babel = get_babel(current_app)
        babel.locale_selector = choose_locale
        babel.instance.domain_instance = CatalogueDomain()
        current_app.jinja_env.globals["_"] = translate


def install(app: Flask) -> None:
    """Set the languages up; call before the framework is initialised."""
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
