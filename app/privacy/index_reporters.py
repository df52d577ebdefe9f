"""Backfill of search digests for identities that were encrypted before they became searchable."""

from sqlalchemy import and_, or_, select

from app.core.encrypted_columns import Unreadable, identifier_digest, name_digests
from app.core.extensions import db
from app.core.identifiers import MARKS
from app.models import Reporter

BATCH = 500


def index_reporters() -> int:
    """Fill the missing search digests of reporters' identities in batches, committing each; return how many identities
    lacked one, including those that could not be filled.

    A name or identifier that cannot be decrypted stays without a digest: the key may be restored.
    """
    lacks = [and_(Reporter.name.is_not(None), Reporter.name_words.is_(None))]
    for kind in MARKS:
        lacks.append(and_(getattr(Reporter, kind).is_not(None), getattr(Reporter, f"{kind}_mark").is_(None)))
    lacking = select(Reporter).where(or_(*lacks)).order_by(Reporter.complaint_id).limit(BATCH)
    done = last = 0
    while rows := db.session.scalars(lacking.where(Reporter.complaint_id > last)).all():
        for row in rows:
            if row.name and row.name_words is None and not isinstance(row.name, Unreadable):
                row.name_words = name_digests(row.name)
            for kind in MARKS:
                text = getattr(row, kind)
                if text and getattr(row, f"{kind}_mark") is None and not isinstance(text, Unreadable):
                    setattr(row, f"{kind}_mark", identifier_digest(kind, text))
        last = rows[-1].complaint_id
        db.session.commit()
        done += len(rows)
    return done
