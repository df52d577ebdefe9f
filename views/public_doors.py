"""The doors to the street, and which of them this office has opened."""

from flask import current_app
from flask_babel import gettext


def public_doors() -> list[tuple[bool, str, str]]:
    """Whether each is open, its address and its name; looking up one's own case always is."""
    settings = current_app.config
    return [
        (settings["PUBLIC_INTAKE"], "/lapor", gettext("Sampaikan aduan")),
        (True, "/lacak", gettext("Lacak aduan")),
        (settings["PUBLIC_FIGURES"], "/statistik", gettext("Statistik")),
    ]
