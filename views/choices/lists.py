"""Screen of the lists that the office maintains: channels, reasons, urgencies, reply media, phrases, units."""

from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup
from sqlalchemy import inspect
from sqlalchemy.orm import joinedload, selectinload

from app.choices.check import fault_of_choice
from app.choices.labels import ABOUT, FLAGS, LISTS
from app.core.definitions import forget_version
from app.core.rows import taken_codes
from app.models import Choice
from app.reference.choices import agency_choices, unit_officer_choices
from app.reference.labels import HINTS, TITLES
from app.web.list_guards import EagerInterface
from views.shared.reference_fields import (
    AGENCY_CODE,
    USUAL_ORDER,
    WORD,
    all_worded,
    amount,
    choice,
    choices,
    line,
    propose_code,
    tick,
    worded,
)
from views.shared.reference_screen import CRUD, ChangeRefused, GuardedModelView
from workflow_rules.process.choices import FLAGS_OF, ChoiceList

OF_LIST = "_flt_0_of_list"
"""The parameter by which the address of the generated list shows one list only."""

LARGEST_ORDER = 10_000


def _fields() -> dict[str, Any]:
    return {
        "label_id": line("label_id", needed=True),
        "label_en": line("label_en", hint="label_en"),
        "order": amount("order", LARGEST_ORDER, hint="order", default=USUAL_ORDER),
        "active": tick("active", "active"),
        "flags": choices("flags", FLAGS),
    }


def _list_of_tab() -> str:
    """Return the code of the list that the address names; "" for all lists."""
    asked = request.args.get(OF_LIST, "")
    return asked if asked in LISTS else ""


class ChoiceView(GuardedModelView):
    """Screen of the entries of all lists; an entry keeps its list and code, and is ended instead of deleted."""

    datamodel = EagerInterface(Choice, eager=(joinedload(Choice.agency), selectinload(Choice.officers)))
    route_base = "/daftar-pilihan"
    include_route_methods = CRUD - {"delete"}
    list_template = "choices/list.html"
    list_title, show_title = TITLES["lists"], TITLES["list_entry"]
    add_title, edit_title = TITLES["list_entry_new"], TITLES["list_entry_edit"]
    list_columns = ["label_id", "of_list", "code", "agency", "flags", "order", "active"]
    show_columns = ["label_id", "label_en", "of_list", "code", "agency", "officers", "flags", "order", "active"]
    add_columns = ["of_list", "code", "label_id", "label_en", "agency", "officers", "flags", "order", "active"]
    edit_columns = ["label_id", "label_en", "officers", "flags", "order", "active"]
    search_columns = ["of_list", "label_id", "code", "agency", "active"]
    order_columns = ["label_id", "order"]
    base_order = ("order", "asc")
    description_columns = {"officers": HINTS["officers_of_unit"]}
    formatters_columns = {
        "code": Markup('<code lang="zxx">{}</code>').format,
        "of_list": worded(LISTS),
        "flags": all_worded(FLAGS),
    }
    add_form_extra_fields = {
        "of_list": choice("of_list", LISTS),
        "code": line("code", WORD, True, "agency_code", AGENCY_CODE),
        **_fields(),
    }
    edit_form_extra_fields = _fields()
    search_form_extra_fields = {"of_list": choice("of_list", LISTS)}
    extra_args = {"lists_of_office": LISTS, "about_list": ABOUT, "filter_name": OF_LIST}

    def prepare(self, form: Any, item: Choice | None) -> None:
        """Limit the form to what an entry of its list may have, as far as the list is known, and fill in the list that
        the page of lists showed.
        """
        asked = _list_of_tab()
        if item is None and asked and not form.of_list.data:
            form.of_list.data = asked
        known = item.of_list if item is not None else form.of_list.data
        agency = item.agency_code if item is not None else None
        form.officers.query_func = lambda: unit_officer_choices(agency)
        if item is None:
            form.agency.query_func = lambda: agency_choices(None)
        if known not in LISTS:
            return
        if known != ChoiceList.UNIT and (item is not None or request.method == "GET"):
            for name in ("agency", "officers"):
                if name in form:
                    del form[name]
        fitting = FLAGS_OF.get(ChoiceList(known), ())
        form.flags.choices = [(flag.value, FLAGS[flag.value]) for flag in fitting]

    def _get_search_widget(self, form: Any = None, **kwargs: Any) -> Any:
        """Return the search widget, which keeps the list of the tab without showing it as a filter."""
        widgets = super()._get_search_widget(form=form, **kwargs)
        widgets["search"].template_args |= {"tab_column": "of_list", "tab_filter": OF_LIST} if _list_of_tab() else {}
        return widgets

    def _get_list_widget(self, *args: Any, **kwargs: Any) -> Any:
        """Return the list widget, whose button for a new entry names the list of the tab."""
        widgets = super()._get_list_widget(*args, **kwargs)
        widgets["list"].template_args["add_query"] = urlencode({OF_LIST: of}) if (of := _list_of_tab()) else ""
        return widgets

    def propose(self, form: Any) -> None:
        """Make the code from the name of the entry, if there is none."""
        of = form.of_list.data
        propose_code(form, form.label_id.data or "", lambda: taken_codes(Choice.code, Choice.of_list == of))

    def before_save(self, item: Choice) -> None:
        """Raise ChangeRefused for an entry that `fault_of_choice` does not allow."""
        replaced: list[Any] = inspect(item).attrs.flags.history.deleted
        unchanged = [] if item.id is None else item.flags
        if fault := fault_of_choice(item, replaced[0] if replaced else unchanged):
            raise ChangeRefused(*fault)

    def after_change(self, item: Choice) -> None:
        """Let this request read the lists again, as all others do from their next request on."""
        forget_version()

    def before_delete(self, item: Choice) -> None:
        """Raise ChangeRefused(entry_stays) always, since cases and events name the code."""
        raise ChangeRefused("entry_stays")
