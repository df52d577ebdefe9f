"""By which network a sender's requests are counted."""

import pytest
from flask import Flask

from app.web.rate_limits import source

SOURCES = [
    ("192.0.2.7", "192.0.2.7"),
    ("::ffff:192.0.2.7", "192.0.2.7"),
    ("2001:db8:1:2:3::7", "2001:db8:1:2::/64"),
    ("fe80::1%eth0", "fe80::/64"),
    ("::1", "::/64"),
]


@pytest.mark.parametrize(("address", "expected"), SOURCES)
def test_a_sender_is_counted_by_its_network(app: Flask, address: str, expected: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert source() == expected
