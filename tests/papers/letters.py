"""Letters that wait for a signature, in an agency that signs in one way or another."""

from typing import Any

from sqlalchemy import select

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.storage import read_file
from app.models import Agency, ComplaintEvent, Letter, NumberCounter, SigningMeans
from tests.factories import Case, a_complaint
from tests.papers.certificates import file_of, officer

PASSPHRASE = "frasa-sandi-uji-8842"


def signing_by(method: str, agency: str = "dishub") -> None:
    """Let the agency sign in this way from now on."""
    db.session.scalars(select(Agency).where(Agency.code == agency)).one().signing_method = method
    db.session.commit()


def give_means(user_id: int | None, **means: Any) -> None:
    """Certificate file, NIK or both for an officer; without keywords a good certificate."""
    assert user_id is not None
    means = means or {"certificate": file_of(officer())}
    db.session.merge(
        SigningMeans(user_id=user_id, changed_at=utc_now(), subject="", issuer="", fingerprint="", **means)
    )
    db.session.commit()


def waiting(agency: str = "dishub") -> Case:
    return a_complaint(at="sign_answer", agencies=(agency,))


def signed(agency: str = "dishub", passphrase: str = PASSPHRASE) -> tuple[Letter, bytes]:
    """A letter signed at once, with its file."""
    case = waiting(agency)
    case.act("agency_head", "sign", house=agency, passphrase=passphrase)
    letter = db.session.scalars(select(Letter).where(Letter.complaint_id == case.id)).one()
    assert letter.paper is not None
    return letter, read_file(letter.paper.path or "")


def nothing_happened(case: Case) -> bool:
    """The draft still waits, no number is drawn, no event written."""
    db.session.expire_all()
    letter = db.session.scalars(select(Letter).where(Letter.complaint_id == case.id)).one()
    events = db.session.scalars(select(ComplaintEvent.kind).where(ComplaintEvent.complaint_id == case.id)).all()
    counters = db.session.scalars(select(NumberCounter.last).where(NumberCounter.series.like("letter:%"))).all()
    return letter.state == "draft" and letter.number is None and "sign" not in events and not any(counters)
