"""How a list is laid out: columns, order, rows a page and density; all of it in the address, or the officer's usual."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from app.models import SavedList
from views.shared.list_address import PAGE_SIZE, ListAddress
from views.shared.list_labels import COLUMNS, DENSITIES, SIZES

SHOWN = ("langkah", "opd", "batas")
"""Columns of whoever has chosen none."""

LAYOUT = ("kolom", "urut", "baris", "rapat")


@dataclass(frozen=True)
class Layout:
    """What a page of a list shows; the complaint itself and the button always do."""

    columns: tuple[str, ...] = SHOWN
    order: str = ""
    size: int = PAGE_SIZE
    dense: bool = False


def layout_of(address: ListAddress, usual: SavedList | None) -> Layout:
    """The layout the address asks for; where it asks for none at all, the officer's usual one."""
    asked = address.picked(*LAYOUT)
    wanted = asked or _readable(usual.address if usual else "", address.choices)
    columns = tuple(name for name in COLUMNS if name in wanted.get("kolom", "").split(","))
    return Layout(
        columns=columns or SHOWN,
        order=wanted.get("urut", ""),
        size=int(wanted.get("baris", PAGE_SIZE)),
        dense="rapat" in wanted,
    )


def _readable(text: str, choices: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """The parts of a kept layout that still mean something."""
    kept = {name: value for name, value in parse_qsl(text) if name in LAYOUT}
    return {name: value for name, value in kept.items() if name == "kolom" or value in choices.get(name, ())}


def usual_of(saved: Iterable[SavedList], user_id: int) -> SavedList | None:
    """The nameless one among an officer's views."""
    return next((row for row in saved if row.name == "" and row.user_id == user_id), None)


def layout_choices(orders: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """What the address may say about the layout."""
    return {"urut": orders, "baris": SIZES, "rapat": DENSITIES}


@dataclass(frozen=True)
class SavedTab:
    """A named view as a tab beside the usual ones."""

    id: int
    label: str
    url: str
    current: bool
    own: bool
    shared: bool


def saved_tabs(saved: Sequence[SavedList], address: ListAddress, path: str, user_id: int) -> list[SavedTab]:
    """The named views; the one whose address stands in the browser is the current one."""
    here = address.kept()
    return [
        SavedTab(
            id=row.id,
            label=row.name,
            url=f"{path}?{row.address}" if row.address else path,
            current=row.address == here and here != "",
            own=row.user_id == user_id,
            shared=row.shared,
        )
        for row in saved
        if row.name
    ]
