"""What the environment says, and what the frameworks are told."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

import config
from app.core.jobs import QueueName
from app.launch.all_processes import open_public_endpoints, programs
from app.servers.data_folder import ensure_secrets
from app.settings.environment import SECRETS_FILE, ConfigurationError, home_folder, read_environment
from app.settings.environment_checks import SHORTEST_SECRET
from app.settings.machine_settings import QUEUES
from app.settings.office_settings import PUBLIC_ENDPOINTS


def settings(home: Path, **environ: str) -> dict[str, object]:
    return config.settings({"LAPOR_HOME": str(home), **environ})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_understood(scheme: str, tmp_path: Path) -> None:
    found = settings(tmp_path, DATABASE_URL=f"{scheme}://u:p%40ss@db:5433/lapor?sslmode=require")

    assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://u:p%40ss@db:5433/lapor?sslmode=require"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80", "٨٠"])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="PORT"):
        settings(tmp_path, PORT=port)


def test_the_data_folder_follows_the_xdg_specification() -> None:
    assert home_folder({"XDG_DATA_HOME": "/data"}) == Path("/data/lapor-balangan")
    assert home_folder({"XDG_DATA_HOME": "relative"}) == Path.home() / ".local/share/lapor-balangan"
    assert home_folder({"LAPOR_HOME": "/srv/a b", "XDG_DATA_HOME": "/data"}) == Path("/srv/a b")


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    ensure_secrets(tmp_path)
    first = settings(tmp_path)
    ensure_secrets(tmp_path)
    second = settings(tmp_path)

    assert stat.S_IMODE((tmp_path / SECRETS_FILE).stat().st_mode) == 0o600
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert len(str(first["SECRET_KEY"])) > SHORTEST_SECRET
    assert first["IDENTITY_KEYS"] == second["IDENTITY_KEYS"] != ()


def test_a_damaged_secrets_file_stops_the_start_instead_of_changing_the_keys(tmp_path: Path) -> None:
    (tmp_path / SECRETS_FILE).write_text('{"SECRET_KEY": "half')

    with pytest.raises(ConfigurationError, match="keys of the stored data"):
        ensure_secrets(tmp_path)


def test_a_login_returns_to_exact_addresses_only(tmp_path: Path) -> None:
    """A pattern such as `localhost:*` would match `localhost:x@evil.example`."""
    hosts = settings(tmp_path, PORT="8090", PUBLIC_BASE_URL="https://lapor.example")["FAB_SAFE_REDIRECT_HOSTS"]

    assert hosts == ["lapor.example", "localhost", "localhost:8090", "127.0.0.1", "127.0.0.1:8090"]


@pytest.mark.parametrize(
    ("redis_url", "storage"),
    [
        ("unix:///run/a%20b/v.sock?db=3", "redis+unix:///run/a%20b/v.sock?db=3"),
        ("redis://:pw@queue:6380/2", "redis://:pw@queue:6380/2"),
    ],
)
def test_the_rate_limiter_counts_in_the_same_redis(redis_url: str, storage: str, tmp_path: Path) -> None:
    assert settings(tmp_path, REDIS_URL=redis_url)["RATELIMIT_STORAGE_URI"] == storage


def test_the_number_of_workers_is_what_is_started_and_what_the_pages_expect(tmp_path: Path) -> None:
    home = {"LAPOR_HOME": str(tmp_path)}
    for given, number in (({}, 2), ({"WORKERS": "5"}, 5)):
        assert config.settings(home | given)["WORKERS"] == number
        workers = [p.name for p in programs(read_environment(home | given).workers, 3) if p.command[-1] == "worker"]
        assert len(workers) == number
    for bad in ("0", "-1", "dua", "501"):
        with pytest.raises(ConfigurationError, match="WORKERS"):
            read_environment(home | {"WORKERS": bad})


def test_limits_and_cookies_are_never_left_to_the_frameworks(tmp_path: Path) -> None:
    found = settings(tmp_path)

    assert found["SESSION_COOKIE_HTTPONLY"] is True
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["MAX_CONTENT_LENGTH"] == 26 * 1024 * 1024
    assert found["RATELIMIT_ENABLED"] is True
    assert found["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] is True
    assert found["FAB_CREATE_DB"] is found["FAB_UPDATE_PERMS"] is False


def test_doors_to_the_street_are_shut_until_the_office_opens_them(tmp_path: Path) -> None:
    doors = ("PUBLIC_INTAKE", "PUBLIC_FIGURES", "OPEN311")
    assert [settings(tmp_path)[name] for name in doors] == [False] * 3
    assert [settings(tmp_path, PUBLIC_INTAKE="On", OPEN311="off")[name] for name in doors] == [True, False, False]
    with pytest.raises(ConfigurationError, match="PUBLIC_FIGURES"):
        settings(tmp_path, PUBLIC_FIGURES="yes")


def test_the_demonstration_opens_them_but_for_what_was_said_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PUBLIC_ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPEN311", "off")
    open_public_endpoints()
    assert [os.environ[name] for name in PUBLIC_ENDPOINTS] == ["on", "on", "off"]


def test_the_settings_name_every_queue() -> None:
    assert set(QUEUES) == set(QueueName)


def test_a_secret_may_be_in_a_file_unless_it_is_set_itself(tmp_path: Path) -> None:
    for name in ("key", "url"):
        (tmp_path / name).write_text(f" redis://{name}\n")
    (tmp_path / "empty").write_text("\n")
    files = {"SECRET_KEY_FILE": str(tmp_path / "key"), "REDIS_URL_FILE": str(tmp_path / "url")}
    files |= {"SMTP_URL_FILE": str(tmp_path / "empty")}

    found = read_environment({"LAPOR_HOME": str(tmp_path), **files, "REDIS_URL": "redis://own"})

    assert (found.secret_key, found.redis_url, found.smtp_url) == ("redis://key", "redis://own", None)


def test_a_file_of_a_secret_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL_FILE cannot be read"):
        read_environment({"LAPOR_HOME": str(tmp_path), "DATABASE_URL_FILE": str(tmp_path / "missing")})
