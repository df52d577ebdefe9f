"""Patches for faults of Flask-AppBuilder 5.3 that would corrupt or reject an officer's work, applied without a fork.

Each has a test that fails on the stock behaviour (tests/web/test_fab_repairs.py).
"""

import copy
import unicodedata
from typing import Any

import click
from flask import current_app, has_request_context
from flask_appbuilder.api import ModelRestApi
from flask_appbuilder.api.convert import Model2SchemaConverter
from flask_appbuilder.baseviews import BaseModelView
from flask_appbuilder.cli import fab
from flask_appbuilder.exceptions import DatabaseException
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security import manager
from flask_appbuilder.utils.base import get_safe_redirect
from marshmallow_sqlalchemy import SQLAlchemyAutoSchema
from sqlalchemy.exc import SQLAlchemyError

from app.core.request_context import request_context
from app.web.form_labels import REFUSED

# Zero-width and direction-changing characters make two codes look alike (UTS 39, UTR 36).
UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class ForeignKeyConverter(Model2SchemaConverter):
    """A converter from models to schemas for FAB's API that includes foreign-key columns; FAB's own fails with a
    KeyError at start on marshmallow 4.
    """

    def _meta_schema_factory(
        self, columns: Any, model: Any, class_mixin: Any, parent_schema_name: str | None = None
    ) -> Any:
        meta: dict[str, Any] = {
            "model": model,
            "load_instance": True,
            "include_fk": True,
            "sqla_session": current_app.appbuilder.session,  # type: ignore[attr-defined]
            "parent_schema_name": parent_schema_name,
        }
        if columns:
            meta["fields"] = columns
        return type("MetaSchema", (SQLAlchemyAutoSchema, class_mixin), {"Meta": type("Meta", (), meta)})


def _own_copy(name: str, fresh: Any) -> property:
    """Return a property that gives each request its own copy of a view's attribute, made by `fresh`. FAB writes into
    one object shared by all threads, so that a request could read with another's filter or write to another's row.
    """
    attribute = f"_{name}_of_all"

    def read(view: Any) -> Any:
        template = view.__dict__.get(attribute)
        if template is None or not has_request_context():
            return template
        copies = request_context().own_copies_of_views
        if (id(view), name) not in copies:
            copies[id(view), name] = fresh(template)
        return copies[id(view), name]

    def write(view: Any, value: Any) -> None:
        view.__dict__[attribute] = value

    return property(read, write)


def _without_filters(filters: Any) -> Any:
    own = copy.copy(filters)
    own.clear_filters()
    return own


def is_readable(text: str) -> bool:
    """Return whether a text has only storable, visible characters: no NUL, lone surrogates, control or zero-width
    characters.
    """
    return not any(c in UNSEEN or (unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t") for c in text)


def safe_address(asked: str) -> str:
    """Return the requested redirect target if it is a page of this site, otherwise the URL of the start page; the
    latter also for an empty target or one with control characters.
    """
    start = str(current_app.appbuilder.get_url_for_index)  # type: ignore[attr-defined]
    if not asked or any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in asked):
        return start
    return str(get_safe_redirect(asked))


def _validate(form: DynamicForm, extra_validators: Any = None) -> bool:
    """Return whether a submitted form is valid; fields with unreadable characters get an error first, before any
    validator queries the database with them.
    """
    faulty = [
        field for field in form if not all(is_readable(text) for text in field.raw_data or [] if isinstance(text, str))
    ]
    for field in faulty:
        field.errors = [REFUSED["unreadable_characters"]]
    return not faulty and bool(super(DynamicForm, form).validate(extra_validators))


def _add(interface: SQLAInterface, item: Any, commit: bool = True) -> None:
    """Add a row to the database, and commit unless `commit` is False. Raises DatabaseException on a database error,
    after a rollback: FAB's callers handle that (a duplicate gives 422, not 500).
    """
    try:
        interface.session.add(item)
        if commit:
            interface.session.commit()
    except SQLAlchemyError as error:
        interface.session.rollback()
        raise DatabaseException from error


@click.command()
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def _withheld(words: tuple[str, ...]) -> None:
    """Withheld: its role Admin has no rights here, and it takes any password."""
    raise click.ClickException("Use `python run.py first-administrator NAME`; further accounts are made on screen.")


NO_ACCOUNT = "No account yet: `python run.py first-administrator NAME` makes the first."


def install() -> None:
    """Apply every patch to Flask-AppBuilder's classes; calling it again has no effect."""
    for name in ("create-user", "create-admin"):
        # They create accounts without this program's roles and password rules.
        fab.commands[name] = _withheld
    _withheld.context_settings = {"ignore_unknown_options": True}
    manager.LOGMSG_WAR_SEC_NO_USER = NO_ACCOUNT
    ModelRestApi.model2schemaconverter = ForeignKeyConverter
    for view in (BaseModelView, ModelRestApi):
        view._filters = _own_copy("filters", _without_filters)
    for schema in ("add_model_schema", "edit_model_schema"):
        setattr(ModelRestApi, schema, _own_copy(schema, copy.copy))
    DynamicForm.validate = _validate
    SQLAInterface.add = _add
