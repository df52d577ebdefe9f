"""A file that came with a form, read into memory and let go."""

from flask import request
from werkzeug.datastructures import FileStorage


def read_upload(name: str, most: int) -> bytes:
    """Its bytes, one more than `most` at the most, so that a longer one is known; empty where none was chosen."""
    file = request.files.get(name)
    return read_file_of(file, most) if file is not None else b""


def read_file_of(file: FileStorage, most: int) -> bytes:
    """The same of a file at hand: a longer one is read no further than it takes to know that."""
    with file.stream as stream:
        return bytes(stream.read(most + 1))
