"""Fills a migrated database with very many complaints: prototypes by the operations, the rest as copies by COPY.

    Filling(app).grow_to(100_000)

Everything random comes from one seed. The prototypes stay in the database as cases among the others.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from random import Random
from types import SimpleNamespace
from typing import Any

import psycopg
from flask import Flask
from psycopg.sql import SQL, Identifier
from sqlalchemy import select, text

from app.cases.raise_alarms import raise_due_alarms
from app.core.clock import utc_now
from app.core.encrypted_columns import identifier_digest, name_digests
from app.core.extensions import db
from app.models import Agency, Category, Paper, PaperKind, Reporter, Village
from app.papers.kinds import html_of
from app.papers.papers import keep_file
from app.papers.render import render_pdf
from tests.bench.filling.copies import Books, Wanted, copy_case
from tests.bench.filling.officers import make_officers
from tests.bench.filling.prototype import COUNTED, Prototype, read_prototype
from tests.bench.filling.schedule import harmless_shifts, schedule
from tests.bench.filling.stories import make_prototypes
from tests.bench.filling.words import reporters

SEED = 8
AT_ONCE = 1000
WITHOUT_INDEXES_FROM = 50_000
REPORTERS = 2000
_SENT = """
    UPDATE delivery SET state = 'sent', attempts = 1, sent_at = created_at + interval '30 seconds'
    WHERE state = 'queued'
"""
_READ = """
    UPDATE notice SET read_at = created_at + interval '1 hour' FROM step_task AS t
    WHERE t.id = notice.task_id AND read_at IS NULL AND t.closed_at IS NOT NULL
    AND created_at < now() - interval '1 hour'
"""
_DRAWN = """
    UPDATE paper SET state = 'ready', tries = 1, path = drawn.path, file_hash = drawn.file_hash, pages = drawn.pages,
        drawn_at = paper.made_at
    FROM (SELECT path, file_hash, pages FROM paper WHERE state = 'ready' LIMIT 1) AS drawn WHERE paper.state = 'queued'
"""
_SEQUENCES = """
    SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)
"""
_COUNTERS = """
    INSERT INTO number_counter (series, year, last) VALUES (%s, %s, %s)
    ON CONFLICT (series, year) DO UPDATE SET last = excluded.last
"""
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s)
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)
"""


class Filling:
    """Prototypes that were made once, and as many copies of them as are asked for."""

    def __init__(self, app: Flask, *, closed: int = 40, late: bool = True, drawn: bool = True) -> None:
        """`closed` is how many closed prototypes there are, `late` whether open ones stand there late as well; `drawn`
        gives papers a file, which takes a few seconds.
        """
        self.app, self.random, self.drawn = app, Random(SEED), drawn
        self.now = utc_now().replace(microsecond=0)
        make_officers()
        made = make_prototypes(self.now, closed, late, self.random)
        _settle(self.now, drawn)
        self.prototypes, self.count = [read_prototype(one) for one in made], len(made)
        self.harmless = harmless_shifts(self.prototypes)

    def grow_to(self, count: int) -> None:
        """Make so many complaints in all, with everything that belongs to them."""
        more = max(0, count - self.count)
        wanted = schedule(self.prototypes, self.harmless, more, _weeks(count), self.random)
        books = _books(self.app, self.random)
        db.session.remove()
        with _connection(self.app) as connection:
            _load(connection, wanted, books, _columns(self.prototypes))
            _close_books(connection, books)
        self.count += more
        _settle(self.now, drawn=False)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as whole:
            whole.execute(text("VACUUM ANALYZE"))


def _weeks(count: int) -> int:
    """One year of a small office, five of a large one."""
    return 52 if count < 5_000 else 156 if count <= 200_000 else 260


def _settle(now: datetime, drawn: bool) -> None:
    """What had come due is on record, messages have gone out, what was done was read, papers lie in the store."""
    while raise_due_alarms(now):
        pass
    if drawn:
        _draw_one()
        db.session.execute(text(_DRAWN))
    db.session.execute(text(_SENT))
    db.session.execute(text(_READ))
    db.session.commit()


def _draw_one() -> None:
    """All papers of the set share one file: drawing is measured elsewhere."""
    paper = db.session.scalars(select(Paper).where(Paper.state == "queued").limit(1)).one()
    keep_file(paper, render_pdf(html_of(PaperKind(paper.kind), paper.frozen)), 1)
    db.session.flush()


def _books(app: Flask, random: Random) -> Books:
    agencies = db.session.scalars(select(Agency)).all()
    names = ("number_pattern", "classification_code", "letter_suffix")
    villages = select(Village.district_id, Village.id, Village.name).order_by(Village.id)
    numbers = db.session.execute(text("SELECT series, year, last FROM number_counter"))
    return Books(
        secret=app.config["SECRET_KEY"].encode(),
        keys=Counter({table: _last(table) for table in ("complaint", *COUNTED)} | {"position": _last_position()}),
        numbers=Counter({(row.series, row.year): row.last for row in numbers}),
        agencies={a.code: SimpleNamespace(**{name: getattr(a, name) for name in names}) for a in agencies},
        categories=dict(db.session.execute(select(Category.code, Category.id)).all()),
        villages=list(db.session.execute(villages).all()),
        reporters=[_sealed(reporter) for reporter in reporters(REPORTERS, random)],
        random=random,
    )


def _last(table: str) -> int:
    return int(db.session.execute(text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one())  # noqa: S608


def _last_position() -> int:
    return int(db.session.execute(text("SELECT coalesce(max(position), 0) FROM sync_change")).scalar_one())


_REPORTER = (
    "name",
    "phone",
    "email",
    "address",
    "nik",
    "told_by",
    "name_words",
    "phone_mark",
    "email_mark",
    "nik_mark",
)


def _sealed(reporter: dict[str, str]) -> str:
    """A reporter's row but for its key, sealed as the operations would."""
    seal = Reporter.__table__.c.name.type.process_bind_param
    cells = [str(seal(reporter[name], None)) for name in _REPORTER[:5]]
    words = "{" + ",".join(name_digests(reporter["name"])) + "}"
    return "\t".join(
        [*cells, "\\N", words, *(identifier_digest(name, reporter[name]) for name in ("phone", "email", "nik"))]
    )


def _columns(prototypes: Sequence[Prototype]) -> dict[str, tuple[str, ...]]:
    found = {part.table: part.columns for prototype in prototypes for part in prototype.parts}
    return found | {"reporter": ("complaint_id", *_REPORTER)}


@contextmanager
def _connection(app: Flask) -> Iterator[psycopg.Connection[Any]]:
    """As the superuser: the rows come whole, so that nothing need be looked up or refused row by row."""
    with psycopg.connect(app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '512MB'")
        yield connection


def _load(
    connection: psycopg.Connection[Any], wanted: Sequence[Wanted], books: Books, columns: dict[str, tuple[str, ...]]
) -> None:
    with _few_indexes(connection, list(columns) if len(wanted) >= WITHOUT_INDEXES_FROM else []):
        for first in range(0, len(wanted), AT_ONCE):
            rows: dict[str, list[str]] = {table: [] for table in columns}
            for one in wanted[first : first + AT_ONCE]:
                for table, lines in copy_case(one, books).items():
                    rows[table].append(lines)
            for table, texts in rows.items():
                _copy(connection, table, columns[table], "".join(texts))
            connection.commit()


def _copy(connection: psycopg.Connection[Any], table: str, columns: Sequence[str], lines: str) -> None:
    names = SQL(", ").join(map(Identifier, columns))
    with connection.cursor().copy(SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), names)) as copy:
        copy.write(lines)


@contextmanager
def _few_indexes(connection: psycopg.Connection[Any], tables: list[str]) -> Iterator[None]:
    """Indexes that hold no constraint are built once at the end instead of row by row."""
    found = connection.execute(_INDEXES, (tables,)).fetchall()
    for name, _ in found:
        connection.execute(SQL("DROP INDEX {}").format(Identifier(name)))
    yield
    for _, definition in found:
        connection.execute(definition)
        connection.commit()


def _close_books(connection: psycopg.Connection[Any], books: Books) -> None:
    """Keys and numbers go on after the last one that was given."""
    for table in ("complaint", *COUNTED):
        if books.keys[table]:
            connection.execute(_SEQUENCES, (table, books.keys[table]))
    if books.keys["position"]:
        connection.execute("SELECT setval('sync_change_position', %s)", (books.keys["position"],))
    for (series, year), last in books.numbers.items():
        connection.execute(_COUNTERS, (series, year, last))
    connection.commit()
