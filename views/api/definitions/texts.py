"""Endpoints of the texts of the program: list, versions, draft, check and activation, for administrators."""

from collections.abc import Mapping
from typing import Any

from flask import Response, url_for
from flask_appbuilder.api import BaseApi, expose

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.core.problem import Problem
from app.models import TextVersion
from app.texts.current import Texts, originals_of, texts_of
from app.texts.faults import sentences
from app.texts.kinds import KINDS, LANGUAGES, PARTS, TextKind
from app.texts.labels import REFUSALS
from app.texts.versions import (
    Overview,
    TextsAtFault,
    VersionRefused,
    activate,
    faults_of,
    find_version,
    history,
    overview,
    save_draft,
)
from app.vocabulary.refusals import field_sentences
from app.web.json_input import json_object
from views.api.cases.representation import instant
from views.api.definitions import text_contracts as contracts
from views.api.definitions.activation import reason_of_body
from views.api.http.access import needs
from views.api.http.contract import declared
from views.api.http.idempotency import idempotent
from views.api.http.responses import answer
from workflow_rules.process.refusals import FieldError, FieldFault

_ADMINISTRATORS = needs("can_write", "Reference")


class TextApi(BaseApi):
    """Endpoints of the texts that an office may reword."""

    resource_name = "text"
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")
    openapi_spec_tag = "text"

    @expose("/", methods=["GET"])
    @declared(contracts.LIST)
    @_ADMINISTRATORS
    def get_list(self) -> Response:
        """Return a JSON response with every kind of text, with its original, its active version and its draft."""
        return answer([_shown_kind(line) for line in overview()])

    @expose("/<int:number>", methods=["GET"])
    @declared(contracts.READ)
    @_ADMINISTRATORS
    def get(self, number: int) -> Response:
        return _one(_found(number))

    @expose("/<text>/versions", methods=["GET"])
    @declared(contracts.VERSIONS)
    @_ADMINISTRATORS
    def versions(self, text: str) -> Response:
        """Return a JSON response with the versions of one kind, newest first; `text` is its code, or the id of one of
        its versions. Raises Problem(404) for another text.
        """
        is_id = text.isascii() and text.isdigit() and len(text) < 20
        code = _found(int(text)).code if is_id else text
        if code not in KINDS:
            raise Problem(404)
        return answer([_shown(row) for row in history(code)])

    @expose("/", methods=["POST"])
    @declared(contracts.MAKE)
    @_ADMINISTRATORS
    @idempotent
    def post(self) -> Response:
        """Store a draft, which changes nothing else; return a response with status 201, the draft, and its URL in
        `Location`. Raises Problem(422) for input that cannot be stored.
        """
        kind, texts = _sent(json_object())
        try:
            row = save_draft(kind, texts, current_person().id, utc_now())
        except TextsAtFault as refused:
            raise _at_fault(refused) from refused
        response = _one(row, 201)
        response.headers["Location"] = url_for(f"{self.endpoint}.get", number=row.id)
        return response

    @expose("/<int:number>/check", methods=["POST"])
    @declared(contracts.CHECK)
    @_ADMINISTRATORS
    def check(self, number: int) -> Response:
        """Return a JSON response with every fault of a version. No text changes an actor or a deadline, so `affects` is
        0.
        """
        row = _found(number)
        faults = sentences(faults_of(KINDS[row.code], texts_of(row)))
        return answer({"faults": [fault.shown() for fault in faults], "affects": 0})

    @expose("/<int:number>/activate", methods=["POST"])
    @declared(contracts.ACTIVATE)
    @_ADMINISTRATORS
    @idempotent
    def activate(self, number: int) -> Response:
        """Make a draft the active version with a reason; return a JSON response with it. Raises Problem: 409 if it is
        not the newest draft, 422 for a text at fault or without a reason.
        """
        reason = reason_of_body()
        try:
            return _one(activate(_found(number).id, reason, current_person().id, utc_now()))
        except TextsAtFault as refused:
            raise _at_fault(refused) from refused
        except VersionRefused as refused:
            raise Problem(409, "cannot_change", detail=str(REFUSALS[refused.refusal])) from refused


def _found(number: int) -> TextVersion:
    row = find_version(number) if number <= LARGEST_ID else None
    if row is None:
        raise Problem(404)
    return row


def _at_fault(refused: TextsAtFault) -> Problem:
    errors = [{"field": fault.path, "message": fault.message} for fault in sentences(refused.faults)]
    return Problem(422, "missing_input", errors=errors)


def _sent(body: Mapping[str, Any]) -> tuple[TextKind, Texts]:
    """Return the kind and the words of a body. Raises Problem(422) with every fault of its shape."""
    faults = [FieldError(str(name), FieldFault.UNKNOWN_FIELD) for name in body if name not in ("kind", *PARTS)]
    code = body.get("kind")
    if not isinstance(code, str):
        faults.append(FieldError("kind", FieldFault.REQUIRED if code is None else FieldFault.WRONG_TYPE))
    elif code not in KINDS:
        faults.append(FieldError("kind", FieldFault.NOT_ALLOWED))
    texts = {}
    for part in PARTS:
        of_part = body.get(part, {})
        if not isinstance(of_part, dict):
            faults.append(FieldError(part, FieldFault.WRONG_TYPE))
            continue
        faults += [FieldError(f"{part}.{x}", FieldFault.UNKNOWN_FIELD) for x in of_part if x not in LANGUAGES]
        for language in LANGUAGES:
            said = of_part.get(language, "")
            if not isinstance(said, str):
                faults.append(FieldError(f"{part}.{language}", FieldFault.WRONG_TYPE))
            else:
                texts[part, language] = said.replace("\r\n", "\n")
    if faults:
        raise Problem(422, "missing_input", errors=field_sentences(tuple(faults)))
    return KINDS[str(code)], texts


def _one(row: TextVersion, status: int = 200) -> Response:
    return answer(_shown(row), status, id=row.id)


def _words(texts: Texts) -> dict[str, dict[str, str]]:
    return {part: {language: texts[part, language] for language in LANGUAGES} for part in PARTS}


def _shown(row: TextVersion) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.code,
        "number": row.number,
        "state": row.state,
        **_words(texts_of(row)),
        "made_by": row.made_by.username if row.made_by is not None else None,
        "made_at": instant(row.made_at),
        "activated_by": row.activated_by.username if row.activated_by is not None else None,
        "activated_at": instant(row.activated_at) if row.activated_at is not None else None,
        "reason": row.reason,
    }


def _shown_kind(line: Overview) -> dict[str, Any]:
    kind = line.kind
    return {
        "kind": kind.code,
        "group": kind.group,
        "label": str(kind.label),
        "languages": list(kind.languages),
        "placeholders": [
            {"name": name.name, "type": name.type.value, "written": list(name.written), "says": str(name.says)}
            for name in kind.published
        ],
        "changed": line.changed,
        "original": _words(originals_of(kind)),
        "active": _shown(line.active) if line.active is not None else None,
        "draft": _shown(line.draft) if line.draft is not None else None,
    }
