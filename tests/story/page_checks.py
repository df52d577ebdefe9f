"""What is checked of a page in the browser: faults that the browser tells, what is cut off, and WCAG by axe-core."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.story.browser import TELL_VIOLATIONS, was_left

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# Without `preload` axe fetches no stylesheet by itself: whatever the page's policy refuses is the page's own fault.
RUN_AXE = """([tags, only]) => axe.run(document, {
  preload: false,
  resultTypes: ['violations'],
  runOnly: only.length ? {type: 'rule', values: only} : {type: 'tag', values: tags},
}).then((found) => found.violations.map((rule) =>
  rule.id + ': ' + rule.nodes.slice(0, 4).map((node) => node.target.join(' ') + ' (' +
    node.failureSummary.split('\\n').slice(1, 3).join(' ').trim().slice(0, 180) + ')').join('; ')))"""
SIZE = "target-size"
ONLY_COLOURS = ["color-contrast"]
NARROWEST = [SIZE, "scrollable-region-focusable"]
# A part that may be scrolled sideways on purpose holds what is wider than the screen; what is for ears only is tiny.
CUT_OFF = """() => {
  const found = [];
  const tell = (element, why) => found.push(why + ': <' + element.tagName.toLowerCase() + ' class="' +
    element.className + '"> ' + element.textContent.trim().slice(0, 60));
  const scrolls = (element) => {
    for (let part = element; part; part = part.parentElement)
      if (['auto', 'scroll'].includes(getComputedStyle(part).overflowX)) return true;
    return false;
  };
  const unseen = (element) => {
    for (let part = element; part; part = part.parentElement) {
      const style = getComputedStyle(part);
      const box = part.getBoundingClientRect();
      if (style.clipPath !== 'none' || (box.width <= 1 && box.height <= 1)) return true;
    }
    return !element.checkVisibility({visibilityProperty: true, opacityProperty: true});
  };
  const words = (element) => Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.data.trim());
  for (const element of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(element);
    const control = /^(INPUT|SELECT|TEXTAREA|BUTTON)$/.test(element.tagName);
    if (!(words(element) || control) || unseen(element)) continue;
    const box = element.getBoundingClientRect();
    const beside = box.right > innerWidth + 1 || (box.left < -1 && box.right > 0);
    if (beside && !scrolls(element)) tell(element, 'beside the screen');
    if (control && !['SELECT', 'BUTTON'].includes(element.tagName)) continue;
    const hidden = (way) => ['hidden', 'clip'].includes(way);
    if (hidden(style.overflowX) && element.scrollWidth > element.clientWidth + 1) tell(element, 'cut at the side');
    if (hidden(style.overflowY) && element.scrollHeight > element.clientHeight + 3) tell(element, 'cut below');
  }
  return found;
}"""
# Whatever is pressed has at least 24 px by itself. Links within words are as high as their words; what is for ears
# only is tiny.
SMALL = """() => Array.from(document.querySelectorAll('button, input, select, textarea, summary, label.cek, a[href]'))
  .filter((element) => element.checkVisibility({visibilityProperty: true, opacityProperty: true}))
  .filter((element) => element.tagName !== 'A' || getComputedStyle(element).display !== 'inline')
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && box.height > 1 && (box.width < 24 || box.height < 24))
  .map(([element, box]) => 'smaller than 24 px: <' + element.tagName.toLowerCase() + ' class="' + element.className +
    '"> ' + (element.name || element.textContent.trim().slice(0, 40)) + ', ' + box.width + ' x ' + box.height)"""
# Letters that are drawn come from the fonts that we serve; a face that failed to load is nowhere else told.
FACES = """() => document.fonts.ready.then(() => {
  const faces = Array.from(document.fonts);
  return faces.length && !faces.some((face) => face.status === 'loaded') ? ['our own fonts were not loaded'] : [];
})"""
# Colours that are on their way to the other theme are nobody's choice.
SETTLED = "() => Promise.all(document.getAnimations().map((animation) => animation.finished)).then(() => undefined)"
SHAPE = """() => ({
  title: document.title,
  headings: document.querySelectorAll('h1').length,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})"""


class Looker:
    """A page of a browser that remembers what was wrong with whatever it showed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.expected: set[str] = set()
        page.add_init_script(TELL_VIOLATIONS)
        page.on("console", lambda said: self._note(said.type in ("error", "warning"), said.text, said.location["url"]))
        page.on("pageerror", lambda error: self._note(True, str(error), page.url))
        page.on("requestfailed", lambda lost: self._note(not was_left(lost), f"failed: {lost.failure}", lost.url))
        page.on("response", lambda answer: self._note(answer.status >= 400, f"answered {answer.status}", answer.url))

    def _note(self, bad: bool, what: str, where: str) -> None:
        if bad and where not in self.expected:
            self.faults.append(f"{where}: {what}")

    def look(self, width: int, dark: bool, only: list[str] | None) -> list[str]:
        """What is wrong with the page that is shown, at this width and in these colours; by which rules of axe (empty:
        all of them, None: none).
        """
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self.page.set_viewport_size({"width": width, "height": 900 if width > 768 else 844})
        self.page.wait_for_load_state()  # a form's answer may have come and not yet be a page
        self.page.evaluate(SETTLED)
        ruled = [] if only is None else self._axe(only)
        seen = [found for script in (FACES, CUT_OFF, SMALL) for found in self.page.evaluate(script)]
        found = [*self._shape(), *seen, *ruled, *self.faults]
        self.faults.clear()
        return found

    def _shape(self) -> list[str]:
        seen: dict[str, Any] = self.page.evaluate(SHAPE)
        wrong = {
            "no title": not seen["title"].strip(),
            f"{seen['headings']} h1": seen["headings"] != 1,
            f"{seen['overflow']} px too wide": seen["overflow"] > 0,
        }
        return [what for what, is_so in wrong.items() if is_so]

    def _axe(self, only: list[str]) -> list[str]:
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        violations: list[str] = self.page.evaluate(RUN_AXE, [WCAG, only])
        covered = [found for found in violations if found.startswith(f"{SIZE}: ")]
        return [found for found in violations if found not in covered] + (self._sizes() if covered else [])

    def _sizes(self) -> list[str]:
        """The targets that are too small on a screen as high as the page: what a bar at the edge of the screen covers
        half, by chance of the fonts, is scrolled free of it.
        """
        usual = self.page.viewport_size
        assert usual is not None
        self.page.set_viewport_size({**usual, "height": self.page.evaluate("() => document.body.scrollHeight + 200")})
        violations: list[str] = self.page.evaluate(RUN_AXE, [WCAG, [SIZE]])
        self.page.set_viewport_size(usual)
        return violations
