"""Sections of the organisation: agencies with their letterheads, categories, districts with their villages."""

import base64
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy import delete, select

from app.core.extensions import db
from app.models import Agency, Category, District, Emblem, Village
from app.models.organisation import AGENCY_KINDS, NUMBER_PATTERN, PAPERS, SIGNING_METHODS
from app.papers.emblems import store_emblem
from app.papers.number_pattern import number_pattern_holds
from app.profile.row_types import (
    Code,
    Line,
    NeededLine,
    NeededWord,
    Prose,
    Strict,
    Word,
    Words,
    one_of,
    pattern,
    picture,
    row_of,
    text,
    typed,
)
from app.profile.section import (
    Applying,
    Profile,
    Row,
    Section,
    changed_rows,
    in_order_of_identity,
    rows_of,
    unknown,
)
from app.profile.yaml_text import Fault
from workflow_rules.process.actors import Organisation
from workflow_rules.process.steps import StepKind
from workflow_rules.time.national_clock import NationalClass


def _number_pattern(said: str) -> str:
    if not number_pattern_holds(said):
        raise ValueError("must hold {nomor} and {tahun}, and no part that is unknown")
    return said


class AgencyRow(Strict):
    """An agency with the settings of its letters; `emblem` is a PNG file in base64."""

    code: Code
    name: NeededLine
    short_name: NeededWord
    kind: Annotated[str, one_of(AGENCY_KINDS)]
    parent: str | None = None
    active: bool = True
    address: Line = ""
    city: NeededWord
    postcode: Word = ""
    phone: Word = ""
    email: Line = ""
    website: Line = ""
    letterhead_over: NeededLine
    classification_code: NeededWord
    letter_suffix: Word = ""
    number_pattern: Annotated[str, text(120), AfterValidator(_number_pattern)] = NUMBER_PATTERN
    letter_copies: Prose = ""
    paper: Annotated[str, one_of(PAPERS)] = "F4"
    initials: Words = Field(default_factory=list)
    signing_method: Annotated[str, one_of(SIGNING_METHODS)] = "wet"
    emblem: Annotated[str, AfterValidator(picture)] | None = None


class CategoryRow(Strict):
    """A topic of complaints, at one of two levels."""

    code: Code
    name: NeededLine
    parent: str | None = None
    default_agency: str | None = None
    national_class: Annotated[str, one_of(NationalClass)] = NationalClass.NO_OVERSIGHT.value
    active: bool = True


PlaceCode = Annotated[str, pattern(r"[0-9]{2}(\.[0-9]{2,4}){1,3}", "must be an official code such as '63.11.01'")]


class VillageRow(Strict):
    """A village of a district."""

    code: PlaceCode
    name: NeededLine


class DistrictRow(Strict):
    """A district with its villages."""

    code: PlaceCode
    name: NeededLine
    villages: list[VillageRow] = Field(default_factory=list)


def _agencies() -> list[Row]:
    rows = db.session.scalars(select(Agency)).all()
    codes = {row.id: row.code for row in rows}
    used = select(Emblem).where(Emblem.sha256.in_(select(Agency.emblem_hash)))
    emblems = {emblem.sha256: base64.encodebytes(emblem.png).decode() for emblem in db.session.scalars(used)}
    return [
        row_of(AgencyRow, row, parent=codes.get(row.parent_id or 0), emblem=emblems.get(row.emblem_hash or ""))
        for row in rows
    ]


def _by_code(model: Any) -> dict[str, Any]:
    return {row.code: row for row in db.session.scalars(select(model))}


def _write_agencies(there: list[Row], here: list[Row], applying: Applying) -> None:
    rows, changed = _by_code(Agency), changed_rows("agencies", there, here)
    for row in changed:
        agency = rows.setdefault(row["code"], Agency())
        for name, value in row.items():
            if name not in ("parent", "emblem"):
                setattr(agency, name, value)
        emblem = row["emblem"]
        agency.emblem_hash = store_emblem(base64.b64decode(emblem), applying.now) if emblem else None
        db.session.add(agency)
    db.session.flush()
    for row in changed:
        rows[row["code"]].parent_id = rows[row["parent"]].id if row["parent"] else None


def _drop_agencies(gone: list[Row], applying: Applying) -> None:
    rows = _by_code(Agency)
    for row in gone:
        rows[row["code"]].active = False
    if applying.fresh:
        for row in gone:
            rows[row["code"]].parent_id = None
        db.session.flush()
        db.session.execute(delete(Agency).where(Agency.code.in_([row["code"] for row in gone])))


def _faults_of_agencies(profile: Profile) -> Iterator[Fault]:
    places = {row["code"]: place for place, row in enumerate(profile["agencies"])}
    parents = {row["code"]: row["parent"] for row in profile["agencies"]}
    initiallers = _initiallers(profile)
    for row in profile["agencies"]:
        place = places[row["code"]]
        yield from unknown((place, "parent"), row["parent"], parents, "agencies")
        if wrong := set(row["initials"]) - initiallers:
            named, possible = ", ".join(sorted(wrong)), ", ".join(sorted(initiallers))
            yield Fault((place, "initials"), f"names {named}; possible are {possible}")
    try:
        TopologicalSorter({code: [parent] for code, parent in parents.items() if parent is not None}).prepare()
    except CycleError as circle:
        lowest = min(circle.args[1], key=lambda code: places[code])
        yield Fault((places[lowest], "parent"), "is below the agency itself")


def _initiallers(profile: Profile) -> set[str]:
    """Return the roles of agencies that may initial a draft: all but the one that signs it."""
    signers = {row["actor"] for row in profile["sop"]["steps"] if row["step"] == StepKind.SIGN_ANSWER}
    return {row["code"] for row in profile["actors"] if row["organisation"] == Organisation.AGENCY} - signers


def _categories() -> list[Row]:
    rows = db.session.scalars(select(Category)).all()
    codes = {row.id: row.code for row in rows}
    return [
        row_of(CategoryRow, row, parent=codes.get(row.parent_id or 0), default_agency=row.default_agency_code)
        for row in rows
    ]


def _write_categories(there: list[Row], here: list[Row], _applying: Applying) -> None:
    rows, changed = _by_code(Category), changed_rows("categories", there, here)
    for row in changed:
        category = rows.setdefault(row["code"], Category())
        for name in ("code", "name", "national_class", "active"):
            setattr(category, name, row[name])
        category.default_agency_code = row["default_agency"]
        db.session.add(category)
    db.session.flush()
    for row in changed:
        rows[row["code"]].parent_id = rows[row["parent"]].id if row["parent"] else None


def _drop_categories(gone: list[Row], applying: Applying) -> None:
    rows = _by_code(Category)
    for row in sorted(gone, key=lambda row: row["parent"] is None):
        rows[row["code"]].active = False
        if applying.fresh:
            db.session.delete(rows[row["code"]])
            db.session.flush()


def _faults_of_categories(profile: Profile) -> Iterator[Fault]:
    parents = {row["code"]: row["parent"] for row in profile["categories"]}
    agencies = {row["code"] for row in profile["agencies"]}
    for place, row in enumerate(profile["categories"]):
        yield from unknown((place, "parent"), row["parent"], parents, "categories")
        yield from unknown((place, "default_agency"), row["default_agency"], agencies, "agencies")
        if parents.get(row["parent"]) is not None:
            yield Fault((place, "parent"), f"names {row['parent']}, which has a parent itself; there are two levels")


def _districts() -> list[Row]:
    rows = {row.id: row_of(DistrictRow, row, villages=[]) for row in db.session.scalars(select(District))}
    for village in db.session.scalars(select(Village)):
        rows[village.district_id]["villages"].append(row_of(VillageRow, village))
    return list(rows.values())


def _write_districts(there: list[Row], here: list[Row], _applying: Applying) -> None:
    districts, villages = _by_code(District), _by_code(Village)
    for row in changed_rows("districts", there, here):
        district = districts.setdefault(row["code"], District(code=row["code"]))
        district.name = row["name"]
        db.session.add(district)
        db.session.flush()
        for one in row["villages"]:
            village = villages.setdefault(one["code"], Village(code=one["code"]))
            village.name, village.district_id = one["name"], district.id
            db.session.add(village)


def _drop_districts(gone: list[Row], applying: Applying) -> None:
    """Delete places while the office is new; later they stay, since complaints name them."""
    if applying.fresh:
        codes = [row["code"] for row in gone]
        of_them = select(District.id).where(District.code.in_(codes))
        db.session.execute(delete(Village).where(Village.district_id.in_(of_them)))
        db.session.execute(delete(District).where(District.code.in_(codes)))


def _faults_of_districts(profile: Profile) -> Iterator[Fault]:
    times = Counter(village["code"] for row in profile["districts"] for village in row["villages"])
    for place, row in enumerate(profile["districts"]):
        for number, village in enumerate(row["villages"]):
            if times[village["code"]] > 1:
                yield Fault((place, "villages", number, "code"), "is the code of two villages")


def _arranged_districts(rows: list[Row]) -> list[Row]:
    sort, sort_villages = in_order_of_identity("districts"), in_order_of_identity("villages")
    return [{**row, "villages": sort_villages(row["villages"])} for row in sort(rows)]


AGENCIES = Section(
    name="agencies",
    tables=("agency", "emblem"),
    of_office=_agencies,
    read=rows_of(typed(AgencyRow)),
    check=_faults_of_agencies,
    write=_write_agencies,
    drop=_drop_agencies,
    arranged=in_order_of_identity("agencies"),
    absent="would end",
)
CATEGORIES = Section(
    name="categories",
    tables=("category",),
    of_office=_categories,
    read=rows_of(typed(CategoryRow)),
    check=_faults_of_categories,
    write=_write_categories,
    drop=_drop_categories,
    arranged=in_order_of_identity("categories"),
    absent="would end",
)
DISTRICTS = Section(
    name="districts",
    tables=("district", "village"),
    of_office=_districts,
    read=rows_of(typed(DistrictRow)),
    check=_faults_of_districts,
    write=_write_districts,
    drop=_drop_districts,
    arranged=_arranged_districts,
    absent="would stay",
)
