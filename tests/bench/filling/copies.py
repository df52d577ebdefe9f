"""One copy of a prototype: its own keys, times, numbers and words, and hashes reckoned anew over them."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from app.cases.receive_complaint import CODE_LETTERS
from app.papers.letter_numbers import written
from tests.bench.filling.prototype import COUNTED, Prototype
from tests.bench.filling.words import tell
from tests.office_zone import office_time, office_today
from workflow_rules.process.complaint_number import format_complaint_number
from workflow_rules.record.hash_chain import GENESIS

LINKED_FROM = 10_000_000
MARK_LETTERS = 12


@dataclass(frozen=True)
class Wanted:
    """Which prototype is to be copied, and how far it is moved in time."""

    prototype: Prototype
    shift: timedelta

    @property
    def received_at(self) -> datetime:
        return self.prototype.received_at + self.shift


@dataclass
class Books:
    """What all copies have in common: the last key of each table, the last numbers of each series, who and where."""

    secret: bytes
    keys: Counter[str]
    numbers: Counter[tuple[str, int]]
    agencies: Mapping[str, SimpleNamespace]
    categories: Mapping[str, int]
    villages: list[tuple[int, int, str]]
    reporters: list[str]
    random: Random
    into: tuple[int, str] = (0, "")


def code_of(number: str) -> str:
    """The tracking code of a generated case: known to whoever measures, kept as a hash like any other."""
    digest = hashlib.sha256(number.encode()).digest()
    return "".join(CODE_LETTERS[byte % len(CODE_LETTERS)] for byte in digest[:8])


def copy_case(wanted: Wanted, books: Books) -> dict[str, str]:
    """The rows of one copy, as text for COPY by table."""
    prototype = wanted.prototype
    values = (
        _in_time(wanted) | _of_its_own(wanted, books) | _keys(prototype, books) | _letters(prototype, books, wanted)
    )
    values |= _hashes(prototype, values)
    if prototype.made.target == "closed":
        books.into = values["complaint"], values["number"]
    found = {part.table: part.text % values for part in prototype.parts}
    if prototype.reported:
        found["reporter"] = f"{values['complaint']}\t{books.random.choice(books.reporters)}\n"
    return found


def _in_time(wanted: Wanted) -> dict[str, Any]:
    shift = wanted.shift
    days = timedelta(days=round(shift / timedelta(days=1)))
    found = {name: (at + shift).isoformat() for name, at in wanted.prototype.instants.items()}
    return found | {name: (day + days).isoformat() for name, day in wanted.prototype.days.items()}


def _of_its_own(wanted: Wanted, books: Books) -> dict[str, Any]:
    district, village, name = books.villages[int(books.random.triangular(0, len(books.villages), 0))]
    topic = wanted.prototype.made.topic
    told = tell(topic, name, books.random)
    year = office_time(wanted.received_at).year
    books.numbers["complaint", year] += 1
    number = format_complaint_number(year, books.numbers["complaint", year])
    code = hmac.new(books.secret, f"{number}:{code_of(number)}".encode(), hashlib.sha256).hexdigest()
    return {
        "number": number,
        "title": told.title,
        "body": told.body,
        "place": told.place,
        "category": books.categories[topic.category],
        "district": district,
        "village": village,
        "code": code,
        "into_id": books.into[0],
        "into": books.into[1],
    }


def _keys(prototype: Prototype, books: Books) -> dict[str, Any]:
    books.keys["complaint"] += 1
    case = books.keys["complaint"]
    found: dict[str, Any] = {"complaint": case, "tracking": LINKED_FROM + case}
    for table in COUNTED:
        first, count = books.keys[table] + 1, prototype.keys[table]
        books.keys[table] += count
        found |= {f"{table}{n}": first + n for n in range(count)}
    found |= {f"position{n}": books.keys["position"] + 1 + n for n in range(prototype.changes)}
    books.keys["position"] += prototype.changes
    found |= {f"paper_key{n}": f"answer_letter:{found[f'letter{at}']}" for n, at in enumerate(prototype.signed)}
    return found


def _letters(prototype: Prototype, books: Books, wanted: Wanted) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for n, (agency, signed_at) in enumerate(prototype.letters):
        at = signed_at + wanted.shift
        year = office_today(at).year
        books.numbers[f"letter:{agency}", year] += 1
        running = books.numbers[f"letter:{agency}", year]
        who: Any = books.agencies[agency]
        found |= {f"running{n}": running, f"year{n}": year, f"letter_number{n}": written(who, running, at)}
        found[f"verification{n}"] = f"{books.random.getrandbits(72):018x}"
    return found


def _hashes(prototype: Prototype, values: dict[str, Any]) -> dict[str, str]:
    """The chain over the events, what the feed remembers of each, and the content of each paper."""
    previous, found = GENESIS, {"hash0": GENESIS}
    for n, record in enumerate(prototype.records):
        previous = hashlib.sha256(f"{previous}\n{record % values}".encode()).hexdigest()
        found[f"hash{n + 1}"], found[f"mark_complaint_event{n}"] = previous, previous[:MARK_LETTERS]
    for n, paper in enumerate(prototype.papers):
        found[f"content{n}"] = hashlib.sha256((paper % values).encode()).hexdigest()
    return found
