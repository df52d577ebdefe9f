"""The command line of Lapor Balangan (`python run.py --help`) and its application factory."""

from __future__ import annotations

import errno
import functools
import gc
import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

try:
    import click

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

# Importing creates little garbage, and with Python's default threshold (700 objects) the collector took a fifth of each
# start.
gc.set_threshold(10_000)

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
Work = Callable[..., int]


def create_app(**overrides: Any) -> Flask:
    """Return the complete Flask app with all views; `overrides` are configuration values. Raises ConfigurationError for
    settings that are malformed or, in production, unsafe.
    """
    from app.application import create_core_app
    from views.screens_and_menu import register_views

    app = create_core_app(**{"FAB_INDEX_VIEW": "views.worklists.inbox.InboxView", **overrides})
    register_views(app)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 refused to start, 130 interrupted."""
    try:
        return int(commands.main(arguments, prog_name="python run.py", standalone_mode=False) or 0)
    except click.ClickException as mistake:
        mistake.show()
        return mistake.exit_code
    except (ConfigurationError, LaunchRefused) as refusal:
        reasons = getattr(refusal, "reasons", [str(refusal)])
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
    except (StopRequested, KeyboardInterrupt, click.Abort):
        return 130


class CommandGroup(click.Group):
    """The click group of all commands, in the order of their declaration; its help ends with the settings."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of their declaration."""
        return list(self.commands)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the settings with their meanings and defaults to the end of the help."""
        from app.settings.documentation import as_help

        formatter.write(f"\nEnvironment:\n{as_help()}\n")


@click.group(cls=CommandGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def commands(context: click.Context) -> int:
    """Lapor Balangan: complaints by the SOP."""
    return int(context.invoke(start_all, demo=False)) if context.invoked_subcommand is None else 0


def command(name: str, *, serves: bool = False, among: click.Group = commands) -> Callable[[Work], click.Command]:
    """Return a decorator that registers a command in a group. The command gets the environment and its options, and
    returns its exit code.

    In production the settings are checked before it runs, and its servers too if it `serves`; raises
    ConfigurationError.
    """

    def register(work: Work) -> click.Command:
        @functools.wraps(work)
        def checked(**options: Any) -> int:
            environment = read_environment()
            if environment.production:
                from app.launch.start_checks import reasons_against_serving

                demo = name == "demo" or options.get("demo", False)
                reasons = (reasons_against_serving if serves else unsafe_reasons)(environment, demo)
                if reasons:
                    raise ConfigurationError(reasons)
            return work(environment, **options)

        return among.command(name, short_help=work.__doc__)(checked)

    return register


@command("all", serves=True)
@click.option("--demo", is_flag=True, help="Make the demo accounts and complaints as well.")
def start_all(environment: Environment, demo: bool) -> int:
    """Start everything: servers, tables, web, workers and scheduler (the default)."""
    from app.launch.all_processes import run_everything

    return run_everything(environment, demo)


@command("web", serves=True)
def serve_web(environment: Environment) -> int:
    """Serve the pages and the API."""
    from app.launch.web import become_web_server
    from app.servers.data_servers import join_servers

    join_servers(environment)
    become_web_server(environment)


@command("worker", serves=True)
def serve_worker(environment: Environment) -> int:
    """Carry out queued jobs: notices, papers, alarms."""
    from app.servers.data_servers import join_servers
    from jobs.worker import run_worker

    join_servers(environment)
    return run_worker()


@command("scheduler", serves=True)
def serve_scheduler(environment: Environment) -> int:
    """Queue the periodic jobs; two of them do no harm."""
    from app.servers.data_servers import join_servers
    from jobs.scheduler import run_scheduler

    join_servers(environment)
    return run_scheduler()


@commands.command("check-config", short_help="Say of every setting whether production may start with it.")
def check_settings() -> int:
    """Say of every setting whether production may start with it."""
    from app.launch.start_checks import check_config
    from app.servers.data_servers import running_environment

    try:
        return check_config(running_environment(read_environment()))
    except ConfigurationError as refusal:
        print(refusal)
        return 1


@commands.command("settings", short_help="Print every setting with its meaning, default and bounds.")
def print_settings() -> int:
    """Print every setting with its meaning, default and bounds: the text of docs/configuration.md."""
    from app.settings.documentation import as_markdown

    print(as_markdown(), end="")
    return 0


@command("migrate")
def migrate(environment: Environment) -> int:
    """Bring the tables, roles and reference data up to date."""
    from app.commands.maintenance import migrate_database

    return _with_app(environment, migrate_database, as_owner=True)


@command("first-administrator")
@click.argument("name", metavar="NAME", help="The user name.")
@click.option("--link", is_flag=True, help="Print a link that sets the password, ask for none.")
def make_administrator(environment: Environment, name: str, link: bool) -> int:
    """Make the first account, an administrator; further ones on screen."""
    from app.commands.maintenance import first_administrator

    ask = _typed_twice if sys.stdin.isatty() and not link else None
    return _with_app(environment, lambda app: first_administrator(app, name, ask))


@command("confirm-supervisor")
@click.argument("name", metavar="NAME", help="The user name.")
def confirm_supervisor(environment: Environment, name: str) -> int:
    """Confirm a new supervisor where no active one is left to do so."""
    from app.commands.maintenance import make_supervisor

    return _with_app(environment, lambda app: make_supervisor(app, name))


@command("demo")
def fill_demo(environment: Environment) -> int:
    """Bring the tables up to date and make the demo accounts and complaints."""
    from app.commands.maintenance import make_demo, migrate_database
    from app.servers.data_servers import reachable_servers

    with reachable_servers(environment):
        migrate_database(create_app(**_owner_settings()))
        make_demo(create_app())
    return 0


@command("fake-sp4n")
def serve_fake_sp4n(environment: Environment) -> int:
    """Serve a FAKE of SP4N for a demonstration (a design of our own, not SP4N's API)."""
    from app.demo.fake_sp4n.run import SETTINGS_FILE, run_fake

    if environment.production:
        raise ConfigurationError(["fake-sp4n is for demonstrations and never beside citizens' complaints."])
    return run_fake(environment.home / SETTINGS_FILE, environment.fake_sp4n_port)


@command("rotate-identity-keys")
def rotate_identity_keys(environment: Environment) -> int:
    """Seal identities under the newest key, while the program runs."""
    from app.commands.maintenance import rotate_keys

    return _with_app(environment, rotate_keys)


@command("subject-report")
@click.option("--reason", required=True, help="Why, and who asked; it stands in the journal.")
def print_subject_report(environment: Environment, reason: str) -> int:
    """Print all that is held of one person; the number is read from the input."""
    from app.commands.maintenance import report_subject

    print("Telephone number, e-mail address or NIK (one line):", file=sys.stderr)
    identifier = sys.stdin.readline().strip()
    return _with_app(environment, lambda app: report_subject(app, reason, identifier))


@command("verify-audit")
def verify_record(environment: Environment) -> int:
    """Recompute every event chain and compare the events with the rows."""
    from app.commands.maintenance import verify_audit

    return _with_app(environment, verify_audit)


@command("check-invariants")
@click.option(
    "--only", type=click.Choice([f"I{n}" for n in range(1, 17)]), metavar="I5", help="Only this one, I1 to I16."
)
def check_promises(environment: Environment, only: str | None) -> int:
    """Check the stored records against the invariants I1 to I16."""
    from app.commands.maintenance import check_invariants

    return _with_app(environment, lambda app: check_invariants(app, only))


A_FILE = click.Path(path_type=Path)
archive = click.argument("file", metavar="FILE", type=A_FILE, help="The archive.")
passphrase = click.option(
    "--passphrase-file",
    metavar="FILE",
    type=A_FILE,
    help="A file with the passphrase that seals the archive (12 characters or more).",
)


@command("backup")
@archive
@passphrase
@click.option("--without-files", is_flag=True, help="The database alone.")
@click.option("--keys", metavar="FILE", type=A_FILE, help="Write the keys, sealed, into this file of their own.")
def write_backup(environment: Environment, **options: Any) -> int:
    """Write database and files into one archive, while officers work."""
    from app.commands.backup import backup

    return _with_app(environment, lambda app: backup(app, **options))


@command("restore")
@archive
@passphrase
@click.option("--keys", metavar="FILE", type=A_FILE, help="The file of keys that `backup --keys` wrote.")
@click.option("--replace", is_flag=True, help="Move what is in the database into a schema aside.")
@click.option("--into-empty-only", is_flag=True, help="Refuse a database that is not empty (default).")
def bring_back(environment: Environment, into_empty_only: bool, **options: Any) -> int:
    """Bring an archive back; the copy sends nothing until it is released."""
    from app.commands.backup import restore_backup
    from app.servers.data_servers import reachable_servers

    if into_empty_only and options["replace"]:
        raise click.UsageError("--into-empty-only is not allowed with --replace.")
    with reachable_servers(environment):
        done = restore_backup(lambda: create_app(**_owner_settings()), environment.home, **options)
    return 0 if done else 1


@command("drill")
@click.argument("file", metavar="[FILE]", type=A_FILE, required=False, help="An archive; without it one is made.")
@passphrase
def rehearse_restore(environment: Environment, **options: Any) -> int:
    """Rehearse a restore in a scratch place, compare, and print RPO and RTO."""
    from app.commands.backup import drill

    return _with_app(environment, lambda app: drill(app, **options))


@command("release")
@click.option("--send-all", is_flag=True, help="Send everything that waits, however old.")
@click.option("--drop-older-than", metavar="AGE", help="Set aside what is older than 90m, 24h or 3d.")
def release_copy(environment: Environment, **options: Any) -> int:
    """Let a restored copy send."""
    from app.commands.backup import release

    if options["send_all"] and options["drop_older_than"]:
        raise click.UsageError("--drop-older-than is not allowed with --send-all.")
    return _with_app(environment, lambda app: release(app, **options))


@commands.group("profile", short_help="The office's configuration as one YAML file: export, diff.")
def profile() -> None:
    """Write the office's configuration to one YAML file, or compare it with such a file."""


profile_file = click.argument(
    "file", metavar="FILE", type=A_FILE, help="The YAML file; - for standard output or input."
)


@command("export", among=profile)
@profile_file
def export_configuration(environment: Environment, file: Path) -> int:
    """Write the office's configuration to a file."""
    from app.commands.profile import apart_from_logs, export_profile

    with apart_from_logs() as output:
        return _with_app(environment, lambda app: export_profile(app, file, output))


@command("diff", among=profile)
@profile_file
def compare_configuration(environment: Environment, file: Path) -> int:
    """Print what differs between a file and the office: exit 1 when something does, 2 for a wrong file."""
    from app.commands.profile import apart_from_logs, compare_profile

    with apart_from_logs() as output:
        return _with_app(environment, lambda app: compare_profile(app, file, output))


def _typed_twice() -> str:
    """Read a password twice from the terminal until both are equal, and return it."""
    while True:
        first = getpass.getpass("Password: ")
        if first == getpass.getpass("Once more: "):
            return first
        print("These are two different passwords.", file=sys.stderr)


def _with_app(environment: Environment, work: Callable[[Flask], object], as_owner: bool = False) -> int:
    """Run `work` on the app, with its servers reachable, and return the exit code: the number that `work` returns, 1
    for False, else 0. `as_owner` connects to the database as the owner of the tables.
    """
    from app.servers.data_servers import reachable_servers

    with reachable_servers(environment):
        done = work(create_app(**(_owner_settings() if as_owner else {})))
    return done if type(done) is int else int(done is False)


def _owner_settings() -> dict[str, Any]:
    """Return the Flask settings that connect to the database as the owner of the tables; empty where only one database
    account is configured.
    """
    from psycopg.conninfo import conninfo_to_dict

    found = read_environment()
    if not found.database_owner_url or not found.database_url:
        return {}
    own = conninfo_to_dict(found.database_url.replace("postgresql+psycopg://", "postgresql://", 1))
    return {"SQLALCHEMY_DATABASE_URI": found.database_owner_url, "PROGRAM_ACCOUNT": own.get("user")}


if __name__ == "__main__":
    sys.exit(main())
