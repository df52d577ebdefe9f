"""What servers, files and clock may forbid of a start, each seen on real ones or on facts written by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from app.launch.database_checks import DEMO_KEYS, DEMO_PASSWORD, DatabaseFacts, judge_database, judge_facts
from app.launch.machine_checks import judge_machine
from app.launch.queue_checks import _judge_access, is_patched, judge_info, judge_queue
from app.settings.environment import read_environment
from app.settings.findings import Finding
from tests.launch.test_production_refusals import GOOD, PROJECT
from tests.servers import database_url_for, servers
from tests.servers_away import refused

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SOUND = DatabaseFacts("on", "on", "on", 180_001, False, False, True, True, NOW)
WEAK = [
    ({"fsync": "off"}, "fsync must not be off"),
    ({"full_page_writes": "off"}, "full_page_writes must not be off"),
    ({"synchronous_commit": "off"}, "synchronous_commit must not be off"),
    ({"version": 140_013}, "PostgreSQL 14; 15 is the oldest"),
    ({"now": NOW + timedelta(seconds=6)}, "6 s off the database's"),
    ({"now": NOW - timedelta(minutes=5)}, "300 s off the database's"),
]


def found(findings: list[Finding], state: str) -> dict[str, str]:
    return {finding.name: finding.sentence for finding in findings if finding.state == state}


def test_a_sound_database_is_not_complained_of() -> None:
    assert {finding.state for finding in judge_facts(SOUND, NOW, remote=True)} == {"ok"}


@pytest.mark.parametrize(("change", "sentence"), WEAK)
def test_an_unsafe_database_is_refused_with_its_reason(change: dict[str, object], sentence: str) -> None:
    told = found(list(judge_facts(replace(SOUND, **change), NOW, remote=True)), "refused")  # type: ignore[arg-type]
    assert len(told) == 1
    assert sentence in next(iter(told.values()))


@pytest.mark.parametrize(
    ("change", "name"), [({"superuser": True}, "database account"), ({"encrypted": False}, "database network")]
)
def test_what_a_house_may_have_chosen_is_a_warning(change: dict[str, object], name: str) -> None:
    assert list(found(list(judge_facts(replace(SOUND, **change), NOW, True)), "warning")) == [name]  # type: ignore[arg-type]


@pytest.fixture
def database() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    url = database_url_for(f"{os.environ.get('PYTEST_XDIST_WORKER', '')}safe")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def look(connection: psycopg.Connection[tuple[object, ...]]) -> list[Finding]:
    return judge_database(servers().postgres.url(connection.info.dbname), 0, remote=False)


def test_durability_is_that_of_this_account_in_this_database(
    database: psycopg.Connection[tuple[object, ...]],
) -> None:
    """The servers of the tests write nothing through; one database of theirs says that it waits for its commits."""
    assert "fsync, full_page_writes, synchronous_commit must" in found(look(database), "refused")["database durability"]
    database.execute(f"ALTER DATABASE {database.info.dbname} SET synchronous_commit = on")
    assert "fails: fsync, full_page_writes must" in found(look(database), "refused")["database durability"]


def test_accounts_of_the_demonstration_are_refused(database: psycopg.Connection[tuple[object, ...]]) -> None:
    from werkzeug.security import generate_password_hash

    database.execute("DROP TABLE IF EXISTS ab_user, api_key CASCADE")
    assert "demo accounts" not in found(look(database), "refused")
    database.execute("CREATE TABLE ab_user (username text, email text, password text, active boolean)")
    database.execute("CREATE TABLE api_key (name text, revoked_at timestamptz)")
    easy = generate_password_hash(DEMO_PASSWORD, method="pbkdf2:sha256:1")
    rows = [("kasi", "kasi@balangan.go.id", "hashed-otherwise", True), ("kabid", "kabid@go.id", None, True)]
    rows += [("kadis", "kadis@balangan.example", "x", False), ("orang", "orang@balangan.go.id", easy, True)]
    for row in rows:
        database.execute("INSERT INTO ab_user VALUES (%s, %s, %s, %s)", row)
    database.execute("INSERT INTO api_key VALUES ('SP4N', NULL), (%s, now())", (DEMO_KEYS[0],))
    assert "demo accounts" not in found(look(database), "refused")
    database.execute("UPDATE ab_user SET active = true")
    assert found(look(database), "refused")["demo accounts"].endswith("knows: kadis.")
    database.execute("UPDATE ab_user SET password = %s WHERE username = 'kasi'", (easy,))
    database.execute("UPDATE api_key SET revoked_at = NULL")
    assert found(look(database), "refused")["demo accounts"].endswith(f"knows: kadis, kasi, {DEMO_KEYS[0]}.")


@pytest.mark.parametrize(
    ("kind", "version", "patched"),
    [
        ("Redis", "8.0.2", False),
        ("Redis", "8.0.4", True),
        ("Redis", "8.2.1", False),
        ("Redis", "8.4.0", True),
        ("Redis", "7.2.10", False),
        ("Redis", "7.0.15", False),
        ("Redis", "6.2.20", True),
        ("Valkey", "8.1.3", False),
        ("Valkey", "8.1.4", True),
        ("Valkey", "9.0.0", True),
        ("Valkey", "", False),
    ],
)
def test_a_queue_server_open_to_the_known_hole_is_named(kind: str, version: str, patched: bool) -> None:
    assert is_patched(kind, version) is patched
    told = {"redis_version": version} if kind == "Redis" else {"valkey_version": version, "redis_version": "7.2.4"}
    sentence = found(list(judge_info({**told, "aof_enabled": 1})), "warning").get("queue version", "")
    assert ("CVE-2025-49844" in sentence) is not patched


def test_a_queue_server_that_forgets_is_a_warning() -> None:
    told = {"redis_version": "8.2.2", "aof_enabled": 0, "maxmemory_policy": "allkeys-lru"}
    assert set(found(list(judge_info(told)), "warning")) == {"queue persistence", "queue eviction"}


def test_a_queue_server_open_to_all_is_refused_beyond_this_machine() -> None:
    assert _judge_access("redis://:word@queue.example/0", without_password=True).state == "refused"
    assert _judge_access("redis://:word@queue.example/0", without_password=False).state == "ok"
    assert _judge_access("redis://127.0.0.1/0", without_password=True).state == "ok"


def test_the_queue_server_of_the_tests_is_sound_and_one_that_is_away_a_warning() -> None:
    assert {finding.state for finding in judge_queue(servers().valkey.url)} == {"ok"}
    with refused() as place:
        assert [finding.state for finding in judge_queue(f"redis://{place}/0")] == ["warning"]


def test_files_that_others_may_read_or_nobody_may_write_are_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    usual = read_environment({**GOOD, "LAPOR_HOME": str(home)})
    assert found(judge_machine(usual), "refused") == {}
    (home / "secrets.json").write_text("{}")
    (home / "secrets.json").chmod(0o640)
    assert "mode 0640" in found(judge_machine(usual), "refused")["secrets.json"]
    home.chmod(0o777)
    assert "Everybody on this machine may write" in found(judge_machine(usual), "refused")["LAPOR_HOME"]
    (tmp_path / "file").write_text("")
    taken = usual.model_copy(update={"storage_url": f"file://{tmp_path}/file"})
    assert "Files cannot be kept" in found(judge_machine(taken), "refused")["STORAGE_URL"]
    (home / "open").mkdir()
    (home / "open").chmod(0o777)
    taken = usual.model_copy(update={"storage_url": f"file://{home}/open"})
    assert "may change the files" in found(judge_machine(taken), "refused")["STORAGE_URL"]


def test_files_of_one_host_are_worth_a_look_where_there_may_be_two(tmp_path: Path) -> None:
    usual = read_environment({**GOOD, "LAPOR_HOME": str(tmp_path)})
    assert "A second host finds these files only" in found(judge_machine(usual), "warning")["STORAGE_URL"]
    here = usual.model_copy(update={"database_url": "postgresql://lapor@127.0.0.1/lapor"})
    assert "can be written" in found(judge_machine(here), "ok")["STORAGE_URL"]
    everywhere = usual.model_copy(update={"storage_url": "s3://files"})
    assert "An object store" in found(judge_machine(everywhere), "ok")["STORAGE_URL"]


def run(command: str, home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    whole = {"PATH": os.environ["PATH"], "LAPOR_HOME": str(home), **GOOD, **environ}
    return subprocess.run(
        [sys.executable, str(PROJECT / "run.py"), command], env=whole, cwd="/", capture_output=True, text=True
    )


@pytest.mark.parametrize("command", ["web", "worker", "scheduler", "all"])
def test_what_serves_refuses_with_the_reasons_of_settings_and_servers_at_once(command: str, tmp_path: Path) -> None:
    there = {"DATABASE_URL": servers().postgres.url("postgres"), "REDIS_URL": servers().valkey.url}
    done = run(command, tmp_path / "home", **there, FLASK_DEBUG="1")
    assert done.returncode == 2, done.stderr
    assert "FLASK_DEBUG is set" in done.stderr
    assert "fsync, full_page_writes, synchronous_commit must not be off" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "home").exists()


def test_check_config_prints_the_whole_list_and_works_while_servers_are_away(tmp_path: Path) -> None:
    with refused() as place:
        urls = {"DATABASE_URL": f"postgresql://l:hidden-word-7@{place}/l", "REDIS_URL": f"redis://{place}/0"}
        done = run("check-config", tmp_path / "home", **urls, TZ="Asia/Makassar")
    assert done.returncode == 1, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line]
    states = {words[0]: words[1] for words in lines}
    assert states["SECRET_KEY"] == states["TZ"] == states["DATABASE_URL"] == "ok"
    assert states["TRUSTED_PROXIES"] == states["queue"] == "warning"
    assert "DATABASE_URL does not answer" in done.stdout
    assert "Production would not start: 1 refused." in done.stdout
    assert "hidden-word" not in done.stdout
    assert not (tmp_path / "home").exists()


def test_check_config_says_what_cannot_even_be_read(tmp_path: Path) -> None:
    done = run("check-config", tmp_path / "home", PORT="x", IDENTITY_KEYS="y")
    assert done.returncode == 1
    assert "PORT is 'x'" in done.stdout
    assert "IDENTITY_KEYS must be Fernet keys" in done.stdout
