"""A bare Flask program: for each page the same SQL by psycopg and the same template, and nothing else of ours."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, g, request, session

from app.core.extensions import db
from tests.bench.asked import Asked, ask_once
from tests.conftest import build_app

MANY_CONNECTIONS: dict[int, psycopg.Connection[Any]] = {}


def bare_program() -> Flask:
    """What gunicorn serves; `BENCH_ASKED` names the file with the pages by name, each a path and its headers."""
    ours = build_app(*(os.environ[name] for name in ("DATABASE_URL", "REDIS_URL", "LAPOR_HOME")))
    bare = Flask("bare")
    for name, page in json.loads(Path(os.environ["BENCH_ASKED"]).read_text("utf-8")).items():
        asked = ask_once(ours, page["officer"], page["path"], page["headers"])
        if asked.template is None:
            view = partial(_answer, asked, json.loads(asked.text))
        else:
            view = partial(_page, ours, page["path"], asked)
        bare.add_url_rule(f"/{name}", name, view)
    with ours.app_context():
        ours.extensions["sqlalchemy"].engine.dispose()
    return bare


def _page(ours: Flask, path: str, asked: Asked) -> str:
    """The rows are read and thrown away: those that are shown were read the same way once."""
    _read(asked)
    name, _, query = path.partition("?")
    environ = request.environ | {"PATH_INFO": name, "QUERY_STRING": query, "SCRIPT_NAME": ""}
    with ours.request_context(environ):
        g.__dict__.update(asked.kept or {})
        # FAB looks its visitor up by key for each button: found in the session it costs nothing.
        db.session.add(g._login_user)
        return str(asked.template.render({**(asked.context or {}), "g": g, "request": request, "session": session}))


def _answer(asked: Asked, content: Any) -> str:
    _read(asked)
    return json.dumps(content)


def _read(asked: Asked) -> None:
    with _connection().cursor() as cursor:
        for statement, values in asked.statements:
            cursor.execute(statement, values)
            if cursor.description:
                cursor.fetchall()
    _connection().rollback()


def _connection() -> psycopg.Connection[Any]:
    """One a process."""
    if os.getpid() not in MANY_CONNECTIONS:
        address = os.environ["DATABASE_URL"].replace("+psycopg", "")
        MANY_CONNECTIONS[os.getpid()] = psycopg.connect(address)
    return MANY_CONNECTIONS[os.getpid()]
