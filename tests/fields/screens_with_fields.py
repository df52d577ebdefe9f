"""Cases with values of a field, and the reading of screens, for the tests of fields in lists."""

import re
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import utc_now
from app.core.extensions import db
from app.fields.change import end
from app.models import FieldDefinition
from tests.factories import Case, a_complaint

VALUE, LABEL, CODE = "RAHASIA-TIANG-77", "Kode isian uji", "isian_uji"
WITH_VALUE, WITHOUT = "Tiang miring", "Got mampat"
OFFICE, AGENCY = "kasi", "admin.dishub"
OPTIONS = [{"code": "led", "label": "Lampu LED"}, {"code": "gas", "label": "Lampu gas"}]
FIELD: dict[str, Any] = {"code": CODE, "label": {"id": LABEL}, "type": "text", "moments": ["intake"]}


def sent_case(value: Any = None, title: str = WITH_VALUE, code: str = CODE) -> Case:
    """A case at an agency, with a value of a field or (None) without."""
    fields = {} if value is None else {code: value}
    return a_complaint("agency_receive", agencies=("dishub",), title=title, fields=fields)


def two_cases(app: Flask, value: Any = VALUE) -> None:
    """An older case with the value, and a newer one without any, both at an agency."""
    with app.app_context():
        sent_case(value)
        sent_case(None, WITHOUT)


def end_field(app: Flask, key: int) -> None:
    with app.app_context():
        end(db.session.get_one(FieldDefinition, key), utc_now())
        db.session.commit()


def page(client: FlaskClient, address: str, **query: str) -> str:
    answer = client.get(address, query_string=query) if query else client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def titles(shown: str) -> list[str]:
    """The titles of the cases of a list, in their order."""
    return [unescape(re.sub("<[^>]+>", "", found)) for found in re.findall(r'class="jdl"[^>]*>(.*?)</a>', shown)]


def count_shown(shown: str) -> str:
    """The number of cases that a list says it has."""
    return shown.partition('<p class="muted">')[2].partition(" ·")[0]


def note_of(shown: str) -> str:
    """What a list says about parts of its address that it left out, "" for nothing."""
    return unescape(shown.partition("tidak dikenal dan diabaikan: ")[2].partition("</")[0])
