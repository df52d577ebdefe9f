"""Native HTML controls in place of the framework's Bootstrap, Select2 and date-picker widgets.

``FieldConverter.conversion_table`` and the widgets' parents are public class attributes: nothing is forked.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask
from flask_appbuilder import fieldwidgets
from flask_appbuilder.forms import FieldConverter
from markupsafe import Markup
from wtforms import DateField, DateTimeLocalField, Field, TimeField, widgets

from app.core.clock import OFFICE_ZONE, office_time

_FORCED_PLACEHOLDER = (
    fieldwidgets.BS3TextFieldWidget,
    fieldwidgets.BS3TextAreaFieldWidget,
    fieldwidgets.BS3PasswordFieldWidget,
)


class NativeDate(widgets.DateInput):
    """The browser's own date control; the page writes the chosen day in words beneath it."""

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        return super().__call__(field, **{"class": "form-control tgl", "data-tanggal": True} | kwargs)


class NativeMoment(widgets.DateTimeLocalInput):
    """The browser's own date and time control, read and written on the office's clock."""

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        return super().__call__(field, **{"class": "form-control tgl-jam", "data-tanggal": True} | kwargs)


class OfficeMomentField(DateTimeLocalField):
    """Date and time typed on the office's clock, stored as an aware instant: a naive one would land as UTC."""

    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("format", ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
        super().__init__(*args, **kwargs)

    def process_data(self, value: Any) -> None:
        """Show a stored instant on the office's clock."""
        super().process_data(office_time(value) if isinstance(value, dt.datetime) and value.tzinfo else value)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Attach the office's zone to what was typed."""
        super().process_formdata(valuelist)
        if valuelist and self.data is not None:
            self.data = self.data.replace(tzinfo=OFFICE_ZONE)


NATIVE = {
    "is_date": ("is_date", DateField, NativeDate),
    "is_datetime": ("is_datetime", OfficeMomentField, NativeMoment),
}


def render_control(field: Field, **attributes: Any) -> Markup:
    """Draw a field without the framework's forced placeholder (a placeholder is no label) and Select2 leftovers."""
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
    """The attributes by which a screen reader connects a field with its hint and its error."""
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
    """Swap the date fields of generated forms and offer the controls to the templates."""
    FieldConverter.conversion_table = tuple(NATIVE.get(row[0], row) for row in FieldConverter.conversion_table)
    app.jinja_env.globals.update(render_control=render_control, describe=describe)
