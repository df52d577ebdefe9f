"""Every page of every visitor, as HTML: references find their part, nothing is empty, faults are where they belong."""

from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask
from lxml import html

from tests.access.test_endpoint_access import ACCOUNTS
from tests.conftest import client_of
from tests.scenes import Scene
from tests.story.pages_to_see import VISITORS, Rows, make_all_rows, pages_of

REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "for", "list", "data-buka")
WITH_TEXT = "h1|h2|h3|h4|p|li|a|button|label|legend|dt|dd|th|caption|summary|small|b|time|figcaption"
SPEAKS = ".//text()[normalize-space()] | .//svg[@role='img'] | .//img[@alt!=''] | .//input | .//select | .//textarea"
BY_SCRIPT = "ancestor-or-self::*[@hidden or self::dialog or contains(@id, '-kata')]"
"""What a script fills in, or shows once it has."""


def faults_of(page: html.HtmlElement, refused: bool) -> Iterator[str]:
    """Return what is wrong with a page that was shown, or with one that came back with faults."""
    ids = Counter(page.xpath("//@id"))
    yield from (f"twice: {name}" for name, times in ids.items() if times > 1)
    for name in REFERENCES:
        for value in page.xpath(f"//@{name}"):
            yield from (f"{name} to nothing: {word}" for word in value.split() if word not in ids)
    yield from (
        f"link to nothing: {href}" for href in page.xpath("//a/@href[starts-with(., '#')]") if href[1:] not in ids
    )
    for element in page.iter(*WITH_TEXT.split("|")):
        if not element.xpath(SPEAKS) and not element.get("aria-label") and not element.xpath(BY_SCRIPT):
            yield f"empty: {html.tostring(element, encoding='unicode')[:100]}"
    wrong = page.xpath("//*[@aria-invalid='true']")
    said = page.xpath("//*[contains(concat(' ', @class, ' '), ' err ')]")
    if not refused:
        yield from (
            f"a fault that nobody made: {html.tostring(one, encoding='unicode')[:100]}" for one in [*wrong, *said]
        )
    described = {word for value in page.xpath("//@aria-describedby") for word in value.split()}
    yield from (
        f"said beside no field: {one.get('id')}" for one in said if one.get("id") and one.get("id") not in described
    )
    yield from (f"wrong without a word: {one.get('id')}" for one in wrong if not (one.get("aria-describedby") or ""))


@pytest.mark.timeout(400)
@pytest.mark.parametrize("visitor", VISITORS)
def test_pages_are_whole(app: Flask, scene: Scene[Rows], visitor: str) -> None:
    rows = scene(make_all_rows)
    client = client_of(app, ACCOUNTS[visitor]) if visitor in ACCOUNTS else app.test_client()
    found = Counter[str]()
    for visit in pages_of(app, visitor, rows):
        answer = client.post(visit.path, data=visit.form) if visit.form else client.get(visit.path)
        if answer.mimetype != "text/html" or answer.status_code not in (200, 422):
            continue
        for fault in faults_of(html.fromstring(answer.text), answer.status_code == 422 or bool(visit.form)):
            found[f"{fault} ({visit.path})"] += 1
    assert found == {}
