"""Database and queue of a command: those named by the environment, those of a running program, or embedded ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.servers.data_folder import home_lock, open_home, read_note, running_addresses, write_note
from app.servers.given_database import check_database
from app.servers.postgres import ACCOUNT, EmbeddedPostgres
from app.servers.processes import Supervisor
from app.servers.sockets import new_socket_folder, remove_socket_folder
from app.servers.start_refused import LaunchRefused, ServerFailed
from app.servers.valkey import EmbeddedValkey
from app.settings.environment import Environment


@contextmanager
def reachable_servers(environment: Environment) -> Iterator[None]:
    """Context manager for a short command (`migrate`, `demo`): set DATABASE_URL and REDIS_URL to servers of the
    environment or of a running program, else to embedded ones that run during the block. Raises LaunchRefused or
    ServerFailed.
    """
    home = open_home(environment.home, environment.production)
    use(known_addresses(environment, home))
    if all_addresses_known():
        owner = os.environ.get("DATABASE_OWNER_URL", "").strip()
        check_database(owner or os.environ["DATABASE_URL"], environment.production)
        yield
        return
    supervisor = Supervisor()
    supervisor.listen_for_signals()
    with home_lock(home):
        try:
            start_servers(environment, supervisor)
            yield
        finally:
            stop_servers(home, supervisor)


def join_servers(environment: Environment) -> None:
    """Set DATABASE_URL and REDIS_URL of this process to the servers of the environment or of a running program, for
    `web`, `worker` and `scheduler`. Raises LaunchRefused when there are none.
    """
    use(known_addresses(environment, open_home(environment.home, environment.production)))
    if not all_addresses_known():
        message = "DATABASE_URL and REDIS_URL are not set, and no `python run.py all` is running on"
        raise LaunchRefused(f"{message} {environment.home}. Start `python run.py all`, or set both.")


def start_servers(environment: Environment, supervisor: Supervisor) -> None:
    """Start the servers that the environment does not name, write the note file and set all addresses in this process's
    environment. The caller holds the lock of the data folder. Raises LaunchRefused or ServerFailed.
    """
    home = environment.home
    for left_behind in read_note(home).get("socket_folders", []):
        remove_socket_folder(left_behind)
    addresses, folders = given_addresses(environment), []
    for name, start in (("DATABASE_URL", _start_postgres), ("REDIS_URL", start_valkey)):
        if name not in addresses:
            folders.append(new_socket_folder())
            write_note(home, {"addresses": {}, "socket_folders": [str(folder) for folder in folders]})
            try:
                addresses |= start(home, folders[-1], supervisor)
            except PermissionError as problem:
                message = f"{problem.filename} cannot be reached by this user."
                raise LaunchRefused(
                    f"{message} Start as the user who made {home}, or set another LAPOR_HOME."
                ) from problem
    write_note(home, {"addresses": addresses, "socket_folders": [str(folder) for folder in folders]})
    use(addresses)


def stop_servers(home: Path, supervisor: Supervisor) -> None:
    """Stop every child process of the supervisor and delete the socket folders."""
    supervisor.stop_all()
    for folder in read_note(home).get("socket_folders", []):
        remove_socket_folder(folder)


def known_addresses(environment: Environment, home: Path) -> dict[str, str]:
    """Return a dict from variable name to server address: those that the environment names, completed by those of a
    program that runs on this folder.
    """
    running = running_addresses(home)
    if environment.database_url:
        running.pop("DATABASE_OWNER_URL", None)  # that of the embedded database, which is not used
    return running | given_addresses(environment)


def given_addresses(environment: Environment) -> dict[str, str]:
    """Return a dict from variable name (DATABASE_URL, REDIS_URL, DATABASE_OWNER_URL) to the server address that the
    environment names; one that is not set is left out.
    """
    named = {"DATABASE_URL": environment.database_url, "REDIS_URL": environment.redis_url}
    named |= {"DATABASE_OWNER_URL": environment.database_owner_url}
    return {name: address for name, address in named.items() if address}


def use(addresses: dict[str, str]) -> None:
    """Set the server addresses as variables of this process, which the children it starts inherit."""
    os.environ.update(addresses)


def running_environment(environment: Environment) -> Environment:
    """Return a copy of the settings; server addresses that they lack are those of the program that runs on the data
    folder.
    """
    found = running_addresses(environment.home)
    owner = None if environment.database_url else found.get("DATABASE_OWNER_URL")
    addresses = {
        "database_url": environment.database_url or found.get("DATABASE_URL"),
        "redis_url": environment.redis_url or found.get("REDIS_URL"),
        "database_owner_url": environment.database_owner_url or owner,
    }
    return environment.model_copy(update=addresses)


def all_addresses_known() -> bool:
    """Return whether DATABASE_URL and REDIS_URL are set, so that nothing has to be started."""
    return all(os.environ.get(name, "").strip() for name in ("DATABASE_URL", "REDIS_URL"))


def _start_postgres(home: Path, sockets: Path, supervisor: Supervisor) -> dict[str, str]:
    """Start the embedded PostgreSQL with two accounts (the owner of the tables, and the program's own); return a dict
    of both addresses, DATABASE_OWNER_URL and DATABASE_URL. Raises LaunchRefused or ServerFailed.
    """
    server = EmbeddedPostgres(home / "postgres", sockets, home / "logs" / "postgres.log")
    server.wait_until_ready(supervisor.start(server.program()))
    server.ensure_database()
    server.ensure_account()
    return {"DATABASE_URL": server.url(account=ACCOUNT), "DATABASE_OWNER_URL": server.url()}


def start_valkey(home: Path, sockets: Path, supervisor: Supervisor) -> dict[str, str]:
    """Start the embedded Valkey and return a dict with its address, REDIS_URL. Files that it cannot load are moved
    aside and it is started again without them. Raises ServerFailed.
    """
    server = EmbeddedValkey(home / "valkey", sockets, home / "logs" / "valkey.log")
    logged = server.log_size()
    process = supervisor.start(server.program())
    try:
        server.wait_until_ready(process)
    except ServerFailed:
        aside = server.set_damage_aside(logged) if process.poll() is not None else None
        if aside is None:
            raise
        supervisor.forget("valkey")
        supervisor.say(
            "launch", f"the queue's files were damaged; they are kept in {aside}, work is taken up from the database"
        )
        server.wait_until_ready(supervisor.start(server.program()))
    return {"REDIS_URL": server.url}
