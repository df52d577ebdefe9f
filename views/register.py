"""The whole menu and every door on one screen."""

from flask import Flask

from views import health_views
from views.api.complaints_api import ComplaintsApi
from views.api.sp4n_api import Sp4nApi
from views.api.worklist_api import WorklistApi


def register_views(app: Flask) -> None:
    """Put every screen, API and public page onto a core app."""
    health_views.install(app)
    with app.app_context():
        appbuilder = app.appbuilder  # type: ignore[attr-defined]
        for api in (ComplaintsApi, WorklistApi, Sp4nApi):
            appbuilder.add_api(api)
