"""In headless Chromium: the list of jobs follows a report until it is made, and says so to who cannot see it."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, Route, expect

from app.core.clock import utc_now
from app.reporting.exports.queue_report import ask_report
from app.reporting.exports.request import WantedReport
from app.reporting.exports.run import run_report
from tests.factories import a_complaint
from tests.story.browser import chromium
from workflow_rules.process.actors import Person

BASE = "http://localhost"


def serve(page: Page, client: FlaskClient) -> list[str]:
    """Let the client answer what the page fetches; the paths as they were asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(BASE)
        asked.append(path)
        with client.get(path) as told:
            route.fulfill(status=told.status_code, headers=dict(told.headers), body=told.data)

    page.route("**/*", answer)
    return asked


def test_the_list_of_jobs_follows_a_report_and_stops_asking(
    app: Flask, as_user: Callable[[str], FlaskClient], person: Callable[[str], Person]
) -> None:
    with app.app_context():
        a_complaint()
        job = ask_report(person("kasi"), WantedReport(), "csv", utc_now()).id
    with chromium() as browser:
        page = browser.new_page()
        asked = serve(page, as_user("kasi"))
        page.goto(f"{BASE}/ekspor/", wait_until="load")
        expect(page.get_by_role("button", name="Batalkan")).to_be_visible()
        with app.app_context():
            run_report(job)
        expect(page.get_by_role("link", name="Unduh")).to_be_visible(timeout=10_000)
        expect(page.locator("#siaran")).to_contain_text("Siap diunduh")
        count = asked.count("/ekspor/pekerjaan")
        with page.expect_response("**/ekspor/pekerjaan", timeout=5_000) as more:
            page.evaluate("setTimeout(() => fetch('/ekspor/pekerjaan'), 4000)")
        assert more.value.ok
        assert asked.count("/ekspor/pekerjaan") == count + 1
