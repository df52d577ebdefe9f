"""The search of every output sees a canary however it is written, and lets through whoever may know it."""

import base64
import html
import io
import json
import zipfile
from urllib.parse import quote

import pytest
import xlsxwriter
from flask import Flask
from weasyprint import HTML

from tests.canaries import MARK, PASSWORDS, PHONE, SECRET_REPORTER
from tests.outputs import Outputs


@pytest.fixture
def outputs() -> Outputs:
    """A search of its own: what is planted here is no leak of the run."""
    return Outputs(secret_in_play=True)


def a_workbook(cell: str) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, cell)
    return file.getvalue()


def an_archive(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


NAME = SECRET_REPORTER["name"]
WRITTEN = {
    "plain": NAME.encode(),
    "in capitals": NAME.upper().encode(),
    "in JSON": json.dumps({"name": NAME}).encode(),
    "in HTML": html.escape(f"<b>{NAME}</b>").encode(),
    "in an address": quote(f"/cari?q={NAME}").encode(),
    **{f"in base64, {n} before": base64.b64encode(b"x" * n + NAME.encode()) for n in range(3)},
    "a phone number": PHONE.encode(),
    "a phone number without hyphens": PHONE.replace("-", "").encode(),
    "a phone number with the country": f"+62{PHONE.replace('-', '')[1:]}".encode(),
    "a NIK": SECRET_REPORTER["nik"].encode(),
    "in a workbook": a_workbook(NAME),
    "in a workbook in an archive": an_archive("lampiran.xlsx", a_workbook(NAME)),
    "as the name of a member": an_archive(f"{NAME}.txt", b""),
    "on a page of a PDF": HTML(string=f"<p>{NAME}</p>").write_pdf(),
    "in the properties of a PDF": HTML(string=f"<title>{NAME}</title>").write_pdf(),
    "in a PDF in an archive": an_archive("surat.pdf", HTML(string=f"<p>{NAME}</p>").write_pdf()),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_an_identity_is_found(outputs: Outputs, how: str) -> None:
    outputs.search("answer", "kepala.dishub", "halaman", WRITTEN[how])
    assert outputs.leaks
    assert "kepala.dishub" in outputs.leaks[0]


def test_the_name_of_a_file_is_looked_at_too(outputs: Outputs) -> None:
    outputs.search("file", "", f"{NAME}.pdf", b"")
    assert len(outputs.leaks) == 1


@pytest.mark.parametrize("reader", ["admin.aduan", "kasi", "kabid", "kadis", "pengawas"])
def test_the_office_may_know_it(outputs: Outputs, reader: str) -> None:
    outputs.search("answer", reader, "halaman", NAME.encode())
    assert outputs.leaks == []


@pytest.mark.parametrize("reader", ["", "administrator", "integrasi", "admin.dishub"])
def test_nobody_else_may(outputs: Outputs, reader: str) -> None:
    outputs.search("answer", reader, "halaman", NAME.encode())
    assert len(outputs.leaks) == 1


@pytest.mark.parametrize(
    "credential",
    [*PASSWORDS, "lb_" + "a1_-" * 10 + "xyz", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "whsec_" + "A" * 32],
)
@pytest.mark.parametrize(("kind", "found"), [("log", 1), ("redis", 1), ("mail", 1), ("database", 1), ("answer", 0)])
def test_a_credential_stands_in_no_log_and_no_table(outputs: Outputs, credential: str, kind: str, found: int) -> None:
    outputs.search(kind, "", "sesuatu", f"token={credential} ".encode())
    assert len(outputs.leaks) == found


def test_other_texts_are_none(outputs: Outputs) -> None:
    outputs.search("answer", "", "halaman", f"{MARK[:-1]} Aminah 0800-0000-0007 6311010101900001".encode())
    assert outputs.leaks == []
    assert outputs.counts["answer outputs"] == 1


def test_what_every_answer_of_this_run_holds_is_searched(app: Flask) -> None:
    from tests.output_search import OUTPUTS

    before = OUTPUTS.counts["answer outputs"]
    app.test_client().get("/lacak")
    assert OUTPUTS.counts["answer outputs"] >= before + 2
