"""Command line of the profile and the set-up: `profile export`, `profile diff`, `profile apply` and `setup`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TextIO

from flask import Flask
from flask_babel import force_locale

from app.accounts.first_administrator import FirstAdministratorRefused
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.office import current_office
from app.core.schema import migrated
from app.profile.apply import apply_profile
from app.profile.differences import differences
from app.profile.reading import ProfileRefused, read_profile
from app.profile.section import ApplyRefused, Profile
from app.profile.sections import as_file, office_profile
from app.profile.set_up import AlreadySetUp, read_set_up, set_up_office
from app.profile.shown import shown_path
from app.profile.yaml_text import LARGEST_FILE
from app.servers.start_refused import LaunchRefused

STANDARD = Path("-")
"""In place of a file: standard output, or input."""


@contextmanager
def apart_from_logs() -> Iterator[TextIO]:
    """Context manager: send log lines to standard error, and give standard output for the results alone."""
    output = sys.stdout
    with redirect_stdout(sys.stderr):
        yield output


def export_profile(app: Flask, file: Path, output: TextIO) -> int:
    """Write the profile of the office to a file, or to `output` for `-`. Return the exit code: 0, or 1 with a message
    if it cannot be written.
    """
    with app.app_context():
        content = as_file(_of_office())
    try:
        if file == STANDARD:
            output.buffer.write(content)
            output.buffer.flush()
        else:
            file.write_bytes(content)
    except OSError as problem:
        print(f"{file} cannot be written: {problem.strerror}.", file=sys.stderr)
        return 1
    return 0


def compare_profile(app: Flask, file: Path, output: TextIO) -> int:
    """Print to `output` how the profile in a file, or in standard input for `-`, differs from that of the office.
    Return the exit code: 0 if they are equal, 1 if they differ, 2 with a message if the file cannot be read.
    """
    try:
        content = _content(file)
    except OSError as problem:
        print(f"{file} cannot be read: {problem.strerror}.", file=sys.stderr)
        return 2
    with app.app_context():
        try:
            of_file = read_profile(content)
        except ProfileRefused as refused:
            print(*(f"{file}, {sentence}" for sentence in refused.sentences), sep="\n", file=sys.stderr)
            return 2
        found = differences(of_file, _of_office())
    for difference in found:
        print(difference, file=output)
    return 1 if found else 0


def apply_file(app: Flask, file: Path, reason: str, output: TextIO) -> int:
    """Apply the profile in a file, or in standard input for `-`, and print to `output` what was written and what stays
    otherwise. Return the exit code: 0, or 2 with a message if it cannot be read or applied; nothing is written then.
    """
    with app.app_context():
        try:
            applied = apply_profile(read_profile(_content(file)), reason, None, utc_now())
        except OSError as problem:
            return _refused([f"{file} cannot be read: {problem.strerror}."])
        except ProfileRefused as refused:
            return _refused([f"{file}, {sentence}" for sentence in refused.sentences])
        except ApplyRefused as refused:
            return _refused([f"{file}: {shown_path(refused.path, dict(_of_office()))} {refused.message}."])
    print(*applied.written, *(f"stays   {left}" for left in applied.left), sep="\n", file=output)
    return 0


def set_up(app: Flask, file: Path, output: TextIO) -> int:
    """Set the office up by a file and print to `output` the link for the first administrator. Return the exit code: 0,
    1 if it is set up already, or 2 with a message if the file cannot be used; nothing is written then.
    """
    with app.app_context(), force_locale("en"):
        try:
            link = set_up_office(read_set_up(_content(file)), utc_now())
        except OSError as problem:
            return _refused([f"{file} cannot be read: {problem.strerror}."])
        except AlreadySetUp:
            return _refused([f"The office is set up already: {current_office().name}."], 1)
        except ProfileRefused as refused:
            return _refused(refused.sentences)
        except ApplyRefused as refused:
            return _refused([f"{'.'.join(map(str, refused.path))} {refused.message}."])
        except FirstAdministratorRefused as refused:
            return _refused([f"first_administrator: {refused}"])
        print(
            f"{current_office().name} is set up.",
            f"The first administrator sets a password here:\n  {link}",
            sep="\n",
            file=output,
        )
    return 0


def _refused(sentences: list[str], code: int = 2) -> int:
    print(*sentences, sep="\n", file=sys.stderr)
    return code


def _content(file: Path) -> bytes:
    """Return the content of a file, of which no more is read than is needed to see that it is too large."""
    if file == STANDARD:
        return sys.stdin.buffer.read(LARGEST_FILE + 1)
    with file.open("rb") as opened:
        return opened.read(LARGEST_FILE + 1)


def _of_office() -> Profile:
    """Return the profile of the office at one moment. Raises LaunchRefused if the tables are not up to date."""
    if not migrated():
        raise LaunchRefused("The tables are not those of this release: run `python run.py migrate` first.")
    db.session.rollback()  # the isolation is set at the begin of a transaction
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return office_profile()
