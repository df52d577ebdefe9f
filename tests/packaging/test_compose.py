"""The compose file names commands, settings, queues and secrets that the program has."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet

import run
from app.launch.healthy import HEALTHY
from app.settings.declaration import variables
from app.settings.environment import SECRET_NAMES, SECTIONS, read_environment
from app.settings.environment_checks import guessable
from app.settings.machine_settings import QUEUES

FOLDER = Path(run.__file__).parent / "app" / "packaging" / "image"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
OURS = {name: part for name, part in COMPOSE["services"].items() if "LAPOR_IMAGE" in part["image"]}
SETTINGS = {name for section in SECTIONS for name in variables(section)}


def test_every_service_of_the_program_runs_a_command_with_settings_that_exist() -> None:
    assert len(OURS) == 6
    for part in OURS.values():
        assert part["command"][0] in run.commands.commands
        for name in part["environment"]:
            assert name in SETTINGS or name.removesuffix("_FILE") in SECRET_NAMES, name


def test_each_check_asks_for_the_process_that_its_service_runs() -> None:
    serving = {name: part for name, part in OURS.items() if part["command"] != ["migrate"]}

    for part in serving.values():
        assert part["healthcheck"]["test"] == ["CMD", "lapor", "healthy", *part["command"]]
    assert {part["command"][0] for part in serving.values()} == set(HEALTHY)


def test_the_workers_serve_every_queue_and_their_number_is_what_readyz_expects() -> None:
    workers = [part["environment"] for part in OURS.values() if part["command"] == ["worker"]]

    assert {word for one in workers for word in one.get("WORKER_QUEUES", ",".join(QUEUES)).split(",")} == set(QUEUES)
    assert {one["WORKERS"] for one in workers} == {str(len(workers))}


def test_a_service_has_the_secrets_that_it_names_and_only_migrate_those_of_the_owner() -> None:
    for name, part in COMPOSE["services"].items():
        files = {Path(text).name for text in part.get("environment", {}).values() if "/run/secrets/" in text}
        has = set(part.get("secrets", ()))
        assert files - {"backup_passphrase"} <= has <= set(COMPOSE["secrets"]), name
        assert ("database_owner_url" in has) == (name in ("migrate", "postgres")), name


def test_the_secrets_that_are_made_allow_a_start_in_production(tmp_path: Path) -> None:
    subprocess.run([str(FOLDER / "make-secrets")], cwd=tmp_path, check=True, capture_output=True)
    made = tmp_path / "secrets"
    environ: dict[str, Any] = {f"{path.name.upper()}_FILE": str(path) for path in made.iterdir() if path.suffix == ""}

    found = read_environment({"LAPOR_ENV": "production", "LAPOR_HOME": str(tmp_path), **environ})

    assert {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()} == {
        path.name for path in made.iterdir()
    }
    assert found.smtp_url is None
    assert not guessable(found.secret_key or "")
    assert [Fernet(key) for key in found.identity_keys]
    password = re.search("requirepass (.*)", (made / "valkey.conf").read_text())
    assert password
    assert f":{password[1]}@" in (found.redis_url or "")


def test_secrets_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()

    with pytest.raises(subprocess.CalledProcessError):
        subprocess.run([str(FOLDER / "make-secrets")], cwd=tmp_path, check=True, capture_output=True)

    assert not list((tmp_path / "secrets").iterdir())
