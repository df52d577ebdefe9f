"""Tables of what an office defines on screen: entries of its lists, and the state of all its definitions."""

from uuid import UUID

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, Column, ForeignKey, SmallInteger, Table, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Line, Word, one_of
from app.models.organisation import Agency
from workflow_rules.process.choices import ChoiceList

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
