"""The whole look at a start: settings, machine, database and queue, for `check-config` and before serving."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.launch.database_checks import look_at_database
from app.launch.machine_checks import judge_machine
from app.launch.queue_checks import look_at_queue
from app.servers.given_database import PATIENCE_SECONDS
from app.servers.start_refused import ServerFailed
from app.settings.address_checks import database_host, judge_addresses
from app.settings.environment_checks import judge
from app.settings.findings import REFUSED, WARNING, Finding, as_table, refusals
from app.settings.host_reach import is_here

if TYPE_CHECKING:
    from app.settings.environment import Environment


def judge_words(environment: Environment, demo: bool = False) -> list[Finding]:
    """What can be said without asking anybody."""
    return [*judge(environment, demo), *judge_addresses(environment)]


def reasons_against_serving(environment: Environment, demo: bool = False) -> list[str]:
    """Every reason at once why this program may not serve citizens; raises ServerFailed when only the database is away.

    A queue server that is away is none: the pages work without it, and its address was judged.
    """
    found = [*judge_words(environment, demo), *judge_machine(environment)]
    spoilt = bool(refusals(found))
    try:
        found += ask_servers(environment, 0.0 if spoilt else PATIENCE_SECONDS)
    except ServerFailed:
        if not spoilt:
            raise
    if warned := sum(finding.state == WARNING for finding in found):
        print(f"{warned} settings are worth a look: python run.py check-config", file=sys.stderr)
    return refusals(found)


def ask_servers(environment: Environment, patience: float) -> list[Finding]:
    """What the servers say of themselves; raises ServerFailed when the database does not answer in time."""
    found = look_at_queue(environment.redis_url) if environment.redis_url else []
    if not environment.database_url:
        return found
    remote = not is_here(database_host(environment.database_url))
    return [*look_at_database(environment.database_url, patience, remote, environment.database_owner_url), *found]


def check_config(environment: Environment) -> int:
    """Prints the whole look as a table, judged as production is; 1 when a start there would be refused."""
    found = [*judge_words(environment), *judge_machine(environment)]
    try:
        found += ask_servers(environment, 0.0)
    except ServerFailed as away:
        found.append(Finding("database", REFUSED, f"{' '.join(str(away).split())} It could not be judged."))
        found += look_at_queue(environment.redis_url) if environment.redis_url else []
    print(as_table(found))
    forbidden = refusals(found)
    if not environment.production:
        print("\nLAPOR_ENV is not production: nothing of this is enforced now.")
    print(f"\nProduction {'would not start' if forbidden else 'may start'}: {len(forbidden)} refused.")
    return 1 if forbidden else 0
