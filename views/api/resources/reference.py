"""Resources of reference data: read by every officer, written under the rules of the screens."""

from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import joinedload, selectinload

from app.access.office_roles import role_labels
from app.access.role_rights import rights_of
from app.core.office import ZONES
from app.models import (
    ActorRow,
    Agency,
    Category,
    Choice,
    DelegationRow,
    District,
    Holiday,
    NationalLimitRow,
    Office,
    OfficeRole,
    OfficerProfile,
    StandardText,
    Village,
    WorkingWeek,
)
from app.models.organisation import OFFICE_KINDS, PAPERS, SIGNING_METHODS
from app.models.reference import WEEKDAYS
from app.models.role import ADMINISTRATOR, SUPERVISOR
from app.texts.labels import STANDARD_KINDS, STANDARD_SCOPES
from app.vocabulary.words import AGENCY_KINDS, DELEGATION_KINDS, HOLIDAY_KINDS
from views.api.http.contract import Schema
from views.api.resources.columns import Column, by_code, equal, link, period, renamed, since, until, words_of
from views.api.resources.resource import Resource, several
from workflow_rules.process.actors import Organisation
from workflow_rules.process.choices import ChoiceList
from workflow_rules.time.national_clock import NationalClass, NationalStage


def _username(path: str) -> dict[str, Any]:
    return {"name": path, "path": f"{path}.user.username", "publishes": f"{path}_id", "needed": True}


_LABEL: Schema = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "en": {"type": ["string", "null"]}},
    "required": ["id", "en"],
    "additionalProperties": False,
}
_NAMES: Schema = {"type": "array", "items": {"type": "string"}}


def _in_languages(name: str) -> Column:
    """Return the column of a text that has a table column for each language; English may be missing (null)."""

    def read(row: Any) -> dict[str, str | None]:
        return {"id": getattr(row, f"{name}_id"), "en": getattr(row, f"{name}_en") or None}

    return Column(name, _LABEL, read, (f"{name}_id", f"{name}_en"))


def _label_of_role(row: OfficeRole) -> dict[str, str | None]:
    indonesian, english = role_labels()[row.name]
    return {"id": indonesian, "en": english or None}


AGENCY = Resource(
    name="agency",
    model=Agency,
    title=_("OPD"),
    columns=(
        *several(Agency, "id", "code", "name", "short_name", "kind", "active", kind=AGENCY_KINDS),
        link("parent", "parent.code", "parent_id"),
        *several(Agency, "address", "city", "phone", "email", "postcode", "website", "letterhead_over"),
        *several(Agency, "classification_code", "letter_suffix", "number_pattern", "letter_copies"),
        *several(Agency, "paper", "signing_method", paper=PAPERS, signing_method=SIGNING_METHODS),
        words_of("initials"),
    ),
    hidden=frozenset({"emblem_hash"}),
    filters=(equal(Agency.code), equal(Agency.kind, words=AGENCY_KINDS), equal(Agency.active)),
    sorts=("code", "name"),
    screen="AgencyView",
    links={"parent": "code"},
    eager=(joinedload(Agency.parent),),
)
OFFICE = Resource(
    name="office",
    model=Office,
    title=_("Kantor"),
    columns=several(
        Office, "id", "name", "short_name", "kind", "region_code", "zone", "head_office", kind=OFFICE_KINDS, zone=ZONES
    ),
    hidden=frozenset({"logo_hash"}),
    says=_("Nama diubah di layar Kantor; wilayah dan zona waktu tetap sejak kantor disiapkan."),
)
CATEGORY = Resource(
    name="category",
    model=Category,
    title=_("Kategori"),
    columns=(
        *several(Category, "id", "code", "name", "national_class", "active", national_class=NationalClass),
        link("parent", "parent.code", "parent_id"),
        link("default_agency", "default_agency_code", "default_agency_code"),
    ),
    filters=(
        equal(Category.code),
        equal(Category.active),
        by_code("parent", Category.parent_id, Category.id, Category.code),
        equal(Category.default_agency_code, "default_agency"),
    ),
    sorts=("code", "name"),
    screen="CategoryView",
    links={"parent": "code", "default_agency": "code"},
    eager=(joinedload(Category.parent),),
)
CHOICE = Resource(
    name="choice",
    model=Choice,
    title=_("Daftar pilihan"),
    columns=(
        *several(Choice, "id"),
        renamed(Choice, "list", "of_list", ChoiceList),
        *several(Choice, "code"),
        _in_languages("label"),
        *several(Choice, "order", "active"),
        words_of("flags"),
        link("agency", "agency_code", "agency_code"),
        Column("officers", _NAMES, lambda row: [user.username for user in row.officers], ()),
        *several(Choice, "seeded"),
    ),
    filters=(
        equal(Choice.of_list, "list", ChoiceList),
        equal(Choice.code),
        equal(Choice.active),
        equal(Choice.agency_code, "agency"),
    ),
    sorts=("code", "order"),
    screen="ChoiceView",
    links={"agency": "code", "officers": "username"},
    members={"list": "of_list", "label": {"id": "label_id", "en": "label_en"}},
    eager=(selectinload(Choice.officers),),
)
ACTOR = Resource(
    name="actor",
    model=ActorRow,
    title=_("Pelaksana SOP"),
    columns=(
        *several(ActorRow, "id", "code"),
        _in_languages("label"),
        *several(ActorRow, "organisation", "superior", "order", "seeded", organisation=Organisation),
    ),
    filters=(equal(ActorRow.code), equal(ActorRow.organisation, words=Organisation)),
    sorts=("code", "order"),
    screen="ActorView",
    members={"label": {"id": "label_id", "en": "label_en"}},
)
ROLE = Resource(
    name="role",
    model=OfficeRole,
    title=_("Peran"),
    columns=(
        *several(OfficeRole, "id"),
        renamed(OfficeRole, "code", "name"),
        Column("label", _LABEL, _label_of_role, ("label_id", "label_en")),
        _in_languages("description"),
        *several(OfficeRole, "actor", "acts", "standing", "seeded", standing=(SUPERVISOR, ADMINISTRATOR)),
        Column("rights", _NAMES, lambda row: sorted(rights_of(row.name)), ()),
    ),
    filters=(equal(OfficeRole.name, "code"), equal(OfficeRole.actor), equal(OfficeRole.acts)),
    sorts=("code",),
    permission=("can_read", "OfficeRole"),
    screen="OfficeRoleView",
    members={
        "code": "name",
        "label": {"id": "label_id", "en": "label_en"},
        "description": {"id": "description_id", "en": "description_en"},
    },
)
DISTRICT = Resource(
    name="district",
    model=District,
    title=_("Kecamatan"),
    columns=several(District, "id", "code", "name"),
    filters=(equal(District.code),),
    sorts=("code", "name"),
    screen="DistrictView",
)
VILLAGE = Resource(
    name="village",
    model=Village,
    title=_("Desa dan kelurahan"),
    columns=(*several(Village, "id", "code", "name"), link("district", "district.code", "district_id", needed=True)),
    filters=(equal(Village.code), by_code("district", Village.district_id, District.id, District.code)),
    sorts=("code", "name"),
    screen="VillageView",
    links={"district": "code"},
    eager=(joinedload(Village.district),),
)
HOLIDAY = Resource(
    name="holiday",
    model=Holiday,
    title=_("Hari libur"),
    columns=several(Holiday, "id", "day", "name", "kind", kind=HOLIDAY_KINDS),
    filters=(*period(Holiday.day), equal(Holiday.kind, words=HOLIDAY_KINDS)),
    sorts=("day",),
    screen="HolidayView",
    asks_reason=True,
)
WORKING_HOURS = Resource(
    name="working_hours",
    model=WorkingWeek,
    title=_("Jam kerja"),
    columns=several(WorkingWeek, "id", "name", "starts_on", "ends_on", *WEEKDAYS),
    sorts=("name",),
    screen="WorkingWeekView",
    asks_reason=True,
)
NATIONAL_LIMIT = Resource(
    name="national_limit",
    model=NationalLimitRow,
    title=_("Batas nasional"),
    columns=several(
        NationalLimitRow,
        *("id", "stage", "of_class", "days", "source", "valid_from"),
        stage=NationalStage,
        of_class=NationalClass,
    ),
    filters=(equal(NationalLimitRow.stage, words=NationalStage), since(NationalLimitRow.valid_from)),
    sorts=("valid_from",),
    screen="NationalLimitView",
)
DELEGATION = Resource(
    name="delegation",
    model=DelegationRow,
    title=_("Delegasi"),
    columns=(
        *several(DelegationRow, "id", "kind", "decree_number", "starts_on", "ends_on", "note", "created_at"),
        link(**_username("giver")),
        link(**_username("holder")),
    ),
    hidden=frozenset({"noted_at"}),
    filters=(
        equal(DelegationRow.kind, words=DELEGATION_KINDS),
        since(DelegationRow.ends_on),
        until(DelegationRow.starts_on),
        by_code("holder", DelegationRow.holder_id, User.id, User.username),
    ),
    sorts=("starts_on", "ends_on"),
    screen="DelegationView",
    links={"giver": "user.username", "holder": "user.username"},
    eager=(
        joinedload(DelegationRow.giver).joinedload(OfficerProfile.user),
        joinedload(DelegationRow.holder).joinedload(OfficerProfile.user),
    ),
)
STANDARD_TEXT = Resource(
    name="standard_text",
    model=StandardText,
    title=_("Teks standar"),
    columns=(
        *several(StandardText, "id", "code", "title", "kind", kind=STANDARD_KINDS),
        *several(StandardText, "scope", "body", "order", "active", scope=STANDARD_SCOPES),
        link("agency", "agency_code", "agency_code"),
        link("category", "category.code", "category_id"),
    ),
    hidden=frozenset({"owner_id"}),
    filters=(
        *(equal(StandardText.code), equal(StandardText.kind, words=STANDARD_KINDS), equal(StandardText.active)),
        *(equal(StandardText.scope, words=STANDARD_SCOPES), equal(StandardText.agency_code, "agency")),
        by_code("category", StandardText.category_id, Category.id, Category.code),
    ),
    sorts=("code", "title"),
    screen="StandardTextView",
    links={"agency": "code", "category": "code"},
    eager=(joinedload(StandardText.category),),
    only=lambda: StandardText.scope != "own",
    says=_("Teks milik sendiri seorang petugas tidak diterbitkan."),
)
