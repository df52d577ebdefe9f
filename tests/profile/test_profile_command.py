"""`python run.py profile export` and `profile diff` as processes: what they print, and how they end."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.commands.profile import compare_profile, export_profile
from app.core.extensions import db
from app.profile.sections import as_file, office_profile
from app.profile.yaml_text import LARGEST_FILE
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


def test_a_wrong_file_ends_with_two_and_a_sentence(run: Run, office: Flask, tmp_path: Path) -> None:
    file = tmp_path / "salah.yaml"
    file.write_bytes(as_file(office_profile()).replace(b"kind: opd", b"kind: dinas", 1))
    line = file.read_text().split("kind: dinas")[0].count("\n") + 1
    done = run("diff", str(file))
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"{file}, line {line}: agencies[bakesbangpol].kind must be one of opd," in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_place_that_cannot_be_read_or_written_is_named(
    office: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db.session.remove()
    none, output = tmp_path / "none" / "kantor.yaml", io.StringIO()
    assert compare_profile(office, none, output) == 2
    assert f"{none} cannot be read: No such file or directory." in capsys.readouterr().err
    assert compare_profile(office, tmp_path, output) == 2
    assert f"{tmp_path} cannot be read: Is a directory." in capsys.readouterr().err
    assert export_profile(office, none, output) == 1
    assert f"{none} cannot be written: No such file or directory." in capsys.readouterr().err
    assert output.getvalue() == ""


def test_no_more_is_read_of_a_large_file_than_is_needed(
    office: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db.session.remove()
    with (tmp_path / "besar.yaml").open("wb") as file:
        file.truncate(40 * LARGEST_FILE)
    assert compare_profile(office, tmp_path / "besar.yaml", io.StringIO()) == 2
    assert "besar.yaml, line 1: The file is larger than 10 MB." in capsys.readouterr().err


def test_tables_of_another_release_are_named_and_no_difference_is_claimed(run: Run, office: Flask) -> None:
    before = as_file(office_profile())
    db.session.execute(text("UPDATE alembic_version SET version_num = '0026'"))
    db.session.commit()
    done = run("diff", "-", given=before)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"run `python run.py migrate` first" in done.stderr
