"""Who signs for the office on a day: the head, or the acting head if that account is active."""

import pytest
from sqlalchemy import select

from app.access.office_heads import head_of_office
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import DelegationRow, User
from tests.office_zone import office_today


@pytest.mark.usefixtures("context")
def test_an_acting_head_with_a_closed_account_does_not_sign() -> None:
    kadis, kabid, now = demo_person("kadis"), demo_person("kabid"), utc_now()
    row = DelegationRow(kind="plt", giver_id=kadis.id, holder_id=kabid.id, decree_number="1/UJI", created_at=now)
    row.starts_on = row.ends_on = office_today(now)
    db.session.add(row)
    db.session.commit()
    found = head_of_office(now)
    assert (found.officer_id, found.on_behalf_of, found.kind) == (kabid.id, kadis.id, "plt")
    db.session.scalars(select(User).where(User.id == kabid.id)).one().active = False
    db.session.commit()
    found = head_of_office(now)
    assert (found.officer_id, found.on_behalf_of, found.kind) == (kadis.id, None, None)
