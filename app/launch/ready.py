"""Announcement in the terminal that the program is ready, with its address and the demo accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from app.core.readiness import wait_until_ready
from app.settings.environment import Environment

PATIENCE_SECONDS = 180.0
Say = Callable[[str, str], None]


def announce_when_ready(environment: Environment, demo: bool, say: Say) -> None:
    """Wait up to three minutes until the program is ready and print its address, with `demo` also the demo accounts.
    When it is not ready in time, print that instead; the processes keep running.
    """
    if not wait_until_ready(environment.local_url, PATIENCE_SECONDS):
        say(
            "launch",
            f"not ready after {PATIENCE_SECONDS:.0f} s: see the lines above and {environment.local_url}/readyz",
        )
        return
    say("launch", f"ready: {environment.local_url}  (Ctrl-C stops)")
    if demo:
        for line in demo_lines(environment.home / "demo.json"):
            say("launch", line)


def demo_lines(path: Path) -> list[str]:
    """Return a list of lines of text that name the demo accounts, from the file of the demo command; empty if that file
    is missing or unreadable.
    """
    try:
        demo = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    accounts: dict[str, str] = demo.get("accounts", {})
    width = max((len(name) for name in accounts), default=0)
    lines = [f"demo accounts, password {demo.get('password')} (also in {path}):"]
    return lines + [f"  {name:<{width}}  {actor}" for name, actor in accounts.items()]
