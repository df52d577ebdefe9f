"""An office with a row of every kind that the profile holds, and of those that it leaves out."""

import base64
import hashlib
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import (
    Agency,
    Category,
    Choice,
    Emblem,
    FieldDefinition,
    Holiday,
    StandardText,
    User,
    WorkingWeek,
)
from app.texts.current import Texts, originals_of
from app.texts.kinds import KINDS
from app.texts.versions import activate, save_draft
from tests.access.made_roles import a_role
from tests.office_zone import OFFICE_ZONE

NOW = datetime(2026, 11, 24, 10, tzinfo=OFFICE_ZONE)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def field(code: str, **more: object) -> FieldDefinition:
    """A field of the type text, active since yesterday unless told otherwise."""
    values = {
        "label_id": f"Isian {code}",
        "type": "text",
        "moments": ["register", "intake"],
        "visible_to": ["office", "agency"],
        "active_from": utc_now() - timedelta(days=1),
    }
    return FieldDefinition(code=code, **{**values, **more})


def reword(code: str, texts: Texts, active: bool = True) -> None:
    """Make a version of a text, and activate it unless it is to stay a draft."""
    version = save_draft(KINDS[code], texts, None, NOW)
    if active:
        activate(version.id, "Uji", None, NOW)


def words(body: str) -> Texts:
    return {("subject", "id"): "Laporan Anda", ("subject", "en"): "", ("body", "id"): body, ("body", "en"): ""}


def furnish() -> None:
    """Commit the rows; needs an application context."""
    officer = db.session.get_one(User, demo_person("admin.dishub").id)
    road = db.session.scalars(select(Category).order_by(Category.code)).first()
    assert road is not None
    digest = hashlib.sha256(PNG).hexdigest()
    db.session.add(Emblem(sha256=digest, png=PNG, added_at=NOW))
    db.session.add(Emblem(sha256="0" * 64, png=PNG, added_at=NOW))
    db.session.flush()
    dishub = db.session.scalars(select(Agency).where(Agency.code == "dishub")).one()
    dishub.emblem_hash, dishub.initials = digest, ["agency_secretary", "agency_admin"]
    wood = {"code": "kayu", "label": {"id": "Kayu", "en": "Wood"}}
    iron = {"code": "besi", "label": {"id": "Besi", "en": ""}}
    db.session.add_all(
        [
            Choice(
                of_list="unit", code="lalin", label_id="Bidang Lalu Lintas", agency_code="dishub", officers=[officer]
            ),
            Choice(of_list="channel", code="radio", label_id="Radio", label_en="Radio", flags=["asks_nik"]),
            Choice(of_list="channel", code="faks", label_id="Faksimile", active=False),
            field("nomor_tiang", hint_id="Tertulis di tiang", pattern="[A-Z]{2}[0-9]+", categories=[road.code]),
            field("bahan", type="choice", options=[wood, iron], order=5),
            field("sebab", only_if={"field": "bahan", "is": "kayu"}, bounds={"least": 3, "most": 50}),
            field("lama_dicabut", active_until=utc_now() - timedelta(hours=1)),
            field("masih_konsep", active_from=None),
            StandardText(
                code="jalan", title="Jalan", body="Sudah {today}.", kind="answer", scope="office", category=road
            ),
            StandardText(code="halte", title="Halte", body="Isi", kind="letter", scope="agency", agency=dishub),
            StandardText(code="milikku", title="Punyaku", body="Rahasia", kind="answer", scope="own", owner=officer),
            WorkingWeek(name="Ramadan", starts_on=date(2027, 2, 8), ends_on=date(2027, 3, 9), mon="08:00-15:00"),
            Holiday(day=date(2027, 4, 8), name="Hari Jadi Balangan", kind="local"),
        ]
    )
    db.session.commit()
    a_role("kasi_malam", "section_head")
    reword("reporter.received", words("Kata lama yang diganti."))
    reword("reporter.received", words("Terima kasih.\nNomor {complaint.number}."))
    reword("reporter.received", words("Kata konsep."), active=False)
    reword("reporter.answered", originals_of(KINDS["reporter.answered"]))
