"""Names that were sealed before they could be searched get their keyed words."""

from sqlalchemy import Select, select

from app.extensions import db
from app.models import Reporter
from app.models.sealed import keyed_words

BATCH = 500


def index_reporters() -> int:
    """Fill the words of every name that has none, batch by batch; returns how many there were."""
    done = 0
    while rows := db.session.scalars(_waiting()).all():
        for row in rows:
            row.name_words = keyed_words(row.name or "")
        db.session.commit()
        done += len(rows)
    return done


def _waiting() -> Select[Reporter]:
    missing = (Reporter.name.is_not(None), Reporter.name_words.is_(None))
    return select(Reporter).where(*missing).order_by(Reporter.complaint_id).limit(BATCH)
