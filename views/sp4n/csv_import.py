"""Import of reports from a CSV file while SP4N is unavailable: upload, map columns, check, import."""

from collections import Counter

from flask import Response, abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.fields.definitions import known_fields
from app.models import SyncImport
from app.sp4n.inbound.csv_file import LARGEST, CsvRefused, read_table
from app.sp4n.inbound.csv_import import (
    GOOD,
    AlreadyUploaded,
    drop,
    find_import,
    last_imports,
    start_import,
    start_trial,
    store_upload,
)
from app.sp4n.inbound.csv_reports import FIELDS, NEEDED, faults_of, importable_fields
from app.vocabulary.refusals import FAULTS
from views.shared.screen_access import for_officers
from views.shared.uploads import read_upload
from views.sp4n.labels import (
    COLUMN_FAULTS,
    DELIMITERS,
    ENCODINGS,
    FILE_FAULTS,
    IMPORT_STATES,
    OUTCOMES,
    PARTS,
    ROW_FAULTS,
)

HOME = "/sp4n/impor/"
SHOWN = 200
LAST_FILES = 20


class ImportView(BaseView):
    """Screens of a CSV import of reports; each step has its own URL, and workers process the file between them."""

    route_base = "/sp4n/impor"
    default_view = "form"
    class_permission_name = "Sync"
    base_permissions = permissions_on("Sync")

    @expose("/", methods=["GET"])
    @for_officers("can_manage", "Sync")
    def form(self) -> Response:
        return _form_page()

    @expose("/", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def upload(self) -> AnyResponse:
        """Store the uploaded CSV file, commit, and redirect to its page; the same content redirects to the earlier
        upload.

        An unreadable file shows the form again with status 422.
        """
        file = request.files.get("file")
        name = "".join(sign for sign in (file and file.filename) or "" if sign.isprintable()).strip()
        content = read_upload("file", LARGEST)
        try:
            row = store_upload(content, name or "berkas.csv", current_user.id, utc_now())
        except CsvRefused as refused:
            return _form_page(str(FILE_FAULTS[refused.fault.value]))
        except AlreadyUploaded as earlier:
            flash(gettext("Berkas ini sudah pernah diunggah. Inilah keadaannya."), "info")
            return redirect(f"{HOME}{earlier.existing.id}", 303)
        return redirect(f"{HOME}{row.id}", 303)

    @expose("/<int:import_id>", methods=["GET"])
    @for_officers("can_manage", "Sync")
    def show(self, import_id: int) -> Response:
        return _page(_find(import_id))

    @expose("/<int:import_id>/kolom", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def map(self, import_id: int) -> AnyResponse:
        """Queue a check of all rows with the chosen columns, which imports nothing, and redirect to the file's page.

        Wrong columns show the page again with status 422. A file that is being processed or imported is left unchanged.
        """
        row = _find(import_id)
        if row.state not in ("mapping", "checked") or row.content is None:
            return redirect(f"{HOME}{row.id}", 303)
        own = importable_fields()
        parts = (*FIELDS, *(part for part in request.form if part.startswith("fields.")))
        chosen = {part: request.form.get(part, "") for part in parts}
        mapping = {part: column for part, column in chosen.items() if column}
        faults = faults_of(mapping, read_table(row.content).header, own)
        if faults:
            return _page(row, mapping, {part: str(COLUMN_FAULTS[fault]) for part, fault in faults.items()})
        start_trial(row, mapping, utc_now())
        return redirect(f"{HOME}{row.id}", 303)

    @expose("/<int:import_id>/jalankan", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def run(self, import_id: int) -> AnyResponse:
        """Queue the import of the valid rows of a checked file and redirect to its page; 404 for an unknown file."""
        row = _find(import_id)
        start_import(row, utc_now())
        return redirect(f"{HOME}{row.id}", 303)

    @expose("/<int:import_id>/batal", methods=["POST"])
    @for_officers("can_manage", "Sync")
    def drop(self, import_id: int) -> AnyResponse:
        """Delete an uploaded CSV file that is not imported yet and redirect to the import form.

        A started import is left unchanged with a notice.
        """
        if drop(_find(import_id)):
            flash(gettext("Berkas dihapus; tidak ada laporan yang diimpor."), "success")
        else:
            flash(gettext("Impor ini sudah berjalan, jadi tidak dapat dibatalkan lagi."), "info")
        return redirect(HOME, 303)


def _find(import_id: int) -> SyncImport:
    return find_import(min(import_id, LARGEST_ID)) or abort(404)


def _form_page(fault: str = "") -> Response:
    title = gettext("Impor CSV")
    page = render_template(
        "sp4n/import.html",
        title=gettext("Galat: %(page)s", page=title) if fault else title,
        heading=title,
        fault=fault,
        files=last_imports(LAST_FILES),
        states=IMPORT_STATES,
        now=utc_now(),
    )
    return Response(page, 422 if fault else 200)


def _page(row: SyncImport, mapping: dict[str, str] | None = None, faults: dict[str, str] | None = None) -> Response:
    title = gettext("Impor %(file)s", file=row.filename)
    counts = Counter(line[2] for line in row.outcomes)
    places = {name: place for place, name in enumerate(OUTCOMES)}
    ordered = sorted(counts, key=lambda name: places.get(name, len(places)))
    faulty_first = sorted(row.outcomes, key=lambda line: (line[2] != "refused", line[0]))
    page = render_template(
        "sp4n/import_file.html",
        title=gettext("Galat: %(page)s", page=title) if faults else title,
        heading=title,
        row=row,
        header=read_table(row.content).header if row.content else (),
        mapping=row.mapping if mapping is None else mapping,
        faults=faults or {},
        parts={**PARTS, **{part: _part(part) for part in (*importable_fields(), *(faults or {}))}},
        needed=NEEDED,
        counts=[(OUTCOMES.get(name, name), counts[name]) for name in ordered],
        good=sum(counts[name] for name in GOOD),
        lines=[
            {"row": line[0], "report": line[1], "outcome": line[2], "why": [_why(*fault) for fault in line[3]]}
            for line in faulty_first[:SHOWN]
        ],
        shown=SHOWN,
        outcomes=OUTCOMES,
        states=IMPORT_STATES,
        delimiter=DELIMITERS[row.delimiter],
        encoding=ENCODINGS[row.encoding],
        busy=row.state in ("checking", "importing"),
    )
    return Response(page, 422 if faults else 200)


def _why(field: str, fault: str, limit: str) -> str:
    sentence = str(ROW_FAULTS.get(fault) or FAULTS.get(fault, fault))
    if "%(limit)s" in sentence:
        sentence = sentence % {"limit": limit}
    return f"{_part(field)}: {sentence}" if field else sentence


def _part(field: str) -> str:
    own = known_fields().get(field.removeprefix("fields."))
    return own.label if own is not None else str(PARTS.get(field, field))
