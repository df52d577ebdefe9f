"""All configuration checks together, for the command `check-config` and before the program serves."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.launch.database_checks import judge_database
from app.launch.machine_checks import judge_machine
from app.launch.queue_checks import judge_queue
from app.servers.given_database import PATIENCE_SECONDS
from app.servers.start_refused import ServerFailed
from app.settings.address_checks import database_host, judge_addresses
from app.settings.environment_checks import judge
from app.settings.findings import REFUSED, WARNING, Finding, as_table, refusals
from app.settings.host_reach import is_here

if TYPE_CHECKING:
    from app.settings.environment import Environment


def judge_settings(environment: Environment, demo: bool = False) -> list[Finding]:
    """Return a list of Findings (name; state ok, warning or refused; message) about the settings alone, without
    contacting a server.
    """
    return [*judge(environment, demo), *judge_addresses(environment)]


def reasons_against_serving(environment: Environment, demo: bool = False) -> list[str]:
    """Return a list with a sentence for every reason why this program may not serve in production, empty when there is
    none; print the number of warnings. Raises ServerFailed when the only problem is that the database does not answer.

    An unreachable queue server is no reason: the pages work without it, and its address was checked.
    """
    found = [*judge_settings(environment, demo), *judge_machine(environment)]
    refused_already = bool(refusals(found))
    try:
        found += judge_servers(environment, 0.0 if refused_already else PATIENCE_SECONDS)
    except ServerFailed:
        if not refused_already:
            raise
    if warned := sum(finding.state == WARNING for finding in found):
        print(f"{warned} settings are worth a look: python run.py check-config", file=sys.stderr)
    return refusals(found)


def judge_servers(environment: Environment, patience: float) -> list[Finding]:
    """Return a list of Findings (name; state ok, warning or refused; message) about those of database and queue server
    that are set. Raises ServerFailed when the database does not answer within `patience` seconds.
    """
    found = judge_queue(environment.redis_url) if environment.redis_url else []
    if not environment.database_url:
        return found
    remote = not is_here(database_host(environment.database_url))
    return [*judge_database(environment.database_url, patience, remote, environment.database_owner_url), *found]


def check_config(environment: Environment) -> int:
    """Print all Findings about settings, machine and servers as a table, by the standards of production, and return the
    exit code: 1 when a start in production would be refused, else 0.
    """
    found = [*judge_settings(environment), *judge_machine(environment)]
    try:
        found += judge_servers(environment, 0.0)
    except ServerFailed as away:
        found.append(Finding("database", REFUSED, f"{' '.join(str(away).split())} It could not be judged."))
        found += judge_queue(environment.redis_url) if environment.redis_url else []
    print(as_table(found))
    forbidden = refusals(found)
    if not environment.production:
        print("\nLAPOR_ENV is not production: nothing of this is enforced now.")
    print(f"\nProduction {'would not start' if forbidden else 'may start'}: {len(forbidden)} refused.")
    return 1 if forbidden else 0
