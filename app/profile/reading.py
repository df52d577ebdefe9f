"""Reads a profile from a file and checks it; every fault is named with its line and path."""

from collections.abc import Iterator
from typing import Any

from flask_babel import force_locale

from app.profile.section import IDENTITIES, Profile, identity
from app.profile.sections import FORMAT, SECTIONS
from app.profile.shown import shown_path
from app.profile.yaml_text import Document, Fault, NotYaml, Path, read_yaml

MOST_FAULTS = 50
"""Faults that are listed; more of them are counted."""


class ProfileRefused(Exception):
    """Raised for a file that is no valid profile; `sentences` name the faults with line and path, at most MOST_FAULTS
    and one that counts the others.
    """

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def read_profile(content: bytes, present: Profile | None = None) -> Profile:
    """Return the profile that a file holds, arranged as an exported one. Raises ProfileRefused.

    A file must have every section, since what it lacks ends. With the profile that is `present`, sections may be left
    out and stay as they are there.
    """
    try:
        document = read_yaml(content)
    except NotYaml as broken:
        raise ProfileRefused(_sentences(Document(None, {}), [broken.fault])) from broken
    if faults := list(_faults_of_frame(document.value, present or {})):
        raise ProfileRefused(_sentences(document, faults))
    with force_locale("en"):
        profile = _read_sections(document, present or {})
        checked = [_below(section.name, fault) for section in SECTIONS for fault in section.check(profile)]
    if checked:
        raise ProfileRefused(_sentences(document, checked))
    return {section.name: section.arranged(profile[section.name]) for section in SECTIONS}


def _faults_of_frame(content: Any, present: Profile) -> Iterator[Fault]:
    """Yield the faults of the members at the top of the file."""
    if not isinstance(content, dict):
        yield Fault((), "is no profile: it must begin with format: 1")
        return
    known = ("format", *(section.name for section in SECTIONS))
    if "format" not in content:
        yield Fault(("format",), f"is missing; write format: {FORMAT}")
    elif content["format"] is True or content["format"] != FORMAT:
        yield Fault(("format",), f"must be {FORMAT}, the one that this release reads")
    yield from (Fault((name,), f"is unknown; known are {', '.join(known)}") for name in content if name not in known)
    for section in SECTIONS:
        if section.name not in content and section.name not in present:
            yield Fault((section.name,), "is missing; absent rows end, so an empty section must be written: []")


def _read_sections(document: Document, present: Profile) -> dict[str, Any]:
    """Return the values of the sections in the order of the file. Raises ProfileRefused for wrong types, and for two
    rows that would be matched with one.
    """
    profile, faults = dict[str, Any](), list[Fault]()
    for section in SECTIONS:
        if section.name not in document.value:
            profile[section.name] = present[section.name]
            continue
        raw = document.value[section.name]
        profile[section.name], found = section.read(raw)
        faults += [_below(section.name, fault) for fault in (*found, *_duplicates((), section.name, raw))]
    if faults:
        raise ProfileRefused(_sentences(document, faults))
    return profile


def _duplicates(path: Path, name: str, value: Any) -> Iterator[Fault]:
    """Yield each row of a list, here or further down, that has what an earlier one is matched by."""
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from _duplicates((*path, member), member, inner)
    if not isinstance(value, list) or name not in IDENTITIES:
        return
    seen = set[tuple[Any, ...]]()
    for place, row in enumerate(value):
        yield from _duplicates((*path, place), "", row)
        known_by = identity(row, name)
        if known_by in seen:
            yield Fault((*path, place), "is there twice")
        elif known_by is not None:
            seen.add(known_by)


def _below(section: str, fault: Fault) -> Fault:
    return Fault((section, *fault.path), fault.message)


def _sentences(document: Document, faults: list[Fault]) -> list[str]:
    ordered = sorted(faults, key=lambda fault: fault.line or document.line_of(fault.path))
    listed = [_sentence(document, fault) for fault in ordered[:MOST_FAULTS]]
    more = len(faults) - len(listed)
    return [*listed, *([f"There are {more} more faults."] if more else [])]


def _sentence(document: Document, fault: Fault) -> str:
    line = fault.line or document.line_of(fault.path)
    return f"line {line}: {shown_path(fault.path, document.value) or 'The file'} {fault.message}."
