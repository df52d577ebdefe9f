"""The program's messages and their catalogues: which language each is written in, and where its translation stands.

The rule is the file. Messages of the framework (Flask-AppBuilder, WTForms, Flask-WTF) and of the files in
`sources_in_english.cfg`, which take the place of the framework's pages, are English, and `id/` must know them. Messages
of all other files of ours (`sources_in_indonesian.cfg`) are Indonesian, and `en/` must know them. No message may be
both. Of the framework everything is wanted, whether we open the screen or not, but for the templates that ours replace:
nobody can see those. Flask-WTF marks nothing as a message; what its form tokens are refused with is translated by the
page that shows it.

`make words` brings both catalogues up to date: what is new is added without a translation, what is gone is dropped.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import flask_appbuilder
import flask_wtf
import wtforms
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
CATALOGUES = ROOT / "app" / "translations"
TEMPLATES = ROOT / "app" / "templates"
SINGLE = ("_", "__", "gettext", "lazy_gettext", "lazy_formatter_gettext")
KEYWORDS: dict[str, Any] = {**dict.fromkeys(SINGLE), "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
PACKAGES = ((flask_appbuilder, KEYWORDS), (wtforms, KEYWORDS), (flask_wtf, {"ValidationError": None}))
ANY_FILE = [("**.py", "python"), ("templates/**.html", "jinja2")]
# The catalogue in which the messages of one language are translated, by the file that lists their sources.
SOURCES = {"id": "sources_in_english.cfg", "en": "sources_in_indonesian.cfg"}

# A singular, or a singular with its plural.
Message = str | tuple[str, str]


@cache
def wanted(locale: str) -> dict[Message, str]:
    """The messages that this catalogue must know, each with the first file that writes it."""
    found: dict[Message, str] = {}
    for source, message in [*_ours(locale), *(_framework() if locale == "id" else ())]:
        found.setdefault(message, source)
    return found


def _ours(locale: str) -> Iterator[tuple[str, Message]]:
    with (CATALOGUES / SOURCES[locale]).open(encoding="utf-8") as listed:
        methods, _ = parse_mapping_cfg(listed)
    for source, _, message, _, _ in extract_from_dir(ROOT, methods, keywords=KEYWORDS):
        yield source, cast(Message, message)


def _framework() -> Iterator[tuple[str, Message]]:
    for package, keywords in PACKAGES:
        root = Path(str(package.__file__)).parent
        for source, _, message, _, _ in extract_from_dir(root, ANY_FILE, keywords=keywords):
            if not (TEMPLATES / source.removeprefix("templates/")).is_file():
                yield f"{root.name}/{source}", cast(Message, message)


def path_of(locale: str) -> Path:
    return CATALOGUES / locale / "LC_MESSAGES" / "messages.po"


def read(locale: str) -> Catalog:
    with path_of(locale).open("rb") as source:
        return read_po(source, locale=locale)


def texts(string: Any) -> tuple[str, ...]:
    """Both forms of a message or a translation that has two, else the one."""
    return tuple(string) if isinstance(string, tuple | list) else (string,)


def refresh(locale: str) -> Catalog:
    """The catalogue with the messages of today; new ones are empty, none is guessed from a similar one."""
    today, catalogue = Catalog(locale, fuzzy=False), read(locale)
    for message, source in sorted(wanted(locale).items(), key=lambda item: item[1]):
        today.add(message, auto_comments=[source])
    today.creation_date = catalogue.creation_date
    catalogue.update(today, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def main() -> None:
    for locale in SOURCES:
        fresh = refresh(locale)
        with path_of(locale).open("wb") as target:
            write_po(target, fresh, width=118)
        print(f"{locale}: {len(fresh)} messages")
        for message in fresh:
            if message.id and not all(texts(message.string)):
                print(f"  to translate: {message.id}")


if __name__ == "__main__":
    main()
