"""Identity keys changed while the program runs: everything sealed moves over, whoever looks meanwhile reads it, and a
key that is taken out too early is named and not a broken page.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, Text, insert, select, type_coerce, update

from app.commands.maintenance import refuse_missing_keys
from app.core.clock import utc_now
from app.core.encrypted_columns import KeyMissing, SealedBytes, SealedText, identifier_digest, name_digests
from app.core.extensions import db
from app.delivery.addresses import address_of
from app.models import Delivery, JournalEntry, OriginalText, PersonalValue, Reporter, WebhookEndpoint
from app.outbound.notification_channels import EMAIL
from app.privacy import identity_keys
from app.privacy.identity_keys import rotate_identity_keys, rotation_lines
from app.privacy.keys_in_use import sealed_columns, used_key_ids
from app.servers.start_refused import LaunchRefused
from app.webhooks.manage import EndpointInput, add_endpoint
from tests.conftest import IDENTITY_KEY
from tests.factories import a_complaint

NEW_KEY = base64.urlsafe_b64encode(b"another-key-another-key-another!").decode()
TOLD = {"name": "Siti Aminah", "phone": "0812 3456 7890", "email": "siti@contoh.id", "address": "Jl. Contoh 7"}
TOLD |= {"nik": "6311014502900001"}
Use = Callable[..., None]


def id_of(key: str) -> str:
    return hashlib.sha256(base64.urlsafe_b64decode(key)).hexdigest()[:8]


OLD, NEW = id_of(IDENTITY_KEY), id_of(NEW_KEY)


@pytest.fixture
def use(context: Flask) -> Iterator[Use]:
    """Start anew with other keys, the newest first."""

    def set_keys(*keys: str) -> None:
        db.session.rollback()
        db.session.expunge_all()
        context.config["IDENTITY_KEYS"] = keys
        for name in ("identity_keys", "identity_keys_known"):
            context.extensions.pop(name, None)

    yield set_keys
    set_keys(IDENTITY_KEY)


def raw(table: Table, *names: str) -> list[Any]:
    columns = [type_coerce(table.c[name], Text) for name in names]
    return list(db.session.execute(select(*columns)).one())


def test_everything_sealed_moves_to_the_newest_key_and_is_found_there(use: Use) -> None:
    cases = [a_complaint(reporter=TOLD).id for _ in range(3)]
    add_endpoint(EndpointInput("Uji", "https://penerima.example/", ("complaint.*",)), None, utc_now())
    secret = db.session.scalars(select(WebhookEndpoint.secret)).one()
    use(NEW_KEY, IDENTITY_KEY)
    assert db.session.get_one(Reporter, cases[0]).phone == TOLD["phone"]
    done = rotate_identity_keys(utc_now())
    assert done.rows == {"reporter": 3, "webhook_endpoint": 1}
    assert (done.unreadable, done.idle, used_key_ids()) == ({}, [OLD], {NEW})
    assert f"Key 2 of IDENTITY_KEYS ({OLD}) is used no more and may be taken out." in list(rotation_lines(done))
    use(NEW_KEY)
    row = db.session.get_one(Reporter, cases[0])
    assert {name: getattr(row, name) for name in TOLD} == TOLD
    assert row.name_words == name_digests("Siti Aminah")
    assert [row.phone_mark, row.email_mark, row.nik_mark] == [
        identifier_digest(k, TOLD[k]) for k in ("phone", "email", "nik")
    ]
    assert db.session.scalars(select(WebhookEndpoint.secret)).one() == secret
    assert rotate_identity_keys(utc_now()).rows == {}
    noted = select(JournalEntry.data["newest"].astext).where(JournalEntry.kind == "identity_keys_rotated")
    assert db.session.scalars(noted).all() == [NEW, NEW]


def test_every_sealed_column_of_every_table_is_moved(use: Use) -> None:
    """Found by the types of the columns, so that this list is what there is today and no more."""
    found = {(table.name, column.name) for table, columns in sealed_columns().items() for column in columns}
    assert found == {
        *(("reporter", name) for name in TOLD),
        *(("original_text", name) for name in ("title", "body", "files")),
        *(("webhook_endpoint", name) for name in ("secret", "previous_secret")),
        *(("signing_means", name) for name in ("nik", "certificate")),
        *(("delivery", "sealed_code"), ("notice_preference", "gateway_to"), ("inbound_hold", "content")),
        ("personal_value", "value"),
        *(("move_in_file", name) for name in ("content", "plan")),
        *(("sync_ledger", "refused"), ("sync_import", "content"), ("two_step", "secret")),
    }
    case = a_complaint(reporter=TOLD)
    personal = {"complaint_id": case.id, "code": "nik_kedua", "value": "6311012304870001", "salt": "aa"}
    db.session.execute(insert(PersonalValue).values(personal))
    row = {"complaint_id": case.id, "title": "Judul", "body": "Isi", "files": None, "redacted_at": utc_now()}
    db.session.execute(insert(OriginalText).values(row))
    db.session.commit()
    use(NEW_KEY, IDENTITY_KEY)
    assert rotate_identity_keys(utc_now()).rows == {"original_text": 1, "personal_value": 1, "reporter": 1}
    assert all(kept.startswith(f"{NEW}:") for kept in raw(OriginalText.__table__, "title", "body"))


def test_a_run_that_was_stopped_is_gone_on_with_and_a_change_in_between_is_not_lost(
    use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_keys, "BATCH", 1)
    cases = [a_complaint(reporter=TOLD).id for _ in range(3)]
    use(NEW_KEY, IDENTITY_KEY)
    sealed, turns = identity_keys.encrypted_again, iter(range(100))

    def stops(kept: str) -> Any:
        if next(turns) == 5 * 2:
            raise KeyboardInterrupt
        return sealed(kept)

    monkeypatch.setattr(identity_keys, "encrypted_again", stops)
    with pytest.raises(KeyboardInterrupt):
        rotate_identity_keys(utc_now())
    db.session.rollback()
    assert used_key_ids() == {NEW, OLD}
    db.session.execute(update(Reporter).where(Reporter.complaint_id == cases[2]).values(name="Nama Baru"))
    db.session.commit()
    monkeypatch.setattr(identity_keys, "encrypted_again", sealed)
    assert rotate_identity_keys(utc_now()).rows == {"reporter": 1}
    db.session.expunge_all()
    names = [db.session.get_one(Reporter, case).name for case in cases]
    assert names == ["Siti Aminah", "Siti Aminah", "Nama Baru"]


def test_a_key_taken_out_too_early_is_named_and_no_page_breaks(
    app: Flask, use: Use, as_user: Callable[[str], FlaskClient]
) -> None:
    case = a_complaint(reporter=TOLD)
    case_id = case.id
    told = {"told": "received", "cause_seq": 1, "channel": "email", "created_at": utc_now(), "next_try_at": utc_now()}
    message = Delivery(complaint_id=case_id, state="queued", **told)
    db.session.add(message)
    db.session.execute(update(Reporter).values(told_by="email"))
    db.session.commit()
    key = message.id
    use(NEW_KEY)
    with pytest.raises(LaunchRefused, match=f"IDENTITY_KEYS lacks the keys {OLD}, under which"):
        refuse_missing_keys()
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.get_json()["parts"]["identity_keys"]) == (503, False)
    client = as_user("admin.aduan")
    page = client.get(f"/aduan/{case_id}")
    assert (page.status_code, page.text.count("tidak dapat dibuka: kuncinya tidak ada")) == (200, 4)
    opened = client.post(f"/aduan/{case_id}/identitas", data={"reason": "Menelepon pelapor"})
    assert (opened.status_code, opened.text.count("tidak dapat dibuka: kuncinya tidak ada")) == (200, 5)
    with pytest.raises(KeyMissing):
        address_of(db.session.get_one(Delivery, key), EMAIL)
    before = raw(Reporter.__table__, "name", "phone")
    assert rotate_identity_keys(utc_now()).unreadable == {"reporter": 1}
    with pytest.raises(ValueError, match="must not take the place"):
        SealedText().process_bind_param(db.session.get_one(Reporter, case_id).name, db.engine.dialect)
    assert raw(Reporter.__table__, "name", "phone") == before
    use(NEW_KEY, IDENTITY_KEY)
    assert app.test_client().get("/readyz").status_code == 200
    assert "08••••90" in client.get(f"/aduan/{case_id}").text


def test_types_that_must_be_read_whole_say_which_key_they_lack(use: Use) -> None:
    values: tuple[tuple[Any, Any], ...] = ((SealedText, "a"), (SealedBytes, b"a"))
    kept = [kind().process_bind_param(value, db.engine.dialect) for kind, value in values]
    use(NEW_KEY)
    for (kind, _), sealed in zip(values, kept, strict=True):
        with pytest.raises(KeyMissing, match=OLD):
            kind().process_result_value(sealed, db.engine.dialect)
