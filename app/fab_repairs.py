"""Faults of Flask-AppBuilder 5.3 that would corrupt or refuse an officer's work, mended from outside without a fork.

Each repair has a test that fails on the stock behaviour (tests/security/test_fab_repairs.py).
"""

import copy
from typing import Any

from flask import current_app, g, has_request_context
from flask_appbuilder.api import ModelRestApi
from flask_appbuilder.api.convert import Model2SchemaConverter
from flask_appbuilder.baseviews import BaseModelView
from marshmallow_sqlalchemy import SQLAlchemyAutoSchema


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


def _own_filters(view: Any) -> Any:
    """A request's own copy of a view's filters: the shared object lets one request read with another's filter."""
    template = view.__dict__.get("_filters_template")
    if template is None or not has_request_context():
        return template
    copies = g.setdefault("filters_of_views", {})
    if id(view) not in copies:
        copies[id(view)] = copy.copy(template)
        copies[id(view)].clear_filters()
    return copies[id(view)]


def _keep_filters(view: Any, filters: Any) -> None:
    view.__dict__["_filters_template"] = filters


def install() -> None:
    """Apply every repair; harmless when done again."""
    ModelRestApi.model2schemaconverter = ForeignKeyConverter
    for view in (BaseModelView, ModelRestApi):
        view._filters = property(_own_filters, _keep_filters)
