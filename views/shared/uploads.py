"""Bounded reading of uploaded files."""

from flask import request
from werkzeug.datastructures import FileStorage


def read_upload(name: str, most: int) -> bytes:
    """Return up to `most` + 1 bytes of the uploaded file `name`, so that the caller can detect a longer one.

    b"" if no file was chosen.
    """
    file = request.files.get(name)
    return read_file_of(file, most) if file is not None else b""


def read_file_of(file: FileStorage, most: int) -> bytes:
    """Return up to `most` + 1 bytes of an uploaded file and close it, so that the caller can detect a longer one."""
    with file.stream as stream:
        return bytes(stream.read(most + 1))
