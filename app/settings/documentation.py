"""The documentation of the settings, made from their declaration: docs/configuration.md and the end of `--help`."""

from __future__ import annotations

import textwrap

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.settings.declaration import MACHINE, OFFICE, choices_of, texts_of, variables
from app.settings.environment import SECTIONS

HEAD = """# Configuration

This page is generated: `python run.py settings > docs/configuration.md`.

Every setting is an environment variable. A process reads them once, when it starts. Surrounding spaces are removed, and
an empty value counts as not set. All invalid values are reported together and the process ends with exit code 2.

A secret can be kept in a file: `SECRET_KEY_FILE=/run/secrets/secret_key` is read where `SECRET_KEY` is not set. This
holds for every setting marked as secret below.

`python run.py check-config` prints one line for each check (`ok`, `warning`, `refused`) and ends with 1 when production
would not start. With `LAPOR_ENV=production`, the commands `web`, `worker`, `scheduler` and `all` run the same checks
before they serve. A host name without a dot and a private address count as your own network: a connection without TLS
is a warning there and refused beyond it.

The code: `app/settings/machine_settings.py` and `app/settings/office_settings.py` (declaration),
`app/settings/environment.py` (reading), `app/settings/environment_checks.py` and `app/settings/address_checks.py`
(production checks), `config.py` (the Flask configuration).
"""
GROUPS = {
    MACHINE: (
        "The machine",
        "Decided by the administrator of the machine; they hold for every office that it serves.",
    ),
    OFFICE: ("The office", "Decided by the office: its address, its keys, how it writes, signs in and publishes."),
}
TABLE = "| name | meaning | default | allowed |\n|---|---|---|---|"


def as_markdown() -> str:
    """Return the whole text of docs/configuration.md."""
    parts = [HEAD]
    for group, (title, note) in GROUPS.items():
        parts.append(f"## {title}\n\n{note}\n")
        for section in (section for section in SECTIONS if section.group == group):
            note = "\n".join(textwrap.wrap(section.note, 120)) + "\n\n" if section.note else ""
            lines = [TABLE]
            for name, field in variables(section).items():
                secret = "" if field.repr else " (secret)"
                words = ", ".join(f"`{word}`" for word in choices_of(field))
                allowed = texts_of(field)["allowed"] or words or ("`on`, `off`" if field.annotation is bool else "text")
                lines.append(f"| `{name}` | {field.description}{secret} | {_default(field)} | {allowed} |")
            parts.append(f"### {section.title}\n\n{note}" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def as_help() -> str:
    """Return one text for `--help` that lists all settings, wrapped: each name with its meaning and default."""
    lines = []
    for section in SECTIONS:
        for name, field in variables(section).items():
            meaning = f"{field.description} ({_default(field)})".replace("`", "")
            lines += textwrap.wrap(meaning, 116, initial_indent=f"  {name}  ", subsequent_indent=" " * 6)
    return "\n".join(lines)


def _default(field: FieldInfo) -> str:
    """Return the default of a setting as text for the documentation: the declared text, else the value itself."""
    if usual := texts_of(field)["usual"]:
        return usual
    if field.default in (None, PydanticUndefined):
        return "none"
    if isinstance(field.default, bool):
        return "`on`" if field.default else "`off`"
    return str(field.default) if isinstance(field.default, int) else f"`{field.default}`"
