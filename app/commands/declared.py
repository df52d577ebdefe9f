"""The declarations of the commands that serve nobody: tables, accounts, records, backup, profile."""

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.cli import command, commands, make_app, with_app
from app.settings.environment import ConfigurationError, Environment

if TYPE_CHECKING:
    from flask import Flask


@command("migrate")
def migrate(environment: Environment) -> int:
    """Bring the tables, roles and reference data up to date."""
    from app.commands.maintenance import migrate_database

    return with_app(environment, migrate_database, as_owner=True)


A_FILE = click.Path(path_type=Path)
archive = click.argument("file", metavar="FILE", type=A_FILE, help="The archive.")
passphrase = click.option(
    "--passphrase-file",
    metavar="FILE",
    type=A_FILE,
    help="A file with the passphrase that seals the archive (12 characters or more).",
)


@command("upgrade", serves=True)
@click.option("--check", "--dry-run", "check_only", is_flag=True, help="Print the checks and the plan; change nothing.")
@click.option("--backup", "file", metavar="FILE", type=A_FILE, help="The archive, or its folder (BACKUP_FOLDER).")
@passphrase
@click.option("--without-backup", is_flag=True, help="Make no backup.")
@click.option("--without-restart", is_flag=True, help="Leave the processes of this machine as they are.")
def upgrade_all(
    environment: Environment,
    check_only: bool,
    file: Path | None,
    passphrase_file: Path | None,
    without_backup: bool,
    without_restart: bool,
) -> int:
    """Check, back up, migrate, then restart one process after the other."""
    from app.commands.restart import find_running
    from app.commands.upgrade import archive_of, upgrade
    from app.servers.data_servers import running_environment

    # Before the servers are reached: a database that this command starts is no running program.
    running = find_running(running_environment(environment))

    def work(app: "Flask") -> bool:
        with app.app_context():
            archive = archive_of(file, passphrase_file, not without_backup)
        return upgrade(app, running, archive, check_only, not without_restart)

    return with_app(environment, work, as_owner=True)


@command("restart")
def restart_all(environment: Environment) -> int:
    """Restart the processes of this machine, one after the other."""
    from app.commands.restart import restart_processes
    from app.servers.data_servers import running_environment

    return restart_processes(running_environment(environment))


@command("first-administrator")
@click.argument("name", metavar="NAME", help="The user name.")
@click.option("--link", is_flag=True, help="Print a link that sets the password, ask for none.")
def make_administrator(environment: Environment, name: str, link: bool) -> int:
    """Make the first account, an administrator; further ones on screen."""
    from app.commands.maintenance import first_administrator

    ask = _typed_twice if sys.stdin.isatty() and not link else None
    return with_app(environment, lambda app: first_administrator(app, name, ask))


@command("confirm-supervisor")
@click.argument("name", metavar="NAME", help="The user name.")
def confirm_supervisor(environment: Environment, name: str) -> int:
    """Confirm a new supervisor where no active one is left to do so."""
    from app.commands.maintenance import make_supervisor

    return with_app(environment, lambda app: make_supervisor(app, name))


@command("demo")
def fill_demo(environment: Environment) -> int:
    """Bring the tables up to date and make the demo accounts and complaints."""
    from app.commands.maintenance import make_demo, migrate_database
    from app.servers.data_servers import reachable_servers

    with reachable_servers(environment):
        migrate_database(make_app(as_owner=True))
        make_demo(make_app())
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

    return with_app(environment, rotate_keys)


@command("subject-report")
@click.option("--reason", required=True, help="Why, and who asked; it stands in the journal.")
def print_subject_report(environment: Environment, reason: str) -> int:
    """Print all that is held of one person; the number is read from the input."""
    from app.commands.maintenance import report_subject

    print("Telephone number, e-mail address or NIK (one line):", file=sys.stderr)
    identifier = sys.stdin.readline().strip()
    return with_app(environment, lambda app: report_subject(app, reason, identifier))


@command("verify-audit")
def verify_record(environment: Environment) -> int:
    """Recompute every event chain and compare the events with the rows."""
    from app.commands.maintenance import verify_audit

    return with_app(environment, verify_audit)


@command("check-invariants")
@click.option(
    "--only", type=click.Choice([f"I{n}" for n in range(1, 17)]), metavar="I5", help="Only this one, I1 to I16."
)
def check_promises(environment: Environment, only: str | None) -> int:
    """Check the stored records against the invariants I1 to I16."""
    from app.commands.maintenance import check_invariants

    return with_app(environment, lambda app: check_invariants(app, only))


@command("backup")
@archive
@passphrase
@click.option("--without-files", is_flag=True, help="The database alone.")
@click.option("--keys", metavar="FILE", type=A_FILE, help="Write the keys, sealed, into this file of their own.")
def write_backup(environment: Environment, **options: Any) -> int:
    """Write database and files into one archive, while officers work."""
    from app.commands.backup import backup

    return with_app(environment, lambda app: backup(app, **options))


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
        done = restore_backup(lambda: make_app(as_owner=True), environment.home, **options)
    return 0 if done else 1


@command("drill")
@click.argument("file", metavar="[FILE]", type=A_FILE, required=False, help="An archive; without it one is made.")
@passphrase
def rehearse_restore(environment: Environment, **options: Any) -> int:
    """Rehearse a restore in a scratch place, compare, and print RPO and RTO."""
    from app.commands.backup import drill

    return with_app(environment, lambda app: drill(app, **options))


@command("release")
@click.option("--send-all", is_flag=True, help="Send everything that waits, however old.")
@click.option("--drop-older-than", metavar="AGE", help="Set aside what is older than 90m, 24h or 3d.")
def release_copy(environment: Environment, **options: Any) -> int:
    """Let a restored copy send."""
    from app.commands.backup import release

    if options["send_all"] and options["drop_older_than"]:
        raise click.UsageError("--drop-older-than is not allowed with --send-all.")
    return with_app(environment, lambda app: release(app, **options))


@commands.group("profile", short_help="The office's configuration as one YAML file: export, diff, apply.")
def profile() -> None:
    """Write the office's configuration to one YAML file, compare it with such a file, or apply one."""


profile_file = click.argument(
    "file", metavar="FILE", type=A_FILE, help="The YAML file; - for standard output or input."
)


@command("export", among=profile)
@profile_file
def export_configuration(environment: Environment, file: Path) -> int:
    """Write the office's configuration to a file."""
    from app.commands.profile import apart_from_logs, export_profile

    with apart_from_logs() as output:
        return with_app(environment, lambda app: export_profile(app, file, output))


@command("diff", among=profile)
@profile_file
def compare_configuration(environment: Environment, file: Path) -> int:
    """Print what differs between a file and the office: exit 1 when something does, 2 for a wrong file."""
    from app.commands.profile import apart_from_logs, compare_profile

    with apart_from_logs() as output:
        return with_app(environment, lambda app: compare_profile(app, file, output))


@command("apply", among=profile)
@profile_file
@click.option("--reason", required=True, help="Why; it stands in the journal.")
def apply_configuration(environment: Environment, file: Path, reason: str) -> int:
    """Bring the office to the configuration of a file: all of it or nothing."""
    from app.commands.profile import apart_from_logs, apply_file

    with apart_from_logs() as output:
        return with_app(environment, lambda app: apply_file(app, file, reason, output))


@command("setup")
@profile_file
def set_up_by_file(environment: Environment, file: Path) -> int:
    """Set a new office up by a file: region, first administrator, and perhaps sections of a profile."""
    from app.commands.maintenance import migrate_database
    from app.commands.profile import apart_from_logs, set_up
    from app.servers.data_servers import reachable_servers

    with apart_from_logs() as output, reachable_servers(environment):
        migrate_database(make_app(as_owner=True))
        return set_up(make_app(), file, output)


def _typed_twice() -> str:
    """Read a password twice from the terminal until both are equal, and return it."""
    while True:
        first = getpass.getpass("Password: ")
        if first == getpass.getpass("Once more: "):
            return first
        print("These are two different passwords.", file=sys.stderr)
