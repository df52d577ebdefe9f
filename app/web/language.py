"""Languages of the interface, Indonesian and English, by Flask-Babel.

FAB and WTForms write English, and ``id`` holds their Indonesian; our own pages write Indonesian, and ``en`` holds their
English. ``sources_in_*.cfg`` list which file is in which language. The ``.po`` files are compiled at the first start
after a change; the compiled ones are not in the repository.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

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

from app.core.clock import office_zone
from app.web.fab_repairs import safe_address

CATALOGUES = Path(__file__).parent.parent / "translations"
MOST_TEXTS = 10_000
DEFAULT_LANGUAGES = {
    "id": {"flag": "id", "name": "Bahasa Indonesia"},
    "en": {"flag": "gb", "name": "English"},
}


def compiled_catalogues(home: Path) -> Path:
    """Return the path of the folder of the compiled translation catalogues, after compiling those whose ``.po`` file
    has changed.

    They are written beside the ``.po`` files, or below `home` if the program's folder is read-only. Raises OSError if
    neither can be written.
    """
    sources = sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po"))
    try:
        _compile(sources, CATALOGUES)
    except OSError:
        version = zlib.crc32(b"".join(source.read_bytes() for source in sources))
        folder = home / "translations" / f"{version:08x}"
        _compile(sources, folder)
        return folder
    return CATALOGUES


def _compile(sources: list[Path], folder: Path) -> None:
    """Write the compiled catalogue (``.mo``) of each source below `folder`, unless one with the source's own
    modification time exists. Raises OSError if it cannot be written. A catalogue is written under another name and then
    renamed, so that processes which start together never read an incomplete one.
    """
    for source in sources:
        target, changed = folder / source.relative_to(CATALOGUES).with_suffix(".mo"), source.stat().st_mtime_ns
        if target.exists() and target.stat().st_mtime_ns == changed:
            continue
        from babel.messages.mofile import write_mo  # only here: not needed by a process that compiles nothing
        from babel.messages.pofile import read_po

        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}.mo")
        with source.open("rb") as text, part.open("wb") as compiled:
            write_mo(compiled, read_po(text, locale=source.parts[-3]))
        os.utime(part, ns=(changed, changed))
        part.replace(target)


def language_code() -> str:
    """Return the language code of the current request, such as "id" or "en"; "" outside an app context.

    Called for every text, so it reads Flask-Babel's cached locale directly: `Locale` is slow to format and to compare.
    """
    # Flask-Babel's cache of the request's locale.
    cached = g.get("_flask_babel") if has_app_context() else None
    locale = getattr(cached, "babel_locale", None) or current_locale()
    if locale is None or locale.territory or locale.script:
        return str(locale or "")
    return str(locale.language)


class QuickDomain(Domain):
    """A Flask-Babel message domain that looks up catalogues by language code; Flask-Babel's own lookup formats a
    `Locale` for every text.
    """

    def get_translations(self) -> Translations | NullTranslations:
        """Return the translation catalogue of the current request's language, cached; an empty one outside an app
        context.
        """
        code = language_code()
        if code not in self.cache:
            self.cache[code] = super().get_translations()
        found: Translations | NullTranslations = self.cache[code]
        return found


@lru_cache(MOST_TEXTS)
def _text(_code: str, message: str) -> Markup:
    return Markup(get_translations().ugettext(message))  # noqa: S704  (a catalogue of ours, as Jinja itself takes it)


@pass_eval_context
def translate(context: EvalContext, message: str, /, **values: Any) -> str:
    """Return the translation of a text for a template (``_()``), with the values filled in; like Jinja's own function,
    but cached, since a page has about 300 texts.
    """
    text = _text(language_code(), message)
    found = text if context.autoescape else str(text)
    return found % values if values or "%" in found else found


def choose_locale() -> str:
    """Return the language code of this request: ``?_l_=`` (for the API), else that of the session, else the default.

    Unlike FAB's selector it writes nothing to the session, so that a first visit and the API set no cookie.
    """
    default = str(current_app.config["BABEL_DEFAULT_LOCALE"])
    if not has_request_context():
        return default
    wanted = request.args.get("_l_") or session.get("locale")
    return str(wanted) if wanted in current_app.config["LANGUAGES"] else default


class SwitchView(LocaleView):
    """A view that changes the language and returns to the page the user came from; FAB's returns to its own
    last list.
    """

    route_base = "/lang"

    @expose("/<string:locale>")
    def index(self, locale: str) -> Response:
        """Store the chosen language in the session and return a redirect (303) to ``next`` if it is a page of this
        site, else to the start page; 404 for an unknown language.
        """
        if locale not in current_app.config["LANGUAGES"]:
            abort(404)
        session["locale"] = locale
        return redirect(safe_address(request.args.get("next", "/")), 303)  # type: ignore[return-value]


def language_url(locale: str) -> str:
    """Return the URL that switches to a language and then returns to this page, or to the form's page after a POST."""
    address = request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    if request.method == "POST" and not (adapter and adapter.test(method="GET")):
        address = request.referrer or "/"
    return url_for(f"{SwitchView.__name__}.index", locale=locale, next=address)


def in_indonesian(template: str, **values: Any) -> Markup:
    """Return the HTML of a template rendered in Indonesian whatever the reader's language, for a view of an official
    document.
    """
    with force_locale("id"):
        return Markup(current_app.jinja_env.get_template(template).render(**values))  # noqa: S704


class LanguageManager(BaseManager):
    """A FAB add-on (ADDON_MANAGERS) that installs this program's choice of the language and its lookup of translations.
    FAB runs it at the start, after it has created Flask-Babel.
    """

    def pre_process(self) -> None:
        """Called by FAB at start: replace locale selection, the lookup of translations and the templates' ``_()``."""
        babel = get_babel(current_app)
        babel.locale_selector = choose_locale
        babel.timezone_selector = office_zone
        babel.instance.domain_instance = QuickDomain()
        current_app.jinja_env.globals["_"] = translate


def install(app: Flask) -> None:
    """Compile the catalogues and configure the languages; call before FAB is initialised. Raises OSError if the
    compiled catalogues cannot be written.
    """
    home = Path(app.config.get("LAPOR_HOME") or tempfile.gettempdir())
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(compiled_catalogues(home))
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "id")
    app.config.setdefault("LANGUAGES", DEFAULT_LANGUAGES)
    managers = app.config.setdefault("ADDON_MANAGERS", [])
    name = f"{__name__}.{LanguageManager.__name__}"
    if name not in managers:
        app.config["ADDON_MANAGERS"] = [*managers, name]
    manager.LocaleView = SwitchView
    app.jinja_env.globals.update(language_url=language_url, in_indonesian=in_indonesian)
    FlaskForm.Meta.get_translations = lambda self, form: get_translations()
