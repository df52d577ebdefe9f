"""Files on disk or in an object store, through fsspec (STORAGE_URL); names are ours and never reused."""

import secrets

import fsspec
from flask import current_app


def _full(path: str) -> str:
    return f"{str(current_app.config['STORAGE_URL']).rstrip('/')}/{path}"


def write_file(folder: str, ending: str, content: bytes) -> str:
    """Keep bytes under a new name and return its path relative to the store."""
    path = f"{folder}/{secrets.token_hex(16)}.{ending}"
    with fsspec.open(_full(path), "wb", auto_mkdir=True) as file:
        file.write(content)
    return path


def read_file(path: str) -> bytes:
    """The bytes of a stored file; FileNotFoundError when it is gone."""
    with fsspec.open(_full(path), "rb") as file:
        return bytes(file.read())
