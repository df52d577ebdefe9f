"""States that many tests begin with: led there once for each worker by the real operations, then put back row by row.

A scene is a function without arguments that makes rows and returns what the tests need of them: plain values, no rows,
for those belong to the session that made them. Its database, what waits in Redis and the files it stored come back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask

from app.core.extensions import redis_client
from tests.output_search import OUTPUTS, now_by_the_disk, secret_is_in_play
from tests.worker_database import Contents, WorkerDatabase

Told = TypeVar("Told")
Scene = Callable[[Callable[[], Told]], Told]


@dataclass(frozen=True)
class Kept:
    """What a scene left."""

    told: Any
    database: Contents
    waiting: dict[bytes, bytes]
    files: dict[Path, bytes]
    is_secret: bool


class Scenes:
    """The scenes of one worker."""

    def __init__(self, database: WorkerDatabase) -> None:
        self._database, self._kept = database, dict[Callable[[], Any], Kept]()

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
        began = now_by_the_disk(home)
        with app.app_context():
            told = make()
            queue = redis_client()
            waiting = {key: bytes(queue.dump(key) or b"") for key in queue.scan_iter()}
        stored = {path: path.read_bytes() for path in home.rglob("*") if _is_new(path, began)}
        return Kept(told, self._database.contents(app), waiting, stored, OUTPUTS.secret_in_play)

    def _put_back(self, app: Flask, kept: Kept) -> None:
        self._database.put_back(app, kept.database)
        with app.app_context():
            for key, value in kept.waiting.items():
                redis_client().restore(key, 0, value, replace=True)
        for path, content in kept.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if kept.is_secret:
            secret_is_in_play()


def _is_new(path: Path, since: float) -> bool:
    return path.is_file() and path.name != ".began" and path.stat().st_mtime >= since
