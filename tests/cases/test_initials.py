"""Initials end to end: the setting, the notice, the signature that waits, and the letter that names who initialled."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.audit.replay import audit_all
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import Agency, Notice, Paper, PaperKind
from tests.factories import a_complaint
from workflow_rules.process.refusals import ActionRefused, RefusalReason


def test_a_letter_is_signed_after_its_initials_and_names_them(context: Flask) -> None:
    with one_transaction():
        agency = db.session.scalars(select(Agency).where(Agency.code == "dishub")).one()
        agency.initials = ["agency_secretary", "agency_admin"]
    case = a_complaint(at="sign_answer", agencies=("dishub",))
    told = select(Notice).where(Notice.kind == "initial_asked").options(joinedload(Notice.user))
    assert [notice.user.username for notice in db.session.scalars(told)] == ["admin.dishub"]
    with pytest.raises(ActionRefused) as refused:
        case.act("agency_head", "sign", house="dishub")
    assert refused.value.reason is RefusalReason.INITIALS_MISSING
    case.act("agency_admin", "initial", house="dishub")
    case.act("agency_head", "sign", house="dishub")
    frozen = db.session.scalars(select(Paper.frozen).where(Paper.kind == PaperKind.ANSWER_LETTER)).one()
    offices = [who["own_position"] for who in frozen["initials"]]
    assert offices == ["Sekretaris Dinas Perhubungan (contoh)", "Admin Layanan Aduan DISHUB (contoh)"]
    assert audit_all() == []


def test_without_the_setting_a_letter_names_nobody_else(context: Flask) -> None:
    a_complaint(at="send_answer", agencies=("dishub",))
    assert db.session.scalars(select(Paper.frozen)).one()["initials"] == []
    assert db.session.scalars(select(Notice.id).where(Notice.kind == "initial_asked")).all() == []
