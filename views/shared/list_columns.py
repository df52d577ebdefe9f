"""Columns of a list of cases, and the rest of its layout: order, rows per page and density.

The macro `cell` of `app/templates/worklists/parts.html` writes the cell of a column. The layout is read from the query
string; without any layout parameter there, the officer's saved default layout applies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask_babel import lazy_gettext as _

from app.fields.filters import OF_FIELD, Fields
from app.models import SavedList
from app.vocabulary.words import Labels
from views.shared.list_address import MOST_FIELD_COLUMNS, PAGE_SIZE, ListAddress

COLUMNS: Labels = {
    "langkah": _("Langkah"),
    "opd": _("OPD"),
    "kategori": _("Kategori"),
    "desa": _("Desa atau kelurahan"),
    "masuk": _("Tanggal masuk"),
    "batas": _("Batas waktu"),
}
SHOWN = ("langkah", "opd", "batas")
"""Default columns."""

SIZES: Labels = {"50": _("50 baris"), "100": _("100 baris")}
DENSITIES: Labels = {"1": _("Rapat")}
LAYOUT = ("kolom", "urut", "baris", "rapat")


@dataclass(frozen=True)
class Layout:
    """A value object: the layout of a list. The complaint itself and the button are always shown.

    `size` is the number of rows per page, `dense` whether rows are narrow.
    """

    columns: tuple[str, ...] = SHOWN
    order: str = ""
    size: int = PAGE_SIZE
    dense: bool = False


def columns_of(fields: Fields) -> dict[str, Any]:
    """Return the columns that a list offers, with their headings: the usual ones and those of the fields."""
    return {**COLUMNS, **{name: one.label for name, one in fields.items()}}


def layout_of(address: ListAddress, usual: SavedList | None) -> Layout:
    """Return the `Layout` that the query string asks for; the officer's default layout if the query string has none."""
    wanted = address.picked(*LAYOUT)
    if not wanted and usual is not None:
        saved = {name: value for name, value in parse_qsl(usual.address) if name in LAYOUT}
        choices = address.choices  # a saved value may no longer be allowed
        wanted = {name: value for name, value in saved.items() if name == "kolom" or value in choices.get(name, ())}
    asked = wanted.get("kolom", "").split(",")
    own = [name for name in address.fields if name in asked][:MOST_FIELD_COLUMNS]
    columns = (*(name for name in COLUMNS if name in asked), *own)
    return Layout(
        columns=columns or SHOWN,
        order=wanted.get("urut", ""),
        size=int(wanted.get("baris", PAGE_SIZE)),
        dense="rapat" in wanted,
    )


def usual_of(saved: Iterable[SavedList], user_id: int) -> SavedList | None:
    """Return an officer's default layout (`SavedList`), which is their saved list without a name; None if they have
    none.
    """
    return next((row for row in saved if row.name == "" and row.user_id == user_id), None)


def layout_choices(orders: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """Return a dict of the layout parameters `urut`, `baris` and `rapat` to their allowed values, with labels."""
    return {"urut": orders, "baris": SIZES, "rapat": DENSITIES}


@dataclass(frozen=True)
class SavedTab:
    """A value object: a saved list shown as a tab; `own` if this officer saved it, `shared` if other officers see it
    too.
    """

    id: int
    label: str
    url: str
    current: bool
    own: bool
    shared: bool


def saved_tabs(saved: Sequence[SavedList], address: ListAddress, path: str, user_id: int) -> list[SavedTab]:
    """Return a `SavedTab` for each saved list that has a name; the one with the filters of this page is `current`, also
    if a part of them was left out because its field has ended.
    """
    here = {address.query_string(), address.asked} - {""}
    return [
        SavedTab(
            id=row.id,
            label=row.name,
            url=f"{path}?{saved_address}" if saved_address else path,
            current=saved_address in here,
            own=row.user_id == user_id,
            shared=row.shared,
        )
        for row in saved
        if row.name
        for saved_address in [row.address if row.user_id == user_id else _without_unseen(row.address, address.fields)]
    ]


def _without_unseen(saved: str, fields: Fields) -> str:
    """Return the query string of a list that another officer shares, in which fields that this one is not offered are
    named by nothing but `field.`: their codes and values are not for this officer, yet the list says that it is wider.
    """
    if OF_FIELD not in saved:
        return saved
    parts = []
    for name, value in parse_qsl(saved):
        if name.startswith(OF_FIELD) and name not in fields:
            parts.append((OF_FIELD, "1"))
        elif name in ("kolom", "urut"):
            shown = (one if _is_seen(one, fields) else OF_FIELD for one in value.split(","))
            parts.append((name, ",".join(dict.fromkeys(shown))))
        else:
            parts.append((name, value))
    return urlencode(sorted(dict.fromkeys(parts)))


def _is_seen(column: str, fields: Fields) -> bool:
    return not column.removeprefix("-").startswith(OF_FIELD) or column.removeprefix("-") in fields
