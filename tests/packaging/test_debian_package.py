"""The Debian package without its build: the units, the command `lapor`, the locked packages, and what is laid out."""

import os
import re
import shutil
from pathlib import Path

import pytest

from app.launch import prepare
from app.packaging import production_venv
from app.packaging.debian_package import CONFFILES, NAME, SOURCES, UNIT_FOLDER, lay_out, unit_faults, write_control
from app.packaging.lapor_command import settings_of
from app.packaging.production_venv import blocks, production_lock
from app.settings.environment import read_environment


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the package without its virtual environment."""
    folder = tmp_path_factory.mktemp("package") / "tree"
    lay_out(folder, 1_790_000_000)
    write_control(folder, "3.13")
    return folder


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_the_units_are_sound(tree: Path, tmp_path: Path) -> None:
    units = tree / UNIT_FOLDER
    assert unit_faults(units, tmp_path / "units") == ""
    wrong = shutil.copytree(units, tmp_path / "wrong")
    (wrong / "lapor-.service.d" / "10-common.conf").write_text("[Service]\nNoNewPrivilege=yes\n", "utf-8")
    assert "NoNewPrivilege" in unit_faults(wrong, tmp_path / "wrong_units")


def test_tests_and_tools_of_developers_are_left_out(tree: Path) -> None:
    files = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}
    home = f"usr/lib/{NAME}"
    assert {f"{home}/run.py", f"{home}/app/application.py", f"{home}/migrations/baseline.sql", "usr/bin/lapor"} <= files
    tops = {name.split("/")[3] for name in files if name.startswith(home)}
    assert not tops & {"tests", "docs", "requirements.lock", "Makefile"}
    assert [name for name in files if "/packaging/" in name or "__pycache__" in name] == []


def test_every_file_has_its_checksum_and_the_settings_are_conffiles(tree: Path) -> None:
    sums = (tree / "DEBIAN" / "md5sums").read_text("utf-8").splitlines()
    files = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}
    assert {line.split("  ")[1] for line in sums} == {name for name in files if not name.startswith("DEBIAN/")}
    assert all(tree.joinpath(name.lstrip("/")).stat().st_mode & 0o777 == 0o640 for name in CONFFILES)
    assert "@" not in (tree / "DEBIAN" / "control").read_text("utf-8").replace("lapor-balangan@packages", "")


def test_only_locked_packages_of_the_running_program_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(arguments: list[str], failure: str) -> None:
        Path(arguments[-1]).write_text(answers.pop(0), "utf-8")

    answers = ["flask==3.1.2 \\\n    --hash=sha256:other\n", "flask==9.9.9 \\\n    --hash=sha256:other\n"]
    lock = tmp_path / "requirements.lock"
    lock.write_text("flask==3.1.2 \\\n    --hash=sha256:ours\npytest==9.0.0 \\\n    --hash=sha256:test\n", "utf-8")
    monkeypatch.setattr(prepare, "LOCK", lock)
    monkeypatch.setattr(prepare, "uv_run", answer)
    assert production_lock(tmp_path / "scratch") == "flask==3.1.2 \\\n    --hash=sha256:ours\n"
    with pytest.raises(production_venv.NotBuilt, match=r"lacks flask==9\.9\.9"):
        production_lock(tmp_path / "scratch")


def test_each_package_of_the_lock_is_one_block() -> None:
    lock = prepare.LOCK.read_text("utf-8")
    found = blocks(lock)
    assert "".join(found.values()) == lock
    assert all(re.match(r"[a-z0-9.\[\]-]+==", name) for name in found)


def test_the_command_reads_the_settings_as_the_units_do(tmp_path: Path) -> None:
    for path in CONFFILES:
        shutil.copy(SOURCES / Path(path).name, tmp_path)
    (tmp_path / "secrets.env").write_text("SECRET_KEY=from-secrets\n", "utf-8")
    (tmp_path / "database.env").write_text("DATABASE_URL=postgresql://lapor@/lapor?host=/run/x&port=5432\n", "utf-8")
    with (tmp_path / "lapor.env").open("a") as file:
        file.write("# PORT=1\n; PORT=2\n  MAIL_FROM = 'Lapor <a@b.id>'\nnonsense\nBACKUP_KEEP=7\nBACKUP_KEEP=8\n")
    found = settings_of(tmp_path)
    assert found["DATABASE_URL"] == "postgresql://lapor@/lapor?host=/run/x&port=5432"
    assert (found["SECRET_KEY"], found["MAIL_FROM"], found["BACKUP_KEEP"]) == ("from-secrets", "Lapor <a@b.id>", "8")
    assert "WORKER_QUEUES" not in found  # of one worker only
    environment = read_environment({**found, "HOME": os.environ["HOME"]})
    assert (environment.production, str(environment.home), environment.port) == (True, "/var/lib/lapor", 8080)
