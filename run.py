"""The command line of Lapor Balangan (`python run.py --help`) and its application factory."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

try:
    import click

    import app.commands.declared  # noqa: F401 (it declares its commands)
    from app.commands.cli import command, commands
    from app.servers.start_refused import LaunchRefused, ServerFailed, StopRequested
    from app.settings.environment import ConfigurationError, Environment, read_environment
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
        return int(commands.main(arguments, obj=create_app, prog_name="python run.py", standalone_mode=False) or 0)
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

    _join_servers(environment)
    become_web_server(environment)


@command("worker", serves=True)
def serve_worker(environment: Environment) -> int:
    """Carry out queued jobs: notices, papers, alarms."""
    from jobs.worker import run_worker

    _join_servers(environment)
    return run_worker()


@command("scheduler", serves=True)
def serve_scheduler(environment: Environment) -> int:
    """Queue the periodic jobs; two of them do no harm."""
    from jobs.scheduler import run_scheduler

    _join_servers(environment)
    return run_scheduler()


@commands.command("healthy", short_help="Say whether the process of this host or container does its work.")
@click.argument("process", type=click.Choice(["web", "worker", "scheduler"]), help="Which one.")
def check_health(process: str) -> int:
    """Say whether the process of this host or container does its work; exit 1 when not. For health checks."""
    from app.launch.healthy import is_healthy

    return 0 if is_healthy(read_environment(), process) else 1


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


def _join_servers(environment: Environment) -> None:
    """Use the servers of the environment or of a running program. Raises LaunchRefused when there are none, or when the
    tables are of a later release that this program cannot serve.
    """
    from app.core.schema import refuse_unserved
    from app.servers.data_servers import join_servers

    join_servers(environment)
    refuse_unserved(os.environ["DATABASE_URL"])


if __name__ == "__main__":
    sys.exit(main())
