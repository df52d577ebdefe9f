"""PostgreSQL's own programs: those that fit the server, from the wheel or from the machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.backup.faults import BackupFault
from app.servers.postgres import programs_folder
from app.servers.start_refused import LaunchRefused


@dataclass(frozen=True)
class Tools:
    """A folder with pg_dump, pg_restore and psql, and the major version they are of."""

    folder: Path
    major: int

    def command(self, name: str, url: str, *words: str) -> tuple[list[str], dict[str, str]]:
        """The words and the environment of a call; the password goes by the environment, since words can be seen by
        every user of the machine.
        """
        parts = {name: str(value) for name, value in conninfo_to_dict(plain_url(url)).items() if value is not None}
        password = parts.pop("password", None)
        environ = {**os.environ, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C"}
        environ |= {"PGPASSWORD": password} if password else {}
        return [str(self.folder / name), f"--dbname={make_conninfo(**parts)}", *words], environ


def plain_url(url: str) -> str:
    """The address as PostgreSQL's own programs spell it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def tools_for(server_version: int) -> Tools:
    """Programs of the server's own major version, else the next newer ones; raises BackupFault where there are none.

    `server_version` is what `SHOW server_version_num` says (180006 is 18.6).
    """
    major = server_version // 10_000
    fitting = [tools for tools in _all_tools() if tools.major >= major]
    if not fitting:
        raise BackupFault(f"No pg_dump for PostgreSQL {major} is installed: install postgresql-client-{major}.")
    return min(fitting, key=lambda tools: tools.major)


def _all_tools() -> list[Tools]:
    folders = []
    with suppress(LaunchRefused):
        folders.append(programs_folder())
    if found := shutil.which("pg_dump"):
        folders.append(Path(found).parent)
    # Debian keeps each version in a folder of its own, whatever stands in PATH.
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return [tools for folder in folders if (tools := _tools_in(folder))]


def _tools_in(folder: Path) -> Tools | None:
    if not all((folder / name).is_file() for name in ("pg_dump", "pg_restore", "psql")):
        return None
    shown = subprocess.run([str(folder / "pg_dump"), "--version"], capture_output=True, text=True)
    found = re.search(r"\) (\d+)", shown.stdout)
    return Tools(folder, int(found.group(1))) if found else None
