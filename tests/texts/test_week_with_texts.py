"""A week with the new texts, as a browser sends it: three clicks to a letter, and a message in the office's words."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.definitions import forget_version
from app.core.extensions import db
from app.delivery.deliver import deliver
from app.models import Letter
from app.texts.kinds import KINDS
from app.texts.versions import history
from tests.cases.case_pages import all_forms, form_on
from tests.delivery.mail_sink import Sink, mail_sink
from tests.delivery.test_reporter_messages import reported, to_reporter
from tests.factories import a_complaint
from tests.fields.field_bodies import POLE, activate

As = Callable[[str], FlaskClient]
CODE = "reporter.received"
PAGE = f"/teks/{CODE}"
LETTER = "Tiang {field.nomor_tiang} sudah kami periksa.\n\nTercatat pada aduan {complaint.number}."


class Picker(HTMLParser):
    """The picker of standard texts on a page: which text each button inserts, and into which text area."""

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "data-sisip" in found:
            self.buttons[found["data-dari"]] = found["data-sisip"]
        self._open = found.get("id", "") if tag == "p" and found.get("id", "").startswith("standar-") else self._open

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open] = self.texts.get(self._open, "") + data

    def handle_endtag(self, tag: str) -> None:
        self._open = "" if tag == "p" else self._open


def test_a_secretary_answers_from_a_standard_letter_in_three_clicks(
    app: Flask, client: FlaskClient, screen: FlaskClient, as_user: As, bearer: Callable[[str], dict[str, str]]
) -> None:
    activate(client, bearer("administrator"), POLE)
    form = {"code": "tiang", "title": "Tiang listrik", "kind": "letter", "scope": "agency", "order": "1", "active": "y"}
    dishub = re.search(r'value="(\w+)"[^>]*>Dinas Perhubungan<', screen.get("/teks-standar/add").text)
    assert dishub is not None
    made = screen.post("/teks-standar/add", data={**form, "agency": dishub[1], "body": LETTER})
    assert made.status_code == 302
    with app.app_context():
        case = a_complaint("draft_answer", agencies=("dishub",), fields={"nomor_tiang": "PR1234"})
        number = case.complaint.number
        secretary, other = as_user("sekretaris.dishub"), as_user("kasi")
        page = secretary.get(f"/aduan/{case.id}").text
        picker = Picker()
        # One click opens the picker, which stands on the page, a second inserts: neither asks the server.
        picker.feed(page)
        ((source, area),) = picker.buttons.items()
        assert f'id="{area}"' in page
        draft = form_on(page, "submit_draft")
        said = picker.texts[source]
        assert said == f"Tiang PR1234 sudah kami periksa.\n\nTercatat pada aduan {number}."
        # The third sends; the subject was filled in by the page.
        sent = secretary.post(draft.address, data={**draft.fields, "body": said})
        assert sent.status_code == 303
        letter = db.session.scalars(select(Letter)).one()
        assert (letter.body, letter.agency_code) == (said, "dishub")
        assert letter.subject == f"Tanggapan atas aduan {number}"
        assert "data-sisip" not in other.get(f"/aduan/{case.id}").text


def mail_of(sink: Sink) -> tuple[str, str, str]:
    """Report something; return the number, and the subject and text of the mail about it."""
    received = reported()
    forget_version()
    deliver(to_reporter()[0].id, utc_now())
    mail = sink.mails[-1]
    return received.complaint.number, str(mail["Subject"]), mail.get_content()


def test_a_message_to_reporters_is_reworded_and_put_back_on_the_screen(context: Flask, tuesday: FlaskClient) -> None:
    original = KINDS[CODE].original("subject", "id")
    with mail_sink() as sink:
        context.config["SMTP_URL"] = sink.url
        try:
            _, subject, before = mail_of(sink)
            assert subject == original
            _submit(tuesday, PAGE, subject_id="Kabar dari Balangan", body_id="Aduan {complaint.number} sampai.")
            assert mail_of(sink)[1] == original
            _submit(tuesday, f"{PAGE}/{history(CODE)[0].id}/aktif", reason="Lebih hangat")
            number, subject, after = mail_of(sink)
            assert (subject, f"Aduan {number} sampai." in after) == ("Kabar dari Balangan", True)
            _submit(tuesday, f"{PAGE}/pulihkan", reason="Kembali saja")
            number, subject, back = mail_of(sink)
            assert subject == original
            assert "sampai." not in back
            assert len(back.splitlines()) == len(before.splitlines())
        finally:
            context.config["SMTP_URL"] = None
    assert [(row.number, row.state) for row in history(CODE)] == [(2, "active"), (1, "retired")]


def _submit(screen: FlaskClient, address: str, **typed: str) -> None:
    """Fill in and send the form of the page of the text that goes to this address."""
    form = next(form for form in all_forms(screen.get(PAGE).text) if form.address == address)
    assert set(typed) <= form.offers
    assert screen.post(address, data={**form.fields, **typed}).status_code == 303
