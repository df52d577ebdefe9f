"""What the skin writes: dates on the office's clock, durations, lists, Indonesian messages; and its colours."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask import Flask
from flask_appbuilder.babel.manager import BabelManager
from flask_appbuilder.forms import FieldConverter
from flask_appbuilder.menu import Menu, MenuItem
from flask_babel import force_locale, gettext, ngettext
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField, validators

from app.core.request_context import request_context
from app.web import assets, formats, language, menu_display, skin
from app.web.fields import NATIVE, OfficeMomentField, describe, render_control
from tests.office_zone import OFFICE_ZONE
from workflow_rules.time.deadlines import WorkingLength

AT = dt.datetime(2026, 11, 24, 7, 10, tzinfo=dt.UTC)


class Kind(enum.Enum):
    """A column of choices."""

    ASPIRATION = "aspirasi"


@pytest.fixture
def dressed() -> Iterator[Flask]:
    """The languages and formats alone: no database, no screens."""
    app = Flask("app")
    app.config.update(SECRET_KEY="kunci-untuk-uji-saja", WTF_CSRF_ENABLED=False)
    skin.install(app)
    with app.test_request_context("/"):
        request_context().office_zone = OFFICE_ZONE
        app.appbuilder = None  # type: ignore[attr-defined]
        BabelManager(None)
        language.LanguageManager(None).pre_process()
        yield app


@pytest.mark.usefixtures("dressed")
class TestWords:
    """Filters, as the templates use them."""

    def test_an_instant_is_told_on_the_offices_clock_with_its_zone(self) -> None:
        assert formats.moment(AT) == "Selasa, 24 November 2026, 15.10 WITA"
        assert formats.moment(AT, "pendek") == "24 Nov 2026, 15.10 WITA"
        assert formats.moment(None) == "–"

    def test_a_day_belongs_to_the_office(self) -> None:
        assert formats.day(dt.datetime(2026, 11, 24, 17, 0, tzinfo=dt.UTC)) == "25 November 2026"
        assert formats.day(dt.date(2026, 11, 24), "lengkap") == "Selasa, 24 November 2026"

    def test_today_is_said_only_on_the_offices_day(self) -> None:
        assert formats.near_moment(AT, now=AT) == "Hari ini, 15.10 WITA"
        next_day = dt.datetime(2026, 11, 24, 16, 0, tzinfo=dt.UTC)
        assert formats.near_moment(AT, now=next_day) == "24 Nov 2026, 15.10 WITA"

    @pytest.mark.parametrize(
        ("length", "hours_a_day", "written"),
        [
            (35, 24, "35 menit"),
            (0, 24, "0 menit"),
            (60, 24, "1 jam"),
            (-190, 24, "3 jam 10 menit"),
            (dt.timedelta(days=4, hours=2, minutes=59), 24, "4 hari 2 jam"),
            (dt.timedelta(hours=34, minutes=5), 8, "4 hari 2 jam"),
            (24 * 60 + 5, 24, "1 hari 5 menit"),
        ],
    )
    def test_a_duration_has_at_most_two_units(self, length: int, hours_a_day: int, written: str) -> None:
        assert formats.duration(length, hours_a_day) == written

    @pytest.mark.parametrize(
        ("days", "minutes", "written"),
        [
            (14, 0, "14 hari"),
            (13, 439, "13 hari 7 jam"),
            (2, 59, "2 hari"),
            (0, 89, "1 jam 29 menit"),
            (0, 0, "0 menit"),
        ],
    )
    def test_working_time_is_told_in_the_days_of_the_sop(self, days: int, minutes: int, written: str) -> None:
        assert formats.working_time(WorkingLength(days, dt.timedelta(minutes=minutes))) == written

    @pytest.mark.parametrize(
        ("heading", "inside"),
        [("Kirim ke Dinas Kominfo", "kirim ke Dinas Kominfo"), ("OPD menolak", "OPD menolak"), ("", "")],
    )
    def test_a_heading_inside_a_sentence_keeps_its_names(self, heading: str, inside: str) -> None:
        assert formats.in_sentence(heading) == inside

    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (None, "–"),
            ("", "–"),
            ([], "–"),
            (True, "Ya"),
            (False, "Tidak"),
            (2026, 2026),
            (Decimal("1234567.5"), "1.234.567,5"),
            (dt.date(2026, 11, 24), "24 November 2026"),
            (AT, "24 Nov 2026, 15.10 WITA"),
            (dt.time(7, 30), "07.30"),
            (Kind.ASPIRATION, "aspirasi"),
            (["Dishub", True], "Dishub, Ya"),
            ({"from": None}, "from: –"),
            (range(3), range(3)),
        ],
    )
    def test_any_column_is_written_as_a_person_would(self, value: object, written: object) -> None:
        assert formats.display(value) == written

    def test_a_long_list_says_how_many_more(self) -> None:
        assert formats.display(list(range(14))).endswith("10, 11, dan 2 lainnya")  # type: ignore[attr-defined]

    def test_text_stays_text_and_is_escaped_by_the_page(self, dressed: Flask) -> None:
        written = dressed.jinja_env.from_string("{{ ['<b>']|tampil }}{{ '<i>'|tampil }}").render()
        assert written == "&lt;b&gt;&lt;i&gt;"
        assert isinstance(formats.display(Markup("<b>x</b>")), Markup)

    def test_english_where_chosen(self) -> None:
        with force_locale("en"):
            assert formats.duration(60 * 50) == "2 days 2 hours"
            assert formats.display(True) == "Yes"


@pytest.mark.usefixtures("dressed")
class TestLanguage:
    """Messages come from the .po file without a build step."""

    def test_the_frameworks_words_and_plurals_are_indonesian(self) -> None:
        assert gettext("Invalid login. Please try again.").startswith("Nama pengguna atau kata sandi belum cocok.")
        assert ngettext("%(num)d row", "%(num)d rows", 1) == "1 baris"
        assert ngettext("%(num)d row", "%(num)d rows", 2) == "2 baris"

    def test_wtforms_speaks_indonesian_with_its_numbers(self) -> None:
        class Form(FlaskForm):
            title = StringField(validators=[validators.Length(max=3)])
            days = IntegerField(validators=[validators.InputRequired()])

        form = Form(MultiDict({"title": "panjang", "days": "x"}))
        assert not form.validate()
        assert form.errors == {
            "title": ["Persingkat sampai paling banyak 3 huruf"],
            "days": ["Tulis bilangan bulat, misalnya 14"],
        }

    def test_an_unknown_language_falls_back(self, dressed: Flask) -> None:
        with dressed.test_request_context("/?_l_=xx"):
            assert language.choose_locale() == "id"
        with dressed.test_request_context("/?_l_=en"):
            assert language.choose_locale() == "en"


def catalogue() -> Catalog:
    with (language.CATALOGUES / "id" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale="id")


def test_every_message_is_translated_politely_and_with_its_placeholders() -> None:
    messages = [message for message in catalogue() if message.id]
    assert len(messages) > 280
    for message in messages:
        assert list(message.check()) == []
        text = message.string[0] if isinstance(message.string, tuple) else message.string
        assert text
        assert not re.search(r"\b(silakan|maaf|tidak valid|harap)\b", text, re.IGNORECASE)


@pytest.mark.usefixtures("dressed")
class TestFields:
    """Native controls on the office's clock."""

    def test_a_moment_is_typed_on_the_offices_clock_and_stored_aware(self) -> None:
        class Form(FlaskForm):
            due = OfficeMomentField()

        typed = Form(MultiDict({"due": "2026-11-24T15:10"}))
        assert typed.due.data == AT
        shown = str(render_control(Form(data={"due": AT}).due))
        assert 'value="2026-11-24T15:10"' in shown
        assert 'type="datetime-local"' in shown

    def test_generated_forms_use_them(self) -> None:
        assert {row[0]: row for row in FieldConverter.conversion_table}["is_datetime"] == NATIVE["is_datetime"]

    def test_a_field_is_tied_to_its_hint_and_error(self) -> None:
        class Form(FlaskForm):
            title = StringField(description="Ringkas", validators=[validators.InputRequired()])

        form = Form(MultiDict({}))
        form.validate()
        assert describe(form.title) == {"aria-describedby": "title-petunjuk title-galat", "aria-invalid": "true"}


def test_the_menu_item_whose_filter_is_on_screen_is_the_current_one(dressed: Flask) -> None:
    menu = Menu()
    for name, address in (("Semua aduan", "/aduan/"), ("Lewat batas", "/aduan/?lewat=1"), ("Kotak Kerja", "/")):
        menu.menu.append(MenuItem(name, href=address))
    for path, expected in (
        ("/aduan/", "Semua aduan"),
        ("/aduan/?lewat=1", "Lewat batas"),
        ("/aduan/12", "Kotak Kerja"),
        ("/aduan/12/batas", "Kotak Kerja"),
        ("/aduan/baru", "Semua aduan"),
        ("/", "Kotak Kerja"),
        ("/lain", None),
    ):
        with dressed.test_request_context(path):
            item = menu_display.current_item(menu)
            assert (item.name if item else None) == expected, path


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def tokens(selector: str) -> dict[str, str]:
    """The declarations of one theme."""
    text = (assets.STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    body = text.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[\w-]+|color-scheme): ([^;]+);", body))


def test_the_systems_dark_theme_is_the_chosen_one() -> None:
    assert tokens("[data-theme=auto]") == tokens("[data-theme=dark]")


@pytest.mark.parametrize("theme", [":root", "[data-theme=dark]"])
def test_colours_keep_the_contrast_of_wcag_2_2(theme: str) -> None:
    colours = tokens(":root") | tokens(theme)
    texts = [
        "ink bg",
        "ink surface",
        "ink-2 bg",
        "ink-2 surface-2",
        "ink-2 mute-soft",
        "ink-3 surface",
        "brand surface",
    ]
    texts += ["brand-2 brand-soft", "on-brand brand", "ok surface", "ok ok-soft", "warn warn-soft", "late surface"]
    texts += ["late late-soft", "on-late late", "info info-soft", "ink info-soft", "ink ok-soft", "ink late-soft"]
    for pair in texts:
        front, back = pair.split()
        assert contrast(colours[f"--{front}"], colours[f"--{back}"]) >= 4.5, pair
    for front in ("line-strong", "brand", "late", "warn-line"):
        assert contrast(colours[f"--{front}"], colours["--surface"]) >= 3, front


def test_every_symbol_that_is_named_exists() -> None:
    named = set(menu_display.MENU_ICONS.values()) | {menu_display.DEFAULT_ICON}
    folder = assets.STATIC.parent / "templates"
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r"\bic\('([a-z0-9-]+)'", text))
    assert named <= assets.icon_names()


def test_no_symbol_is_carried_that_nothing_draws() -> None:
    folder = assets.STATIC.parents[1]
    sources = [
        path for top in ("app", "views") for kind in ("py", "html") for path in (folder / top).rglob(f"*.{kind}")
    ]
    words = {
        word for path in sources for word in re.findall(r"['\"]([a-z0-9-]+)['\"]", path.read_text(encoding="utf-8"))
    }
    assert assets.icon_names() <= words


def test_shell_and_lists_draw_from_the_first_sprite_alone(dressed: Flask) -> None:
    folder = assets.STATIC.parent / "templates"
    names = [
        "worklists/parts",
        "worklists/inbox",
        "worklists/complaints",
        "web/status",
        "appbuilder/topbar",
        "appbuilder/bottombar",
    ]
    text = "".join((folder / f"{name}.html").read_text(encoding="utf-8") for name in [*names, "appbuilder/navbar"])
    drawn = set(re.findall(r"\bic\('([a-z0-9-]+)'", text))
    assert len(drawn) > 15
    assert {assets.icon_url(name).partition("?")[0] for name in drawn} == {"/static/ikon.svg"}
    assert assets.icon_url("shield").startswith("/static/ikon-lain.svg?v=")


def test_style_sheets_and_scripts_stay_readable_and_complete() -> None:
    sheets = {path.stem for path in (assets.STATIC / "css").glob("*.css")}
    # The queue page of another package wears a sheet of its own.
    parts = [part for bundle in assets.STYLES.values() for part in bundle]
    assert sorted(sheets) == sorted([*parts, "queue"])
    scripts = {path.stem for path in (assets.STATIC / "js").glob("*.js")}
    assert scripts == {"theme", *(part for bundle in assets.SCRIPTS.values() for part in bundle)}
    for path in [*(assets.STATIC / "css").glob("*.css"), *(assets.STATIC / "js").glob("[!h]*.js")]:
        assert len(path.read_text(encoding="utf-8").splitlines()) < 300, path.name
