"""Field handling shared by the intake forms of officers and citizens."""

import base64
import re
import secrets
from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from app.cases.report_input import MOST_FILES
from app.files.attachments import LARGEST
from app.vocabulary.refusals import fault_sentence, field_sentences, refusal_sentence
from views.shared.uploads import read_file_of
from workflow_rules.process.refusals import ActionRefused, FieldFault

LONGEST_NAME_SHOWN = 60
_OF_FILES = frozenset(
    {
        FieldFault.FILE_BROKEN,
        FieldFault.FILE_LOCKED,
        FieldFault.FILE_MOVES,
        FieldFault.FILE_IS_OFFICE,
        FieldFault.FILE_IS_FILM,
        FieldFault.TOO_MANY_PIXELS,
        FieldFault.STORE_FULL,
    }
)
Errors = list[dict[str, str]]
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")


def new_token() -> str:
    """Return a new random one-time token for a form."""
    return secrets.token_urlsafe(24)


def is_token(text: str) -> bool:
    """Return whether `text` has the format of a one-time form token."""
    return _TOKEN.fullmatch(text) is not None


def has_files() -> bool:
    """Return whether the current request has a file, as attachment or in a field of the office."""
    return any(file.filename for file in request.files.values())


def chosen_files() -> list[FileStorage]:
    """Return a list of the uploaded attachments of the current request, without empty file inputs."""
    return [file for file in request.files.getlist("attachments") if file.filename]


def files_as_json() -> list[dict[str, str]]:
    """Return a list of dicts, the uploaded attachments in the format of the API: `filename` and `content_base64`."""
    return [file_as_json(file) for file in chosen_files()]


def file_as_json(file: FileStorage) -> dict[str, str]:
    """Return an uploaded file in the format of the API: `filename` and `content_base64`."""
    content = base64.b64encode(read_file_of(file, LARGEST)).decode()
    return {"filename": file.filename or "", "content_base64": content}


def filled(values: Mapping[str, str]) -> dict[str, Any]:
    """Return a dict of those form values that are not blank."""
    return {name: value for name, value in values.items() if value.strip()}


def sentences(refused: ActionRefused, order: Mapping[str, object]) -> Errors:
    """Return a list of the field errors of a refusal as dicts (`field`, `message`), in the order of the fields in
    `order`; a refusal without field errors is one error of the whole form.

    An error of one file is reported at the field `attachments`, since the page has one input; its message names the
    file.
    """
    if not refused.errors:
        return [whole(refusal_sentence(refused))]
    place_of = {name: place for place, name in enumerate(order)}
    faults: Errors = []
    for error in refused.errors:
        if error.field.startswith("attachments"):
            message = _file_sentence(error.fault, *error.field.split(".")[1:])
            faults.append({"field": "attachments", "message": message})
        else:
            faults.append(field_sentences((error,))[0])
    return sorted(faults, key=lambda error: place_of.get(error["field"], len(place_of)))


def whole(sentence: str) -> dict[str, str]:
    """Return an error entry (dict with `field` "" and `message`) that belongs to the form as a whole."""
    return {"field": "", "message": sentence}


def _file_sentence(fault: FieldFault, position: str = "", part: str = "") -> str:
    not_allowed = fault_sentence(fault.value if fault in _OF_FILES else FieldFault.FILE_NOT_ALLOWED.value)
    if not position:
        too_many = gettext("Pilih paling banyak %(count)s berkas", count=MOST_FILES)
        return too_many if fault is FieldFault.TOO_LONG else not_allowed
    name = (chosen_files()[int(position)].filename or "")[:LONGEST_NAME_SHOWN]
    if part == "filename":
        return gettext("%(name)s: beri berkas ini nama yang pendek dan tanpa karakter kendali", name=name)
    return f"{name}: {not_allowed}"
