"""National time limits of SP4N-LAPOR! as rows with their legal source."""

from typing import Any

from flask_babel import ngettext

from app.models import NationalLimitRow
from app.reference.labels import LIMIT_CLASSES, NATIONAL_STAGES, TITLES
from app.web.list_guards import EagerInterface
from views.shared.reference_fields import amount, choice, day, line, worded
from views.shared.reference_screen import GuardedModelView

MOST_DAYS = 365


def _fields() -> dict[str, Any]:
    return {
        "stage": choice("stage", NATIONAL_STAGES),
        "of_class": choice("of_class", LIMIT_CLASSES, blank=True, hint="of_class"),
        "days": amount("days", MOST_DAYS),
        "source": line("source", 300, True, "source"),
        "valid_from": day("valid_from", hint="valid_from"),
    }


class NationalLimitView(GuardedModelView):
    """Screen of the national limits of SP4N-LAPOR!, in working days.

    For a stage the newest valid row applies, and a row for a class takes precedence over a general one.
    """

    datamodel = EagerInterface(NationalLimitRow)
    route_base = "/batas-nasional"
    journal_kind = "limit_changed"
    list_title, show_title = TITLES["national_limits"], TITLES["national_limit"]
    add_title, edit_title = TITLES["national_limit_new"], TITLES["national_limit_edit"]
    list_columns = ["stage", "of_class", "days", "source", "valid_from"]
    show_columns = list_columns
    add_columns = list_columns
    edit_columns = list_columns
    search_columns = ["stage", "of_class", "source"]
    order_columns = ["stage", "days", "valid_from"]
    base_order = ("id", "asc")
    formatters_columns = {"stage": worded(NATIONAL_STAGES), "of_class": worded(LIMIT_CLASSES)}
    add_form_extra_fields = _fields()
    edit_form_extra_fields = _fields()
    search_form_extra_fields = {
        "stage": choice("stage", NATIONAL_STAGES),
        "of_class": choice("of_class", LIMIT_CLASSES, blank=True),
    }

    def name_of(self, item: NationalLimitRow) -> str:
        """Return the title of a national limit: its stage and days, for example "Verifikasi, 3 hari kerja"."""
        return stage_and_days(item.stage, item.days)


def stage_and_days(stage: str, days: int) -> str:
    """Return a national limit as text, for example "Verifikasi, 3 hari kerja"."""
    in_words = ngettext("%(num)d hari kerja", "%(num)d hari kerja", days)
    return f"{NATIONAL_STAGES[stage]}, {in_words}"
