"""The command group of `run.py`, and how a command is declared: its environment, its checks, its app."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from app.settings.environment import ConfigurationError, Environment, read_environment
from config import unsafe_reasons

if TYPE_CHECKING:
    from flask import Flask

Work = Callable[..., int]
SERVING = ("all", "web", "worker", "scheduler")


class CommandGroup(click.Group):
    """The click group of all commands, those that serve first; its help ends with the settings."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of their declaration, those that serve first."""
        return sorted(self.commands, key=lambda name: name not in SERVING)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the settings with their meanings and defaults to the end of the help."""
        from app.settings.documentation import as_help

        formatter.write(f"\nEnvironment:\n{as_help()}\n")


@click.group(cls=CommandGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def commands(context: click.Context) -> int:
    """Lapor Balangan: complaints by the SOP."""
    return int(context.invoke(commands.commands["all"], demo=False)) if context.invoked_subcommand is None else 0


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


def with_app(environment: Environment, work: Callable[[Flask], object], as_owner: bool = False) -> int:
    """Run `work` on the app, with its servers reachable, and return the exit code: the number that `work` returns, 1
    for False, else 0. `as_owner` connects to the database as the owner of the tables.
    """
    from app.servers.data_servers import reachable_servers

    with reachable_servers(environment):
        done = work(make_app(as_owner))
    return done if type(done) is int else int(done is False)


def make_app(as_owner: bool = False) -> Flask:
    """Return the app of the program that runs the present command, by the factory that `run.py` passes as `obj`;
    `as_owner` connects to the database as the owner of the tables.
    """
    app: Flask = click.get_current_context().obj(**(_owner_settings() if as_owner else {}))
    return app


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
