"""The journal of changes to settings that affect cases."""

from datetime import date
from typing import Any

from flask import render_template
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.people import names_of
from app.access.process_rows import STEPS
from app.access.roles import permissions_on
from app.accounts.labels import ACCOUNT_ACTS, account_entry_text
from app.calendar.change import RowChange
from app.reference.agencies import agency_names
from app.reference.journal import JournalLine, journal_page, journal_size
from app.reference.labels import LIMIT_CLASSES
from app.reference.sop import step_numbers
from app.vocabulary.words import DELEGATION_KINDS
from app.web.formats import day
from app.webhooks.labels import JOURNAL_ACTS
from views.reference.calendar_change import describe_changes
from views.reference.calendar_labels import JOURNAL_KINDS
from views.reference.journal_rows import rows_in_words
from views.reference.national_limits import stage_and_days
from views.shared.list_address import PAGE_SIZE, pages_of, read_address
from views.shared.screen_access import for_officers


class JournalView(BaseView):
    """The journal's screen, read-only; the database refuses changes to its rows."""

    route_base = "/jurnal"
    default_view = "entries"
    class_permission_name = "Journal"
    base_permissions = permissions_on("Journal")

    @expose("/")
    @for_officers("can_read", "Journal")
    def entries(self) -> str:
        address = read_address({})
        pages = pages_of(address, journal_size())
        lines = journal_page(PAGE_SIZE, pages.offset)
        return render_template(
            "reference/journal.html",
            title=gettext("Jurnal"),
            address=address,
            pages=pages,
            lines=[(line, changes_of(line), details_of(line)) for line in lines],
            in_words=rows_in_words([row for line in lines for row in line.rows]),
            people=names_of(line.data[side] for line in lines for side in ("giver", "holder") if side in line.data),
            kinds=JOURNAL_KINDS,
            delegation_kinds=DELEGATION_KINDS,
            steps=STEPS,
            numbers=step_numbers(),
            names=agency_names(),
        )


def details_of(line: JournalLine) -> list[str]:
    """Return a list of the details of a journal entry, as lines of text; [] for kinds without details."""
    if line.kind == "limit_changed":
        sides = ((gettext("Semula"), line.data["before"]), (gettext("Menjadi"), line.data["after"]))
        return [f"{side}: {_limit_in_words(row)}" for side, row in sides]
    if line.kind == "sop_activated":
        return [
            gettext(
                "Versi %(number)s menggantikan versi %(before)s, keputusan %(decree)s",
                number=line.data["number"],
                before=", ".join(line.data["before"]) or "–",
                decree=line.data["decree_number"],
            )
        ]
    if line.kind in ("key_made", "key_revoked", "key_rotated"):
        name, scopes = line.data["name"], ", ".join(line.data["scopes"])
        return [gettext("Kunci “%(name)s”, cakupan %(scopes)s", name=name, scopes=scopes)]
    if line.kind == "bundle_made":
        number, events = line.data["complaint"], line.data["events"]
        return [
            gettext("Aduan %(number)s, %(events)s kejadian", number=number, events=events),
            gettext("Kepala rantai %(head)s", head=line.data["head"]),
        ]
    if line.kind in ACCOUNT_ACTS:
        return [account_entry_text(line.kind, line.data)]
    if line.kind == "identity_keys_rotated":
        return [f"{table}: {rows}" for table, rows in line.data["rows"].items()]
    if line.kind in ("sign_ins_ended", "two_step_removed"):
        return [gettext("Akun %(name)s", name=line.data["username"])]
    if line.kind == "webhook_changed":
        return _webhook_in_words(line.data)
    return []


def _webhook_in_words(data: dict[str, Any]) -> list[str]:
    lines = [str(JOURNAL_ACTS[data["act"]]) % {"name": data["endpoint"]}]
    for side, words in (("before", gettext("Semula")), ("after", gettext("Menjadi"))):
        if side in data:
            row = data[side]
            lines.append(f"{words}: {row['name']}, {row['url']}, {', '.join(row['event_types'])}")
    return lines


def _limit_in_words(row: dict[str, Any] | None) -> str:
    if row is None:
        return gettext("tidak ada")
    since = day(date.fromisoformat(row["valid_from"]))
    words = [stage_and_days(row["stage"], row["days"]), row["source"], gettext("berlaku sejak %(day)s", day=since)]
    return ", ".join([*([str(LIMIT_CLASSES[row["of_class"]])] if row["of_class"] else []), *words])


def changes_of(line: JournalLine) -> list[dict[str, Any]]:
    """Return a list with a dict for each calendar row that a journal entry changed, as `describe_changes` builds it."""
    rows = line.data.get("rows", [])
    return describe_changes(tuple(RowChange(r["table"], r["key"], r["before"], r["after"]) for r in rows))
