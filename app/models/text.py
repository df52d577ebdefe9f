"""Tables of the texts that an office edits: versions of each text, and standard answers and letters."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Prose, Word, one_of
from app.models.organisation import Agency
from app.models.reference import Category

TEXT_STATES = ("draft", "active", "retired")
STANDARD_KINDS = ("answer", "letter")
STANDARD_SCOPES = ("office", "agency", "own")


class TextVersion(Model):
    """Table row: one version of a text of the program, such as the message that a report was received. `code` is that
    of its kind (`app.texts.kinds`), `number` counts from 1 for each kind.

    The words of a version are never changed and no version is deleted. A draft becomes active, or is retired by a
    newer draft; the active version is retired by its successor. Without an active version the original text is used.
    """

    __tablename__ = "text_version"
    __table_args__ = (
        UniqueConstraint("code", "number", name="uq_text_version_number"),
        Index("uq_text_version_active", "code", unique=True, postgresql_where=text("state = 'active'")),
        Index("uq_text_version_draft", "code", unique=True, postgresql_where=text("state = 'draft'")),
        CheckConstraint(one_of("state", TEXT_STATES), name="state"),
        CheckConstraint("body_id <> ''", name="body_id"),
        CheckConstraint("state <> 'active' OR activated_at IS NOT NULL", name="activated_at"),
        CheckConstraint("activated_at IS NULL OR reason <> ''", name="reason"),
    )

    id: Mapped[BigKey]
    code: Mapped[Word]
    number: Mapped[int]
    subject_id: Mapped[Line] = mapped_column(default="")
    subject_en: Mapped[Line] = mapped_column(default="")
    body_id: Mapped[Prose]
    body_en: Mapped[Prose] = mapped_column(default="")
    state: Mapped[Word] = mapped_column(default="draft")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    made_at: Mapped[Instant]
    activated_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    activated_at: Mapped[Instant | None]
    reason: Mapped[Prose] = mapped_column(default="")

    made_by: Mapped[User | None] = relationship(foreign_keys=[made_by_id])
    activated_by: Mapped[User | None] = relationship(foreign_keys=[activated_by_id])


class StandardText(Model):
    """Table row: a standard answer or standard letter that officers insert into their texts. `scope` says for whom:
    the office (all officers), one agency's officers, or its owner only. Without a category it fits every case.
    """

    __tablename__ = "standard_text"
    __table_args__ = (
        UniqueConstraint("code", "owner_id", name="uq_standard_text_code", postgresql_nulls_not_distinct=True),
        CheckConstraint(one_of("kind", STANDARD_KINDS), name="kind"),
        CheckConstraint(one_of("scope", STANDARD_SCOPES), name="scope"),
        CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name="code"),
        CheckConstraint("title <> '' AND body <> ''", name="title"),
        CheckConstraint("(scope = 'agency') = (agency_code IS NOT NULL)", name="agency"),
        CheckConstraint("(scope = 'own') = (owner_id IS NOT NULL)", name="owner"),
    )

    id: Mapped[BigKey]
    code: Mapped[Word]
    title: Mapped[Line]
    body: Mapped[Prose]
    kind: Mapped[Word]
    scope: Mapped[Word]
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    order: Mapped[int] = mapped_column(default=100)
    active: Mapped[bool] = mapped_column(default=True)

    agency: Mapped[Agency | None] = relationship()
    owner: Mapped[User | None] = relationship()
    category: Mapped[Category | None] = relationship()

    def __repr__(self) -> str:
        return self.title
