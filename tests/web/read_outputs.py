"""What the program puts out, as its reader gets it: the text, and where free text became more than text."""

import csv
import html
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from xml.etree import ElementTree

import icalendar

from app.reporting.exports.cells import FORMULA_SIGNS


@dataclass(frozen=True)
class Output:
    """What the program put out, with its media type."""

    name: str
    kind: str
    content: bytes

    @cached_property
    def read(self) -> tuple[list[str], str]:
        """What is wrong in it, and its text as a reader sees it."""
        found, words = READERS[self.kind](self.content)
        return found + (["escaped twice"] if "&lt;i data-x" in words.lower() else []), words


class Elements(HTMLParser):
    """Collects elements that only a marker can have made."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.made: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if any(name == "data-x" for name, _ in attrs):
            self.made.append(f"element {self.get_starttag_text()}")


def text_of_csv(content: bytes) -> tuple[list[str], str]:
    lines = content.decode("utf-8-sig")
    delimiter = ";" if ";" in lines.partition("\r\n")[0] else ","
    cells = [cell for row in csv.reader(io.StringIO(lines), delimiter=delimiter) for cell in row]
    formulas = [f"formula {cell}" for cell in cells if cell.lstrip()[:1] in FORMULA_SIGNS and cell.strip()]
    return formulas, "\n".join(cells)


def text_of_xml(content: bytes) -> tuple[list[str], str]:
    found = list(ElementTree.fromstring(content).iter())  # noqa: S314  (the program's own)
    made = [f"element {one.tag}" for one in found if "data-x" in one.attrib]
    return made, "\n".join([*(one.text or "" for one in found), *(v for one in found for v in one.attrib.values())])


def text_of_calendar(content: bytes) -> tuple[list[str], str]:
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return [], "\n".join(str(event["SUMMARY"]) for event in events)


def text_of_workbook(content: bytes) -> tuple[list[str], str]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = [ElementTree.fromstring(book.read(name)) for name in book.namelist()]  # noqa: S314
    formulas = [f"formula {cell.text}" for part in parts for cell in part.iter() if cell.tag.endswith("}f")]
    return formulas, "\n".join(piece for part in parts for piece in part.itertext())


def text_of_page(content: bytes) -> tuple[list[str], str]:
    page = content.decode()
    # Wherever it stands: a script, a style and a comment have no elements.
    raw = ["a tag as it was written"] if "<i data-x" in page.lower() else []
    return Elements(page).made + raw, html.unescape(page)


READERS: dict[str, Callable[[bytes], tuple[list[str], str]]] = {
    "text/html": text_of_page,
    "text/plain": lambda content: ([], content.decode()),
    "text/csv": text_of_csv,
    "text/calendar": text_of_calendar,
    "text/xml": text_of_xml,
    "application/xml": text_of_xml,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": text_of_workbook,
}
