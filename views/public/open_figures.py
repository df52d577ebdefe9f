"""/statistik and /data-terbuka: public counts with small numbers suppressed."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, json, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.session_filter import as_person
from app.core.clock import utc_now
from app.public.open_figures import OpenFigures, cached_open_figures, counted_days
from app.public.small_cells import LEAST
from views.public.open_data import (
    DATASETS,
    DESCRIPTIONS,
    LICENCE,
    LICENCE_URL,
    MEDIA_TYPES,
    TITLES,
    as_csv,
    as_json,
    catalogue,
)
from views.public.open_figure_charts import charts_of, key_figures
from workflow_rules.process.actors import SYSTEM

KEPT_SECONDS = 3600


class OpenView(BaseView):
    """Base of the public figure pages: 404 unless PUBLIC_FIGURES is set.

    Responses may be cached and are validated by ETag, since all users get the same.
    """

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)
        blueprint.before_request(_only_where_open)
        blueprint.after_request(_allow_caching)
        return blueprint


class StatisticsView(OpenView):
    """The public page with the figures as text and charts."""

    route_base = "/statistik"
    default_view = "show"

    @expose("", methods=["GET"])
    def show(self) -> str:
        """Show the public page with the figures and charts of the last twelve months."""
        figures = _figures()
        first, last = counted_days(figures)
        page: str = render_template(
            "public/figures.html",
            title=gettext("Statistik pengaduan"),
            first=first,
            last=last,
            least=LEAST,
            figures=key_figures(figures),
            charts=charts_of(figures),
        )
        return page


class OpenDataView(OpenView):
    """The public figures as CSV and JSON files, with their catalogue."""

    route_base = "/data-terbuka"
    default_view = "list_datasets"

    @expose("/", methods=["GET"])
    def list_datasets(self) -> str:
        """Show the public page that lists the open data tables with links to their files."""
        first, last = counted_days(_figures())
        page: str = render_template(
            "public/open_data.html",
            title=gettext("Data terbuka"),
            first=first,
            last=last,
            least=LEAST,
            datasets=[(name, TITLES[name], DESCRIPTIONS[name]) for name in DATASETS],
            endings=tuple(MEDIA_TYPES),
            licence=LICENCE,
            licence_url=LICENCE_URL,
        )
        return page

    @expose("/data.json", methods=["GET"])
    def list_for_programs(self) -> Response:
        """Send the DCAT catalogue of the open data tables as JSON."""
        return _file(json.dumps(catalogue(_figures())), "json")

    @expose("/<table>.<ending>", methods=["GET"])
    def download(self, table: str, ending: str) -> Response:
        """Send one open data table as a CSV or JSON file; 404 for an unknown table or format."""
        if table not in DATASETS or ending not in MEDIA_TYPES:
            abort(404)
        dataset, figures = DATASETS[table], _figures()
        text = as_csv(dataset, figures) if ending == "csv" else json.dumps(as_json(dataset, figures))
        return _file(text, ending)


def _figures() -> OpenFigures:
    """Return the public figures (`OpenFigures`), read with system rights: sums with small numbers suppressed."""
    with as_person(SYSTEM):
        return cached_open_figures(utc_now())


def _file(text: str, ending: str) -> Response:
    response = Response(text, content_type=MEDIA_TYPES[ending])
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _only_where_open() -> None:
    if not current_app.config["PUBLIC_FIGURES"]:
        abort(404)


def _allow_caching(response: Response) -> Response:
    if response.status_code == 200:
        response.headers.setdefault("Cache-Control", "no-cache")
        response.add_etag()
        response.make_conditional(request)
    return response
