"""`python run.py profile export` and `profile diff` as processes: what they print, and how they end."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.extensions import db
from app.profile.sections import as_file, office_profile
from tests.conftest import SECRET

PROJECT = Path(__file__).resolve().parents[2]
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def run(office: Flask, tmp_path: Path) -> Run:
    """Run the command on the test's own servers, from another folder; the answer is in bytes."""
    db.session.remove()
    environ = {
        "PATH": os.environ["PATH"],
        "LAPOR_HOME": str(tmp_path / "home"),
        "DATABASE_URL": office.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""),
        "REDIS_URL": office.config["REDIS_URL"],
        "SECRET_KEY": SECRET,
        "IDENTITY_KEYS": office.config["IDENTITY_KEYS"][0],
    }

    def profile(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, str(PROJECT / "run.py"), "profile", *arguments]
        return subprocess.run(command, env=environ, cwd="/", input=given, capture_output=True, timeout=120)

    return profile


def test_two_processes_write_the_same_bytes_and_find_no_difference(run: Run, office: Flask, tmp_path: Path) -> None:
    file = tmp_path / "kantor.yaml"
    done, printed = run("export", str(file)), run("export", "-")
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    assert printed.returncode == 0
    assert file.read_bytes() == printed.stdout == as_file(office_profile())
    compared = run("diff", str(file))
    assert (compared.returncode, compared.stdout) == (0, b""), compared.stderr


def test_a_difference_is_printed_and_ends_with_one(run: Run, office: Flask) -> None:
    before = as_file(office_profile())
    db.session.execute(text("UPDATE agency SET phone = '0526-2021' WHERE code = 'dishub'"))
    db.session.commit()
    compared = run("diff", "-", given=before)
    assert compared.returncode == 1
    assert compared.stdout.decode() == 'changed agencies[dishub].phone: file "", office "0526-2021"\n'


def test_a_file_that_cannot_be_read_ends_with_two_and_a_sentence(run: Run, office: Flask, tmp_path: Path) -> None:
    file = tmp_path / "salah.yaml"
    file.write_bytes(as_file(office_profile()).replace(b"kind: opd", b"kind: dinas", 1))
    line = file.read_text().split("kind: dinas")[0].count("\n") + 1
    for given, said in {
        str(file): f"{file}, line {line}: agencies[bakesbangpol].kind must be one of opd,",
        str(tmp_path / "none.yaml"): f"{tmp_path / 'none.yaml'} cannot be read: No such file or directory.",
        str(tmp_path): f"{tmp_path} cannot be read: Is a directory.",
    }.items():
        done = run("diff", given)
        assert (done.returncode, done.stdout) == (2, b"")
        assert said in done.stderr.decode()
        assert b"Traceback" not in done.stderr


def test_a_place_that_cannot_be_written_ends_with_one(run: Run, tmp_path: Path) -> None:
    done = run("export", str(tmp_path / "none" / "kantor.yaml"))
    assert done.returncode == 1
    assert b"kantor.yaml cannot be written: No such file or directory." in done.stderr
    assert b"Traceback" not in done.stderr
