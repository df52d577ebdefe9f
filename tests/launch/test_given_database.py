"""A database named by the environment that does not answer, or that would lose data, is told in a sentence."""

from __future__ import annotations

import pytest

from app.servers.given_database import check_database
from app.servers.start_refused import LaunchRefused, ServerFailed
from tests.servers import servers


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(ServerFailed, match="DATABASE_URL does not answer") as failure:
        check_database("postgresql+psycopg://lapor:hidden-word@127.0.0.1:1/lapor", production=False, patience=0)

    assert "hidden-word" not in str(failure.value)


def test_a_database_that_may_lose_commits_is_refused_in_production_alone() -> None:
    """The servers of the tests run without fsync."""
    url = servers().postgres.url("postgres")

    check_database(url, production=False)
    with pytest.raises(LaunchRefused, match="fsync, full_page_writes, synchronous_commit must not be off"):
        check_database(url, production=True)
