"""The drawing of the process: a lane for each role, every step in its lane and row, and the ways between them."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.process_rows import ACTORS, STEPS
from app.reference.process_drawing import drawing
from workflow_rules.process.sop import FastTrack, Sop
from workflow_rules.process.standard_sop import STANDARD_SOP

pytestmark = pytest.mark.usefixtures("context")


def drawn(sop: Sop) -> ElementTree.Element:
    return ElementTree.fromstring(str(drawing(sop, STEPS, ACTORS)))  # noqa: S314 (our own drawing)


def texts(picture: ElementTree.Element) -> list[str]:
    return [" ".join(span.text or "" for span in text) for text in picture.iter("text")]


def test_each_role_that_acts_has_a_lane_and_each_step_its_name_and_number() -> None:
    said = texts(drawn(STANDARD_SOP))
    assert said[:7] == [
        *("Admin Layanan Aduan", "Kepala Seksi", "Kepala Bidang IKP", "Kepala Dinas"),
        *("Admin Layanan Aduan OPD", "Sekretaris OPD", "Kepala OPD"),
    ]
    assert said[7:19:5] == [
        "1. Menerima dan meregister",
        "5. Menerima arahan",
        "10. Menerima dan mendisposisi tanggapan",
    ]
    assert said[19:] == ["1", "2", "3", "4", "4", "5", "6", "7", "8", "9", "10", "11"]


def test_decisions_are_diamonds_returns_dashed_and_the_fast_track_thick() -> None:
    picture = drawn(STANDARD_SOP)
    diamonds = [shape for shape in picture.iter("polygon") if shape.get("stroke-width")]
    assert len(diamonds) == 6
    paths = list(picture.iter("path"))
    assert sum(path.get("stroke-dasharray") is not None for path in paths) == 6
    assert sum(path.get("stroke-width") == "4" for path in paths) == 1
    wider = replace(STANDARD_SOP, fast_track=FastTrack("office_head", frozenset({"check", "direct"})))
    assert sum(path.get("stroke-width") == "4" for path in drawn(wider).iter("path")) == 2


def test_what_the_office_names_stays_text(app: Flask) -> None:
    names = {**STEPS, "check": "<script>alert(1)</script>"}
    picture = str(drawing(STANDARD_SOP, names, ACTORS))
    assert "<script>" not in picture
    assert "&lt;script&gt;" in picture


def test_the_page_of_a_version_shows_it(screen: FlaskClient) -> None:
    page = screen.get("/versi-sop/show/1").text
    assert re.search(r'<svg class="alur" role="img"[^>]*aria-label="Alur proses versi 1"', page)
