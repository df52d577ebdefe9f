"""The first look: by content, measured by the header, with a word for what to do; nothing is decoded for it."""

import sys
from contextlib import suppress

import pytest

from app.files.attachments import file_facts
from app.files.inspection import JPEG, KINDS, PDF, PNG, WEBP, FileKind, Unacceptable, inspect
from app.files.measure_child import header_fault
from tests.files.samples import AT_THE_DOOR, authored_pdf, jpeg_of, photo, png_of
from workflow_rules.process.refusals import FieldFault


@pytest.mark.parametrize(
    ("content", "kind"),
    [(photo("JPEG"), JPEG), (photo("PNG"), PNG), (photo("WEBP"), WEBP), (authored_pdf(), PDF)],
    ids=["jpeg", "png", "webp", "pdf"],
)
def test_what_is_taken_is_known_by_its_content(content: bytes, kind: FileKind) -> None:
    assert inspect(content) is kind


@pytest.mark.parametrize("name", AT_THE_DOOR)
def test_what_is_made_to_do_harm_is_named_at_the_door(name: str) -> None:
    make, fault = AT_THE_DOOR[name]
    with pytest.raises(Unacceptable) as refused:
        inspect(make())
    assert refused.value.fault.value == fault


@pytest.mark.parametrize(
    ("content", "sides"),
    [
        (photo("JPEG", (64, 48)), (64, 48)),
        (photo("JPEG", (64, 48), progressive=True), (64, 48)),
        (photo("PNG", (640, 48)), (640, 48)),
        (photo("WEBP", (64, 480)), (64, 480)),
        (photo("WEBP", (64, 480), lossless=True), (64, 480)),
        (photo("WEBP", (64, 480), exif=b"", xmp=b"", icc_profile=None), (64, 480)),
        (photo("WEBP", (64, 480), exif=b"", xmp=b"", icc_profile=None, lossless=True), (64, 480)),
    ],
)
def test_the_header_says_the_size_that_the_picture_has(
    content: bytes, sides: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = inspect(content)
    pixels = sides[0] * sides[1]
    for most, fault in ((pixels, ""), (pixels - 1, "too_many_pixels")):
        monkeypatch.setattr("app.files.measure_child.MOST_PIXELS", most)
        assert header_fault(content, kind.decoder) == fault


@pytest.mark.parametrize("whole", [jpeg_of(9, 9), png_of(9, 9), photo("WEBP", (9, 9))], ids=["jpeg", "png", "webp"])
def test_a_header_that_stops_anywhere_is_broken_and_nothing_else(whole: bytes) -> None:
    decoder = inspect(whole).decoder
    for length in range(2, 60):
        fault = ""
        with suppress(Exception):
            fault = header_fault(whole[:length], decoder)
        assert fault == ""
    for length in (2, 20):
        with pytest.raises(Unacceptable) as refused:
            inspect(whole[:length])
        assert refused.value.fault in (FieldFault.FILE_BROKEN, FieldFault.FILE_NOT_ALLOWED)


def test_a_name_ends_as_its_content_is() -> None:
    for name, wanted in (
        ("foto.jpg", "foto.jpg"),
        ("FOTO.JPEG", "FOTO.JPEG"),
        ("surat.exe", "surat.exe.jpg"),
        ("../a.pdf", "a.pdf.jpg"),
        ("x" * 300, "x" * 110 + ".jpg"),
    ):
        assert file_facts(name, photo())["filename"] == wanted


def test_looking_loads_no_decoder() -> None:
    """The web takes files in; what decodes them is loaded in the child alone."""
    import subprocess

    said = "import sys, app.files.cleaning as c; print('PIL' in sys.modules, 'pyhanko' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    assert {kind.ending for kind in KINDS} == {"pdf", "jpg", "png", "webp"}
