"""A receiver of webhooks in our own network, which the setting allows; it is Monday, nine o'clock."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app.models import WebhookEndpoint
from tests.webhooks.receiver import MONDAY, Receiver, a_receiver, an_endpoint


@pytest.fixture
def receiver(context: Flask, monkeypatch: pytest.MonkeyPatch, freeze: Callable[[str], Any]) -> Iterator[Receiver]:
    monkeypatch.setitem(context.config, "WEBHOOK_ALLOW_PRIVATE", True)
    freeze("2026-11-23 09:00")
    with a_receiver() as server:
        yield server


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    """That receiver, entered for every kind of change."""
    return an_endpoint(receiver.url, MONDAY)
