"""Two web hosts, three workers and one database are one program, also when one of each is killed at work."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.clock import utc_now
from app.core.extensions import db
from app.delivery.deliver import relay_deliveries
from app.papers.papers import relay_papers
from app.servers.processes import Supervisor
from tests.bench.hosts import try_hosts
from tests.bench.house import House, environment_of
from tests.bench.mail_counter import mail_counter
from tests.conftest import build_app
from tests.servers import database_url_for, redis_url_for

FIRST_QUEUE = 15
"""Queue databases above those of the run's workers and below those of the stories."""


def half_a_minute_later() -> None:
    """What a killed process had promised to hand out or held is free again, and the relays hand it out."""
    ended = {"now": utc_now()}
    db.session.execute(text("UPDATE delivery SET next_try_at = :now WHERE state = 'queued' AND attempts = 0"), ended)
    db.session.commit()
    relay_deliveries(utc_now())
    relay_papers()


@pytest.mark.at_length
def test_what_is_done_at_one_host_is_seen_at_the_other_and_a_kill_loses_nothing(
    session_app: Flask, worker: str, tmp_path: Path
) -> None:
    number = int("".join(filter(str.isdigit, worker)) or 0)
    database, queue = database_url_for(f"hosts_{worker}"), redis_url_for(f"gw{FIRST_QUEUE + number}")
    supervisor = Supervisor()
    with mail_counter() as mails:
        environ = environment_of(tmp_path, database, queue) | {"SMTP_URL": mails.url}
        app = build_app(database, queue, environ["LAPOR_HOME"])
        with app.app_context():
            try:
                house = House(app, tmp_path, supervisor, environ)
                assert try_hosts(house, mails, lives=6, clients=3, hurry=half_a_minute_later) == []
            finally:
                supervisor.stop_all()
                db.session.remove()
                db.engine.dispose()
    assert mails.taken
