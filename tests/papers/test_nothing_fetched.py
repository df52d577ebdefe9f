"""A paper is drawn from its words alone: every file and address that the drawing process touches is seen and judged."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

# Everything that could fetch, in HTML, CSS and SVG; Python's own audit events (PEP 578) see each try.
TRACED = """
import json, os, sys
from app.papers.render import render_pdf
render_pdf("<title>x</title><p>x</p>")
seen = []
def hook(event, args):
    if event in ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "urllib.Request"):
        seen.append((event, str(args[0] if event != "socket.connect" else args[1])))
sys.addaudithook(hook)
render_pdf(sys.stdin.read())
print(json.dumps(list(seen)), flush=True)
os._exit(0)  # taking Python apart with an audit hook in it ends in a fault of its own
"""
HTML = """<html lang="id"><head><title>x</title>
<link rel="stylesheet" href="http://127.0.0.1:9/a.css"><link rel="attachment" href="file:///etc/hostname">
<style>@import url(file:///etc/passwd); @font-face {{ font-family: f; src: url({secret}) }}
p {{ background: url(http://127.0.0.1:9/b.png); font-family: f }} p::before {{ content: url({secret}) }}</style></head>
<body><p>isi</p><img src="{secret}"><img src="http://127.0.0.1:9/c.png"><object data="{secret}"></object>
<embed src="file:///etc/passwd">
<svg xmlns="http://www.w3.org/2000/svg"><image href="{secret}"/><use href="{secret}#a"/></svg>
<img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='{secret}'/%3E%3C/svg%3E">
</body></html>"""


def touched(html: str) -> list[tuple[str, str]]:
    command = [sys.executable, "-c", TRACED]
    done = subprocess.run(command, cwd=ROOT, input=html, capture_output=True, text=True, timeout=120, check=True)
    return [(event, what) for event, what in json.loads(done.stdout)]


def test_no_file_and_no_address_outside_the_library_is_touched(tmp_path: Path) -> None:
    secret = tmp_path / "rahasia.png"
    secret.write_bytes(b"\x89PNG KENARI")
    found = touched(HTML.format(secret=secret.as_uri()))
    library = str(Path(sys.prefix).resolve())
    outside = [(event, what) for event, what in found if not _allowed(event, what, library)]
    assert outside == []
    opened = [what for event, what in found if event == "open"]
    assert "rahasia" not in json.dumps(opened)


def _allowed(event: str, what: str, library: str) -> bool:
    """What stands in the paper itself, how much memory is in use, the library's own data, fonts of the machine."""
    if event == "urllib.Request":
        return what.startswith("data:")
    return event == "open" and (what.startswith("/proc/") or _of_library(what, library))


def _of_library(path: str, library: str) -> bool:
    fonts = path.startswith(("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/fontconfig", "/etc/fonts"))
    return fonts or str(Path(path).resolve()).startswith((library, sys.base_prefix))
