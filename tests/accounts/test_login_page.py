"""The login form: where it leads, and that an ordinary login is no alarm."""

import re

import pytest
from flask.testing import FlaskClient

from app.demo.accounts import PASSWORD


def target_of(page: str, asked: str) -> str:
    """Where a browser sends the form of a page."""
    found = re.search(r'<form action="([^"]*)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&") or asked


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("/login/", "/"),
        ("/login/?next=", "/"),
        ("/login/?next=/aduan/?lewat=1", "/aduan/?lewat=1"),
    ],
)
def test_it_leads_to_the_asked_page_or_to_the_first_and_raises_no_alarm(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, asked: str, reached: str
) -> None:
    target = target_of(client.get(asked).text, asked)
    answer = client.post(target, data={"username": "kasi", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (302, reached)
    assert "Invalid redirect" not in caplog.text


def test_it_never_leads_to_another_host_and_that_is_an_alarm(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    asked = "/login/?next=https://lain.example/"
    target = target_of(client.get(asked).text, asked)
    answer = client.post(target, data={"username": "kasi", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/")
    assert "Invalid redirect" in caplog.text
