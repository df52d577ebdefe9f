"""Verification of a signed letter by its stored content, its stored file, or an uploaded file."""

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import or_, select

from app.casefile.case import letter_by_code, letter_for_all
from app.core.extensions import db
from app.core.hashing import json_digest
from app.core.storage import read_file
from app.models import Attachment, Letter, LetterScan, Paper
from app.papers.signing.signatures import SignatureFound, signature_in
from workflow_rules.process.identity import Confidentiality

MOST_STREAMS, LARGEST_STREAM = 400, 512 * 1024
MOST_MARKS = 200
MOST_CODES = 50
_MARK = b"verifikasi"
_CODE = re.compile(rb"/([A-Za-z0-9_-]{8,100})")
_OCTAL = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True)
class StoredCheck:
    """A value object: the result of checking a stored letter. `content_sound` and `file_sound` say whether frozen
    content and PDF have the hashes recorded for them; `file` is the PDF, None if none is stored; `signature` is None
    for ink or if none was found.
    """

    letter: Letter
    paper: Paper
    content_sound: bool
    file: bytes | None
    file_sound: bool
    signature: SignatureFound | None

    @property
    def electronic(self) -> bool:
        return not self.letter.signed_with_ink

    @property
    def withdrawn(self) -> bool:
        """Whether the agency withdrew the letter after it was signed."""
        return self.letter.state != "signed"

    @property
    def tells_subject(self) -> bool:
        """Whether the letter's subject is shown to anybody with the verification code: only in cases of open
        identity.
        """
        return self.letter.complaint.confidentiality == Confidentiality.OPEN

    @property
    def genuine(self) -> bool:
        """Whether the letter is not withdrawn, its content and file are unchanged, and an electronic signature is
        valid. A letter signed with ink may lack its file.
        """
        if self.withdrawn:
            return False
        if self.file is None:
            return self.content_sound and not self.electronic
        signed = not self.electronic or (self.signature is not None and self.signature.sound)
        return self.content_sound and self.file_sound and signed


@dataclass(frozen=True)
class UploadCheck:
    """A value object: the result of checking an uploaded file. `stored` is the check of the letter found for it, None
    if unknown; `replaced_at` (aware) is when an old scan was replaced.

    `state` is `same`, `scan`, `old_scan` (replaced since), `added` (content appended after signing), `changed` or
    `unknown`.
    """

    state: str
    stored: StoredCheck | None = None
    replaced_at: datetime | None = None


def check_stored(letter: Letter) -> StoredCheck:
    """Compare a signed letter's content and file with the hashes recorded for them, validate an electronic signature,
    and return the result as StoredCheck; a missing file is part of the result, not raised.
    """
    paper = letter.paper
    assert paper is not None
    content = json_digest(paper.frozen) == paper.content_hash
    try:
        file = read_file(paper.path) if paper.path and paper.state == "ready" else None
    except FileNotFoundError:
        file = None
    if file is None:
        return StoredCheck(letter, paper, content, None, False, None)
    signature = None if letter.signed_with_ink else signature_in(file)
    return StoredCheck(letter, paper, content, file, _digest(file) == paper.file_hash, signature)


def check_upload(content: bytes, expected: Letter | None = None) -> UploadCheck:
    """Find the letter of an uploaded file by the file's hash, else by a verification code in it, and return as
    UploadCheck how file and letter compare.

    If several letters match, prefers `expected`. A file that differs from ours is untrusted, so it is searched, never
    parsed.
    """
    digest, first = _digest(content), expected.id if expected else 0
    signed = select(Letter).join(Paper, Paper.id == Letter.paper_id).where(Paper.file_hash == digest)
    letter = letter_for_all(signed.order_by((Letter.id == first).desc(), Letter.id))
    if letter is not None:
        return UploadCheck("same", check_stored(letter))
    scan = _by_scan_hash(digest, first)
    scanned = letter_for_all(select(Letter).where(Letter.id == scan.letter_id)) if scan is not None else None
    if scan is not None and scanned is not None:
        return UploadCheck("old_scan" if scan.replaced_at else "scan", check_stored(scanned), scan.replaced_at)
    codes = list(islice(codes_in(content), MOST_CODES))
    if expected is not None and expected.verification_code in codes:
        letter = expected
    else:
        letter = next((found for code in codes if (found := letter_by_code(code))), None)
    if letter is None:
        return UploadCheck("unknown")
    stored = check_stored(letter)
    return UploadCheck("added" if stored.file and content.startswith(stored.file) else "changed", stored)


def codes_in(content: bytes) -> Iterator[str]:
    """Yield the distinct verification codes (text) found in a file, in order; of compressed parts only the start is
    searched.
    """
    seen: set[str] = set()
    for text in (content, *_inflated(content)):
        for code in _codes(text):
            if code not in seen:
                seen.add(code)
                yield code


def _codes(text: bytes) -> Iterator[str]:
    """Yield the verification codes (text) in some bytes, after decoding octal escapes, as which a PDF may write any
    character.
    """
    at = text.find(_MARK)
    for _ in range(MOST_MARKS):
        if at < 0:
            return
        after = text[at + len(_MARK) : at + 400]
        plain = _OCTAL.sub(lambda found: bytes([int(found[1], 8) & 255]), after)
        if code := _CODE.match(plain):
            yield code[1].decode()
        at = text.find(_MARK, at + 1)


def _inflated(content: bytes) -> Iterator[bytes]:
    """Yield the decompressed streams of a PDF (bytes), each limited to 512 KiB against decompression bombs."""
    at = content.find(b"stream")
    for _ in range(MOST_STREAMS):
        if at < 0:
            return
        begin = at + len(b"stream")
        data = content[begin : begin + LARGEST_STREAM].lstrip(b"\r\n")
        try:
            inflated = zlib.decompressobj().decompress(data, LARGEST_STREAM)
        except zlib.error:
            inflated = b""
        yield inflated
        at = content.find(b"stream", begin)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _by_scan_hash(digest: str, first: int) -> LetterScan | None:
    """Return the LetterScan row whose file has this SHA-256, or None. Of several, the scan of the letter with id
    `first` is preferred, then a current scan over a replaced one; never one in quarantine.
    """
    same = or_(Attachment.sha256 == digest, Attachment.sent_sha256 == digest)
    matching = same, Attachment.state.not_in(("quarantined", "failed"))
    statement = select(LetterScan).join(Attachment, Attachment.id == LetterScan.attachment_id).where(*matching)
    order = (LetterScan.letter_id == first).desc(), LetterScan.replaced_at.is_not(None), LetterScan.id.desc()
    return db.session.scalars(
        statement.order_by(*order).execution_options(unscoped=True, without_isolation=True)
    ).first()
