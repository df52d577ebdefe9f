"""Whether the program lives, and whether it can work: database, Redis and the newest migration."""

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask, Response, current_app, jsonify
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db, redis_client


def install(app: Flask) -> None:
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)


def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


def readyz() -> tuple[Response, int]:
    """Every part by name, true or false; 503 when one is missing."""
    parts = {"database": _database(), "redis": _redis(), "migrations": _migrations()}
    ready = all(parts.values())
    return jsonify(status="ready" if ready else "not_ready", parts=parts), 200 if ready else 503


def _database() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def _redis() -> bool:
    try:
        return bool(redis_client().ping())
    except RedisError:
        return False


def _migrations() -> bool:
    """Whether the tables are at the newest revision this program knows."""
    try:
        stored = db.session.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return list(stored) == list(_heads())


def _heads() -> list[str]:
    kept: list[str] | None = current_app.extensions.get("migration_heads")
    if kept is None:
        config = Config()
        config.set_main_option("script_location", f"{current_app.root_path}/../migrations")
        kept = current_app.extensions["migration_heads"] = ScriptDirectory.from_config(config).get_heads()
    return kept
