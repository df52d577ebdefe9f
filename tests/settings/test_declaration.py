"""Every setting is declared once: its documentation, its bounds and its errors come from the declaration."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings.declaration import texts_of, variables
from app.settings.documentation import as_markdown
from app.settings.environment import SECTIONS, ConfigurationError, Environment, read_environment

PROJECT = Path(__file__).resolve().parents[2]


def test_the_page_of_the_settings_is_what_the_declaration_says() -> None:
    written = (PROJECT / "docs" / "configuration.md").read_text("utf-8")
    assert written == as_markdown(), "python run.py settings > docs/configuration.md"


def test_every_section_is_read_and_every_setting_has_a_meaning() -> None:
    declared = [name for section in SECTIONS for name in variables(section)]
    assert sorted(declared) == sorted(variables(Environment))
    assert all(field.description for field in variables(Environment).values())


def test_every_number_is_refused_beyond_its_bounds_with_its_name_and_range(tmp_path: Path) -> None:
    numbers = {
        name: texts_of(field)["expected"]
        for name, field in variables(Environment).items()
        if texts_of(field)["expected"].startswith("a number from")
    }
    assert len(numbers) > 15
    for name, expected in numbers.items():
        least, most = (int(word) for word in expected.split() if word.isdigit())
        for bad in (str(least - 1), str(most + 1), "x", "1_0", "+1", "1.0", "9" * 5000):
            with pytest.raises(ConfigurationError) as refused:
                read_environment({"LAPOR_HOME": str(tmp_path), name: bad})
            assert refused.value.reasons == [f"{name} is {bad!r}, not {expected}."]
        for good in (least, most):
            found = read_environment({"LAPOR_HOME": str(tmp_path), name: f" {good} "})
            assert getattr(found, name.lower()) == good


def test_every_invalid_setting_is_named_at_once_and_no_secret_is_repeated(tmp_path: Path) -> None:
    wrong = {
        "PORT": "0",
        "WEB_CONCURRENCY": "many",
        "DATABASE_URL": "mysql://rahasia@db/x",
        "REDIS_URL": "rahasia",
        "IDENTITY_KEYS": "rahasia",
        "LOG_FORMAT": "XML",
        "OPEN311": "yes",
        "BACKUP_FOLDER": "here",
        "CLAMAV_URL": "tcp://[",
        "OIDC_ISSUER": "https://[",
        "OIDC_LINK_BY": "nip",
    }
    with pytest.raises(ConfigurationError) as refused:
        read_environment({"LAPOR_HOME": str(tmp_path), **wrong})
    assert "rahasia" not in str(refused.value)
    for name in wrong:
        assert any(name in reason for reason in refused.value.reasons), name


def test_names_are_written_in_upper_case_and_an_empty_value_is_none(tmp_path: Path) -> None:
    found = read_environment({"LAPOR_HOME": str(tmp_path), "port": "1", "WORKERS": "  ", "SMTP_URL": ""})
    assert (found.port, found.workers, found.smtp_url) == (8080, 2, None)


def test_no_secret_is_shown_with_the_settings(tmp_path: Path) -> None:
    secrets = [name for name, field in variables(Environment).items() if not field.repr]
    given = dict.fromkeys(("SECRET_KEY", "SMTP_URL", "METRICS_TOKEN", "STORAGE_S3_SECRET"), "rahasia-kunci")
    given |= {"DATABASE_URL": "postgresql://lapor:rahasia@db/lapor", "REDIS_URL": "redis://:rahasia@queue/0"}
    assert set(given) <= set(secrets)
    assert "rahasia" not in repr(read_environment({"LAPOR_HOME": str(tmp_path), **given}))
