"""The lock stands above every advisory that would hit this program, also where no advisory database can be asked.

`make audit` asks the database; this table was written by hand and holds what must never come back (an older lock, a
loosened bound).
"""

import re
from pathlib import Path

import pytest
from packaging.version import Version

LOCK = Path(__file__).parents[2] / "requirements.lock"
MENDED_IN = {
    "flask": ("3.1.3", "CVE-2026-27205: a private page may be cached"),
    "flask-appbuilder": ("4.6.3", "CVE-2025-32962: the login leads anywhere"),
    "werkzeug": ("3.0.6", "CVE-2024-49767: forms use memory without a limit"),
    "gunicorn": ("22.0.0", "CVE-2024-6827: a request smuggled past the proxy"),
    "pillow": ("12.2", "CVE-2026-40192: a picture that unpacks without end"),
    "weasyprint": ("70.0", "CVE-2026-55073: a paper fetches what it may not"),
    "cryptography": ("44.0.1", "CVE-2024-12797: a peer's key is not checked"),
    "urllib3": ("2.5.0", "CVE-2025-50181: redirects cannot be switched off"),
    "requests": ("2.32.4", "CVE-2024-47081: passwords of .netrc go to others"),
    "jinja2": ("3.1.6", "CVE-2025-27516: a template leaves its sandbox"),
    "authlib": ("1.6.5", "CVE-2025-59420: a token with unknown critical headers passes"),
}


@pytest.mark.parametrize("package", MENDED_IN)
def test_the_lock_holds_no_version_with_a_known_hole(package: str) -> None:
    mended, what = MENDED_IN[package]
    found = re.findall(rf"^{re.escape(package)}==(\S+)", LOCK.read_text("utf-8"), re.MULTILINE)
    assert found, f"{package} is not locked"
    assert all(Version(version) >= Version(mended) for version in found), what
