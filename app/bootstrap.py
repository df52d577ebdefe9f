"""The core application: settings, extensions, FAB's accounts, error answers; without any screen of ours."""

from typing import Any

import structlog
from flask import Flask
from flask_appbuilder import AppBuilder

import config
from app import errors, fab_repairs, models, skin
from app.extensions import csrf, db, migrate
from app.security.manager import ComplaintSecurityManager
from app.security.row_scope import install_row_scope

log = structlog.get_logger()


def create_core_app(**overrides: Any) -> Flask:
    """One Flask app with its own AppBuilder; raises config.ConfigurationError where the environment is unsafe."""
    app = Flask("app")
    app.config.from_mapping({**config.settings(), **overrides})
    csrf.init_app(app)
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations")
    fab_repairs.install()
    skin.install(app)
    errors.install(app)
    install_row_scope()
    with app.app_context():
        AppBuilder(security_manager_class=ComplaintSecurityManager).init_app(app, db.session)
    log.debug("app_ready", tables=len(models.__all__))
    return app
