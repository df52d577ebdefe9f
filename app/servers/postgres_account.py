"""The system account that runs the embedded PostgreSQL when the program is started by root, as PostgreSQL does not run
as root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app.servers.start_refused import LaunchRefused

ACCOUNT_NAME = "lapor-balangan"
NOWHERE = ("--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin")
MAKE_ACCOUNT = ("useradd", "--system", *NOWHERE)
# capabilities(7): the first bypasses folder permissions for reading and searching only; containers usually grant the
# second.
REACHING_CAPABILITIES = (("dac_read_search", 2), ("dac_override", 1))


@dataclass(frozen=True)
class DatabaseAccount:
    """A value object with the user and group id of the system account that owns the files of the embedded database."""

    uid: int
    gid: int

    def owns(self, folder: Path) -> None:
        """Make the account the owner of a folder and of everything in it."""
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def command_prefix(self, death_signal: str, places: list[Path]) -> list[str]:
        """Return as a list of words the `setpriv` command (util-linux) that switches to this account, with a capability
        to reach `places` when folders above them are not accessible to it. Raises LaunchRefused when that is
        impossible.
        """
        tool = shutil.which("setpriv")
        if tool is None:
            raise LaunchRefused(
                "Started by root, the embedded database needs `setpriv` (Debian: util-linux)."
                " Start as an ordinary user instead."
            )
        prefix = [tool, f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", "--pdeathsig", death_signal]
        blocked = next((place for place in places if not self.reaches(place)), None)
        return [*prefix, *(_capability_flags(blocked) if blocked else []), "--"]

    def reaches(self, place: Path) -> bool:
        """Return whether ordinary permissions let the account enter `place` and every folder above it."""
        for folder in [place, *place.parents]:
            status = folder.stat()
            if not status.st_mode & (stat.S_IXUSR if status.st_uid == self.uid else stat.S_IXOTH):
                return False
        return True


def account_for(data_folder: Path) -> DatabaseAccount | None:
    """Return the `DatabaseAccount` for the embedded database: None (no change) for an ordinary user; for root the owner
    of existing database files, else our system account, created if missing. Raises LaunchRefused when it cannot be
    created.
    """
    if os.geteuid() != 0:
        return None
    if data_folder.exists() and (owner := data_folder.stat()).st_uid != 0:
        return DatabaseAccount(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        try:
            subprocess.run([*MAKE_ACCOUNT, ACCOUNT_NAME], check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            detail = getattr(problem, "stderr", "") or problem
            message = f"Started by root, the embedded database needs a system account, and `useradd` failed: {detail}"
            raise LaunchRefused(f"{message} Start as an ordinary user, or set DATABASE_URL.") from problem
        entry = pwd.getpwnam(ACCOUNT_NAME)
    return DatabaseAccount(entry.pw_uid, entry.pw_gid)


def _capability_flags(blocked: Path) -> list[str]:
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    allowed = next((int(line.split()[1], 16) for line in status if line.startswith("CapBnd:")), 0)
    for name, bit in REACHING_CAPABILITIES:
        if allowed >> bit & 1:
            # Without the securebit, access(2), which PostgreSQL calls on its own programs, ignores the capability.
            return ["--securebits=+no_setuid_fixup", f"--inh-caps=+{name}", f"--ambient-caps=+{name}"]
    message = f"Started by root without the right to hand on access, the database account cannot reach {blocked}."
    raise LaunchRefused(f"{message} Set LAPOR_HOME to a folder below /var/lib, or start as an ordinary user.")
