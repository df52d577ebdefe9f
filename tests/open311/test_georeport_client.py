"""A civic client that others wrote (PyPI `georeport`) against the served program, over real HTTP, in both formats."""

import threading
from collections.abc import Iterator

import pytest
import requests
from flask import Flask
from georeport import GeoReport
from werkzeug.serving import make_server

from app.demo.accounts import OPEN311_KEY_NAME, make_key
from tests.factories import a_complaint


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The door, served on this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/open311/v2"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("output", ["json", "xml"])
def test_the_client_finds_services_and_requests(app: Flask, address: str, output: str) -> None:
    with app.app_context():
        open_one = a_complaint(at="draft_answer", category="jalan_berlubang").complaint.number
        done = a_complaint(at="answered", category="penerangan_jalan").complaint.number
    client = GeoReport(address, jurisdiction="balangankab.go.id", output_format=output)
    services = client.get_service_list()
    road = next(service for service in services if service["service_code"] == "jalan_berlubang")
    assert str(road["metadata"]).lower() == "true"
    definition = client.get_service_definition("jalan_berlubang")
    assert definition["service_code"] == "jalan_berlubang"
    found = client.get_service_requests()
    assert {one["service_request_id"] for one in found} == {open_one, done}
    only_road = client.get_service_requests(service_code="jalan_berlubang", status="open")
    (named,) = only_road if output == "json" else [only_road]
    assert named["service_request_id"] == open_one
    assert named["expected_datetime"]
    one = client.get_service_request(done)
    assert (one["service_request_id"], one["status"]) == (done, "closed")
    assert client.get_service_request(f"{open_one},{done}")


def test_what_is_not_there_is_an_error_to_the_client(app: Flask, address: str) -> None:
    with app.app_context():
        secret = a_complaint(at="report", confidentiality="secret").complaint.number
    with pytest.raises(requests.HTTPError, match="404"):
        GeoReport(address).get_service_request(secret)


def test_what_a_client_hands_in_it_can_look_up(app: Flask, address: str) -> None:
    """The package reads only; the post is the standard's own form, sent as its documentation shows."""
    with app.app_context():
        key = make_key(OPEN311_KEY_NAME, "open311")
    form = {"api_key": key, "service_code": "penerangan_jalan", "lat": "-2.3", "long": "115.4", "description": "Padam"}
    taken = requests.post(f"{address}/requests.json", data=form, timeout=20)
    assert taken.status_code == 200, taken.text
    number = taken.json()[0]["service_request_id"]
    found = GeoReport(address).get_service_request(number)
    assert (found["status"], found["service_code"]) == ("open", "penerangan_jalan")
