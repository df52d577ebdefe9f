"""Sections of the texts: messages and notices in the office's own words, standard answers and letters."""

from collections.abc import Iterator
from itertools import filterfalse
from typing import Annotated, Any

from sqlalchemy import select

from app.core.extensions import db
from app.models import Category, StandardText, TextVersion
from app.models.text import STANDARD_KINDS
from app.profile.row_types import Code, MaybeText, NeededLine, Order, Strict, one_of, row_of, text, typed
from app.profile.section import Profile, Row, Section, dotted, in_order_of_identity, rows_of, unknown
from app.profile.yaml_text import Fault
from app.texts.current import Texts, originals_of, texts_of
from app.texts.faults import sentence_of
from app.texts.field_names import concerns_field
from app.texts.kinds import KINDS, LANGUAGES, PARTS
from app.texts.placeholders import LONGEST
from app.texts.standard import standard_faults
from app.texts.versions import faults_of


class WordsRow(Strict):
    """One part of a text in both languages."""

    id: Annotated[str, text(LONGEST)]
    en: Annotated[MaybeText, text(LONGEST)] = ""


class TextRow(Strict):
    """A text that the office has worded otherwise than the original; one without a subject has none here either."""

    code: Annotated[str, one_of(KINDS)]
    subject: WordsRow | None = None
    body: WordsRow


def _texts() -> list[Row]:
    rows = db.session.scalars(select(TextVersion).where(TextVersion.state == "active")).all()
    return [_text_row(row.code, texts_of(row)) for row in rows if row.code in KINDS]


def _text_row(code: str, texts: Texts) -> Row:
    parts = {part: {language: texts[part, language] for language in LANGUAGES} for part in PARTS}
    return {"code": code, **{part: parts[part] if part in KINDS[code].parts else None for part in PARTS}}


def _words_of(row: Row) -> Texts:
    return {(part, language): (row[part] or {}).get(language, "") for part in PARTS for language in LANGUAGES}


def _read_text(raw: Any) -> tuple[Row, list[Fault]]:
    row, faults = typed(TextRow)(raw)
    if faults:
        return row, faults
    found = faults_of(KINDS[row["code"]], _words_of(row))
    faults = [
        Fault(dotted(path), f"is refused: {sentence_of(one)}")
        for path, listed in found.items()
        for one in listed
        if not concerns_field(one)
    ]
    return _text_row(row["code"], _words_of(row)), faults


def _changed_texts(rows: list[Row]) -> list[Row]:
    """Return the texts that differ from the original, sorted: one that does not says no more than its absence."""
    changed = [row for row in rows if _words_of(row) != originals_of(KINDS[row["code"]])]
    return in_order_of_identity("texts")(changed)


class StandardRow(Strict):
    """A standard answer or letter of the office or of an agency; officers' own ones are not in the profile."""

    code: Code
    title: NeededLine
    kind: Annotated[str, one_of(STANDARD_KINDS)]
    scope: Annotated[str, one_of(("office", "agency"))] = "office"
    agency: str | None = None
    category: str | None = None
    order: Order = 100
    active: bool = True
    body: Annotated[str, text(LONGEST, needed=True)]


def _standard_texts() -> list[Row]:
    rows = select(StandardText, Category.code).outerjoin(StandardText.category).where(StandardText.scope != "own")
    return [
        row_of(StandardRow, row, agency=row.agency_code, category=category)
        for row, category in db.session.execute(rows)
    ]


def _faults_of_standard_texts(profile: Profile) -> Iterator[Fault]:
    agencies, categories = ({row["code"] for row in profile[name]} for name in ("agencies", "categories"))
    for place, row in enumerate(profile["standard_texts"]):
        for fault in filterfalse(concerns_field, standard_faults(row["body"], row["kind"])):
            yield Fault((place, "body"), f"is refused: {sentence_of(fault)}")
        if (row["scope"] == "agency") != (row["agency"] is not None):
            yield Fault((place, "agency"), "goes with the scope agency, and only with that")
        yield from unknown((place, "agency"), row["agency"], agencies, "agencies")
        yield from unknown((place, "category"), row["category"], categories, "categories")


TEXTS = Section(
    name="texts",
    tables=("text_version",),
    of_office=_texts,
    read=rows_of(_read_text),
    arranged=_changed_texts,
    absent="would return to the original",
)
STANDARD_TEXTS = Section(
    name="standard_texts",
    tables=("standard_text",),
    of_office=_standard_texts,
    read=rows_of(typed(StandardRow)),
    check=_faults_of_standard_texts,
    arranged=in_order_of_identity("standard_texts"),
    absent="would end",
)
