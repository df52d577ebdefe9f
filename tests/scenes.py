"""States that many tests begin with: led there once for each worker by the real operations, then put back by a copy.

A scene is a function without arguments that makes rows and returns what the tests need of them: plain values, no rows,
for those belong to the session that made them. Its database, what waits in Redis and the files it stored come back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask

from app.core.extensions import db, redis_client
from tests.output_search import OUTPUTS, now_by_the_disk, secret_is_in_play
from tests.servers import copy_database, database_url_for

Told = TypeVar("Told")
Scene = Callable[[Callable[[], Told]], Told]


@dataclass(frozen=True)
class Kept:
    """What a scene left."""

    told: Any
    database: str
    waiting: dict[bytes, bytes]
    files: dict[Path, bytes]
    is_secret: bool


class Scenes:
    """The scenes of one worker."""

    def __init__(self, worker: str) -> None:
        self._worker, self._kept = worker, dict[Callable[[], Any], Kept]()

    def show(self, app: Flask, make: Callable[[], Told]) -> Told:
        """What the scene told when it was made; everything stands again as it was then."""
        if make in self._kept:
            self._put_back(app, self._kept[make])
        else:
            self._kept[make] = self._make(app, make)
        told: Told = self._kept[make].told
        return told

    def _make(self, app: Flask, make: Callable[[], Told]) -> Kept:
        home = Path(app.config["LAPOR_HOME"])
        began, name = now_by_the_disk(home), f"scene_{self._worker}_{len(self._kept)}"
        with app.app_context():
            told = make()
            _leave()
            queue = redis_client()
            waiting = {key: bytes(queue.dump(key) or b"") for key in queue.scan_iter()}
        copy_database(f"test_{self._worker}", name)
        stored = {path: path.read_bytes() for path in home.rglob("*") if _is_new(path, began)}
        return Kept(told, name, waiting, stored, OUTPUTS.secret_in_play)

    def _put_back(self, app: Flask, kept: Kept) -> None:
        with app.app_context():
            _leave()
            database_url_for(self._worker, kept.database)
            for key, value in kept.waiting.items():
                redis_client().restore(key, 0, value, replace=True)
        for path, content in kept.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if kept.is_secret:
            secret_is_in_play()


def _leave() -> None:
    """A database is copied while nobody is in it."""
    db.session.remove()
    db.engine.dispose()


def _is_new(path: Path, since: float) -> bool:
    return path.is_file() and path.name != ".began" and path.stat().st_mtime >= since
