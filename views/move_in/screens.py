"""Screens that import the complaints of older records: upload, columns, meanings of words, trial run, import."""

import csv
import io
from collections import Counter
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.files.spreadsheet import LARGEST, SpreadsheetRefused
from app.models import MoveInFile
from app.move_in.files import (
    MOST_ROWS,
    READY,
    STORED_FOR,
    AlreadyUploaded,
    chosen_rows,
    find_file,
    finish,
    last_files,
    set_columns,
    set_meanings,
    sheet_of,
    start_import,
    store_upload,
)
from app.move_in.plan import LONGEST_SOURCE, NEEDED, PARTS, faults_of, plan_of
from app.move_in.vocabulary import read_vocabulary
from app.reporting.exports.cells import csv_cell
from app.vocabulary.refusals import FAULTS
from views.move_in import labels
from views.shared.downloads import send_bytes
from views.shared.screen_access import for_officers
from views.shared.uploads import read_upload

HOME = "/pindah-data/"
SHOWN = 100
LAST_FILES = 20
CSV = "text/csv; charset=utf-8"


class MoveInView(BaseView):
    """Screens for officers who receive complaints; workers process the file between the steps."""

    route_base = "/pindah-data"
    default_view = "form"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/", methods=["GET"])
    @for_officers("can_receive", "Complaint")
    def form(self) -> Response:
        return _form_page()

    @expose("/", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def upload(self) -> AnyResponse:
        """Store the uploaded spreadsheet and redirect to its page; the same content redirects to the earlier upload.

        An unreadable file shows the form again with status 422.
        """
        file = request.files.get("file")
        name = "".join(sign for sign in (file and file.filename) or "" if sign.isprintable()).strip()
        try:
            row = store_upload(read_upload("file", LARGEST), name or "catatan", current_user.id, utc_now())
        except SpreadsheetRefused as refused:
            return _form_page(str(refused.reason))
        except AlreadyUploaded as earlier:
            flash(gettext("Berkas ini sudah pernah diunggah. Inilah keadaannya."), "info")
            return redirect(f"{HOME}{earlier.existing.id}", 303)
        return redirect(f"{HOME}{row.id}", 303)

    @expose("/<int:file_id>", methods=["GET"])
    @for_officers("can_receive", "Complaint")
    def show(self, file_id: int) -> Response:
        return _page(_find(file_id))

    @expose("/<int:file_id>/kolom", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def columns(self, file_id: int) -> AnyResponse:
        """Store the chosen columns and redirect to the file's page, which asks for the meaning of unknown words or
        shows the trial run. Wrong columns show the page again with status 422.
        """
        row = _find(file_id)
        mapping = {part: heading for part in PARTS if (heading := request.form.get(part, ""))}
        faults = faults_of(mapping, plan_of(row.plan).headings)
        if faults and row.state in ("mapping", "meaning", "checked"):
            return _page(row, mapping, {part: str(labels.COLUMN_FAULTS[fault]) for part, fault in faults.items()})
        set_columns(row, mapping, request.form.get("source", ""), utc_now())
        return redirect(f"{HOME}{row.id}", 303)

    @expose("/<int:file_id>/arti", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def meanings(self, file_id: int) -> AnyResponse:
        """Store the meanings of words and start the trial run. `-` leaves a word out; without a choice its rows will be
        refused.
        """
        row = _find(file_id)
        said: dict[str, dict[str, str]] = {}
        for part, words in plan_of(row.plan).meanings.items():
            for place, word in enumerate(words):
                code = request.form.get(f"{part}:{place}", "")
                if code:
                    said.setdefault(part, {})[word] = "" if code == "-" else code
        set_meanings(row, said, utc_now())
        return redirect(f"{HOME}{row.id}", 303)

    @expose("/<int:file_id>/jalankan", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def run(self, file_id: int) -> AnyResponse:
        """Start the import of all right rows, of the ended ones, or of the rows that are named; redirect to the page.

        A list of rows of which none is ready shows the page again with status 422.
        """
        row = _find(file_id)
        which, text = request.form.get("which", "all"), request.form.get("rows", "")
        chosen = None
        if which == "rows":
            chosen = chosen_rows(row, text)
            if not chosen and row.state == "checked":
                fault = gettext("Tulis nomor baris yang siap dipindahkan, misalnya 2-300, 412")
                return _page(row, faults={"rows": fault}, typed_rows=text)
        elif which == "closed":
            chosen = [outcome[0] for outcome in row.outcomes if outcome[1] == "closed"]
        start_import(row, chosen, current_user.id, utc_now())
        return redirect(f"{HOME}{row.id}", 303)

    @expose("/<int:file_id>/selesai", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def end(self, file_id: int) -> AnyResponse:
        """Remove an uploaded file, so that no more of its rows are imported, and redirect to the list of files."""
        if finish(_find(file_id), utc_now()):
            flash(gettext("Berkas dihapus. Aduan yang sudah dipindahkan tetap ada."), "success")
        else:
            flash(gettext("Berkas ini sedang dipindahkan atau sudah selesai."), "info")
        return redirect(HOME, 303)

    @expose("/<int:file_id>/salah.csv", methods=["GET"])
    @for_officers("can_receive", "Complaint")
    def wrong_rows(self, file_id: int) -> Response:
        """Send the refused rows as a CSV file with what is wrong in each, to be mended and uploaded again; 404 when the
        file is no longer stored.
        """
        row = _find(file_id)
        if row.state == "done":
            abort(404)
        return send_bytes(_wrong_rows(row), CSV, f"baris-salah-{row.id}.csv")


def _find(file_id: int) -> MoveInFile:
    return find_file(min(file_id, LARGEST_ID)) or abort(404)


def _form_page(fault: str = "") -> Response:
    title = gettext("Pindahkan catatan lama")
    page = render_template(
        "move_in/upload.html",
        title=gettext("Galat: %(page)s", page=title) if fault else title,
        heading=title,
        fault=fault,
        files=last_files(LAST_FILES),
        states=labels.STATES,
        most=MOST_ROWS,
        days=STORED_FOR.days,
        now=utc_now(),
    )
    return Response(page, 422 if fault else 200)


def _page(
    row: MoveInFile,
    mapping: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    typed_rows: str = "",
) -> Response:
    title, plan = gettext("Catatan lama %(file)s", file=row.filename), plan_of(row.plan)
    counts = Counter(outcome[1] for outcome in row.outcomes)
    faulty_first = sorted(row.outcomes, key=lambda outcome: (outcome[1] != "refused", outcome[0]))
    asks = row.state in ("meaning", "checked") and bool(plan.meanings)
    page = render_template(
        "move_in/file.html",
        title=gettext("Galat: %(page)s", page=title) if faults else title,
        heading=title,
        row=row,
        plan=plan,
        mapping=plan.mapping if mapping is None else mapping,
        faults=faults or {},
        parts=labels.PARTS,
        hints=labels.HINTS,
        needed=NEEDED,
        counts=[(name, label, counts[name]) for name, label in labels.OUTCOMES.items() if counts[name]],
        by_outcome=counts,
        ready=sum(counts[name] for name in READY),
        by_fault=_by_fault(row),
        lines=[
            {"row": number, "outcome": outcome, "why": [_why(*fault) for fault in why], "number": case}
            for number, outcome, why, case in faulty_first[:SHOWN]
        ],
        shown=SHOWN,
        outcomes=labels.OUTCOMES,
        states=labels.STATES,
        options={**read_vocabulary().options, "status": labels.STATUS_CHOICES} if asks else {},
        longest_source=LONGEST_SOURCE,
        typed_rows=typed_rows,
        busy=row.state in ("checking", "importing"),
    )
    return Response(page, 422 if faults else 200)


def _by_fault(row: MoveInFile) -> list[tuple[str, int]]:
    """Return (what is wrong as text, number of rows) for each fault of a file's rows, the most frequent first."""
    kinds = Counter((part, fault) for _, _, faults, _ in row.outcomes for part, fault, _ in faults)
    return [(_why(part, fault, "…"), count) for (part, fault), count in kinds.most_common()]


def _why(part: str, fault: str, limit: str) -> str:
    sentence = str(labels.ROW_FAULTS.get(fault) or FAULTS.get(fault, fault))
    if "%(limit)s" in sentence:
        sentence = sentence % {"limit": limit}
    return f"{labels.PARTS.get(part, part)}: {sentence}" if part else sentence


def _wrong_rows(row: MoveInFile) -> bytes:
    """Return a CSV file (semicolons, UTF-8 with a byte order mark) with the refused rows, safe to open: no cell is a
    formula.
    """
    why: dict[int, list[Any]] = {number: faults for number, outcome, faults, _ in row.outcomes if outcome == "refused"}
    file = io.StringIO()
    rows = csv.writer(file, delimiter=";", lineterminator="\r\n")
    heads = (*plan_of(row.plan).headings, gettext("Baris asal"), gettext("Yang perlu diperbaiki"))
    rows.writerow([csv_cell(head) for head in heads])
    width = len(heads) - 2
    for number, cells in sheet_of(row).rows:
        if number in why:
            faults = "; ".join(_why(*fault) for fault in why[number])
            rows.writerow([csv_cell(cell) for cell in (*cells[:width], str(number), faults)])
    return file.getvalue().encode("utf-8-sig")
