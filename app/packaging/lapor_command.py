#!/usr/bin/python3
"""The command `lapor` of the Debian package: runs `run.py` as the account lapor with the settings of /etc/lapor.

Standard library only: it is installed as /usr/bin/lapor and run by the system's Python.
"""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path
from typing import NoReturn

ACCOUNT = "lapor"
PROGRAM = Path("/usr/lib/lapor-balangan")
SETTINGS = Path("/etc/lapor")
# The later counts. Only root reads owner.env.
FILES = ("secrets.env", "database.env", "owner.env", "lapor.env")
PASSED_ON = ("LANG", "LC_ALL", "TERM", "TZ")


def main(arguments: list[str]) -> NoReturn:
    """Replace this process by the command of the program. Exits with 2 and a message when this account may not."""
    account = pwd.getpwnam(ACCOUNT)
    if os.geteuid() not in (0, account.pw_uid):
        print(f"lapor: run this as root (sudo lapor ...) or as the account {ACCOUNT}.", file=sys.stderr)
        sys.exit(2)
    environ = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environ |= {"PATH": "/usr/bin:/bin", "HOME": account.pw_dir, "USER": ACCOUNT, "LOGNAME": ACCOUNT}
    environ |= settings_of(SETTINGS)
    if os.geteuid() == 0:
        os.initgroups(ACCOUNT, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    os.umask(0o077)
    if not os.access(".", os.X_OK):
        os.chdir("/")
    python = str(PROGRAM / "venv" / "bin" / "python")
    os.execve(python, [python, str(PROGRAM / "run.py"), *arguments], environ)


def settings_of(folder: Path) -> dict[str, str]:
    """Return the settings in the env files of a folder as a dict, read as systemd reads an EnvironmentFile of plain
    lines; a file that is missing or closed to this account is left out.
    """
    found: dict[str, str] = {}
    for name in FILES:
        try:
            lines = (folder / name).read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, PermissionError):
            continue
        for line in lines:
            setting, is_set, text = line.strip().partition("=")
            if not is_set or setting.startswith(("#", ";")):
                continue
            text = text.strip()
            if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
                text = text[1:-1]
            found[setting.strip()] = text
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
