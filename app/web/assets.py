"""Static files: bundles of style sheets and scripts, icon sprites, and URLs with a digest of the content.

One bundle serves shell, inbox and lists; all other pages load a second one too. Browsers may cache each URL for a year.
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
# Parts of each bundle. The second bundle follows the first on every page except the inbox and the lists of complaints,
# so its rules win. Each bundle ends with the rules for phones and for print, in this order.
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
    """Return a frozenset of the names of the icons (SVG symbols) in both sprite files."""
    return frozenset(_sprite_of())


def icon_url(name: str) -> str:
    """Return the URL of an icon within its sprite file (the first sprite if the name is unknown)."""
    return f"{asset(_sprite_of().get(name, SPRITES[0]))}#{name}"


def icon(name: str, label: str = "") -> Markup:
    """Return the HTML (SVG element) of an icon; with a label it is an image with this name for screen readers,
    otherwise hidden from them.
    """
    return _icon(_root(), name, label)


@lru_cache(ADDRESSES)
def _icon(_root: str | None, name: str, label: str) -> Markup:
    means = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="ic" {}><use href="{}"/></svg>').format(means, icon_url(name))


def logo() -> Markup:
    """Return the HTML image element of the program's logo."""
    return Markup('<img class="logo" src="{}" alt="" width="36" height="36">').format(asset("logo.svg"))


def _text(path: str) -> str:
    return (STATIC / path).read_text(encoding="utf-8")


@cache
def bundle(name: str, kind: str, static_url: str) -> str:
    """Return the text of a bundle: its style sheets (kind `css`) or scripts (`js`), minified, built once per process.

    URLs of images are rewritten to `static_url`, since the bundle is served from another path than its parts. Raises
    KeyError for an unknown bundle name.
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
    """Return the URL of a file in the static folder, with a digest of its content."""
    return _asset(_root(), filename)


@lru_cache(ADDRESSES)
def _asset(_root: str | None, filename: str) -> str:
    return url_for("static", filename=filename, v=_digest(filename))


def _root() -> str | None:
    """Return the script root of the current request, which is part of the cache key of URLs; None outside a request."""
    return request.script_root if has_request_context() else None


def bundle_url(kind: str, name: str = "lb") -> str:
    """Return the URL of a bundle of style sheets (kind `css`) or scripts (`js`); its digest changes with any static
    file.
    """
    return url_for("skin_bundle", digest=_digest(""), name=name, kind=kind)


def serve_bundle(digest: str, name: str, kind: str) -> Response:
    """Return the response with the style sheets or scripts of a bundle, whatever the digest; 404 for an unknown name or
    kind.

    Bundles save requests, since gunicorn's sync workers close the connection after each.
    """
    if name not in STYLES or kind not in MIMETYPES:
        abort(404)
    return Response(bundle(name, kind, url_for("static", filename="")), mimetype=MIMETYPES[kind])


def install(app: Flask) -> None:
    """Register the template globals of static files, and the route of the bundles."""
    app.jinja_env.globals.update(asset=asset, bundle_url=bundle_url, ic=icon, logo=logo)
    app.add_url_rule("/gaya/<digest>/<name>.<kind>", "skin_bundle", serve_bundle)
