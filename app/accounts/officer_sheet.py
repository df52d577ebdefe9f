"""Officers from a spreadsheet: its rows with their faults, then all of them or the right ones in one transaction."""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import xlsxwriter
from flask import current_app
from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import force_locale
from sqlalchemy import select

from app.access.office_roles import role_labels
from app.accounts.labels import SHEET_COLUMNS, SHEET_FAULTS
from app.accounts.new_officer import (
    MadeOfficer,
    NewOfficer,
    OfficerMaker,
    as_typed,
    faults_in,
    taken_names,
)
from app.accounts.password_reset import LINK_PATH
from app.core.extensions import db
from app.core.identifiers import normal_identifier
from app.core.transaction import one_transaction
from app.files.spreadsheet import Formula, Spreadsheet, SpreadsheetRefused, read_spreadsheet
from app.models import IdentityGrant, NoticePreference, OfficerProfile, PasswordAge
from app.reference.agencies import path_of_agency
from app.reference.choices import agency_choices
from app.web.form_labels import REFUSED

MOST_ROWS = 1000
"""Each officer is some ten statements, and the answer with the links must come before the browser gives up."""

NEEDED = ("name", "role")
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("nama", "nama lengkap", "nama petugas", "name"),
    "nip": ("nip", "nip baru"),
    "username": ("nama pengguna", "username", "user name"),
    "role": ("peran", "role"),
    "agency": ("opd", "opd dan bidang", "perangkat daerah", "unit kerja", "skpd", "agency"),
    "position": ("jabatan", "position"),
    "rank": ("pangkat", "pangkat/golongan", "golongan", "rank"),
    "email": ("surel", "email", "e-mail", "alamat surel"),
    "phone": ("telepon", "nomor telepon", "no hp", "nomor hp", "hp", "telp", "whatsapp", "phone"),
}
"""The headings by which the column of each part of an officer is recognised; the first one stands in the template."""

_MANGLED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_LOST_ZERO = re.compile(r"8[0-9]{7,12}")
_MOST_SUGGESTED, _LONGEST_SHOWN = 100, 100


@dataclass(frozen=True)
class TypedRow:
    """A value object: one row as it was read. `number` is its number in the spreadsheet, `said` what stands in the
    columns, `spoilt` the fault codes of the cells that a spreadsheet program spoilt, both by part of an officer.
    """

    number: int
    said: dict[str, str]
    spoilt: dict[str, str]


@dataclass(frozen=True)
class SheetRow:
    """A value object: one checked row. `officer` has codes of role and agency where they were recognised; `faults` has
    an Indonesian sentence for each wrong part. `account` is the user id if such an officer is there already, with the
    same data; `waits`: the officer has set no password yet.
    """

    typed: TypedRow
    officer: NewOfficer
    faults: dict[str, str]
    account: int | None = None
    waits: bool = False

    @property
    def exists(self) -> bool:
        return self.account is not None

    @property
    def is_new(self) -> bool:
        return not self.faults and not self.exists


@dataclass(frozen=True)
class OfficerSheet:
    """A value object: a checked spreadsheet of officers, and the headings of its columns that were not read."""

    rows: tuple[SheetRow, ...]
    unread: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[SheetRow, ...]:
        return tuple(row for row in self.rows if row.faults)

    def as_data(self) -> list[Any]:
        """Return the sheet as plain lists and dicts, without the outcome of the check; `sheet_again` reads them."""
        return [[[row.typed.number, row.typed.said, row.typed.spoilt] for row in self.rows], list(self.unread)]


@dataclass(frozen=True)
class CreatedOfficer:
    """A value object: an officer of row `number`, and the link to hand over ("": an invitation was sent)."""

    number: int
    made: MadeOfficer
    link: str


class HeadingsRefused(SpreadsheetRefused):
    """Raised when the columns of a sheet are not those of officers; `parts` are missing, or named twice."""

    def __init__(self, fault: str, parts: Iterable[str]) -> None:
        super().__init__(fault)
        self.parts = tuple(parts)

    @property
    def reason(self) -> str:
        return str(SHEET_FAULTS[self.fault]) % {"columns": columns_named(self.parts)}


class SheetHasFaults(Exception):
    """Raised when not all rows can become officers; `sheet` is checked again."""

    def __init__(self, sheet: OfficerSheet) -> None:
        super().__init__(f"{len(sheet.wrong)} rows")
        self.sheet = sheet


def read_officer_sheet(content: bytes, filename: str) -> OfficerSheet:
    """Return the checked rows of a CSV or XLSX file of officers; nothing is written. Raises SpreadsheetRefused if the
    file cannot be read or has no such columns.
    """
    table = read_spreadsheet(content, filename, MOST_ROWS)
    columns = _columns_of(table)
    unread = [heading for place, heading in enumerate(table.headings) if place not in columns.values() and heading]
    return _checked([_typed_row(number, cells, columns, len(table.headings)) for number, cells in table.rows], unread)


def sheet_again(data: Sequence[Any]) -> OfficerSheet:
    """Return the sheet that `as_data` made plain, checked again."""
    rows, unread = data
    return _checked([TypedRow(*row) for row in rows], unread)


def create_officers(
    sheet: OfficerSheet, by: int | None, now: datetime, only_right: bool = False
) -> list[CreatedOfficer]:
    """Store the officers of a sheet that are not there yet, as the one form does, and commit; with `only_right`,
    without the wrong rows. `by` is the administrator's user id, None for the command line. Raises SheetHasFaults, after
    which nothing is stored.
    """
    with one_transaction():
        maker = OfficerMaker(by, now)
        sheet = _checked([row.typed for row in sheet.rows], sheet.unread, maker)
        if sheet.wrong and not only_right:
            raise SheetHasFaults(sheet)
        # Those with a user name of their own first, so that none made from a name takes it.
        rows = sorted((row for row in sheet.rows if row.is_new), key=lambda row: not row.officer.username)
        created = [_created(row.typed.number, maker.add(row.officer)) for row in rows]
    return sorted(created, key=lambda one: one.number)


def renew_links(sheet: OfficerSheet, by: int | None, now: datetime) -> list[CreatedOfficer]:
    """Make new links in place of lost ones for the officers of a sheet who are there and have set no password yet, and
    commit; return these officers.
    """
    with one_transaction():
        maker = OfficerMaker(by, now)
        rows = _checked([row.typed for row in sheet.rows], sheet.unread, maker).rows
        return [
            _created(row.typed.number, maker.link_again(row.account))
            for row in rows
            if row.account is not None and row.waits
        ]


def officer_template() -> bytes:
    """Return an XLSX file with the columns of officers, in Indonesian, and a second sheet with the roles and agencies
    of this office, from which the cells of the first one are chosen.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book, force_locale("id"):
        bold, as_text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet, lists = book.add_worksheet("Petugas"), book.add_worksheet("Pilihan")
        sheet.freeze_panes(1, 0)
        lists.freeze_panes(1, 0)
        lists.set_column(0, 1, 60)
        roles = [label for label, _english in role_labels().values()]
        agencies = [path_of_agency(row.id) for row in agency_choices(None)]
        offered = {"role": roles, "agency": sorted(agencies, key=str.casefold)}
        for column, (part, names) in enumerate(offered.items()):
            lists.write_column(0, column, [str(SHEET_COLUMNS[part]), *names])
        for column, part in enumerate(SHEET_COLUMNS):
            sheet.write_string(0, column, str(SHEET_COLUMNS[part]), bold)
            sheet.set_column(column, column, 24, as_text)  # as text, NIP and telephone number keep their digits
            if part in offered:
                place = "AB"[list(offered).index(part)]
                source = f"=Pilihan!${place}$2:${place}${len(offered[part]) + 1}"
                sheet.data_validation(1, column, MOST_ROWS, column, {"validate": "list", "source": source})
    return file.getvalue()


def _created(number: int, made: MadeOfficer) -> CreatedOfficer:
    link = f"{current_app.config['PUBLIC_BASE_URL']}{LINK_PATH}{made.token}" if made.token else ""
    return CreatedOfficer(number, made, link)


def columns_named(parts: Iterable[str]) -> str:
    """Return the headings of these parts as one text, separated by commas."""
    return ", ".join(str(SHEET_COLUMNS[part]) for part in parts)


def _columns_of(table: Spreadsheet) -> dict[str, int]:
    """Return the place of the column of each part. Raises HeadingsRefused."""
    plain = [re.sub(r"\(.*?\)|[*:.]", "", heading).strip().casefold() for heading in table.headings]
    found = {part: [place for place, name in enumerate(plain) if name in names] for part, names in HEADINGS.items()}
    if missing := [part for part in NEEDED if not found[part]]:
        raise HeadingsRefused("columns_missing", missing)
    if twice := [part for part, places in found.items() if len(places) > 1]:
        raise HeadingsRefused("columns_twice", twice)
    return {part: places[0] for part, places in found.items() if places}


def _typed_row(number: int, cells: list[str], columns: Mapping[str, int], width: int) -> TypedRow:
    said, spoilt = dict[str, str](), dict[str, str]()
    for part, place in columns.items():
        cell = cells[place]
        said[part] = "" if cell.strip("-–— ") == "" else cell.removeprefix("'")
        if isinstance(cell, Formula):
            spoilt[part] = "formula"
        elif part in ("nip", "phone") and _MANGLED.fullmatch(cell):
            spoilt[part] = "mangled_number"
        elif part == "nip" and len(cell) == 18 and cell.endswith("000"):  # the last three digits count from 001
            spoilt[part] = "lost_digits"
    if _LOST_ZERO.fullmatch(said.get("phone", "")):
        said["phone"] = f"0{said['phone']}"
    if len(cells) > width:
        spoilt["name"] = "too_many_cells"
    return TypedRow(number, said, spoilt)


def _checked(typed: Sequence[TypedRow], unread: Iterable[str], maker: OfficerMaker | None = None) -> OfficerSheet:
    """Return the checked rows: against each other, and against the accounts, roles and agencies that are there."""
    roles = _Choices((code, labels) for code, labels in role_labels().items())
    agencies = _Choices((row.code, (row.name, row.short_name, path_of_agency(row.id))) for row in agency_choices(None))
    accounts = _Accounts()
    taken = maker.taken if maker else taken_names()
    rows = list[SheetRow]()
    for row in typed:
        said = as_typed(row.said)
        role, no_role = roles.find(said.role)
        agency, no_agency = agencies.find(said.agency)
        officer = replace(said, role=role, agency=agency)
        reasons = maker.faults_in(officer) if maker else faults_in(officer, taken)
        same, claimed = accounts.compare(officer)
        if same:
            reasons = {part: reason for part, reason in reasons.items() if not reason.endswith("_taken")}
        faults = {part: str(SHEET_FAULTS.get(reason, REFUSED[reason])) for part, reason in reasons.items()}
        faults |= claimed | {part: text for part, text in {"role": no_role, "agency": no_agency}.items() if text}
        faults |= {part: str(SHEET_FAULTS[fault]) for part, fault in row.spoilt.items()}
        account, waits = (None, False) if faults or same is None else same
        rows.append(SheetRow(row, officer, faults, account, waits))
    return OfficerSheet(_with_repeated(rows), tuple(unread))


def _with_repeated(rows: Sequence[SheetRow]) -> tuple[SheetRow, ...]:
    """Return the rows with a fault in each that names the same person as another row."""
    numbers = defaultdict[tuple[str, str], list[int]](list)
    for row in rows:
        if not row.exists:
            for key in _keys_of(row.officer):
                numbers[key].append(row.typed.number)
    found = list[SheetRow]()
    for row in rows:
        repeated = dict[str, str]()
        for part, text in _keys_of(row.officer):
            if others := [number for number in numbers[(part, text)][:6] if number != row.typed.number]:
                repeated[part] = str(SHEET_FAULTS["repeated"]) % {"rows": ", ".join(map(str, others[:5]))}
        found.append(row if row.exists else replace(row, faults={**repeated, **row.faults}))
    return tuple(found)


def _keys_of(officer: NewOfficer) -> list[tuple[str, str]]:
    """Return what names one person only, as pairs of a part and its normal form; the name does with a telephone."""
    phone = normal_identifier("phone", officer.phone)
    keys = {
        "username": officer.username.lower(),
        "nip": officer.nip,
        "email": officer.email.lower(),
        "name": f"{officer.name.casefold()} {phone}" if officer.name and phone else "",
    }
    return [(part, text) for part, text in keys.items() if text]


class _Choices:
    """Roles or agencies by all that a person may write for them."""

    def __init__(self, written: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._codes, self._names = defaultdict[str, set[str]](set), dict[str, str]()
        for code, names in written:
            self._names[code] = names[0]
            for name in filter(None, (code, *names)):
                self._codes[self._plain(name)].add(code)
        self._suggested = 0

    def find(self, said: str) -> tuple[str, str]:
        """Return the code that a text means and "", or the text and the sentence that says why it means none."""
        codes = self._codes.get(self._plain(said), set()) if said else {""}
        if len(codes) == 1:
            return next(iter(codes)), ""
        shown = said if len(said) <= _LONGEST_SHOWN else f"{said[:_LONGEST_SHOWN]}…"
        if codes:
            return said, str(SHEET_FAULTS["ambiguous"]) % {"said": shown, "codes": ", ".join(sorted(codes))}
        near = list[str]()
        if len(said) <= _LONGEST_SHOWN and self._suggested < _MOST_SUGGESTED:
            self._suggested += 1
            near = get_close_matches(self._plain(said), self._codes, 1)
        if near:
            nearest = self._names[min(self._codes[near[0]])]
            return said, str(SHEET_FAULTS["nearest"]) % {"said": shown, "nearest": nearest}
        return said, str(SHEET_FAULTS["not_in_list"]) % {"said": shown}

    @staticmethod
    def _plain(text: str) -> str:
        return " ".join(re.sub(r"[.,]", " ", text.casefold().replace("›", ">")).split())


class _Accounts:
    """The accounts that are there, by what names one person only."""

    def __init__(self) -> None:
        self._found = dict[tuple[str, str], tuple[NewOfficer, set[str]]]()
        self._waiting = dict[str, tuple[int, bool]]()
        roles = defaultdict[int, set[str]](set)
        held = select(User.id, Role.name).join(User.roles)
        asked = select(IdentityGrant.user_id, Role.name).join(Role, Role.id == IdentityGrant.role_id)
        for statement in (held, asked.where(IdentityGrant.state == "waiting")):
            for user_id, name in db.session.execute(statement):
                roles[user_id].add(name)
        statement = select(User, OfficerProfile, NoticePreference, PasswordAge.user_id)
        statement = statement.outerjoin(OfficerProfile, OfficerProfile.user_id == User.id)
        statement = statement.outerjoin(NoticePreference, NoticePreference.user_id == User.id)
        statement = statement.outerjoin(PasswordAge, PasswordAge.user_id == User.id)
        for user, profile, preference, has_set in db.session.execute(statement.order_by(User.id)):
            said = {part: getattr(profile, part) for part in ("nip", "position", "rank") if profile}
            said["agency"] = (profile.agency_code if profile else "") or ""
            said["phone"] = (preference.gateway_to if preference else "") or ""
            said |= {"name": user.get_full_name(), "username": user.username, "email": user.email or ""}
            officer = as_typed(said)
            self._waiting[officer.username] = user.id, bool(profile and user.active and has_set is None)
            for key in _keys_of(officer):
                self._found.setdefault(key, (officer, roles[user.id]))

    def compare(self, officer: NewOfficer) -> tuple[tuple[int, bool] | None, dict[str, str]]:
        """Return the account that has all that is said, as its id and whether it waits for its first password; None if
        there is none, with a sentence for each part that belongs to an account that differs.
        """
        found = {part: self._found[(part, text)] for part, text in _keys_of(officer) if (part, text) in self._found}
        differing = {part: _differences(officer, *account) for part, account in found.items()}
        if found and not any(differing.values()):
            return self._waiting[next(iter(found.values()))[0].username], {}
        return None, {
            part: str(SHEET_FAULTS["known_otherwise"]) % {"who": found[part][0].username, "what": columns_named(parts)}
            for part, parts in differing.items()
        }


def _differences(officer: NewOfficer, there: NewOfficer, roles: set[str]) -> list[str]:
    """Return the parts in which an account differs from what is said about an officer."""
    same = {
        "username": officer.username.lower() == there.username.lower(),
        "email": officer.email.lower() == there.email.lower(),
        "phone": normal_identifier("phone", officer.phone) == normal_identifier("phone", there.phone),
        "role": officer.role in roles,
    }
    return [
        part
        for part in SHEET_COLUMNS
        if getattr(officer, part) and not same.get(part, getattr(officer, part) == getattr(there, part))
    ]
