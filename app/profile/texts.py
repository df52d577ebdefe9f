"""Sections of the texts: messages and notices in the office's own words, standard answers and letters."""

from collections.abc import Iterator
from itertools import filterfalse
from typing import Annotated, Any

from sqlalchemy import select, update

from app.core.extensions import db
from app.models import Category, StandardText, TextVersion
from app.models.text import STANDARD_KINDS
from app.profile.row_types import Code, MaybeText, NeededLine, Order, Strict, one_of, row_of, text, typed
from app.profile.section import (
    Applying,
    Profile,
    Row,
    Section,
    changed_rows,
    dotted,
    in_order_of_identity,
    rows_of,
    unknown,
)
from app.profile.yaml_text import Fault
from app.texts.current import Texts, originals_of, texts_of
from app.texts.faults import sentence_of
from app.texts.field_names import concerns_field
from app.texts.kinds import KINDS, LANGUAGES, PARTS
from app.texts.placeholders import LONGEST
from app.texts.standard import standard_faults
from app.texts.versions import activate, faults_of, history, restore_original, save_draft


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


def _write_texts(there: list[Row], here: list[Row], applying: Applying) -> None:
    for row in changed_rows("texts", there, here):
        draft = save_draft(KINDS[row["code"]], _words_of(row), applying.by, applying.now)
        activate(draft.id, applying.reason, applying.by, applying.now)


def _drop_texts(gone: list[Row], applying: Applying) -> None:
    """Bring the original words back."""
    for row in gone:
        newest = history(row["code"])[0].number
        restore_original(KINDS[row["code"]], applying.reason, applying.by, applying.now, newest)


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


def _write_standard_texts(there: list[Row], here: list[Row], _applying: Applying) -> None:
    shared = select(StandardText).where(StandardText.scope != "own")
    rows = {row.code: row for row in db.session.scalars(shared)}
    categories = dict(db.session.execute(select(Category.code, Category.id)).all())
    for row in changed_rows("standard_texts", there, here):
        item = rows.get(row["code"]) or StandardText(code=row["code"])
        for name in ("title", "kind", "scope", "order", "active", "body"):
            setattr(item, name, row[name])
        item.agency_code = row["agency"]
        item.category_id = categories[row["category"]] if row["category"] else None
        db.session.add(item)
    db.session.flush()


def _drop_standard_texts(gone: list[Row], _applying: Applying) -> None:
    codes = [row["code"] for row in gone]
    ended = update(StandardText).where(StandardText.code.in_(codes), StandardText.scope != "own")
    db.session.execute(ended.values(active=False))


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
    write=_write_texts,
    drop=_drop_texts,
    absent="would return to the original",
)
STANDARD_TEXTS = Section(
    name="standard_texts",
    tables=("standard_text",),
    of_office=_standard_texts,
    read=rows_of(typed(StandardRow)),
    check=_faults_of_standard_texts,
    write=_write_standard_texts,
    drop=_drop_standard_texts,
    arranged=in_order_of_identity("standard_texts"),
    absent="would end",
)
