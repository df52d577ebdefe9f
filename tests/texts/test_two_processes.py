"""Another process of the program says the new words at its next request, without a restart."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from app.core.clock import utc_now
from app.demo.accounts import demo_person
from app.texts.kinds import KINDS
from app.texts.versions import activate, restore_original, save_draft

CODE = "notice.step_opened"
# Each line that it reads is one request.
OTHER = """
import sys
from flask_babel import force_locale
from app.texts.current import wording
from tests.conftest import build_app

app = build_app(*sys.argv[1:])
for code in sys.stdin:
    with app.app_context(), force_locale("id"):
        print("said:", wording(code.strip(), {"complaint.number": "LB-1"})["body"], flush=True)
"""


@contextmanager
def other_process(app: Flask) -> Iterator[subprocess.Popen[str]]:
    where = [app.config[name] for name in ("SQLALCHEMY_DATABASE_URI", "REDIS_URL", "LAPOR_HOME")]
    command = [sys.executable, "-W", "ignore", "-c", OTHER, *map(str, where)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def said_by(process: subprocess.Popen[str]) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{CODE}\n")
    process.stdin.flush()
    return next(line for line in process.stdout if line.startswith("said: ")).removeprefix("said: ").strip()


def test_other_processes_see_the_new_words_and_the_original_again(context: Flask) -> None:
    kind, by = KINDS[CODE], demo_person("administrator").id
    with other_process(context) as one, other_process(context) as two:
        original = [said_by(one), said_by(two)]
        assert original[0] == original[1]
        assert original[0].startswith("Aduan LB-1 menunggu Anda")
        texts = {("body", "id"): "Kerjakan {complaint.number}", ("body", "en"): ""}
        row = save_draft(kind, {**texts, ("subject", "id"): "", ("subject", "en"): ""}, by, utc_now())
        assert [said_by(one), said_by(two)] == original
        activate(row.id, "Lebih ringkas", by, utc_now())
        assert [said_by(one), said_by(two)] == ["Kerjakan LB-1"] * 2
        restore_original(kind, "Kembali", by, utc_now(), row.number)
        assert [said_by(one), said_by(two)] == original
