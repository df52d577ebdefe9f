"""Officers and programs who ask over HTTP: each with the headers by which a server knows them."""

from __future__ import annotations

import http.client
import json
import re
from urllib.parse import urlencode

from app.demo.accounts import PASSWORD, make_key

JSON = {"Content-Type": "application/json"}
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def officer(port: int, username: str) -> dict[str, str]:
    """The cookie of an officer who signed in at the form."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/login/")
    form = connection.getresponse()
    cookie, page = _cookie(form), form.read().decode()
    found = _TOKEN.search(page)
    fields = {"username": username, "password": PASSWORD, "csrf_token": found[1] if found else ""}
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login/", urlencode(fields), headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 302, answer.status
    return {"Cookie": _cookie(answer)}


def _cookie(answer: http.client.HTTPResponse) -> str:
    return "; ".join(value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie") or [])


def program(port: int, username: str) -> dict[str, str]:
    """The token of an officer's own program."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"username": username, "password": PASSWORD, "provider": "db"})
    connection.request("POST", "/api/v1/security/login", body, JSON)
    answer = connection.getresponse()
    token = json.loads(answer.read())["access_token"]
    return {"Authorization": f"Bearer {token}"} | JSON


def integration() -> dict[str, str]:
    """The key of the exchange with SP4N."""
    return {"Authorization": f"Bearer {make_key()}"} | JSON
