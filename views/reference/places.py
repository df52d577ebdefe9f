"""Screens of categories and places."""

from typing import Any

from sqlalchemy.orm import joinedload

from app.models import Category, District, Village
from app.reference.agencies import has_children
from app.reference.choices import agency_choices, parent_category_choices
from app.reference.labels import NATIONAL_CLASSES, TITLES
from app.web.list_guards import EagerInterface
from views.shared.reference_fields import AGENCY_CODE, PLACE_CODE, WORD, choice, line, tick, worded
from views.shared.reference_screen import ChangeRefused, GuardedModelView


def _category_fields() -> dict[str, Any]:
    return {
        "name": line("name", needed=True),
        "national_class": choice("national_class", NATIONAL_CLASSES),
        "active": tick("active", "active"),
    }


class CategoryView(GuardedModelView):
    """Screen of the categories in two levels with their default agency; a code cannot be changed."""

    datamodel = EagerInterface(Category, eager=(joinedload(Category.parent), joinedload(Category.default_agency)))
    route_base = "/kategori"
    list_title, show_title = TITLES["categories"], TITLES["category"]
    add_title, edit_title = TITLES["category_new"], TITLES["category_edit"]
    list_columns = ["name", "parent", "default_agency", "national_class", "active"]
    show_columns = ["name", "parent", "code", "default_agency", "national_class", "active"]
    add_columns = ["code", "name", "parent", "default_agency", "national_class", "active"]
    edit_columns = ["name", "parent", "default_agency", "national_class", "active"]
    search_columns = ["name", "code", "default_agency", "active"]
    order_columns = ["name", "national_class"]
    base_order = ("name", "asc")
    formatters_columns = {"national_class": worded(NATIONAL_CLASSES)}
    add_form_extra_fields = {"code": line("code", WORD, True, "agency_code", AGENCY_CODE), **_category_fields()}
    edit_form_extra_fields = _category_fields()

    def prepare(self, form: Any, item: Category | None) -> None:
        """Limit the choices of the category form to top-level categories as parent and active agencies."""
        present = item.default_agency_code if item is not None else None
        form.parent.query_func = lambda: parent_category_choices(item)
        form.default_agency.query_func = lambda: agency_choices(present)

    def before_save(self, item: Category) -> None:
        """Raise ChangeRefused(two_levels) if a category that has subcategories is put under another one."""
        if item.parent is not None and item.id is not None and has_children(item):
            raise ChangeRefused("two_levels", "parent")


class DistrictView(GuardedModelView):
    """Screen of the districts (kecamatan) with their official codes."""

    datamodel = EagerInterface(District)
    route_base = "/kecamatan"
    list_title, show_title = TITLES["districts"], TITLES["district"]
    add_title, edit_title = TITLES["district_new"], TITLES["district_edit"]
    list_columns = ["name", "code"]
    show_columns = list_columns
    add_columns = ["code", "name"]
    edit_columns = ["name"]
    search_columns = ["name", "code"]
    order_columns = ["name", "code"]
    base_order = ("code", "asc")
    add_form_extra_fields = {
        "code": line("code", WORD, True, "", PLACE_CODE),
        "name": line("name", needed=True),
    }
    edit_form_extra_fields = {"name": line("name", needed=True)}


class VillageView(GuardedModelView):
    """Screen of the villages (desa and kelurahan) with their district."""

    datamodel = EagerInterface(Village, eager=(joinedload(Village.district),))
    route_base = "/desa"
    list_title, show_title = TITLES["villages"], TITLES["village"]
    add_title, edit_title = TITLES["village_new"], TITLES["village_edit"]
    list_columns = ["name", "district", "code"]
    show_columns = list_columns
    add_columns = ["code", "name", "district"]
    edit_columns = ["name", "district"]
    search_columns = ["name", "code", "district"]
    order_columns = ["name", "code"]
    base_order = ("code", "asc")
    add_form_extra_fields = {"code": line("code", WORD, True, "", PLACE_CODE), "name": line("name", needed=True)}
    edit_form_extra_fields = {"name": line("name", needed=True)}
