"""Comparison of two SOP versions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.access.process_rows import ACTORS, STEPS
from app.access.roles import permissions_on
from app.choices.lists import CHANNELS
from app.models import SopStepRow, SopVersion
from app.reference.labels import COLUMNS
from app.reference.sop_versions import sop_versions
from app.vocabulary.actions import BUTTONS
from app.vocabulary.words import DELEGATION_KINDS, SOP_STATES, STATUSES, UNITS, Labels
from app.web.formats import day
from views.shared.screen_access import for_officers
from workflow_rules.process.possible_actions import POWERS

Part = tuple[str, bool]


@dataclass(frozen=True)
class Change:
    """A value object: a field that differs between two SOP versions; `before` and `after` are its texts as (words,
    differs).
    """

    label: str
    before: tuple[Part, ...]
    after: tuple[Part, ...]


@dataclass(frozen=True)
class Section:
    """A value object: the title and the differences (tuple of Change) of one step, or of the general settings, between
    two SOP versions.
    """

    title: str
    changes: tuple[Change, ...]


class SopComparisonView(BaseView):
    """The page at `/banding-sop/` that compares two SOP versions."""

    route_base = "/banding-sop"
    default_view = "compare"
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")

    @expose("/")
    @for_officers("can_read", "Reference")
    def compare(self) -> str:
        """Show the page comparing SOP versions by ids `lama` and `baru`; default: the active and newest other one."""
        versions = sop_versions()
        by_id = {str(version.id): version for version in versions}
        active = next((version for version in versions if version.status == "active"), None)
        other = next((version for version in versions if version is not active), active)
        before, after = by_id.get(request.args.get("lama", ""), active), by_id.get(request.args.get("baru", ""), other)
        sections = compare_versions(before, after) if before and after else []
        return render_template(
            "reference/sop_comparison.html",
            title=gettext("Bandingkan versi SOP"),
            versions=versions,
            states=SOP_STATES,
            before=before,
            after=after,
            sections=[section for section in sections if section.changes],
            unchanged=sum(not section.changes for section in sections),
        )


def compare_versions(before: SopVersion, after: SopVersion) -> list[Section]:
    """Return a list with a `Section` for the general settings and for each step in sheet order.

    `changes` is empty where nothing differs.
    """
    sections = [Section(gettext("Aturan umum"), tuple(_changes(VERSION_PARTS, _settings(before), _settings(after))))]
    old, new = ({row.step: row for row in version.steps} for version in (before, after))
    for step, row in {**new, **{step: row for step, row in old.items() if step not in new}}.items():
        changes = tuple(_changes(STEP_PARTS, _row(old.get(step)), _row(new.get(step))))
        title = f"{row.number}. {STEPS[step]}"
        if step not in old:
            title = gettext("%(step)s (langkah baru)", step=title)
        elif step not in new:
            title = gettext("%(step)s (dihapus)", step=title)
        sections.append(Section(title, changes))
    return sections


def _changes(labels: Any, old: dict[str, str], new: dict[str, str]) -> Iterator[Change]:
    for name, label in labels.items():
        before, after = old.get(name, ""), new.get(name, "")
        if before != after:
            yield Change(str(label), *word_difference(before, after))


def word_difference(before: str, after: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Return (first, second): two texts compared word by word, each as a tuple of (words, whether they differ)."""
    old, new = before.split(), after.split()
    left: list[Part] = []
    right: list[Part] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left += [(" ".join(old[a:b]), kind != "equal")] if b > a else []
        right += [(" ".join(new[c:d]), kind != "equal")] if d > c else []
    return tuple(left), tuple(right)


def _row(row: SopStepRow | None) -> dict[str, str]:
    if row is None:
        return {}
    allowance = f"{row.allowance_value} {UNITS[row.allowance_unit]}" if row.allowance_unit else ""
    texts = {name: str(getattr(row, name) or "") for name in ("procedure", "inputs", "output", "remark")}
    names = {
        "actor": str(ACTORS[row.actor]),
        "status": str(STATUSES[row.status]) if row.status else "",
        "back_to": str(STEPS[row.back_to]) if row.back_to else "",
        "side_actions": _listed(BUTTONS[action] for action in sorted(row.side_actions)),
    }
    return {**names, "allowance": allowance, **texts}


def _settings(version: SopVersion) -> dict[str, str]:
    columns = {name: getattr(version, name) for name in HEAD_OF_SHEET}
    head = {name: day(value) if isinstance(value, date) else value or "" for name, value in columns.items()}
    days = {n: f"{getattr(version, n)} {UNITS['working_days']}" for n in VERSION_PARTS if n.endswith("_days")}
    powers = {
        f"powers.{action}": _listed(ACTORS[role] for role in sorted(version.powers.get(action, ())))
        for action in POWERS
    }
    return {
        **days,
        **head,
        **powers,
        "warning_percent": f"{version.warning_percent} %",
        "alarm_days": f"{version.alarm_days} {UNITS['working_days']}",
        "approver_capacity": str(DELEGATION_KINDS.get(version.approver_capacity, "")),
        "title": version.title,
        "fast_track_actor": str(ACTORS[version.fast_track_actor]),
        "fast_track_from": _listed(STEPS[step] for step in version.fast_track_from),
        "nik_channels": _listed(CHANNELS[channel] for channel in version.nik_channels),
    }


def _listed(names: Iterable[object]) -> str:
    """Return names with a mark of its own between them, so that a word differs only if its name does."""
    return " · ".join(map(str, names))


HEAD_OF_SHEET = (
    *("sheet_number", "created_on", "revised_on", "ratified_on"),
    *("approver_capacity", "approved_by", "approver_name", "approver_rank", "approver_nip"),
    *("legal_basis", "qualifications", "related", "equipment", "warnings", "records"),
    *("flow_heading", "office_heading", "agency_heading", "actor_headings", "legend"),
)
"""Columns of the printed sheet's header and headings, in print order."""


STEP_PARTS: Labels = {
    "actor": _("Pelaksana"),
    "allowance": _("Waktu baku"),
    **{name: COLUMNS[name] for name in ("status", "back_to", "side_actions")},
    "procedure": _("Uraian prosedur"),
    "inputs": _("Kelengkapan"),
    "output": _("Keluaran"),
    "remark": _("Keterangan"),
}


VERSION_PARTS: Labels = {
    "title": _("Judul"),
    "extended_draft_days": _("Tanggapan dengan tinjauan lapangan atau lintas OPD"),
    "most_more_days": _("Perpanjangan menyusun tanggapan paling banyak"),
    "silence_days": _("Ditutup tanpa tanggapan pelapor setelah"),
    "question_days": _("Menunggu keterangan pelapor paling lama"),
    "fast_track_actor": _("Jalur cepat oleh"),
    "fast_track_from": _("Jalur cepat dari langkah"),
    "nik_channels": _("Saluran yang wajib NIK"),
    **{name: COLUMNS[name] for name in ("warning_percent", "alarm_days")},
    **{f"powers.{action}": BUTTONS[action] for action in POWERS},
    **{name: COLUMNS[name] for name in HEAD_OF_SHEET},
}
