"""Signatures and page contents of a PDF read with pyHanko.

Import this module only where a file is inspected: pyHanko takes a second to load.
"""

import io
import logging
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

# No authority is trusted here, so pyHanko would log every validation as a path that was not found.
logging.getLogger("pyhanko.sign.validation.generic_cms").setLevel(logging.ERROR)

Reading = tuple[bool, bool, str, str, datetime | None]


def read_last_signature(pdf: bytes) -> Reading | None:
    """Return (intact, covers the whole file, certificate's name, issuer's name, time stamp or None) of a PDF's last
    signature, or None if it has no signature. Raises pyHanko's exceptions if it cannot be read.
    """
    signatures = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_regular_signatures
    if not signatures:
        return None
    certificate = signatures[-1].signer_cert
    status = validate_pdf_signature(signatures[-1], ValidationContext(trust_roots=[], allow_fetching=False))
    stamp = status.timestamp_validity
    return (
        status.intact and status.valid,
        status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        _name(certificate.subject),
        _name(certificate.issuer),
        stamp.timestamp if stamp is not None and stamp.intact and stamp.valid else None,
    )


def _name(name: Any) -> str:
    parts = name.native
    texts = [parts.get("common_name"), parts.get("organization_name")]
    return ", ".join(str(text) for text in texts if text) or str(name.human_friendly)


def drawn_on_pages(pdf: bytes) -> list[bytes]:
    """Return a list of the content streams (bytes) of a PDF's pages, in page order. Raises pyHanko's exceptions if the
    file cannot be read.
    """
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    pages = []
    for n in range(int(reader.root["/Pages"]["/Count"])):
        contents = reader.find_page_for_modification(n)[0].get_object()["/Contents"]
        parts = contents if isinstance(contents, list) else [contents]
        pages.append(b"\n".join(part.get_object().data for part in parts))
    return pages
