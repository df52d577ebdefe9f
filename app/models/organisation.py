"""Tables of the organisation: agencies as a tree, officers, delegations, means of signing, saved lists."""

from datetime import date

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Prose, Word, one_of
from app.core.encrypted_columns import SealedBytes, SealedText
from app.core.office import ZONES
from workflow_rules.process.actors import DelegationKind

AGENCY_KINDS = ("opd", "kecamatan", "kelurahan", "desa", "bumd", "unit")
OFFICE_KINDS = ("kabupaten", "kota", "provinsi", "other")
PAPERS = ("F4", "A4")
NUMBER_PATTERN = "{kode}/{nomor}/{akhiran}/{tahun}"
SIGNING_METHODS = ("wet", "certificate", "bsre")


class Agency(Model):
    """Table row: one agency, that is, an OPD, district, village, unit or regional enterprise, with the settings of its
    letters.

    `code` never changes, since records name it. `parent_id` is None for a top-level agency.
    """

    __tablename__ = "agency"
    __table_args__ = (
        CheckConstraint(one_of("kind", AGENCY_KINDS), name="kind"),
        CheckConstraint(one_of("paper", PAPERS), name="paper"),
        CheckConstraint(one_of("signing_method", SIGNING_METHODS), name="signing_method"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )

    id: Mapped[BigKey]
    code: Mapped[Word] = mapped_column(unique=True)
    name: Mapped[Line]
    short_name: Mapped[Word]
    kind: Mapped[Word] = mapped_column(default="opd")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    address: Mapped[Line] = mapped_column(default="")
    city: Mapped[Word] = mapped_column(default="")
    phone: Mapped[Word] = mapped_column(default="")
    email: Mapped[Line] = mapped_column(default="")
    letter_suffix: Mapped[Word] = mapped_column(default="")
    classification_code: Mapped[Word] = mapped_column(default="500.12")
    paper: Mapped[Word] = mapped_column(default="F4")
    letterhead_over: Mapped[Line] = mapped_column(default="")
    signing_method: Mapped[Word] = mapped_column(default="wet", server_default="wet")
    postcode: Mapped[Word] = mapped_column(default="")
    website: Mapped[Line] = mapped_column(default="")
    number_pattern: Mapped[Line] = mapped_column(default=NUMBER_PATTERN)
    letter_copies: Mapped[Prose] = mapped_column(default="", server_default="")
    initials: Mapped[list[str]] = mapped_column(JSONB, default=list)
    emblem_hash: Mapped[str | None] = mapped_column(ForeignKey("emblem.sha256"))

    parent: Mapped["Agency | None"] = relationship(remote_side="Agency.id", back_populates="units")
    units: Mapped[list["Agency"]] = relationship(back_populates="parent")

    def __repr__(self) -> str:
        return self.name


class Office(Model):
    """Table row, the only one: the regency that this installation serves; none before it is set up.

    `zone` is the key of its time zone. `head_office` is the code of the agency that runs the complaint service, whose
    letterhead the office's own papers have.
    """

    __tablename__ = "office"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint(one_of("kind", OFFICE_KINDS), name="kind"),
        CheckConstraint(one_of("zone", tuple(ZONES)), name="zone"),
        CheckConstraint("name <> '' AND short_name <> ''", name="name"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, default=1)
    name: Mapped[Line]
    short_name: Mapped[Word]
    kind: Mapped[Word]
    region_code: Mapped[Word] = mapped_column(default="")
    zone: Mapped[Word]
    head_office: Mapped[str | None] = mapped_column(ForeignKey("agency.code"))
    logo_hash: Mapped[str | None] = mapped_column(ForeignKey("emblem.sha256"))

    def __repr__(self) -> str:
        return self.name


class OfficerProfile(Model):
    """Table row: the agency, position, NIP and rank of a user account, separate from Flask-AppBuilder's user table.

    `agency_code` is None for an officer of the office.
    """

    __tablename__ = "officer_profile"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"), index=True)
    position: Mapped[Line] = mapped_column(default="")
    nip: Mapped[Word] = mapped_column(default="")
    rank: Mapped[Word] = mapped_column(default="")

    user: Mapped[User] = relationship(User)
    agency: Mapped[Agency | None] = relationship()

    def __repr__(self) -> str:
        return f"{self.user.get_full_name()}, {self.position}" if self.position else self.user.get_full_name()


class DelegationRow(Model):
    """Table row: one delegation, by which an officer acts for another by decree, from `starts_on` to `ends_on`, both
    inclusive office dates.

    `noted_at` is None until the end of the delegation was processed.
    """

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint(one_of("kind", DelegationKind), name="kind"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("giver_id <> holder_id", name="not_to_oneself"),
        Index("ix_delegation_holder_period", "holder_id", "ends_on"),
        Index("ix_delegation_unnoted", "ends_on", postgresql_where=text("noted_at IS NULL")),
    )

    id: Mapped[BigKey]
    kind: Mapped[Word]
    giver_id: Mapped[int] = mapped_column(ForeignKey("officer_profile.user_id"), index=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("officer_profile.user_id"))
    decree_number: Mapped[Line]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    note: Mapped[Prose] = mapped_column(default="")
    created_at: Mapped[Instant]
    noted_at: Mapped[Instant | None]

    giver: Mapped[OfficerProfile] = relationship(foreign_keys=[giver_id])
    holder: Mapped[OfficerProfile] = relationship(foreign_keys=[holder_id])

    def __repr__(self) -> str:
        return f"{self.kind} {self.decree_number}"


class SigningMeans(Model):
    """Table row: an officer's certificate file and NIK, both encrypted, with the certificate's public details in plain
    text.

    The row is separate from the officer's profile, whose editors see the whole profile.
    """

    __tablename__ = "signing_means"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    nik: Mapped[str | None] = mapped_column(SealedText)
    certificate: Mapped[bytes | None] = mapped_column(SealedBytes)
    subject: Mapped[Line] = mapped_column(default="")
    issuer: Mapped[Line] = mapped_column(default="")
    valid_until: Mapped[Instant | None]
    fingerprint: Mapped[Word] = mapped_column(default="")
    changed_at: Mapped[Instant]

    user: Mapped[User] = relationship(User)


PLACES = ("inbox", "complaints")


class SavedList(Model):
    """Table row: an officer's saved view of a list, with filters, order, columns and density as the query string that
    restores them (`address`).

    `shared` shows a supervisor's view to every officer. The view with an empty name is the owner's default view.
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
