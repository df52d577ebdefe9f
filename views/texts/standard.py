"""Screens of standard answers and letters: those of the office and of agencies, and an officer's own."""

from typing import Any

from flask_appbuilder.models.sqla.filters import FilterEqualFunction, FilterNotEqual
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import joinedload
from wtforms import TextAreaField
from wtforms.validators import DataRequired, ValidationError

from app.access.roles import permissions_on
from app.core.rows import taken_codes
from app.models import StandardText
from app.reference.choices import agency_choices
from app.texts.faults import sentence_of
from app.texts.field_names import field_names
from app.texts.labels import (
    BODY_HINT,
    CATEGORY_HINT,
    FIELD_HINTS,
    OTHER_KIND,
    STANDARD_KINDS,
    STANDARD_SCOPES,
    STANDARD_TITLES,
)
from app.texts.names import NAMES, OF_STANDARD_TEXTS
from app.texts.placeholders import Fault
from app.texts.standard import READERS, kinds_that_show, standard_faults
from app.web.form_labels import CHOOSE
from app.web.list_guards import EagerInterface
from views.shared.reference_fields import (
    AGENCY_CODE,
    USUAL_ORDER,
    WORD,
    amount,
    choice,
    line,
    propose_code,
    tick,
    worded,
)
from views.shared.reference_screen import ChangeRefused, GuardedModelView

LAST_PLACE = 10_000


def _check_body(form: Any, field: Any) -> None:
    if faults := standard_faults((field.data or "").replace("\r\n", "\n"), form.kind.data or ""):
        raise ValidationError(" · ".join(_sentence(fault) for fault in faults))


def _sentence(fault: Fault) -> str:
    """Return a fault as a sentence, and for a field that the readers of the text may not see, the kind that may."""
    kinds = kinds_that_show(fault)
    other = str(OTHER_KIND) % {"kind": " / ".join(str(STANDARD_KINDS[kind]) for kind in kinds)} if kinds else ""
    return f"{sentence_of(fault)}. {other}" if other else sentence_of(fault)


def _unix_lines(text: str | None) -> str | None:
    return text.replace("\r\n", "\n").strip() if text else text


def _body_hint() -> Markup:
    """Return the hint of the text with all placeholders as HTML."""
    names = (written for name in OF_STANDARD_TEXTS for written in NAMES[name].written[:2])
    code = Markup('<code lang="zxx">{}</code>')
    said = [str(BODY_HINT), *(code.format(name) for name in (*names, "{#if deadline}…{/if}"))]
    for kind, readers in READERS.items():
        fields = [code.format(name.written[0]) for name in field_names(readers)]
        said += [Markup("<br>") + str(FIELD_HINTS[kind]), *fields] if fields else []
    return Markup(" ").join(said)


def _fields() -> dict[str, Any]:
    return {
        "title": line("title", needed=True),
        "kind": choice("standard_kind", STANDARD_KINDS),
        "body": TextAreaField(
            STANDARD_TITLES["body"],
            validators=[DataRequired(), _check_body],
            filters=[_unix_lines],
            render_kw={"lang": "id", "rows": 12},
        ),
        "order": amount("order", LAST_PLACE, default=USUAL_ORDER),
        "active": tick("active", "active"),
    }


def _new() -> dict[str, Any]:
    return {"code": line("code", WORD, True, "agency_code", AGENCY_CODE), **_fields()}


def _propose(form: Any, owner_id: int | None) -> None:
    """Make the code from the title of a text of an owner (None: of the office), if there is none, and let the author
    choose the kind.
    """
    form.kind.choices = [("", CHOOSE), *STANDARD_KINDS.items()]
    same_owner = StandardText.owner_id.is_not_distinct_from(owner_id)
    propose_code(form, form.title.data or "", lambda: taken_codes(StandardText.code, same_owner))


class StandardTextView(GuardedModelView):
    """Screen of the standard texts of the office and of agencies."""

    datamodel = EagerInterface(StandardText, eager=(joinedload(StandardText.agency), joinedload(StandardText.category)))
    route_base = "/teks-standar"
    base_filters = [["scope", FilterNotEqual, "own"]]
    list_title, show_title = STANDARD_TITLES["all"], STANDARD_TITLES["one"]
    add_title, edit_title = STANDARD_TITLES["new"], STANDARD_TITLES["edit"]
    list_columns = ["title", "kind", "scope", "agency", "category", "active"]
    show_columns = ["title", "code", "kind", "scope", "agency", "category", "body", "order", "active"]
    edit_columns = ["title", "kind", "scope", "agency", "category", "body", "order", "active"]
    add_columns = ["code", *edit_columns]
    search_columns = ["title", "code", "agency", "category", "active"]
    order_columns = ["title", "kind", "scope", "order"]
    base_order = ("order", "asc")
    formatters_columns = {"kind": worded(STANDARD_KINDS), "scope": worded(STANDARD_SCOPES)}
    description_columns = {"category": CATEGORY_HINT}
    add_form_extra_fields = {**_new(), "scope": choice("scope", STANDARD_SCOPES)}
    edit_form_extra_fields = {**_fields(), "scope": choice("scope", STANDARD_SCOPES)}

    def prepare(self, form: Any, item: StandardText | None) -> None:
        """List the placeholders at the text, and limit the agencies that the form offers to active ones."""
        form.body.description = _body_hint()
        present = item.agency_code if item is not None else None
        form.agency.query_func = lambda: agency_choices(present)

    def propose(self, form: Any) -> None:
        """Let the author choose the kind, and make the code from the title if there is none."""
        _propose(form, None)

    def before_save(self, item: StandardText) -> None:
        """Raise ChangeRefused unless a text of an agency, and only such, names an agency."""
        if (item.scope == "agency") != (item.agency is not None):
            raise ChangeRefused("agency_of_scope", "agency")


class OwnTextView(GuardedModelView):
    """Screen of an officer's own standard texts."""

    datamodel = EagerInterface(StandardText, eager=(joinedload(StandardText.category),))
    route_base = "/teks-standar-saya"
    class_permission_name = "OwnText"
    base_permissions = permissions_on("OwnText")
    base_filters = [["owner_id", FilterEqualFunction, lambda: current_user.id]]
    list_title, show_title = STANDARD_TITLES["own"], STANDARD_TITLES["one"]
    add_title, edit_title = STANDARD_TITLES["new"], STANDARD_TITLES["edit"]
    list_columns = ["title", "kind", "category", "active"]
    show_columns = ["title", "code", "kind", "category", "body", "order", "active"]
    edit_columns = ["title", "kind", "category", "body", "order", "active"]
    add_columns = ["code", *edit_columns]
    search_columns = ["title", "category", "active"]
    order_columns = ["title", "kind", "order"]
    base_order = ("order", "asc")
    formatters_columns = {"kind": worded(STANDARD_KINDS)}
    description_columns = {"category": CATEGORY_HINT}
    add_form_extra_fields = _new()
    edit_form_extra_fields = _fields()

    def prepare(self, form: Any, item: StandardText | None) -> None:
        """List the placeholders at the text."""
        form.body.description = _body_hint()

    def propose(self, form: Any) -> None:
        """Let the author choose the kind, and make the code from the title if there is none."""
        _propose(form, current_user.id)

    def before_save(self, item: StandardText) -> None:
        """Make the text the officer's own."""
        item.scope, item.owner_id = "own", current_user.id
