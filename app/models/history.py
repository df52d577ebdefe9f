"""The append-only log: a row an event, chained by hash; the database itself refuses to change or delete one."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigKey, Document, Instant, Word
from app.models.complaint import Complaint


class ComplaintEvent(Model):
    """One thing that happened to a complaint: who, as what, for whom, when, from where."""

    __tablename__ = "complaint_event"
    __table_args__ = (
        UniqueConstraint("complaint_id", "seq", name="uq_complaint_event_case_seq"),
        CheckConstraint("seq >= 1", name="seq"),
    )

    id: Mapped[BigKey]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[Word]
    step: Mapped[str | None]
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"), index=True)
    actor: Mapped[Word]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"), index=True)
    delegation_kind: Mapped[str | None]
    at: Mapped[Instant]
    address: Mapped[str | None]
    data: Mapped[Document]
    previous_hash: Mapped[Word]
    hash: Mapped[Word]

    complaint: Mapped[Complaint] = relationship()
    officer: Mapped[User | None] = relationship(User, foreign_keys=[officer_id])
    on_behalf_of: Mapped[User | None] = relationship(User, foreign_keys=[on_behalf_of_id])
