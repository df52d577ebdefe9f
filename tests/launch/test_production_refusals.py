"""LAPOR_ENV=production names everything that is unsafe at once, and does not start."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import config
from app.launch.start_checks import judge_settings
from app.settings.environment import SECRETS_FILE, ConfigurationError, read_environment

PROJECT = Path(__file__).resolve().parents[2]
GOOD = {
    "LAPOR_ENV": "production",
    "SECRET_KEY": "tK3-9fQz_71LmVbXw28RpYcD5sHgJ0aN4eUo",
    "IDENTITY_KEYS": base64.urlsafe_b64encode(bytes(range(32))).decode(),
    "DATABASE_URL": "postgresql://lapor@db.example/lapor?sslmode=verify-full",
    "REDIS_URL": "rediss://:uZ4-kq0_93hTnR@queue.example/0",
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
    (
        {"OIDC_ISSUER": "http://sso.example", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"},
        "OIDC_ISSUER leads to sso.example in the clear",
    ),
    ({"PUBLIC_BASE_URL": "https://[::1]"}, "PUBLIC_BASE_URL is not an https"),
    ({"PUBLIC_BASE_URL": "https://*.example.go.id"}, "PUBLIC_BASE_URL is not an https"),
    ({"PUBLIC_BASE_URL": "https://lapor.example@evil.example"}, "PUBLIC_BASE_URL is not an https"),
    ({"IDENTITY_KEYS": base64.urlsafe_b64encode(b"0123456789" * 3 + b"01").decode()}, "a key that is not random"),
    ({"SECRET_KEY": base64.urlsafe_b64encode(bytes(range(32))).decode()}, "SECRET_KEY is one of IDENTITY_KEYS"),
    ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is set"),
    ({"PYTHONDEVMODE": "1"}, "PYTHONDEVMODE is set"),
    ({"FORWARDED_ALLOW_IPS": "*"}, "anybody could say that a request came by https"),
    ({"TZ": "Asia/Balangan"}, "TZ is 'Asia/Balangan', which this machine does not know"),
    ({"TZ": "Europe/Amsterdam"}, "TZ has summer time"),
    ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN is shorter than 16"),
    ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml', not json or text"),
    ({"DATABASE_URL": "postgresql://lapor@db.example/lapor"}, "DATABASE_URL leads to db.example in the clear"),
    (
        {"DATABASE_URL": "postgresql://lapor@localhost/l?host=db.example"},
        "DATABASE_URL leads to db.example in the clear",
    ),
    ({"DATABASE_URL": "postgresql://lapor@localhost/lapor?hostaddr=9.9.9.9"}, "DATABASE_URL leads to 9.9.9.9 in the"),
    ({"DATABASE_URL": "postgresql:///lapor?host=/run/pg,db.example"}, "DATABASE_URL leads to db.example in the clear"),
    ({"DATABASE_URL": "postgresql:///l?host=db.example&host=localhost"}, "DATABASE_URL leads to db.example in the"),
    ({"DATABASE_URL": "postgresql://l@db,[2620:fe::9]/l"}, "DATABASE_URL leads to 2620:fe::9 in the clear"),
    ({"DATABASE_URL": "postgresql://l:lapor@db.example/l?sslmode=verify-full"}, "DATABASE_URL has a password that is"),
    ({"REDIS_URL": "rediss://queue.example/0"}, "REDIS_URL has no password: who reaches queue.example"),
    ({"REDIS_URL": "redis://queue:6379/0"}, "REDIS_URL has no password"),
    ({"REDIS_URL": "rediss://:secret@queue.example/0"}, "REDIS_URL has a password that is short"),
    ({"REDIS_URL": "redis://:uZ4-kq0_93hTnR@queue.example/0"}, "REDIS_URL leads to queue.example in the clear"),
    ({"SMTP_URL": "smtp://mail.example.go.id"}, "SMTP_URL leads to mail.example.go.id in the clear"),
    ({"BSRE_URL": "http://esign.example.go.id"}, "BSRE_URL leads to esign.example.go.id in the clear"),
    ({"GATEWAY_URL": "json://wa.example.go.id/{to}"}, "GATEWAY_URL leads to wa.example.go.id in the clear"),
]
WORTH_A_LOOK = [
    ({"TRUSTED_PROXIES": "0"}, "TRUSTED_PROXIES"),
    ({"HOST": "0.0.0.0"}, "TRUSTED_PROXIES"),  # noqa: S104 (what is warned of)
    ({"SMTP_URL": ""}, "SMTP_URL"),
    ({"SMTP_URL": "smtp://10.0.0.5"}, "SMTP_URL"),
    ({"DATABASE_URL": "postgresql://lapor@db/lapor"}, "DATABASE_URL"),
    ({"DATABASE_URL": "postgresql://lapor@db.example/lapor?sslmode=require"}, "DATABASE_URL"),
    ({"REDIS_URL": "redis://127.0.0.1:6379/0"}, "REDIS_URL"),
    ({"REDIS_URL": "redis://:uZ4-kq0_93hTnR@10.1.2.3/0"}, "REDIS_URL"),
    ({"REDIS_URL": "rediss://:uZ4-kq0_93hTnR@queue.example/0?ssl_cert_reqs=none"}, "REDIS_URL"),
    ({"WEBHOOK_ALLOW_PRIVATE": "1"}, "WEBHOOK_ALLOW_PRIVATE"),
]


@pytest.mark.parametrize(("change", "sentence"), UNSAFE)
def test_unsafe_production_is_refused_with_its_reason(change: dict[str, str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        config.settings({**GOOD, **change, "LAPOR_HOME": str(tmp_path)})


@pytest.mark.parametrize(("change", "name"), WORTH_A_LOOK)
def test_what_is_safe_in_some_houses_only_is_a_warning(change: dict[str, str], name: str, tmp_path: Path) -> None:
    usual = {**GOOD, "TRUSTED_PROXIES": "1", "SMTP_URL": "smtps://mail.example", "LAPOR_HOME": str(tmp_path)}

    def warned(environ: dict[str, str]) -> list[str]:
        return [found.name for found in judge_settings(read_environment(environ)) if found.state != "ok"]

    assert warned(usual) == []
    assert warned(usual | change) == [name]


def test_a_peer_by_http_is_refused_beyond_this_machine(tmp_path: Path) -> None:
    for address, states in (("http://sp4n.example", ["refused"]), ("http://127.0.0.1:8099", ["ok"])):
        (tmp_path / "peer.json").write_text(json.dumps({"base_url": address}))
        environment = read_environment({**GOOD, "SP4N_PEER": str(tmp_path / "peer.json")})
        assert [found.state for found in judge_settings(environment) if found.name == "SP4N_PEER"] == states


def test_safe_production_starts_with_secure_cookies(tmp_path: Path) -> None:
    settings = config.settings({**GOOD, "LAPOR_HOME": str(tmp_path)})

    assert settings["SESSION_COOKIE_NAME"] == "__Host-lapor_session"
    assert settings["LOG_FORMAT"] == "json"
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://lapor@db.example/lapor?sslmode=verify-full"
    assert settings["TRUSTED_HOSTS"] == ["lapor.example.go.id", "localhost", "127.0.0.1"]


def test_secrets_of_the_data_folder_do_not_count_in_production(tmp_path: Path) -> None:
    (tmp_path / SECRETS_FILE).write_text('{"SECRET_KEY": "' + "ab1!" * 20 + '"}')
    environ = {**GOOD, "SECRET_KEY": "", "LAPOR_HOME": str(tmp_path)}

    with pytest.raises(ConfigurationError, match="SECRET_KEY is not set"):
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
