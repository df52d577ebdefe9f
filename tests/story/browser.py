"""A browser as an officer uses it: everything is found by its role and label, every page on the way is inspected."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserType, Locator, Page, Request, Response, expect, sync_playwright

from app.demo.accounts import PASSWORD
from app.launch.system_packages import BROWSERS
from tests.story.fonts import LIBERATION, environ_for

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PATIENCE_MS = 30_000
INSPECTION = """() => ({
  lang: document.documentElement.lang,
  title: document.title,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  text: document.body.innerText,
})"""
TELL_VIOLATIONS = """addEventListener('securitypolicyviolation', (event) =>
  console.error('policy violated: ' + event.violatedDirective + ' ' + event.blockedURI))"""
ENGLISH = re.compile(r"\b(the|and|with|this|your|please|search|save|submit|invalid|welcome|not found)\b", re.IGNORECASE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window, on the first set of fonts."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright, launched(playwright.chromium, LIBERATION) as browser:
        yield browser


@contextmanager
def launched(kind: BrowserType, fonts: str) -> Iterator[Browser]:
    """One more browser, which sees this set of fonts only."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "no Chromium here: `make prepare-test` installs it"
    with TemporaryDirectory(prefix="fonts-") as folder:
        browser = kind.launch(executable_path=path, args=list(FLAGS), env=environ_for(fonts, Path(folder)))
        yield browser
        browser.close()


def was_left(request: Request) -> bool:
    """Whether it was on its way when its page was left: an icon, a look for like complaints. What is refused or blocked
    has other names in Chromium.
    """
    return request.failure == "net::ERR_ABORTED"


@dataclass(frozen=True)
class Turn:
    """One officer's turn: what the inbox says, what the button says, and how the timeline tells it afterwards."""

    username: str
    verb: str
    button: str
    told: str
    fields: Mapping[str, str] = field(default_factory=dict)
    ticks: Sequence[str] = ()
    sure: str = ""
    find: str = ""
    first: bool = True


class Desk:
    """One browser at which officers take turns: each logs in, does one thing, and logs out."""

    def __init__(self, browser: Browser, url: str, width: int, name: str) -> None:
        self.url, self.width, self.name = url, width, name
        phone = {"is_mobile": True, "has_touch": True} if width < 768 else {}
        size = {"width": width, "height": 844 if phone else 900}
        context = browser.new_context(viewport=size, locale="id-ID", timezone_id="Asia/Makassar", **phone)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(TELL_VIOLATIONS)
        self.page = context.new_page()
        self.faults: list[str] = []
        self.visited = 0
        self._refused = ""
        self._watch(self.page)

    def _watch(self, page: Page) -> None:
        page.on("console", lambda said: self._note(said.type in ("error", "warning"), said.text, said.location["url"]))
        page.on("pageerror", lambda error: self._note(True, str(error), page.url))
        page.on("requestfailed", lambda lost: self._note(not was_left(lost), f"failed: {lost.failure}", lost.url))
        page.on("response", lambda answer: self._note(answer.status >= 400, f"answered {answer.status}", answer.url))

    def _note(self, bad: bool, what: str, where: str) -> None:
        if bad and where != self._refused:
            self.faults.append(f"{where}: {what}")

    def close(self) -> None:
        """The end of the day: nothing may have failed after the last look either."""
        self.page.context.close()
        assert self.faults == []

    def go(self, path: str) -> Response:
        """Type an address."""
        answer = self.page.goto(f"{self.url}{path}")
        assert answer is not None
        self.inspect()
        return answer

    def press(self, button: Locator) -> None:
        """Press what leads to another page, and look at that."""
        with self.page.expect_navigation():
            button.click()
        self.inspect()

    def reload(self) -> None:
        self.page.reload()
        self.inspect()

    def download(self, link: Locator) -> bytes:
        """The file behind a link, kept instead of shown (which is what Alt does in Chromium)."""
        with self.page.expect_download() as coming:
            link.click(modifiers=["Alt"])
        return coming.value.path().read_bytes()

    def inspect(self) -> None:
        """Every page: Indonesian, no wider than the screen, nothing refused or failed in the background."""
        self.visited += 1
        seen = self.page.evaluate(INSPECTION)
        where = f"{self.page.url} at {self.width} px"
        self._photograph(seen["title"])
        assert seen["lang"] == "id", where
        assert seen["title"], where
        assert seen["overflow"] <= 0, f"{where} is {seen['overflow']} px too wide"
        assert not (found := ENGLISH.findall(seen["text"])), f"{where}: {found}"
        assert self.faults == [], f"{where}: {self.faults}"

    def _photograph(self, title: str) -> None:
        if folder := os.environ.get("STORY_SHOTS"):
            words = re.sub(r"[^a-z0-9]+", "-", title.lower())
            path = Path(folder) / f"{self.name}-{self.visited:03}-{words}.png"
            self.page.screenshot(path=path, full_page=True)

    def refuses(self, path: str) -> bool:
        """Whether an address answers as one that does not exist; the browser's own complaint of it is no fault."""
        self._refused = f"{self.url}{path}"
        answer = self.go(path)
        expect(self.page.get_by_role("main")).to_contain_text("tidak ditemukan")
        self._refused = ""
        return answer.status == 404

    @contextmanager
    def answered_badly(self, path: str) -> Iterator[None]:
        """For as long as a form to this address is answered with what to mend; the browser takes that for a fault."""
        self._refused = f"{self.url}{path}"
        yield
        self._refused = ""

    def seen(self, role: Any, name: str | re.Pattern[str]) -> Locator:
        """What an officer sees of that role and name, were it there twice for two sizes of screen."""
        return self.page.get_by_role(role, name=name).locator("visible=true").first

    @contextmanager
    def officer(self, username: str) -> Iterator[None]:
        """Log in by the form, and log out in the end."""
        if not self.at_the_door:
            self.go("/")
        self.page.get_by_label("Nama pengguna atau NIP").fill(username)
        self.page.get_by_label("Kata sandi").fill(PASSWORD)
        self.press(self.seen("button", "Masuk"))
        expect(self.seen("heading", "Kotak Kerja")).to_be_visible()
        yield
        self.press(self.seen("button", "Keluar"))
        expect(self.seen("heading", "Masuk")).to_be_visible()

    @property
    def at_the_door(self) -> bool:
        return urlsplit(self.page.url).path == "/login/"

    def to_inbox(self) -> None:
        """By the menu, unless it is there already."""
        if urlsplit(self.page.url).path != "/":
            self.press(self.seen("link", "Kotak kerja"))

    def waits(self, number: str) -> bool:
        """Whether the case lies in this officer's own work."""
        self.to_inbox()
        return self.page.get_by_role("link", name=number).count() > 0

    def lists(self, number: str) -> bool:
        """Whether a search in the list of all complaints finds the case."""
        self.go(f"/aduan/?q={number}")
        return self.page.get_by_text(number, exact=True).count() > 0

    def open_case(self, number: str, verb: str) -> None:
        """From the inbox, by the button that says what is to be done."""
        self.to_inbox()
        self.press(self.seen("link", f"{verb} {number}"))
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def fill(self, form: Locator, fields: Mapping[str, str], ticks: Sequence[str] = ()) -> None:
        """Write into the fields of a form, choose from its lists, and tick."""
        for label, text in fields.items():
            control = form.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s*\(boleh kosong\))?\s*$"))
            if control.evaluate("element => element.tagName") == "SELECT":
                control.select_option(label=text)
            else:
                control.fill(text)
        for name in ticks:
            box = form.get_by_label(re.compile(rf"^\s*{re.escape(name)}"))
            if not box.is_visible():
                box.locator("xpath=ancestor::details").locator("summary").click()
            box.check()

    def act(self, number: str, turn: Turn) -> None:
        """The one thing this officer has to do about a case, with the question after it where there is one."""
        self.open_case(number, turn.verb)
        form = self.page.get_by_role("region", name=re.compile("^Tindakan Anda"))
        if turn.find:
            form.get_by_label("Cari OPD").fill(turn.find)
            self.press(form.get_by_role("button", name="Cari", exact=True))
        self.fill(form, turn.fields, turn.ticks)
        # The button of a direction counts the agencies.
        button = re.compile(rf"^{re.escape(turn.button)}( ke \d OPD)?$")
        self._send(form.get_by_role("button", name=button), turn.sure)

    def act_otherwise(self, number: str, turn: Turn) -> None:
        """Another thing than the first one, from the list beneath it."""
        self.open_case(number, turn.verb)
        self.act_beside(turn)

    def act_beside(self, turn: Turn, agency: str = "") -> None:
        """One of the other acts that the open page of a case offers, the one on this agency where it offers several."""
        heading = f"{turn.button} · {agency}" if agency else turn.button
        summary = self.page.locator("summary").filter(has=self.page.get_by_text(heading, exact=True))
        summary.click()
        form = self.page.get_by_role("group").filter(has=summary)
        self.fill(form, turn.fields, turn.ticks)
        self._send(form.get_by_role("button", name=turn.button, exact=True), turn.sure)

    def _send(self, button: Locator, sure: str) -> None:
        self.inspect()
        if sure:
            button.click()
            button = self.page.get_by_role("dialog").get_by_role("button", name=sure)
        self.press(button)
        expect(self.page.get_by_role("status").filter(has_text="LB-")).to_be_visible()
