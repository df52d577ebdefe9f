"""Table of the list views that officers saved under a name."""

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import BigKey, Instant, Prose, Word, one_of

PLACES = ("inbox", "complaints")


class SavedList(Model):
    """Filters, order, columns and density of a list, stored as the query string that restores them (`address`).

    It belongs to one officer; `shared` shows a supervisor's to every officer. The one with an empty name is the owner's
    default view.
    """

    __tablename__ = "saved_list"
    __table_args__ = (
        UniqueConstraint("user_id", "place", "name", name="uq_saved_list_user_place_name"),
        CheckConstraint(one_of("place", PLACES), name="place"),
    )

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    place: Mapped[Word]
    name: Mapped[str] = mapped_column(String(60))
    address: Mapped[Prose]
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
