"""Core application: settings, extensions, FAB's accounts and error responses, without this program's own views."""

from functools import partial
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from app.access.journal_author import install_journal_author
from app.access.row_level_security import install_row_level_security
from app.access.session_filter import install_row_scope
from app.accounts.security_manager import ComplaintSecurityManager
from app.core import logs
from app.core.connections import install_connections
from app.core.extensions import csrf, db, migrate
from app.models import PaperKind
from app.papers import kinds
from app.reporting.registers import paper_html
from app.settings.environment import ConfigurationError
from app.web import error_responses, fab_repairs, proxy_responses, request_log, skin


def create_core_app(**overrides: Any) -> Flask:
    """Return a new Flask app with its AppBuilder, but without this program's own views; `overrides` replace settings.
    Raises ConfigurationError for settings that are malformed or, in production, unsafe.
    """
    app = Flask("app")
    app.config.from_mapping({**config.settings(), **overrides})
    if proxies := app.config["TRUSTED_PROXIES"]:
        # Trust these headers only behind that many proxies; otherwise clients could forge them.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    logs.install(app.config["LOG_FORMAT"])
    request_log.install(app, partial(error_responses.last_answer, app))
    app.before_request(error_responses.refuse_large_form)
    csrf.init_app(app)
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations")
    fab_repairs.install()
    skin.install(app)
    error_responses.install(app)
    proxy_responses.install(app)
    kinds.add(PaperKind.DAILY_REGISTER, paper_html.daily_register)
    kinds.add(PaperKind.MONTHLY_REGISTER, paper_html.monthly_register)
    install_row_scope()
    with app.app_context():
        install_connections(db.engine, app.config["STATEMENT_SECONDS"], app.config["LOCK_SECONDS"])
        install_row_level_security(db.engine)
        install_journal_author(db.engine)
        AppBuilder(security_manager_class=ComplaintSecurityManager).init_app(app, db.session)
        if app.config["OTEL_EXPORTER_OTLP_ENDPOINT"]:
            _install_traces(app)
    skin.compute_filters_at_each_request(app)
    return app


def _install_traces(app: Flask) -> None:
    """Send traces of this app. OpenTelemetry is loaded only here, where the setting asks for it; raises
    ConfigurationError where it is not installed.
    """
    try:
        from app.monitoring import traces
    except ModuleNotFoundError as missing:
        sentence = f"OTEL_EXPORTER_OTLP_ENDPOINT needs the extra `telemetry`: {missing.name} is not installed."
        raise ConfigurationError([sentence]) from missing
    traces.install(app, db.engine)
