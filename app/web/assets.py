"""Static files as they are served: one bundle for shell, inbox and lists, one more for every other page, two sprites.

An address holds a digest of the content, so that browsers may keep it for a year.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path

import rcssmin
import rjsmin
from flask import Flask, Response, abort, has_request_context, request, url_for
from markupsafe import Markup

STATIC = Path(__file__).parent.parent / "static"
# What is served under one name. The second bundle comes after the first on every page that is no inbox and no list of
# complaints, so that what stands there wins. Each ends with its rules for the phone and for print, in this order.
STYLES = {
    "lb": ("tokens", "base", "shell", "forms", "cards", "inbox", "phone", "print"),
    "lanjut": (
        *("entry", "facts", "complaint", "disposition", "dashboard", "public", "pieces", "admin", "notices"),
        *("phone_more", "print_more"),
    ),
}
SCRIPTS = {
    "lb": ("lb", "session", "inbox"),
    "lanjut": ("acting", "forms", "fab", "similar", "paper", "reports", "position"),
}
ADDRESSES = 2000
MIMETYPES = {"css": "text/css", "js": "text/javascript"}
# The symbols of shell, inbox and lists, and all others.
SPRITES = ("ikon.svg", "ikon-lain.svg")


@cache
def _sprite_of() -> dict[str, str]:
    names = {sprite: re.findall(r'<symbol id="([^"]+)"', _text(sprite)) for sprite in SPRITES}
    return {name: sprite for sprite, found in names.items() for name in found}


def icon_names() -> frozenset[str]:
    """The symbols of both sprites."""
    return frozenset(_sprite_of())


def icon_url(name: str) -> str:
    """Where a symbol is drawn: the first sprite holds what every officer's lists need."""
    return f"{asset(_sprite_of().get(name, SPRITES[0]))}#{name}"


def icon(name: str, label: str = "") -> Markup:
    """A symbol of a sprite; with a label it is an image for screen readers, else decoration."""
    return _icon(_root(), name, label)


@lru_cache(ADDRESSES)
def _icon(_root: str | None, name: str, label: str) -> Markup:
    means = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="ic" {}><use href="{}"/></svg>').format(means, icon_url(name))


def logo() -> Markup:
    """The program's own sign."""
    return Markup('<img class="logo" src="{}" alt="" width="36" height="36">').format(asset("logo.svg"))


def _text(path: str) -> str:
    return (STATIC / path).read_text(encoding="utf-8")


@cache
def bundle(name: str, kind: str, static_url: str) -> str:
    """The style sheets or deferred scripts of a bundle as one text without comments and spaces, made once a process.

    Pictures are found under `static_url`, for a bundle lives elsewhere than its parts.
    """
    if kind == "js":
        return str(rjsmin.jsmin("\n".join(_text(f"js/{part}.js") for part in SCRIPTS[name])))
    text = "\n".join(_text(f"css/{part}.css") for part in STYLES[name])
    return str(rcssmin.cssmin(text.replace("url(../", f"url({static_url}")))


@cache
def _digest(name: str) -> str:
    paths = [STATIC / name] if name else sorted(STATIC.rglob("*.*"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:8]


def asset(filename: str) -> str:
    """The address of a static file, with its content's digest so that browsers may keep it for a year."""
    return _asset(_root(), filename)


@lru_cache(ADDRESSES)
def _asset(_root: str | None, filename: str) -> str:
    return url_for("static", filename=filename, v=_digest(filename))


def _root() -> str | None:
    """Under which path the program is seen from outside: a page names a hundred files, and addresses are dear."""
    return request.script_root if has_request_context() else None


def bundle_url(kind: str, name: str = "lb") -> str:
    """The address of a bundle; it changes with any static file."""
    return url_for("skin_bundle", digest=_digest(""), name=name, kind=kind)


def serve_bundle(digest: str, name: str, kind: str) -> Response:
    """Few requests for the whole look: gunicorn's sync workers close the connection after each."""
    if name not in STYLES or kind not in MIMETYPES:
        abort(404)
    return Response(bundle(name, kind, url_for("static", filename="")), mimetype=MIMETYPES[kind])


def install(app: Flask) -> None:
    """What templates need to name a file, and the address of the bundles."""
    app.jinja_env.globals.update(asset=asset, bundle_url=bundle_url, ic=icon, logo=logo)
    app.add_url_rule("/gaya/<digest>/<name>.<kind>", "skin_bundle", serve_bundle)
