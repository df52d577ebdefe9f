"""Tables of the roles of accounts: what each is in the process, and what it may see, open and export."""

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import BigKey, Line, Word

SUPERVISOR, ADMINISTRATOR = "supervisor", "administrator"


class OfficeRole(Model):
    """Table row: a role of accounts, beside Flask-AppBuilder's role of the same name.

    With an `actor` the role stands in the process: it acts there (`acts`), or only reads what the actor sees (a clerk).
    `standing` marks supervisors, who see every case, and administrators. Without a label it is named like its actor.
    """

    __tablename__ = "office_role"
    __table_args__ = (
        CheckConstraint("name ~ '^[a-z][a-z0-9_]*$'", name="name"),
        CheckConstraint("label_id <> '' OR acts", name="label_id"),
        CheckConstraint("NOT acts OR actor IS NOT NULL", name="acts"),
        CheckConstraint(
            "standing IS NULL OR (standing IN ('supervisor', 'administrator') AND actor IS NULL)", name="standing"
        ),
    )

    id: Mapped[BigKey]
    name: Mapped[Word] = mapped_column(unique=True)
    label_id: Mapped[Line] = mapped_column(default="")
    label_en: Mapped[Line] = mapped_column(default="")
    description_id: Mapped[Line] = mapped_column(default="")
    description_en: Mapped[Line] = mapped_column(default="")
    actor: Mapped[str | None] = mapped_column(ForeignKey("actor.code"))
    acts: Mapped[bool] = mapped_column(default=False)
    standing: Mapped[str | None] = mapped_column(String(80))
    seeded: Mapped[bool] = mapped_column(default=False)

    def __repr__(self) -> str:
        return self.label_id or self.name


class RoleGrant(Model):
    """Table row: whether a role may use one permission of one view. Flask-AppBuilder's own tables follow these rows.

    A right that the office took away stays as a row that is not `allowed`, so that `migrate` does not give it again.
    `of_office` rows were decided by the office; the others came with the program.
    """

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("role", "view", "permission", name="uq_role_grant_right"),)

    id: Mapped[BigKey]
    role: Mapped[Word]
    view: Mapped[str] = mapped_column(String(250))
    permission: Mapped[str] = mapped_column(String(100))
    allowed: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    of_office: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
