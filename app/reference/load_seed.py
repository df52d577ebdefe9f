"""Seeds empty reference tables at `migrate`; tables that already have rows are left unchanged."""

from collections.abc import Iterable
from datetime import date, datetime

from flask import current_app
from sqlalchemy import func, select

from app.core.clock import office_today
from app.core.extensions import db
from app.models import (
    Agency,
    Category,
    District,
    Holiday,
    Model,
    NationalLimitRow,
    SopStepRow,
    SopVersion,
    Village,
    WorkingWeek,
)
from app.reference import seed_files
from workflow_rules.process.standard_sop import STANDARD_SOP
from workflow_rules.process.steps import StepKind

EXAMPLE = "(contoh)"
"""Marks an invented agency of the demonstration data; it is created inactive in production."""
SOP_TITLE = 'Standar Operasional Prosedur Pengelolaan Aspirasi dan Pengaduan "Lapor Balangan" Pada SP4N LAPOR!'


def load_reference_data(now: datetime) -> None:
    """Fill each empty reference table from the seed files and commit; add holidays of years that have no national ones.

    `now` is an aware UTC datetime. Raises ReferenceDataError when a seed file is wrong.
    """
    if _empty(Agency):
        agencies = seed_files.load_agencies()
        _load_tree([_agency(row) for row in agencies], {row.code: row.parent for row in agencies})
    if _empty(District):
        for place in seed_files.load_districts():
            district = District(code=place.code, name=place.name)
            db.session.add(district)
            db.session.add_all(Village(code=v.code, name=v.name, district=district) for v in place.villages)
        db.session.flush()
    if _empty(Category):
        categories = seed_files.load_categories()
        _load_tree(
            [
                Category(
                    code=c.code, name=c.name, default_agency_code=c.default_agency, national_class=c.national_class
                )
                for c in categories
            ],
            {c.code: c.parent for c in categories},
        )
    if _empty(WorkingWeek):
        for week in seed_files.load_working_hours().weeks:
            hours = {day: " ".join("-".join(pair) for pair in pairs) for day, pairs in week.hours.items()}
            db.session.add(WorkingWeek(name=week.name, starts_on=week.begins, ends_on=week.ends, **hours))
            db.session.flush()
    _load_holidays(office_today(now).year)
    if _empty(NationalLimitRow):
        db.session.add_all(_national_limits())
    if _empty(SopVersion):
        db.session.add(_standard_sop(now))
    db.session.commit()


def _empty(model: type[Model]) -> bool:
    return db.session.execute(select(func.count()).select_from(model)).scalar_one() == 0


def _load_tree(rows: Iterable[Agency | Category], parents: dict[str, str | None]) -> None:
    by_code = {row.code: row for row in rows}
    db.session.add_all(by_code.values())
    db.session.flush()
    for code, parent in parents.items():
        if parent is not None:
            by_code[code].parent_id = by_code[parent].id
    db.session.flush()


def _agency(row: seed_files.AgencyRow) -> Agency:
    return Agency(
        code=row.code,
        name=row.name,
        short_name=row.short_name,
        kind=row.kind,
        address=row.postal.address,
        city=row.postal.city,
        phone=row.postal.phone or "",
        email=row.postal.email or "",
        letter_suffix=row.letter_suffix,
        classification_code=row.classification_code,
        paper=row.paper,
        active=not (EXAMPLE in row.name and current_app.config["LAPOR_PRODUCTION"]),
    )


def _load_holidays(year: int) -> None:
    """Add to the session the national holidays and collective leave of the year before, `year` and the next, without
    commit.

    A year that already has national holidays is left unchanged.
    """
    for wanted in (year - 1, year, year + 1):
        there = select(func.count()).where(func.extract("year", Holiday.day) == wanted, Holiday.kind != "local")
        if db.session.execute(there).scalar_one() == 0:
            days = seed_files.holidays_of([wanted])
            db.session.add_all(Holiday(day=h.date, name=h.name, kind=h.kind) for h in days)


def _national_limits() -> list[NationalLimitRow]:
    """Return a list of new NationalLimitRow objects, not added to the session, for the limits that SP4N-LAPOR!
    publishes, in working days.

    Permen PANRB 5/2025 is in force, but its text was not available, so the numbers come from the official app.
    """
    source = "SP4N-LAPOR! (Permen PANRB 5/2025), angka menurut aplikasi resmi dan SIPPN"
    classes = {"information_request": 5, "aspiration": 5, "no_oversight": 14, "oversight": 60}
    rows: list[tuple[str, str | None, int]] = [("verify", None, 3), ("act", None, 5), ("close", None, 10)]
    rows += [("finish", of_class, days) for of_class, days in classes.items()]
    return [
        NationalLimitRow(stage=stage, of_class=of_class, days=days, source=source, valid_from=date(2025, 5, 1))
        for stage, of_class, days in rows
    ]


def _standard_sop(now: datetime) -> SopVersion:
    return SopVersion(
        number=STANDARD_SOP.version,
        title=SOP_TITLE,
        status="active",
        activated_at=now,
        **seed_files.PRINTED,
        fast_track_actor=STANDARD_SOP.fast_track.actor,
        fast_track_from=sorted(STANDARD_SOP.fast_track.from_steps),
        powers={action.value: sorted(codes) for action, codes in STANDARD_SOP.powers.items()},
        legal_basis=seed_files.LEGAL_BASIS,
        qualifications=seed_files.QUALIFICATIONS,
        equipment=seed_files.EQUIPMENT,
        warnings=seed_files.WARNINGS,
        records=seed_files.RECORDS,
        steps=[
            SopStepRow(
                step=row.step,
                position=position,
                number=row.number,
                actor=row.actor,
                allowance_value=row.allowance.value if row.allowance else None,
                allowance_unit=row.allowance.unit.value if row.allowance else None,
                **dict(zip(("procedure", "inputs", "output", "remark"), seed_files.STEP_TEXTS[row.step], strict=True)),
                status=row.status.value if row.kind is StepKind.REVIEW and row.status else None,
                back_to=row.back_to,
                side_actions=sorted(row.side_actions),
            )
            for position, row in enumerate(STANDARD_SOP.steps, start=1)
        ],
    )
