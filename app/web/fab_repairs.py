"""Faults of Flask-AppBuilder 5.3 that would corrupt or refuse an officer's work, mended from outside without a fork.

Each repair has a test that fails on the stock behaviour (tests/security/test_fab_repairs.py).
"""

import copy
import unicodedata
from typing import Any

import click
from flask import current_app, g, has_request_context
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

from app.web.form_labels import REFUSED

# Zero-width and direction-changing characters make two codes look alike (UTS 39, UTR 36).
UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class ForeignKeyConverter(Model2SchemaConverter):
    """Keeps foreign-key columns in schemas; stock FAB on marshmallow 4 fails at start with a KeyError."""

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
    """An attribute of a view that each request has to itself: FAB keeps one object for all threads and writes into it.

    Without it a request reads with another's filter, and a PUT lands in another's row.
    """
    kept = f"_{name}_of_all"

    def read(view: Any) -> Any:
        template = view.__dict__.get(kept)
        if template is None or not has_request_context():
            return template
        copies = g.setdefault("own_copies_of_views", {})
        if (id(view), name) not in copies:
            copies[id(view), name] = fresh(template)
        return copies[id(view), name]

    def write(view: Any, value: Any) -> None:
        view.__dict__[kept] = value

    return property(read, write)


def _without_filters(filters: Any) -> Any:
    own = copy.copy(filters)
    own.clear_filters()
    return own


def is_readable(text: str) -> bool:
    """Whether a text holds only characters that can be stored and seen: no NUL, half pairs, controls or zero widths."""
    return not any(c in UNSEEN or (unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t") for c in text)


def safe_address(asked: str) -> str:
    """Where a request wants to be led, if that is a page of ours; else the start page. What holds a control character,
    in a header a new line, is no address.
    """
    start = str(current_app.appbuilder.get_url_for_index)  # type: ignore[attr-defined]
    if not asked or any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in asked):
        return start
    return str(get_safe_redirect(asked))


def _validate(form: DynamicForm, extra_validators: Any = None) -> bool:
    """Refuse unreadable characters beside their field before any validator asks the database about them."""
    faulty = [field for field in form if not all(map(is_readable, filter(_is_text, field.raw_data or [])))]
    for field in faulty:
        field.errors = [REFUSED["unreadable_characters"]]
    return not faulty and bool(super(DynamicForm, form).validate(extra_validators))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _add(interface: SQLAInterface, item: Any, commit: bool = True) -> None:
    """As stock, but a refused row is told in the way that FAB's own callers expect: a duplicate is 422, not 500."""
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


def _withhold_commands() -> None:
    """The framework's commands that make accounts past the roles and the password rules of this program."""
    for name in ("create-user", "create-admin"):
        fab.commands[name] = _withheld
        _withheld.context_settings = {"ignore_unknown_options": True}
    manager.LOGMSG_WAR_SEC_NO_USER = NO_ACCOUNT


def install() -> None:
    """Apply every repair; harmless when done again."""
    _withhold_commands()
    ModelRestApi.model2schemaconverter = ForeignKeyConverter
    for view in (BaseModelView, ModelRestApi):
        view._filters = _own_copy("filters", _without_filters)
    for schema in ("add_model_schema", "edit_model_schema"):
        setattr(ModelRestApi, schema, _own_copy(schema, copy.copy))
    DynamicForm.validate = _validate
    SQLAInterface.add = _add
