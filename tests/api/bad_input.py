"""What may be wrong with an action over REST: every parameter by hand, and every way to spoil a value of its kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ABSENT = object()
CLOSED_AGENCY = "dinkes"

# Action -> parameter -> kind; "?" marks one that may be left out (design 8.3, written out by hand).
PARAMETERS: dict[str, dict[str, str]] = {
    "register": {"incomplete_reason": "?text", "fields": "?part"},
    "request_information": {"question": "text"},
    "add_information": {"text": "text"},
    "archive": {"reason": "choice", "note": "text"},
    "merge": {"into": "number"},
    "approve_check": {},
    "report": {"note": "?text"},
    "direct": {
        "agencies": "agencies",
        "lead": "text",
        "instruction": "text",
        "urgency": "choice",
        "field_visit": "flag",
        "route": "choice",
    },
    "relay": {},
    "send_back": {"note": "text"},
    "accept": {},
    "decline": {"reason": "choice", "note": "text"},
    "dispose": {"instruction": "text", "unit": "?text"},
    "mark_field_visit": {"reason": "text"},
    "submit_draft": {"subject": "text", "body": "text"},
    "initial": {},
    "sign": {"passphrase": "?text"},
    "send": {"without_scan_reason": "?text"},
    "continue_without": {"agency": "agency"},
    "dispose_answer": {"instruction": "text"},
    "reply": {"text": "text", "channel": "?choice", "proof": "?text"},
    "rate": {"score": "score", "comment": "?text"},
    "reopen": {"reason": "text"},
    "close": {},
    "note": {"text": "text"},
    "attach": {"filename": "text", "content_base64": "base64"},
    "withdraw": {"reason": "text"},
    "correct": {
        "category": "?text",
        "district": "?text",
        "village": "?text",
        "location": "?part",
        "classification": "?choice",
        "title": "?text",
        "confidentiality": "?choice",
        "reporter": "?part",
        "fields": "?part",
        "reason": "text",
    },
    "confirm_anonymity": {},
    "add_agency": {"agency": "agency", "instruction": "text"},
    "drop_agency": {"agency": "agency", "reason": "text"},
    "recall": {"agency": "agency", "reason": "text"},
    "extend": {"agency": "agency", "working_days": "days", "reason": "text"},
    "return_letter": {"note": "text"},
    "ask_release": {"reason": "text"},
    "release": {"agency": "agency", "accept": "flag", "note": "text"},
}

_NO_TEXT: list[Any] = [7, True, [], {"a": {"b": []}}]
_BAD_TEXT = ["   ", "\u200b\u2060\ufeff", "a\x00b", "\ud800", "a" * 200_000]
_SPOILT: dict[str, list[Any]] = {
    "text": [*_NO_TEXT, *_BAD_TEXT],
    "choice": [*_NO_TEXT, *_BAD_TEXT, "pigeon", "NORMAL", " normal"],
    "flag": [0, 1, "true", "", [], {}, 1.0],
    "score": [0, 6, -1, True, "5", 4.5, 2**70, [], {}, "\ud800"],
    "days": [0, 366, -1, True, "5", 4.5, 2**70, [], {}, "\ud800"],
    "part": [7, True, [], 1.5],
    "number": [*_NO_TEXT, *_BAD_TEXT, "LB-2026-999999", "\u0660", "%", "' OR 1=1 --"],
    "agency": [*_NO_TEXT, *_BAD_TEXT],
    "agencies": [
        *("dishub", 7, True, {}, {"0": "dishub"}, [], [7], [None], [["dishub"]], [{}], [""], ["  "], ["\ud800"]),
        *(["nirwana"], ["dishub", "nirwana"], ["dishub", "dishub"], [CLOSED_AGENCY], ["a\x00"], ["a" * 200_000]),
        *(["DISHUB"], ["dishub "], [f"opd{n}" for n in range(41)]),
    ],
    "base64": [*_NO_TEXT, *_BAD_TEXT, "???", "YQ", "YQ==\nYQ==", "\u0441\u0430", "aGFsbw==", "A" * 14_000_000],
}
_SPOILT_MEMBERS: list[tuple[str, str, Any]] = [
    *(("location", "text", value) for value in (7, [], "a\x00b", "a" * 200_000)),
    *(("location", "lat", value) for value in ("2", True, 91, [])),
    *(("reporter", "phone", value) for value in (7, [], "a\x00b", "a" * 200_000)),
    *(("location", "hobby", "x"), ("reporter", "hobby", "x")),
]


def spoilt_parameters(action: str, good: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each parameter spoilt in each way, the others good: the faulty field and the parameters."""
    for name, kind in PARAMETERS[action].items():
        if not kind.startswith("?"):
            yield name, {key: value for key, value in good.items() if key != name}
            yield name, {**good, name: None}
        for value in _SPOILT[kind.removeprefix("?")]:
            yield name, {**good, name: value}
    for name, member, value in _SPOILT_MEMBERS if action == "correct" else ():
        yield f"{name}.{member}", {**good, name: {member: value}}
    for unknown in ("hobby", "\ud800"):
        yield unknown, {**good, unknown: "x"}


def required_of(action: str) -> set[str]:
    return {name for name, kind in PARAMETERS[action].items() if not kind.startswith("?")}


@dataclass(frozen=True)
class Spoilt:
    """A whole request that must be refused with this status and reason; `field` is one of the faulty ones."""

    body: Any
    status: int = 422
    reason: str = "missing_input"
    field: str = ""
    content_type: str = "application/json"
    if_match: str | None = None


def spoilt_requests(wish: dict[str, Any]) -> Iterator[Spoilt]:
    """A good wish spoilt around its parameters: type of body, version, action, agency."""
    version = wish["expected_version"]
    unversioned = {key: value for key, value in wish.items() if key != "expected_version"}
    for value in (None, 7, "x", True, [], ["a"], 1.5):
        yield Spoilt({**wish, "params": value}, field="params")
    for value in (None, 7, True, [], {}, "", "fly", "REGISTER", "expire_question", "\ud800", "a" * 200_000):
        yield Spoilt({**wish, "action": value}, field="action")
    for value in (7, True, [], {}, ["dishub"]):
        yield Spoilt({**wish, "agency": value}, field="agency")
    for value in ("1", str(version), True, [], {}, 1.0, "x"):
        yield Spoilt({**wish, "expected_version": value}, field="expected_version")
    for value in (version + 1, version - 1, 0, -1, 2**70, 10**300):
        yield Spoilt({**wish, "expected_version": value}, 409, "stale_version")
    for tag in (f'"v{version + 1}"', '"x"', "*", "v", '"v-1"', "9" * 400, '"v\u0661"'.encode().decode("latin1")):
        yield Spoilt(unversioned, 412, "stale_version", if_match=tag)
    yield Spoilt(unversioned, 428, "precondition_required")
    yield Spoilt({**unversioned, "expected_version": None}, 428, "precondition_required")
    yield Spoilt({**wish, "hobby": 1}, field="hobby")


def unreadable_bodies(good: bytes) -> Iterator[Spoilt]:
    """Bodies that are no JSON object, or one that two readers would read in two ways."""
    twice = good[:-1] + b"," + good[1:]
    not_numbers = [good[:-1] + b', "x": ' + word + b"}" for word in (b"NaN", b"Infinity", b"-Infinity")]
    huge = good[:-1] + b', "x": ' + b"9" * 5000 + b"}"
    deep = good[:-1] + b', "x": ' + b'{"a":' * 50_000 + b"}" * 50_000 + b"}"
    broken = [b"", b"{", good[:-1], good + b"x", b"null", b"[]", b"7", b'"x"', b"true", b"\xff\xfe", b"[" * 100_000]
    for body in (*broken, twice, *not_numbers, huge, deep, b"[" + good + b"]"):
        yield Spoilt(body, 400, "bad_request")
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""):
        yield Spoilt(good, 415, "unsupported_media_type", content_type=content_type)
