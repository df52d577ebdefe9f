"""Tables of what an office defines on screen: entries of its lists, and the state of all its definitions."""

from typing import Any
from uuid import UUID

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, SmallInteger, Table, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Document, Instant, Line, Prose, Word, one_of
from app.core.encrypted_columns import SealedText
from app.models.organisation import Agency
from workflow_rules.process.choices import ChoiceList

FIELD_TYPES = (
    *("text", "long_text", "integer", "decimal", "date", "boolean"),
    *("choice", "choices", "phone", "file"),
)
MOMENTS = ("public_intake", "intake", "register", "check", "dispose", "draft", "reply")
"""When a field is asked: on the public form, on the officers' form, and with the actions of steps 1, 2, 6, 7 and 11."""

AUDIENCES = ("office", "agency", "reporter", "public")

choice_officer = Table(
    "choice_officer",
    Model.metadata,
    Column("choice_id", ForeignKey("choice.id"), primary_key=True),
    Column("user_id", ForeignKey("ab_user.id"), primary_key=True, index=True),
)
"""Which officers work in a unit of an agency."""


class Choice(Model):
    """Table row: one entry of a list, such as a channel or a reason. A code is never changed and a row never deleted,
    because cases and events name it; an entry that is no longer offered is made inactive.

    `flags` are the properties that the rules read (`ChoiceFlag`). Only an entry of the list `unit` has an agency and
    officers. `seeded` rows came with the program.
    """

    __tablename__ = "choice"
    __table_args__ = (
        UniqueConstraint("list", "code", name="uq_choice_code"),
        CheckConstraint(one_of("list", ChoiceList), name="list"),
        CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name="code"),
        CheckConstraint("label_id <> ''", name="label_id"),
        CheckConstraint("(list = 'unit') = (agency_code IS NOT NULL)", name="agency"),
        CheckConstraint("jsonb_typeof(flags) = 'array'", name="flags"),
    )

    id: Mapped[BigKey]
    of_list: Mapped[Word] = mapped_column("list")
    code: Mapped[Word]
    label_id: Mapped[Line]
    label_en: Mapped[Line] = mapped_column(default="")
    order: Mapped[int] = mapped_column(default=100)
    active: Mapped[bool] = mapped_column(default=True)
    flags: Mapped[list[str]] = mapped_column(JSONB, default=list)
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"), index=True)
    seeded: Mapped[bool] = mapped_column(default=False)

    agency: Mapped[Agency | None] = relationship()
    officers: Mapped[list[User]] = relationship(secondary=choice_officer, order_by=User.id)

    def __repr__(self) -> str:
        return self.label_id


class DefinitionState(Model):
    """Table row, the only one: `version` changes with each change of a definition, so that every process can tell
    whether the definitions it has cached are current.
    """

    __tablename__ = "definition_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    version: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))


class FieldDefinition(Model):
    """Table row: one version of a field that the office has added to complaints. While `active_from` is None it is a
    draft; from then on only its labels, hints, order and end may change, and another version is a new row with the same
    code.

    `options` are `{code, label {id, en}}`, `bounds` `{least, most}`, `only_if` `{field, is}`. Empty categories and
    classifications mean all. The value of a personal field is encrypted in `personal_value`.
    """

    __tablename__ = "field_definition"
    __table_args__ = (
        CheckConstraint(one_of("type", FIELD_TYPES), name="type"),
        CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name="code"),
        CheckConstraint("active_until IS NULL OR active_until >= active_from", name="ends_after_start"),
        Index(
            "uq_field_definition_code",
            "code",
            unique=True,
            postgresql_where=text("active_from IS NOT NULL AND active_until IS NULL"),
        ),
    )

    id: Mapped[BigKey]
    code: Mapped[Word] = mapped_column(index=True)
    label_id: Mapped[Line]
    label_en: Mapped[Line] = mapped_column(default="")
    hint_id: Mapped[Prose] = mapped_column(default="")
    hint_en: Mapped[Prose] = mapped_column(default="")
    type: Mapped[Word]
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    bounds: Mapped[Document] = mapped_column(default=dict)
    pattern: Mapped[Prose] = mapped_column(default="")
    categories: Mapped[list[str]] = mapped_column(JSONB, default=list)
    classifications: Mapped[list[str]] = mapped_column(JSONB, default=list)
    moments: Mapped[list[str]] = mapped_column(JSONB, default=list)
    required: Mapped[bool] = mapped_column(default=False)
    only_if: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    visible_to: Mapped[list[str]] = mapped_column(JSONB, default=list)
    personal: Mapped[bool] = mapped_column(default=False)
    order: Mapped[int] = mapped_column(default=100)
    active_from: Mapped[Instant | None]
    active_until: Mapped[Instant | None]

    def __repr__(self) -> str:
        return self.label_id


class PersonalValue(Model):
    """Table row: the encrypted value of one personal field of a case, beside the identity of its reporter. `salt` is in
    the commitment that the event holds in place of the value.
    """

    __tablename__ = "personal_value"
    __table_args__ = (UniqueConstraint("complaint_id", "code", name="uq_personal_value_case_code"),)

    id: Mapped[BigKey]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    code: Mapped[Word]
    value: Mapped[str] = mapped_column(SealedText(tolerant=True))
    salt: Mapped[Word]
