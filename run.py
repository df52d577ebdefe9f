"""Lapor Balangan: the one place that sees both the screens and the jobs, and its command line (`python
run.py --help`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from app.launch.refusals import LaunchRefused, ServerFailed, StopRequested
from config import ConfigurationError, Environment, read_environment, unsafe_reasons

if TYPE_CHECKING:
    from flask import Flask


def create_app(**overrides: Any) -> Flask:
    """The whole web program: core and screens; raises ConfigurationError where the environment forbids a start."""
    from app.bootstrap import create_core_app
    from views.register import register_views

    app = create_core_app(**{"FAB_INDEX_VIEW": "views.inbox_views.InboxView", **overrides})
    register_views(app)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 done, 1 failed, 2 refused to start."""
    chosen = command_line_parser().parse_args(arguments)
    try:
        environment = read_environment()
        if reasons := unsafe_reasons(environment, getattr(chosen, "demo", False) or chosen.command == "demo"):
            raise ConfigurationError(reasons)
        return COMMANDS[chosen.command][0](environment, chosen)
    except (ConfigurationError, LaunchRefused) as refusal:
        reasons = getattr(refusal, "reasons", [str(refusal)])
        print("Lapor Balangan does not start:", *reasons, sep="\n  ", file=sys.stderr)
        return 2
    except ServerFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except (StopRequested, KeyboardInterrupt):
        return 130


def command_line_parser() -> argparse.ArgumentParser:
    """The commands with a sentence each; no command means `all`."""
    parser = argparse.ArgumentParser(
        prog="python run.py", description="Lapor Balangan: complaints by the SOP.", epilog=ENVIRONMENT_HELP
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (_, sentence) in COMMANDS.items():
        command = commands.add_parser(name, help=sentence, description=sentence)
        if name == "all":
            command.add_argument(
                "--demo", action="store_true", default=False, help="make the demo accounts and complaints as well"
            )
    parser.set_defaults(command="all", demo=False)
    return parser


def _all(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.launch.everything import run_everything

    return run_everything(environment, chosen.demo)


def _web(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.launch.data_servers import join_servers
    from app.launch.web import become_web_server

    join_servers(environment)
    become_web_server()


def _worker(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.launch.data_servers import join_servers
    from jobs.worker import run_worker

    join_servers(environment)
    return run_worker()


def _scheduler(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.launch.data_servers import join_servers
    from jobs.scheduler import run_scheduler

    join_servers(environment)
    return run_scheduler()


def _migrate(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands import migrate_database

    return _with_app(environment, migrate_database)


def _demo(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands import make_demo

    return _with_app(environment, make_demo)


def _verify_audit(environment: Environment, chosen: argparse.Namespace) -> int:
    from app.commands import verify_audit

    return _with_app(environment, verify_audit)


def _with_app(environment: Environment, work: Callable[[Flask], object]) -> int:
    """Runs a command on the whole program; a command that answers False has found something wrong."""
    from app.launch.data_servers import reachable_servers

    with reachable_servers(environment):
        return 1 if work(create_app()) is False else 0


COMMANDS: dict[str, tuple[Callable[[Environment, argparse.Namespace], int], str]] = {
    "all": (_all, "Start everything: servers, tables, web, workers and scheduler (the default)."),
    "web": (_web, "Serve the pages and the API."),
    "worker": (_worker, "Carry out queued jobs: notices, papers, alarms."),
    "scheduler": (_scheduler, "Queue the periodic jobs; two of them do no harm."),
    "migrate": (_migrate, "Bring the tables, roles and reference data up to date."),
    "demo": (_demo, "Make the demo accounts and complaints."),
    "verify-audit": (_verify_audit, "Recompute every event chain and compare the events with the rows."),
}

ENVIRONMENT_HELP = """environment:
  PORT, HOST       where the pages are served (8080, 127.0.0.1)
  LAPOR_HOME       data folder (~/.local/share/lapor-balangan)
  DATABASE_URL     a PostgreSQL of your own instead of the embedded one
  REDIS_URL        a Redis or Valkey of your own instead of the embedded one
  STORAGE_URL      where files are kept (a folder in LAPOR_HOME)
  SECRET_KEY, IDENTITY_KEYS
                   made at the first start unless set
  PUBLIC_BASE_URL  the address that stands in letters and messages
  SMTP_URL         the mail server
  MAIL_FROM        the sender of e-mails
  GATEWAY_URL      an Apprise address for WhatsApp, Telegram or SMS, with {to} for the officer
  SESSION_IDLE_MINUTES  minutes without activity after which a sign-in ends (30)
  WORKERS          how many workers run; one that is missing is named (2)
  TRUSTED_PROXIES  how many proxies stand in front, whose X-Forwarded-* count (0)
  LAPOR_ENV        "production" refuses an unsafe start
"""

if __name__ == "__main__":
    sys.exit(main())
