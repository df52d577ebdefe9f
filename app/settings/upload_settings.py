"""Where files are kept, and who looks into them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


def scanner_url(text: str | None, reasons: list[str]) -> str | None:
    """`tcp://host:port` or `unix:///path`, as it is; anything else is a reason against a start."""
    if text is not None and not _is_scanner(text):
        reasons.append("CLAMAV_URL is not tcp://host:port or unix:///path.")
    return text


def store_options(given: Mapping[str, str]) -> dict[str, Any]:
    """How an object store (STORAGE_URL=s3://…) is reached: its address where it is not Amazon's, region, keys."""
    names = {"endpoint_url": "STORAGE_S3_ENDPOINT", "key": "STORAGE_S3_KEY", "secret": "STORAGE_S3_SECRET"}
    told: dict[str, Any] = {option: given[name] for option, name in names.items() if name in given}
    region = given.get("STORAGE_S3_REGION")
    return told | ({"client_kwargs": {"region_name": region}} if region else {})


def _is_scanner(text: str) -> bool:
    parts = urlsplit(text)
    try:
        by_network = parts.scheme == "tcp" and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False
    return by_network or (parts.scheme == "unix" and parts.path.startswith("/"))
