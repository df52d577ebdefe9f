"""A signature in a process that has done nothing before: what was imported by whom, and when, must not matter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.papers.certificates import NOW, PASSPHRASE, file_of, officer
from tests.papers.services import ANOTHER, served, stamp_or_list

SIGNING = """
import json, sys
from datetime import datetime
from flask import Flask
from app.papers.signing.certificate_file import read_certificate

asked = json.load(sys.stdin)
file, pdf = bytes.fromhex(asked["file"]), bytes.fromhex(asked["pdf"])
read_certificate(file, asked["passphrase"], datetime.fromisoformat(asked["at"]))
app = Flask("signing")
app.config |= {"SIGNING_TSA_URL": asked["stamps"], "PUBLIC_BASE_URL": "https://aduan.example"}
frozen = {"number": "1", "verification_code": "x", "signatory": {"name": "n"}, "agency": {"city": "c"}}
with app.app_context():
    from app.papers.signing.pades import sign_pades
    signed = sign_pades(pdf, frozen, file, asked["passphrase"])
from app.papers.signing.signatures import signature_in
found = signature_in(signed)
print(json.dumps([found.sound, found.stamped_at is not None]))
"""


@pytest.mark.parametrize("stamped", [False, True])
def test_a_fresh_process_signs_after_it_has_read_the_certificate(stamped: bool) -> None:
    with served(stamp_or_list) as address:
        asked = {
            "file": file_of(officer(crl=f"{address}/ca.crl")).hex(),
            "pdf": ANOTHER.hex(),
            "passphrase": PASSPHRASE,
            "at": NOW.isoformat(),
            "stamps": address if stamped else None,
        }
        done = subprocess.run(
            [sys.executable, "-c", SIGNING],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [True, stamped]
