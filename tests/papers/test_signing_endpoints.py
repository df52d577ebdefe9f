"""Signing on the case page and over the API: a passphrase where one is needed, what is wrong, and never a leak."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.audit.replay import audit_all
from app.core.extensions import db, redis_client
from app.models import Complaint, ComplaintEvent, IdempotencyKey, Letter, Paper
from app.papers.signing import certificate_signer
from tests.cases.case_pages import SignIn, error_at, form_on, opened, send, state
from tests.papers.letters import PASSPHRASE, give_means, signing_by, waiting
from tests.races.test_races import run
from workflow_rules.process.actors import Person

WRONG = "salah-ketik-7731-mawar"


@pytest.fixture
def case_id(app: Flask, person: Callable[[str], Person], freeze: Callable[[str], Any], drawn_here: None) -> int:
    """A letter that waits for the head of an agency that signs by certificate."""
    freeze("2026-11-24 10:00")
    with app.app_context():
        signing_by("certificate")
        give_means(person("kepala.dishub").id)
        return waiting().id


def papers(app: Flask) -> list[str]:
    """How the papers stand."""
    with app.app_context():
        return list(db.session.scalars(select(Paper.state)))


def letter(app: Flask) -> Letter:
    with app.app_context():
        return db.session.scalars(select(Letter)).one()


def test_the_passphrase_is_asked_for_only_where_one_is_needed(app: Flask, case_id: int, as_user: SignIn) -> None:
    client = as_user("kepala.dishub")
    assert "passphrase" in opened(client, case_id, "sign").offers
    assert "Frasa sandi berkas sertifikat Anda." in client.get(f"/aduan/{case_id}").text
    with app.app_context():
        signing_by("wet")
    assert "passphrase" not in opened(client, case_id, "sign").offers


def test_a_wrong_passphrase_comes_back_beside_its_field_and_is_not_kept(
    app: Flask, case_id: int, as_user: SignIn
) -> None:
    client, before = as_user("kepala.dishub"), state(app, case_id)
    form = opened(client, case_id, "sign")
    answer = send(client, form, passphrase=WRONG)
    back = form_on(answer.text, "sign")
    assert answer.status_code == 422
    assert error_at(answer.text, back, "passphrase") == (
        "Frasa sandi tidak cocok. Surat belum ditandatangani; ketik lagi."
    )
    assert WRONG not in answer.text
    assert state(app, case_id) == before
    missing = send(client, form)
    assert error_at(missing.text, form_on(missing.text, "sign"), "passphrase") == "Isi bagian ini"
    assert send(client, back, passphrase=PASSPHRASE).status_code == 303
    assert papers(app) == ["ready"]


def test_the_question_before_signing_takes_the_passphrase(app: Flask, case_id: int, as_user: SignIn) -> None:
    client = as_user("kepala.dishub")
    asked = send(client, opened(client, case_id, "sign"), passphrase=PASSPHRASE, ask="1")
    question = form_on(asked.text, "sign")
    assert PASSPHRASE not in asked.text
    assert "draft_hash" in question.fields
    assert send(client, question, passphrase=PASSPHRASE).status_code == 303
    assert letter(app).state == "signed"


@pytest.mark.parametrize("method", ["wet", "certificate"])
def test_a_draft_that_is_not_the_one_that_was_read_is_not_signed(
    app: Flask, case_id: int, as_user: SignIn, method: str
) -> None:
    with app.app_context():
        signing_by(method)
    client = as_user("kepala.dishub")
    form, before = opened(client, case_id, "sign"), state(app, case_id)
    with app.app_context():
        db.session.execute(text("UPDATE letter SET body = 'Isi lain sama sekali.'"))
        db.session.commit()
    answer = send(client, form, passphrase=PASSPHRASE)
    assert answer.status_code == 409
    assert "Konsep surat ini sudah berubah sejak Anda membacanya." in answer.text
    assert state(app, case_id) == before
    assert send(client, form_on(answer.text, "sign"), passphrase=PASSPHRASE).status_code == 303


def test_the_chain_vouches_for_the_draft(app: Flask, case_id: int, as_user: SignIn) -> None:
    client = as_user("kepala.dishub")
    form = opened(client, case_id, "sign")
    send(client, form, passphrase=PASSPHRASE)
    with app.app_context():
        data = db.session.scalars(select(ComplaintEvent.data).where(ComplaintEvent.kind == "sign")).one()
        assert data == {"draft_hash": form.fields["draft_hash"][0]}
        assert audit_all() == []


def test_over_the_api_a_refusal_is_a_problem_document(
    app: Flask, case_id: int, bearer: Callable[[str], dict[str, str]]
) -> None:
    with app.app_context():
        version = db.session.get_one(Complaint, case_id).version
    client, headers = app.test_client(), bearer("kepala.dishub")
    body: dict[str, Any] = {"action": "sign", "params": {"passphrase": WRONG}, "expected_version": version}
    address = f"/api/v1/complaint/{case_id}/actions"
    wrong = client.post(address, json=body, headers=headers)
    assert (wrong.status_code, wrong.mimetype) == (422, "application/problem+json")
    assert wrong.json["type"].endswith("/signing_refused")
    assert wrong.json["detail"] == "Frasa sandi tidak cocok. Surat belum ditandatangani; ketik lagi."
    none = client.post(address, json={**body, "params": {}}, headers=headers)
    assert none.status_code == 422
    assert none.json["errors"] == [{"field": "passphrase", "message": "Isi bagian ini"}]
    body["params"]["passphrase"] = PASSPHRASE
    right = client.post(address, json=body, headers={**headers, "Idempotency-Key": "tanda-1"})
    assert right.status_code == 200, right.text
    assert PASSPHRASE not in right.text


def test_the_passphrase_is_nowhere_afterwards(
    app: Flask,
    case_id: int,
    as_user: SignIn,
    bearer: Callable[[str], dict[str, str]],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wrong ones, right ones, one whose signing breaks inside: looked for in the database, Redis, logs and traces."""
    caplog.set_level(logging.DEBUG)
    client = as_user("kepala.dishub")
    send(client, opened(client, case_id, "sign"), passphrase=WRONG)
    with monkeypatch.context() as broken:
        broken.setattr(certificate_signer, "_signed", lambda *_: 1 // 0)
        assert send(client, opened(client, case_id, "sign"), passphrase=PASSPHRASE).status_code == 500
    with app.app_context():
        version = db.session.get_one(Complaint, case_id).version
    body = {"action": "sign", "params": {"passphrase": PASSPHRASE}, "expected_version": version}
    headers = {**bearer("kepala.dishub"), "Idempotency-Key": "tanda-2"}
    assert app.test_client().post(f"/api/v1/complaint/{case_id}/actions", json=body, headers=headers).status_code == 200
    written = capfd.readouterr()
    everything = "\n".join([written.out, written.err, caplog.text, *_rows(app), *_redis(app)])
    assert "unexpected_failure" in everything
    for secret in (PASSPHRASE, WRONG):
        assert secret not in everything


def _rows(app: Flask) -> list[str]:
    with app.app_context():
        tables = db.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        # As strings: a row's own representation leaves out the middle of a long one.
        return [row for t in tables for row in db.session.scalars(text(f'SELECT t::text FROM "{t}" t'))]  # noqa: S608


def _redis(app: Flask) -> list[str]:
    with app.app_context():
        client = redis_client()
        return [str(client.dump(key)) + str(key) for key in client.scan_iter()]


def test_a_repeated_request_is_known_by_a_keyed_hash(
    app: Flask, case_id: int, bearer: Callable[[str], dict[str, str]]
) -> None:
    """From a plain hash of the body a short passphrase could be guessed."""
    import hashlib

    with app.app_context():
        version = db.session.get_one(Complaint, case_id).version
    path = f"/api/v1/complaint/{case_id}/actions"
    body = f'{{"action": "sign", "params": {{"passphrase": "{PASSPHRASE}"}}, "expected_version": {version}}}'.encode()
    headers = {**bearer("kepala.dishub"), "Idempotency-Key": "tanda-3", "Content-Type": "application/json"}
    client = app.test_client()
    first, again = (client.post(path, data=body, headers=headers) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.json == again.json
    with app.app_context():
        kept = db.session.scalars(select(IdempotencyKey.request_hash).where(IdempotencyKey.key == "tanda-3")).one()
    assert kept != hashlib.sha256(b"\n".join([b"POST", path.encode(), body])).hexdigest()


def test_two_heads_signing_at_once_get_different_numbers(context: Flask, person: Callable[[str], Person]) -> None:
    signing_by("certificate")
    give_means(person("kepala.dishub").id)
    cases = [waiting() for _ in range(6)]
    wishes = [
        {
            "username": "kepala.dishub",
            "action": "sign",
            "id": c.id,
            "version": c.complaint.version,
            "params": {"passphrase": PASSPHRASE},
        }
        for c in cases
    ]
    db.session.remove()
    outcomes = run(context, wishes[:3], wishes[3:])
    assert all(ended == ["done", "done"] for ended in outcomes.values())
    numbers = sorted(int(number.split("/")[1]) for number in db.session.scalars(select(Letter.number)))
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert set(db.session.scalars(select(Paper.state))) == {"ready"}


def test_who_waits_too_long_for_a_number_is_told_so(
    app: Flask, case_id: int, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another letter of the agency is being signed, in a transaction that holds the counter."""
    monkeypatch.setattr("app.papers.sign_letter.NUMBER_SECONDS", 1)
    with app.app_context():
        other = waiting().id
        db.session.commit()
    client = as_user("kepala.dishub")
    form = opened(client, other, "sign")
    with app.app_context(), db.engine.connect() as holder:
        holder.execute(text("INSERT INTO number_counter (series, year, last) VALUES ('letter:dishub', 2026, 1)"))
        answer = send(client, form, passphrase=PASSPHRASE)
        holder.rollback()
    assert answer.status_code == 503
    assert error_at(answer.text, form_on(answer.text, "sign"), "passphrase").startswith(
        "Surat lain dari OPD ini sedang"
    )
    assert send(client, form, passphrase=PASSPHRASE).status_code == 303
