"""The command line of Lapor Balangan (`python run.py --help`) and its application factory."""

from __future__ import annotations

import argparse
import errno
import getpass
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

try:
    from app.commands.backup import add_backup_options
    from app.servers.start_refused import LaunchRefused, ServerFailed, StopRequested
    from app.settings.environment import ConfigurationError, Environment, read_environment
    from config import unsafe_reasons
except ModuleNotFoundError as missing:
    print(
        f"The package {missing.name} is not installed for this Python. Start with `make run`, which installs what is"
        " missing, or use .venv/bin/python.",
        file=sys.stderr,
    )
    sys.exit(2)

if TYPE_CHECKING:
    from flask import Flask


def create_app(**overrides: Any) -> Flask:
    """Return the complete Flask app with all views; `overrides` are configuration values. Raises ConfigurationError
    where the environment forbids a start.
    """
    from app.application import create_core_app
    from views.register import register_views

    app = create_core_app(**{"FAB_INDEX_VIEW": "views.worklists.inbox.InboxView", **overrides})
    register_views(app)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 refused to start, 130 interrupted."""
    chosen = command_line_parser().parse_args(arguments)
    try:
        environment = read_environment()
        if environment.production and (reasons := _reasons_against(environment, chosen)):
            raise ConfigurationError(reasons)
        return COMMANDS[chosen.command][0](environment, chosen)
    except (ConfigurationError, LaunchRefused) as refusal:
        reasons = getattr(refusal, "reasons", [str(refusal)])
        if chosen.command == "check-config":
            print(*reasons, sep="\n")
            return 1
        print("Lapor Balangan does not start:", *reasons, sep="\n  ", file=sys.stderr)
        return 2
    except ServerFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except OSError as problem:
        if problem.errno not in NO_ROOM:
            raise
        print(f"There is no room to write: {problem}. Nothing was begun that is not whole.", file=sys.stderr)
        return 1
    except (StopRequested, KeyboardInterrupt):
        return 130


def _reasons_against(environment: Environment, chosen: argparse.Namespace) -> list[str]:
    """Return why production may not run this command: a serving command is checked with its servers, others by their
    settings.
    """
    from app.launch.start_checks import reasons_against_serving

    demo = chosen.demo or chosen.command == "demo"
    if chosen.command == "check-config":
        return []
    return (reasons_against_serving if chosen.command in SERVING else unsafe_reasons)(environment, demo)


def command_line_parser() -> argparse.ArgumentParser:
    """Return the argument parser with one subcommand per entry of COMMANDS; the default command is `all`."""
    from app.settings.reference import as_help

    parser = argparse.ArgumentParser(
        prog="python run.py", description="Lapor Balangan: complaints by the SOP.", epilog=f"environment:\n{as_help()}"
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (_, sentence) in COMMANDS.items():
        command = commands.add_parser(name, help=sentence, description=sentence)
        if name == "all":
            command.add_argument(
                "--demo", action="store_true", default=False, help="make the demo accounts and complaints as well"
            )
        if name == "subject-report":
            command.add_argument("--reason", required=True, help="why, and who asked; it stands in the journal")
        if name == "first-administrator":
            command.add_argument("name", metavar="NAME", help="the user name")
            command.add_argument(
                "--link", action="store_true", help="print a link that sets the password, ask for none"
            )
        if name == "confirm-supervisor":
            command.add_argument("name", metavar="NAME", help="the user name")
        if name == "check-invariants":
            names = [f"I{n}" for n in range(1, 17)]
            command.add_argument("--only", choices=names, metavar="I5", help="only this one, I1 to I16")
        add_backup_options(name, command)
    parser.set_defaults(command="all", demo=False)
    return parser


def _all(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.launch.all_processes import run_everything

    return run_everything(environment, chosen.demo)


def _web(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.launch.web import become_web_server
    from app.servers.data_servers import join_servers

    join_servers(environment)
    become_web_server(environment)


def _worker(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.servers.data_servers import join_servers
    from jobs.worker import run_worker

    join_servers(environment)
    return run_worker()


def _scheduler(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.servers.data_servers import join_servers
    from jobs.scheduler import run_scheduler

    join_servers(environment)
    return run_scheduler()


def _migrate(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.maintenance import migrate_database

    return _with_app(environment, migrate_database, as_owner=True)


def _demo(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.maintenance import make_demo, migrate_database
    from app.servers.data_servers import reachable_servers

    with reachable_servers(environment):
        migrate_database(create_app(**_owner_settings()))
        make_demo(create_app())
    return 0


def _verify_audit(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.maintenance import verify_audit

    return _with_app(environment, verify_audit)


def _first_administrator(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.maintenance import first_administrator

    asks = sys.stdin.isatty() and not chosen.link
    return _with_app(environment, lambda app: first_administrator(app, chosen.name, _typed_twice if asks else None))


def _confirm_supervisor(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.maintenance import make_supervisor

    return _with_app(environment, lambda app: make_supervisor(app, chosen.name))


def _typed_twice() -> str:
    """Read a password twice from the terminal until both are equal, and return it."""
    while True:
        first = getpass.getpass("Password: ")
        if first == getpass.getpass("Once more: "):
            return first
        print("These are two different passwords.", file=sys.stderr)


def _check_config(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.launch.start_checks import check_config
    from app.servers.data_servers import running_environment

    return check_config(running_environment(environment))


def _settings(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.settings.reference import as_markdown

    print(as_markdown(), end="")
    return 0


def _rotate_identity_keys(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.maintenance import rotate_keys

    return _with_app(environment, rotate_keys)


def _subject_report(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.maintenance import report_subject

    print("Telephone number, e-mail address or NIK (one line):", file=sys.stderr)
    mark = sys.stdin.readline().strip()
    return _with_app(environment, lambda app: report_subject(app, chosen.reason, mark))


def _check_invariants(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.maintenance import check_invariants

    return _with_app(environment, lambda app: check_invariants(app, chosen.only))


def _backup(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.backup import backup

    return _with_app(environment, lambda app: backup(app, chosen))


def _restore(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.backup import restore_backup
    from app.servers.data_servers import reachable_servers

    with reachable_servers(environment):
        owned = partial(create_app, **_owner_settings())
        return 0 if restore_backup(owned, environment.home, chosen) else 1


def _drill(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.backup import drill

    return _with_app(environment, lambda app: drill(app, chosen))


def _release(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands.backup import release

    return _with_app(environment, lambda app: release(app, chosen))


def _fake_sp4n(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.demo.fake_sp4n.run import SETTINGS_FILE, run_fake

    if environment.production:
        raise ConfigurationError(["fake-sp4n is for demonstrations and never beside citizens' complaints."])
    return run_fake(environment.home / SETTINGS_FILE, environment.fake_sp4n_port)


def _with_app(environment: Environment, work: Callable[[Flask], object], as_owner: bool = False) -> int:
    """Run a command on the app and return its exit code: 1 when `work` returns False, else 0. `as_owner` connects as
    the owner of the tables.
    """
    from app.servers.data_servers import reachable_servers

    with reachable_servers(environment):
        return 1 if work(create_app(**(_owner_settings() if as_owner else {}))) is False else 0


def _owner_settings() -> dict[str, Any]:
    """Return the settings that connect as the owner of the tables; empty where only one database account is
    configured.
    """
    from psycopg.conninfo import conninfo_to_dict

    found = read_environment()
    if not found.database_owner_url or not found.database_url:
        return {}
    own = conninfo_to_dict(found.database_url.replace("postgresql+psycopg://", "postgresql://", 1))
    return {"SQLALCHEMY_DATABASE_URI": found.database_owner_url, "PROGRAM_ACCOUNT": own.get("user")}


NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
SERVING = ("all", "web", "worker", "scheduler")
COMMANDS: dict[str, tuple[Callable[[Environment, argparse.Namespace], int], str]] = {
    "all": (_all, "Start everything: servers, tables, web, workers and scheduler (the default)."),
    "web": (_web, "Serve the pages and the API."),
    "worker": (_worker, "Carry out queued jobs: notices, papers, alarms."),
    "scheduler": (_scheduler, "Queue the periodic jobs; two of them do no harm."),
    "check-config": (_check_config, "Say of every setting whether production may start with it."),
    "settings": (_settings, "Print every setting with its meaning, default and bounds (docs/configuration.md)."),
    "migrate": (_migrate, "Bring the tables, roles and reference data up to date."),
    "first-administrator": (_first_administrator, "Make the first account, an administrator; further ones on screen."),
    "confirm-supervisor": (_confirm_supervisor, "Confirm a new supervisor where no active one is left to do so."),
    "demo": (_demo, "Bring the tables up to date and make the demo accounts and complaints."),
    "fake-sp4n": (_fake_sp4n, "Serve a FAKE of SP4N for a demonstration (a design of our own, not SP4N's API)."),
    "rotate-identity-keys": (_rotate_identity_keys, "Seal identities under the newest key, while the program runs."),
    "subject-report": (_subject_report, "Print all that is held of one person; the number is read from the input."),
    "verify-audit": (_verify_audit, "Recompute every event chain and compare the events with the rows."),
    "check-invariants": (_check_invariants, "Hold the records against everything that they promise (I1 to I16)."),
    "backup": (_backup, "Write database and files into one archive, while officers work."),
    "restore": (_restore, "Bring an archive back; the copy sends nothing until it is released."),
    "drill": (_drill, "Rehearse a restore in a scratch place, compare, and print RPO and RTO."),
    "release": (_release, "Let a restored copy send."),
}

if __name__ == "__main__":
    sys.exit(main())
