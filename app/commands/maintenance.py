"""Command line of the database: migration, demonstration data, checks, keys and accounts."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import force_locale
from flask_migrate import upgrade
from sqlalchemy import text

from app.access.people import administrators
from app.access.program_role import give_program_rights
from app.access.sync_roles import sync_roles
from app.accounts.first_administrator import (
    FirstAdministratorRefused,
    make_first_administrator,
    refuse_unless_first,
)
from app.accounts.identity_grants import confirm_supervisor
from app.accounts.labels import fault_text
from app.accounts.passwords import PasswordRefused, rules_here
from app.audit.invariants.labels import PROMISES, sentence_of
from app.audit.invariants.run import check_now
from app.audit.invariants.table import CHECKS, is_red
from app.audit.replay import audit_all
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.locks import MIGRATE_LOCK
from app.core.office import NOT_SET_UP, current_office
from app.core.schema import can_serve_newer, newest_revision, reason_against, stored_revision
from app.demo.build import build_demo
from app.privacy.identity_keys import rotate_identity_keys, rotation_lines
from app.privacy.index_reporters import index_reporters
from app.privacy.keys_in_use import unknown_key_ids
from app.privacy.subject_report import NoSuchMark, subject_report
from app.profile.seed import apply_standard
from app.profile.set_up import SET_UP_PATH, set_up_code
from app.servers.data_folder import write_private
from app.servers.start_refused import LaunchRefused

MIGRATE_PAUSE = 0.2


def migrate_database(app: Flask) -> None:
    """Upgrade the schema, grant the program's rights, synchronise the roles, give a new office what every office begins
    with, and fill the index of reporters; waits while another process migrates. Tables of a later release that this
    program can serve are left as they are, with a sentence. Raises LaunchRefused if it cannot serve them, or if an
    identity key is missing that stored data need.
    """
    with app.app_context(), _migration_lock():
        stored = stored_revision()
        if stored and can_serve_newer(*stored):
            print(
                f"The tables are at migration {stored[0]}, of a later release. This program knows migrations up to"
                f" {newest_revision()} and can serve them: nothing is changed."
            )
            return
        if stored and (reason := reason_against(*stored)):
            raise LaunchRefused(reason)
        upgrade(directory=f"{app.root_path}/../migrations")
        if account := app.config["PROGRAM_ACCOUNT"]:
            give_program_rights(account)
        refuse_missing_keys()
        sync_roles()
        apply_standard(utc_now())
        index_reporters()
        if current_office() is NOT_SET_UP and not administrators():
            print(
                f"No office is set up: open {app.config['PUBLIC_BASE_URL']}{SET_UP_PATH} with the code {set_up_code()},"
            )
            print("or run `python run.py setup FILE.yaml`.", flush=True)


@contextmanager
def _migration_lock() -> Iterator[None]:
    """Context manager: hold an advisory lock, so that only one process migrates at a time.

    Polls outside any transaction: a session waiting inside a statement would block a concurrent index build.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        while not guard.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": MIGRATE_LOCK}).scalar_one():
            time.sleep(MIGRATE_PAUSE)
        try:
            yield
        finally:
            guard.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATE_LOCK})


def refuse_missing_keys() -> None:
    """Raise LaunchRefused if an identity key is missing with which stored data are encrypted."""
    missing = sorted(unknown_key_ids())
    if missing:
        raise LaunchRefused(
            f"IDENTITY_KEYS lacks the keys {', '.join(missing)}, under which identities are sealed. Put them back"
            " behind the newest key, and take one out only once `python run.py rotate-identity-keys` says so."
        )


def rotate_keys(app: Flask) -> bool:
    """Encrypt all stored identities with the newest identity key and print which keys are no longer used. Return False
    if some data could not be decrypted, else True.
    """
    with app.app_context():
        done = rotate_identity_keys(utc_now())
        for line in rotation_lines(done):
            print(line)
    return not done.unreadable


def report_subject(app: Flask, reason: str, mark: str) -> bool:
    """Print all data stored about one person as JSON and return True. `mark` is a phone number, e-mail address or NIK
    of the person; return False, with a message, if it is none of these.
    """
    with app.app_context():
        try:
            found = subject_report(mark, reason, utc_now())
        except NoSuchMark:
            print("That is no telephone number, e-mail address or NIK.", file=sys.stderr)
            return False
    print(json.dumps(found, indent=2, ensure_ascii=False))
    return True


def make_demo(app: Flask) -> dict[str, Any]:
    """Create demo accounts and complaints, write `demo.json` into the data folder and return its content as a dict.

    A second call leaves accounts and complaints as they are; only the API keys are replaced, since their plain text is
    not stored.
    """
    path = Path(app.config["LAPOR_HOME"]) / "demo.json"
    with app.app_context():
        demo = build_demo(utc_now())
    if not demo["tracking"] and path.exists():
        demo["tracking"] = json.loads(path.read_text("utf-8")).get("tracking", [])
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, demo)
    return demo


def verify_audit(app: Flask) -> bool:
    """Verify the event chain and replay of every case and print each finding; return True if there is no finding, else
    False.
    """
    with app.app_context():
        findings = audit_all()
    for finding in findings:
        print(f"{finding.number}: {finding.fault}")
    print("The record holds." if not findings else f"{len(findings)} complaints do not hold.")
    return not findings


def check_invariants(app: Flask, only: str | None = None) -> bool:
    """Check all invariants, or only the named one, and print a line for each and its Findings (violations). Return True
    if none is violated, else False.
    """
    sound = True
    with app.app_context(), force_locale("id"):
        for name, checked in check_now([only] if only else list(CHECKS), utc_now()):
            print(f"{name} {PROMISES[name]}: {checked.looked_at} / {len(checked.findings)}", flush=True)
            for finding in checked.findings:
                print("  " + sentence_of(finding.sentence, finding.subject, finding.particulars))
            sound = sound and not is_red(checked)
    return sound


def make_supervisor(app: Flask, name: str) -> bool:
    """Confirm the requested supervisor role of the user account `name` and return True; return False, with a message,
    if no such request waits or an active supervisor is left.
    """
    with app.app_context(), force_locale("id"):
        done = confirm_supervisor(name, utc_now())
    if not done:
        print(
            f"Nothing was changed. An administrator first asks, on screen, that {name} becomes supervisor; and only"
            " while no active supervisor is left is it confirmed here.",
            file=sys.stderr,
        )
        return False
    print(f"The account {name} is a supervisor now.")
    return True


def first_administrator(app: Flask, name: str, ask: Callable[[], str] | None) -> bool:
    """Create the first administrator's account, print the next steps and return True; return False, with a message, if
    it is not created.

    `ask` returns a password typed by the user; without it a link that sets the password is printed.
    """
    with app.app_context(), force_locale("en"):
        try:
            refuse_unless_first(name)
            link = make_first_administrator(name, ask() if ask else None, utc_now())
        except FirstAdministratorRefused as refused:
            print(refused, file=sys.stderr)
            return False
        except PasswordRefused as refused:
            print("This password is not taken:", file=sys.stderr)
            for fault in refused.faults:
                print(f"  {fault_text(fault, rules_here())}", file=sys.stderr)
            return False
        base, hours = app.config["PUBLIC_BASE_URL"], app.config["PASSWORD_LINK_HOURS"]
    print(f"The account {name} is an administrator.")
    if link:
        print(f"Its password is set here, once, within {hours} hours:\n  {link}")
    print(f"Next: sign in at {base}/login/ and make the officers' accounts under Data induk, Petugas.")
    return True
