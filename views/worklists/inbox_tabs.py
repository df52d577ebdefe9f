"""The tabs of the inbox."""

from typing import Any

from app.worklists.work_counts import WorkCounts
from views.shared.list_address import ListAddress
from views.shared.list_labels import OTHER_TABS, STEP_TABS, TABS_OF
from workflow_rules.process.actors import Person


def inbox_tabs(person: Person, counts: WorkCounts, address: ListAddress) -> list[dict[str, Any]]:
    """Return the tabs: the usual ones for the officer's capacities, then one for every other step that waits for
    them.
    """
    usual = dict.fromkeys(tab for capacity in person.capacities for tab in TABS_OF.get(capacity.actor.value, ()))
    waiting = dict.fromkeys(step for step in counts.steps if step not in usual)
    asked = ["initials"] if counts.initials or address.get("antre") == "initials" else []
    names = ["mine", *asked, *usual, *(step for step in STEP_TABS if step in waiting)]
    return [_tab(name, counts, address) for name in names]


_TAB_FILTERS: dict[str, dict[str, str]] = {
    "mine": {},
    "near": {"waktu": "near"},
    "returned": {"kembali": "1"},
    "fast": {"cepat": "1"},
    "at_agencies": {"antre": "agencies"},
    "initials": {"antre": "initials"},
}
_TAB_COUNTS = {"mine": "all"} | {name: name for name in ("near", "returned", "fast", "at_agencies", "initials")}
_TABBED = ("antre", "waktu", "kembali", "cepat", "langkah")


def _tab(name: str, counts: WorkCounts, address: ListAddress) -> dict[str, Any]:
    """Return the template values of a tab; its link clears all other filters."""
    filters = _TAB_FILTERS.get(name, {"langkah": name})
    number = getattr(counts, _TAB_COUNTS[name]) if name in _TAB_COUNTS else counts.steps.get(name, 0)
    set_now = {key: value for key, value in address.values.items() if key in _TABBED}
    return {
        "label": OTHER_TABS.get(name) or STEP_TABS[name],
        "count": number,
        "url": address.url(**{key: filters.get(key) for key in (*_TABBED, "q", "kategori", "kecamatan")}),
        "current": set_now == filters,
    }
