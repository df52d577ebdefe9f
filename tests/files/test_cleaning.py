"""What is served was written anew: only pixels and pages are left, and whatever attacks a decoder dies with a child."""

import io
import resource

import pytest
from PIL import Image
from pypdf import PdfReader

from app.files import clean_child
from app.files.cleaning import CleanFault, NotCleaned, clean
from tests.files.samples import CANARY, IN_THE_CHILD, authored_pdf, photo, scan_pdf
from tests.papers.scans import with_action, with_file, with_form


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_of_a_picture_only_the_pixels_are_kept(kind: str) -> None:
    sent = photo(kind, turned=True)
    assert sent.count(CANARY) > 2
    written = clean(sent)
    assert CANARY not in written
    for mark in (b"Exif", b"GPS", b"http", b"ICC", b"iCCP", b"eXIf", b"XMP", b"tEXt"):
        assert mark not in written, mark
    with Image.open(io.BytesIO(written)) as picture:
        assert (picture.format, picture.size) == (kind, (48, 64))
        red, blue = picture.convert("RGB").getpixel((24, 8)), picture.convert("RGB").getpixel((24, 56))
    assert (red[0] > 200, blue[2] > 200) == (True, True)  # type: ignore[index]


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04 berkas lain"], ids=["page", "archive"])
def test_what_hides_behind_a_file_is_left_behind(tail: bytes) -> None:
    for sent in (photo() + tail, photo("PNG") + tail, scan_pdf() + tail):
        assert tail[:8] not in clean(sent)


def test_a_pdf_loses_its_author_and_the_place_of_its_photo_but_not_its_page() -> None:
    sent = authored_pdf()
    assert sent.count(CANARY) > 4
    written = clean(sent)
    assert CANARY not in written
    assert b"Exif" not in written
    page = PdfReader(io.BytesIO(written)).pages[0]
    assert page.mediabox.width == 300
    assert page.images[0].image.size == (64, 48)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "sent",
    [with_file(), with_action("/JavaScript"), with_action("/Launch"), with_form()],
    ids=["carries", "script", "launch", "form"],
)
def test_a_pdf_that_acts_is_disarmed(sent: bytes) -> None:
    written = clean(sent)
    for mark in (b"/JavaScript", b"/Launch", b"EmbeddedFile", b"rahasia.exe", b"/XFA", b"MZ"):
        assert mark not in written, mark
    assert len(PdfReader(io.BytesIO(written)).pages) == 1


@pytest.mark.parametrize("name", IN_THE_CHILD)
def test_what_swells_or_breaks_ends_in_the_child(name: str) -> None:
    make, fault = IN_THE_CHILD[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sent = make()
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        clean(sent)
        found = None
    except NotCleaned as problem:
        found = problem.fault.value
    assert found == fault
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - max(before, made)
    assert grown < 60_000, "kilobytes"


def test_the_child_has_little_memory_and_may_not_write_without_end() -> None:
    assert clean_child.MEMORY <= 160 * 1024 * 1024
    assert clean_child.MOST_WRITTEN <= 40 * 1024 * 1024
    assert clean_child.SECONDS <= 15


def test_a_child_that_dies_is_a_file_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.files.cleaning._MODULE", "no.such.module")
    with pytest.raises(NotCleaned) as refused:
        clean(photo())
    assert refused.value.fault is CleanFault.UNREADABLE


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.files.cleaning.SECONDS", 0.01)
    with pytest.raises(NotCleaned) as refused:
        clean(photo())
    assert refused.value.fault is CleanFault.TOO_LARGE
