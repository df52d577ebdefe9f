"""HTTP endpoints of the fake: reports and the office's updates, for programs with an API key; and a page for people."""

import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from app.demo.fake_sp4n.store import CursorUnknown, FakeSp4n, ReportUnknown, Trouble

SAYS = "PALSU: tiruan buatan kami untuk uji dan peragaan. Bukan SP4N-LAPOR! dan bukan API SP4N-LAPOR!, yang tidak umum."
MOST = 1000
P = ParamSpec("P")


def create_fake(store: FakeSp4n, key: str) -> Flask:
    """Return the Flask app that serves the reports of `store`; programs authenticate with the bearer token `key`."""
    app = Flask("fake_sp4n", root_path=__file__.rpartition("/")[0])
    app.config["MAX_CONTENT_LENGTH"] = 30 * 1024 * 1024
    by_key = _guard(key)
    _add_programs(app, store, by_key)
    _add_test_endpoints(app, store, by_key)
    _add_pages(app, store)
    app.after_request(_say_so)
    app.register_error_handler(HTTPException, _as_json)
    return app


def _guard(key: str) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    def decorate(function: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            given = request.headers.get("Authorization", "")
            if not secrets.compare_digest(given.encode(), f"Bearer {key}".encode()):
                abort(401)
            return function(*args, **kwargs)

        return guarded

    return decorate


def _add_programs(app: Flask, store: FakeSp4n, by_key: Callable[..., Any]) -> None:
    @app.get("/tiruan/laporan")
    @by_key
    def page() -> Any:
        _misbehave(store.trouble)
        try:
            items, following, more = store.page(request.args.get("sesudah", ""), _limit())
        except CursorUnknown:
            abort(410)
        items = items[::-1] if store.trouble.reorder else items
        items = items + items if store.trouble.repeat else items
        return _answer(store, {"laporan": items, "berikut": following, "lagi": more})

    @app.get("/tiruan/laporan/<number>")
    @by_key
    def one(number: str) -> Any:
        _misbehave(store.trouble)
        try:
            return _answer(store, {"laporan": store.find(number)})
        except ReportUnknown:
            abort(404)

    @app.post("/tiruan/laporan/<number>/perkembangan")
    @by_key
    def take(number: str) -> Any:
        _misbehave(store.trouble)
        update = request.get_json()
        if not isinstance(update, dict) or not isinstance(update.get("kunci"), str):
            abort(422)
        try:
            return _answer(store, {"kunci": update["kunci"], "baru": store.take_update(number, update)})
        except ReportUnknown:
            abort(404)

    @app.get("/tiruan/rekap")
    @by_key
    def held() -> Any:
        _misbehave(store.trouble)
        rows, following, more = store.held(request.args.get("sesudah", ""), _limit())
        return _answer(store, {"rekap": rows, "berikut": following, "lagi": more})


def _add_test_endpoints(app: Flask, store: FakeSp4n, by_key: Callable[..., Any]) -> None:
    @app.post("/uji/gangguan")
    @by_key
    def trouble() -> Any:
        """Set the faults of all further responses from a JSON object of Trouble's fields (an empty object ends them)
        and return a JSON response.
        """
        store.trouble = Trouble(**request.get_json())
        return jsonify(palsu=SAYS)

    @app.post("/uji/mundur")
    @by_key
    def set_back() -> Any:
        """Remove all changes after the time `sampai` (ISO 8601) and return a JSON response with the number of changes
        left.
        """
        store.set_back(datetime.fromisoformat(request.get_json()["sampai"]))
        return jsonify(palsu=SAYS, tersisa=len(store.log))


def _add_pages(app: Flask, store: FakeSp4n) -> None:
    @app.get("/")
    def show() -> str:
        return render_template("fake.html", says=SAYS, reports=list(store.reports().values())[::-1])

    @app.post("/")
    def add() -> Any:
        number = request.form.get("nomor", "").strip() or f"{9_000_000 + len(store.log) + 1}"
        parts = {name: request.form.get(name, "").strip()[:5000] for name in ("judul", "isi", "kerahasiaan")}
        store.put(number[:15], **parts, pelapor={"nama": request.form.get("nama", "")[:200].strip()})
        return redirect("/", 303)


def _misbehave(trouble: Trouble) -> None:
    if trouble.seconds:
        threading.Event().wait(trouble.seconds)
    if trouble.status:
        headers = {"Retry-After": trouble.retry_after} if trouble.retry_after else {}
        abort(Response("{}", trouble.status, headers, mimetype="application/json"))


def _answer(store: FakeSp4n, parts: dict[str, Any]) -> Any:
    if store.trouble.garbage:
        return Response("<html>Bad gateway</html>", mimetype="text/html")
    return jsonify(palsu=SAYS, **parts)


def _limit() -> int:
    text = request.args.get("banyak", "100")
    return min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() and len(text) < 6 else 100


def _say_so(response: Response) -> Response:
    response.headers["X-Palsu"] = "tiruan, bukan SP4N-LAPOR!"
    response.headers["Content-Security-Policy"] = "default-src 'self'; style-src 'self'; form-action 'self'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _as_json(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    return jsonify(palsu=SAYS, galat=error.name), error.code or 500
