"""LAPOR_ENV=production names everything that is unsafe at once, and does not start."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

import config

PROJECT = Path(__file__).resolve().parents[2]
GOOD = {
    "LAPOR_ENV": "production",
    "SECRET_KEY": "tK3-9fQz_71LmVbXw28RpYcD5sHgJ0aN4eUo",
    "IDENTITY_KEYS": base64.urlsafe_b64encode(bytes(range(32))).decode(),
    "DATABASE_URL": "postgresql://lapor@db.example/lapor",
    "REDIS_URL": "rediss://queue.example/0",
    "PUBLIC_BASE_URL": "https://lapor.example.go.id",
}
UNSAFE = [
    ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
    ({"SECRET_KEY": "  "}, "SECRET_KEY is not set"),
    ({"SECRET_KEY": "short-but-random-9f"}, "SECRET_KEY is a default or shorter"),
    ({"SECRET_KEY": "changeme-changeme-changeme-changeme"}, "SECRET_KEY is a default or shorter"),
    ({"SECRET_KEY": "x" * 64}, "SECRET_KEY is a default or shorter"),
    ({"IDENTITY_KEYS": ""}, "IDENTITY_KEYS is not set"),
    ({"IDENTITY_KEYS": ","}, "IDENTITY_KEYS is not set"),
    ({"IDENTITY_KEYS": "not-a-key"}, "IDENTITY_KEYS must be Fernet keys"),
    ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
    ({"DATABASE_URL": "sqlite:///x.db"}, "PostgreSQL is the only database"),
    ({"REDIS_URL": ""}, "REDIS_URL is not set"),
    ({"REDIS_URL": "memcached://x"}, "REDIS_URL does not begin with"),
    ({"PUBLIC_BASE_URL": ""}, "PUBLIC_BASE_URL is not set"),
    ({"PUBLIC_BASE_URL": "http://lapor.example.go.id"}, "PUBLIC_BASE_URL is not an https"),
    ({"PUBLIC_BASE_URL": "https://localhost"}, "PUBLIC_BASE_URL is not an https"),
    ({"PUBLIC_BASE_URL": "https://"}, "PUBLIC_BASE_URL is not an https"),
]


@pytest.mark.parametrize(("change", "sentence"), UNSAFE)
def test_unsafe_production_is_refused_with_its_reason(change: dict[str, str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(config.ConfigurationError, match=sentence):
        config.settings({**GOOD, **change, "LAPOR_HOME": str(tmp_path)})


def test_safe_production_starts_with_secure_cookies(tmp_path: Path) -> None:
    settings = config.settings({**GOOD, "LAPOR_HOME": str(tmp_path)})

    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://lapor@db.example/lapor"
    assert settings["TRUSTED_HOSTS"] == ["lapor.example.go.id", "localhost", "127.0.0.1"]


def test_secrets_of_the_data_folder_do_not_count_in_production(tmp_path: Path) -> None:
    (tmp_path / config.SECRETS_FILE).write_text('{"SECRET_KEY": "' + "ab1!" * 20 + '"}')
    environ = {**GOOD, "SECRET_KEY": "", "LAPOR_HOME": str(tmp_path)}

    with pytest.raises(config.ConfigurationError, match="SECRET_KEY is not set"):
        config.settings(environ)


def test_the_command_names_every_reason_at_once_and_exits_2(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "LAPOR_ENV": "production", "LAPOR_HOME": str(tmp_path / "home")}
    command = [sys.executable, str(PROJECT / "run.py"), "all", "--demo"]

    done = subprocess.run(command, env=environ, cwd="/", capture_output=True, text=True)

    assert done.returncode == 2
    for name in ("SECRET_KEY", "IDENTITY_KEYS", "DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL", "--demo"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "home").exists()
