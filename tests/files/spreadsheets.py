"""Spreadsheets as people and strangers send them."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook


def xlsx(rows: Iterable[Sequence[Any]], hidden_first: bool = False) -> bytes:
    """Return an XLSX file with these rows; a text that begins with `=` becomes a formula."""
    workbook = Workbook()
    sheet = workbook.active
    if hidden_first:
        sheet.append(["tersembunyi"])
        sheet.sheet_state = "hidden"
        sheet = workbook.create_sheet("Isi")
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """Return the XLSX file with one of its parts replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for there in old.namelist():
            if there != name:
                new.writestr(there, old.read(there))
        new.writestr(name, part)
    return file.getvalue()
