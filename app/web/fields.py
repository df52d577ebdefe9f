"""Native HTML form controls in place of FAB's Bootstrap, Select2 and date-picker widgets.

Set through public class attributes (``FieldConverter.conversion_table``), without a fork.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask
from flask_appbuilder import fieldwidgets
from flask_appbuilder.forms import FieldConverter
from markupsafe import Markup
from wtforms import DateField, DateTimeLocalField, Field, TimeField, widgets

from app.core.clock import office_time, office_zone

_FORCED_PLACEHOLDER = (
    fieldwidgets.BS3TextFieldWidget,
    fieldwidgets.BS3TextAreaFieldWidget,
    fieldwidgets.BS3PasswordFieldWidget,
)


class NativeDate(widgets.DateInput):
    """A widget for a native HTML date input; a script writes the chosen day as text beneath the input."""

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        return super().__call__(field, **{"class": "form-control tgl", "data-tanggal": True} | kwargs)


class NativeMoment(widgets.DateTimeLocalInput):
    """A widget for a native HTML date and time input, in the office's zone."""

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        return super().__call__(field, **{"class": "form-control tgl-jam", "data-tanggal": True} | kwargs)


class OfficeMomentField(DateTimeLocalField):
    """A form field for a date and time in the office's zone; after input its `data` is an aware datetime."""

    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("format", ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
        super().__init__(*args, **kwargs)

    def process_data(self, value: Any) -> None:
        """Set `data` for display from a stored datetime; an aware one is converted to the office's zone, anything else
        is used as it is.
        """
        super().process_data(office_time(value) if isinstance(value, dt.datetime) and value.tzinfo else value)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Set `data` from the posted text as aware datetime in the office's zone. Raises ValueError for text in another
        format.
        """
        super().process_formdata(valuelist)
        if valuelist and self.data is not None:
            self.data = self.data.replace(tzinfo=office_zone())


NATIVE = {
    "is_date": ("is_date", DateField, NativeDate),
    "is_datetime": ("is_datetime", OfficeMomentField, NativeMoment),
}


def render_control(field: Field, **attributes: Any) -> Markup:
    """Return the HTML of a form field's input, without FAB's forced placeholder and Select2 widgets."""
    attributes.setdefault("class", "cek-satu" if field.type == "BooleanField" else "form-control")
    if isinstance(field, (DateField, TimeField, DateTimeLocalField)):
        attributes["class"] += " tgl-jam" if isinstance(field, DateTimeLocalField) else " tgl"
        if not isinstance(field, TimeField):
            attributes["data-tanggal"] = True
    for forced in _FORCED_PLACEHOLDER:
        if isinstance(field.widget, forced):
            return super(forced, field.widget).__call__(field, **attributes)
    if isinstance(field.widget, fieldwidgets.Select2ManyWidget):
        return widgets.Select(multiple=True)(field, **attributes)
    if isinstance(field.widget, fieldwidgets.Select2Widget):
        return widgets.Select()(field, **attributes)
    return field(**attributes)


def describe(field: Field) -> dict[str, Any]:
    """Return a dict of HTML attributes for a form field's input: ARIA links to its hint and error, autocomplete and
    inputmode.
    """
    parts = [
        f"{field.id}-petunjuk" if field.description else "",
        f"{field.id}-galat" if field.errors else "",
    ]
    attributes: dict[str, Any] = {}
    if any(parts):
        attributes["aria-describedby"] = " ".join(part for part in parts if part)
    if field.errors:
        attributes["aria-invalid"] = "true"
    if field.type == "PasswordField":
        attributes["autocomplete"] = "new-password"
    if field.type == "IntegerField":
        attributes["inputmode"] = "numeric"
    return attributes


def install(app: Flask) -> None:
    """Replace the date fields of FAB's generated forms, and register `render_control` and `describe` as template
    globals.
    """
    FieldConverter.conversion_table = tuple(NATIVE.get(row[0], row) for row in FieldConverter.conversion_table)
    app.jinja_env.globals.update(render_control=render_control, describe=describe)
