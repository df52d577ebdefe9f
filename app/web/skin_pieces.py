"""HTML fragments that occur hundreds of times on a page, cached per process."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from flask import Flask
from markupsafe import Markup

MOST_CACHED = 1_000


def step_bar(number: int, late: Collection[int] = (), total: int = 11, full: bool = False) -> Markup:
    """Return the progress bar of a case: `number` is the current step, `late` the numbers of overdue steps.

    Steps before the one with class n are styled as done, steps after it as open.
    """
    return _step_bar(number, frozenset(late), total, full)


@lru_cache(MOST_CACHED)
def _step_bar(number: int, late: frozenset[int], total: int, full: bool) -> Markup:
    steps = Markup("")
    for step in range(1, total + 1):
        classes = " ".join(name for name, holds in (("n", step == number), ("l", step in late)) if holds)
        steps += Markup('<i class="{}"></i>').format(classes) if classes else Markup("<i></i>")
    return Markup('<span class="seg{}" aria-hidden="true">{}</span>').format(" full" if full else "", steps)


def install(app: Flask) -> None:
    """Register `step_bar` as template global."""
    app.jinja_env.globals.update(step_bar=step_bar)
