"""PostgreSQL client programs (pg_dump, pg_restore, psql) that fit the server's version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.backup.exceptions import BackupFault
from app.servers.postgres import programs_folder
from app.servers.start_refused import LaunchRefused


@dataclass(frozen=True)
class Tools:
    """A value object: a folder with pg_dump, pg_restore and psql, and the major version of these programs."""

    folder: Path
    major: int

    def command(self, name: str, url: str, *words: str) -> tuple[list[str], dict[str, str]]:
        """Return (list of arguments, dict of environment variables) to run the program `name` on the database of `url`.
        The password goes into the environment, since arguments are visible to all users of the machine.
        """
        parts = {name: str(value) for name, value in conninfo_to_dict(plain_url(url)).items() if value is not None}
        password = parts.pop("password", None)
        environ = {**os.environ, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C"}
        environ |= {"PGPASSWORD": password} if password else {}
        return [str(self.folder / name), f"--dbname={make_conninfo(**parts)}", *words], environ


def plain_url(url: str) -> str:
    """Return the database URL without SQLAlchemy's driver name, as libpq's programs and psycopg take it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def tools_for(server_version: int) -> Tools:
    """Return the Tools of the server's major version, or of the next newer one installed. Raises BackupFault if there
    are none.

    `server_version` is `server_version_num` (180006 means 18.6).
    """
    major, folders, fitting = server_version // 10_000, [], []
    with suppress(LaunchRefused):
        folders.append(programs_folder())
    if on_path := shutil.which("pg_dump"):
        folders.append(Path(on_path).parent)
    # Debian installs each version in a folder of its own, which is not in PATH.
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    for folder in folders:
        if all((folder / name).is_file() for name in ("pg_dump", "pg_restore", "psql")):
            shown = subprocess.run([str(folder / "pg_dump"), "--version"], capture_output=True, text=True)
            found = re.search(r"\) (\d+)", shown.stdout)
            if found and int(found.group(1)) >= major:
                fitting.append(Tools(folder, int(found.group(1))))
    if not fitting:
        raise BackupFault(f"No pg_dump for PostgreSQL {major} is installed: install postgresql-client-{major}.")
    return min(fitting, key=lambda tools: tools.major)
