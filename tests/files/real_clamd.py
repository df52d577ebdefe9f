"""Our scanner client against a real clamd with one signature of our own: `make clamav-test`.

Needs the package clamav-daemon (Debian, Ubuntu); fetches no signatures from anywhere.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask

from app.outbound import clamav
from tests.files.samples import EICAR, infected_pdf, photo, scan_pdf

SIGNATURE = f"Uji.Eicar:0:*:{EICAR[:40].hex()}\n"
CONFIG = """
DatabaseDirectory {folder}
LocalSocket {folder}/clamd.sock
TCPSocket {port}
TCPAddr 127.0.0.1
Foreground yes
User root
StreamMaxLength 25M
PidFile {folder}/clamd.pid
LogFile {folder}/clamd.log
"""
PORT = 33_310


def main() -> int:
    if shutil.which("clamd") is None:
        print("clamd is not installed (apt-get install --no-install-recommends clamav-daemon)")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="clamd-"))
    (folder / "uji.ndb").write_text(SIGNATURE)
    (folder / "clamd.conf").write_text(CONFIG.format(folder=folder, port=PORT))
    with subprocess.Popen(["clamd", "-c", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL) as server:
        try:
            for url in (f"unix://{folder}/clamd.sock", f"tcp://127.0.0.1:{PORT}"):
                _look(url)
        finally:
            server.terminate()
    shutil.rmtree(folder)
    return 0


def _look(url: str) -> None:
    app = Flask(__name__)
    app.config["CLAMAV_URL"] = url
    with app.app_context():
        _wait()
        for content, found in ((photo(), None), (scan_pdf(), None), (infected_pdf(), "Uji.Eicar.UNOFFICIAL")):
            said = clamav.found_in(content)
            print(url, len(content), said)
            assert said == found, said
        assert clamav.found_in(b"x" * 10_000_000) is None


def _wait() -> None:
    for _ in range(300):
        if clamav.answers():
            return
        time.sleep(0.1)
    raise SystemExit("clamd does not answer")


if __name__ == "__main__":
    sys.exit(main())
