"""Every action through its form: what is wrong is said at the field, what was typed stays, and nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from tests.cases.case_pages import PageForm, SignIn, error_at, form_on, opened, send, state
from tests.factories import Case, a_complaint, store_letters

LONG = "a" * 200_000
CONTROL = "awal\x07akhir"
BLANKS = ("   ", "\u200b\u2060\ufeff", "\u3164 \u00a0")


@dataclass(frozen=True)
class Act:
    """One action: where it is possible, who does it, which texts and choices it must have and may have."""

    action: str
    at: str
    username: str
    good: dict[str, Any] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    then: Callable[[Case], Any] | None = None
    agency: str | None = None


def _ask(case: Case) -> None:
    case.act("complaint_admin", "request_information", question="Di mana?")


def _decline(case: Case) -> None:
    case.act("agency_admin", "decline", house="dishub", reason="other", note="Bukan kami.")


DIRECTION = {
    "agencies": ["dishub"],
    "lead": "dishub",
    "instruction": "Tangani.",
    "urgency": "normal",
    "route": "fast",
}
TEXT = "Sebuah alasan."
# By hand from design section 8.3; the actions without parameters have nothing to get wrong but their version.
ACTS = [
    Act("register", "register", "admin.aduan", {"incomplete_reason": TEXT}, optional=("incomplete_reason",)),
    Act("request_information", "register", "admin.aduan", {"question": TEXT}, ("question",)),
    Act("add_information", "register", "admin.aduan", {"text": TEXT}, ("text",), then=_ask),
    Act("archive", "check", "kasi", {"reason": "spam", "note": TEXT}, ("note",), ("reason",)),
    Act("merge", "check", "kasi", {"into": "?"}, ("into",)),
    Act("approve_check", "check", "kasi"),
    Act("report", "report", "kabid", optional=("note",)),
    Act("direct", "direct", "kadis", DIRECTION, ("instruction",), ("agencies", "lead", "urgency", "route")),
    Act("relay", "relay", "admin.aduan"),
    Act("send_back", "check", "kasi", {"note": TEXT}, ("note",)),
    Act("accept", "agency_receive", "admin.dishub", agency="dishub"),
    Act("decline", "agency_receive", "admin.dishub", {"reason": "other", "note": TEXT}, ("note",), ("reason",)),
    Act("dispose", "agency_dispose", "kepala.dishub", {"instruction": TEXT}, ("instruction",), optional=("unit",)),
    Act("mark_field_visit", "agency_dispose", "kepala.dishub", {"reason": TEXT}, ("reason",)),
    Act("submit_draft", "draft_answer", "sekretaris.dishub", {"subject": "Hal", "body": TEXT}, ("subject", "body")),
    Act("sign", "sign_answer", "kepala.dishub"),
    Act("send", "send_answer", "admin.dishub", {"without_scan_reason": TEXT}, optional=("without_scan_reason",)),
    Act("return_letter", "send_answer", "admin.dishub", {"note": TEXT}, ("note",), agency="dishub"),
    Act("ask_release", "draft_answer", "kepala.dishub", {"reason": TEXT}, ("reason",), agency="dishub"),
    Act("recall", "agency_receive", "kadis", {"reason": TEXT}, ("reason",), agency="dishub"),
    Act("continue_without", "agency_receive", "kadis", then=_decline, agency="dishub"),
    Act("dispose_answer", "dispose_answer", "kadis", {"instruction": TEXT}, ("instruction",)),
    Act("reply", "reply", "admin.aduan", {"text": TEXT, "proof": TEXT}, ("text",), optional=("proof",)),
    Act("rate", "answered", "admin.aduan", {"score": "4"}, (), ("score",), ("comment",)),
    Act("reopen", "answered", "admin.aduan", {"reason": TEXT}, ("reason",)),
    Act("close", "answered", "admin.aduan"),
    Act("note", "check", "kabid", {"text": TEXT}, ("text",)),
    Act("withdraw", "check", "admin.aduan", {"reason": TEXT}, ("reason",)),
]
EACH = pytest.mark.parametrize("act", ACTS, ids=[act.action for act in ACTS])


def made(app: Flask, act: Act) -> int:
    with app.app_context():
        agencies = ("dpuprperkim", "dishub") if act.then is _decline else ("dishub",)
        route = "via_admin" if act.at == "relay" else "fast"
        nameless = {"reporter": {"name": "Aminah"}} if act.action == "register" else {}
        case = a_complaint(at=act.at, agencies=agencies, route=route, **nameless)
        if act.then is not None:
            act.then(case)
        store_letters()
        return case.id


def good(app: Flask, act: Act) -> dict[str, Any]:
    if act.action != "merge":
        return act.good
    with app.app_context():
        return {"into": a_complaint().complaint.number}


def wrongs(act: Act) -> list[tuple[str, Any, str]]:
    """Each field with what is typed into it and the sentence that must stand beside it."""
    found: list[tuple[str, Any, str]] = []
    for name in act.texts:
        found += [(name, None, "Isi bagian ini"), (name, "", "Isi bagian ini")]
        found += [(name, blank, "Isi bagian ini dengan tulisan, bukan spasi saja") for blank in BLANKS]
    for name in act.choices:
        found += [(name, None, "Isi bagian ini"), (name, "tidak-ada", "Pilih"), (name, LONG, "")]
    for name in (*act.texts, *act.optional):
        found += [(name, LONG, "Persingkat sampai paling banyak"), (name, CONTROL, "Hapus karakter kendali")]
        found += [(name, "a\x00b", "Hapus karakter kendali")]
    return found


SENTENCES = {
    ("rate", "score", "tidak-ada"): "Isi dengan jenis nilai yang diminta",
    ("direct", "lead", "tidak-ada"): "Pilih OPD utama di antara OPD yang menangani",
    ("direct", "agencies", "tidak-ada"): "Pilih OPD yang aktif; tidak-ada tidak dikenal",
    ("archive", "reason", "tidak-ada"): "Pilih salah satu: Belum lengkap, Spam atau uji coba,",
    ("direct", "urgency", "tidak-ada"): "Pilih salah satu: Biasa, Segera, Amat segera",
}


@EACH
def test_bad_input_is_told_at_its_field_and_nothing_is_written(app: Flask, as_user: SignIn, act: Act) -> None:
    case_id, client, fine = made(app, act), as_user(act.username), good(app, act)
    before = state(app, case_id)
    form = opened(client, case_id, act.action, act.agency)
    for name, typed, sentence in wrongs(act):
        answer = send(client, form, **{**fine, name: typed})
        label = (act.action, name, str(typed)[:20])
        assert answer.status_code == 422, label
        back = form_on(answer.text, act.action, act.agency)
        told = error_at(answer.text, back, name)
        assert told, label
        assert told.startswith(SENTENCES.get((act.action, name, str(typed)), sentence)), (label, told)
        _kept(back, {**fine, name: typed}, label)
    assert state(app, case_id) == before


GONE = (None, "tidak-ada", LONG)


def _kept(back: PageForm, typed: dict[str, Any], label: object) -> None:
    """What was typed stands in the form again; of a choice only what is one."""
    for name, value in typed.items():
        offered = name in ("agencies", "lead", "reason", "urgency", "route", "score", "channel")
        if name != "passphrase" and not (offered and value in GONE):
            wanted = value if isinstance(value, list) else [value or ""]
            assert back.fields.get(name, [""]) == wanted, label


@EACH
def test_a_stale_form_is_told_what_changed_and_acts_when_sent_again(app: Flask, as_user: SignIn, act: Act) -> None:
    case_id, client, fine = made(app, act), as_user(act.username), good(app, act)
    form = opened(client, case_id, act.action, act.agency)
    send(as_user("kabid"), opened(as_user("kabid"), case_id, "note"), text="Catatan di tengah jalan.")
    before = state(app, case_id)
    answer = send(client, form, **fine)
    assert answer.status_code == 409
    assert "Aduan ini baru saja diubah oleh Ratna Flamboyan" in answer.text
    assert "Isian Anda masih ada: kirim lagi bila tetap berlaku." in answer.text
    assert state(app, case_id) == before
    back = form_on(answer.text, act.action, act.agency)
    _kept(back, fine, act.action)
    again = send(client, back, **{name: value for name, value in fine.items() if name == "passphrase"})
    assert again.status_code == 303
    assert state(app, case_id)[0] == before[0] + 1


@EACH
def test_the_form_acts_once_however_often_it_is_sent(app: Flask, as_user: SignIn, act: Act) -> None:
    case_id, client, fine = made(app, act), as_user(act.username), good(app, act)
    form, before = opened(client, case_id, act.action, act.agency), state(app, case_id)[0]
    first, again = send(client, form, **fine), send(client, form, **fine)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"]
    assert state(app, case_id)[0] == before + 1
