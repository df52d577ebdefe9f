"""What each action asks for, by hand from design section 8.3, against every kind of bad input."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.workflow_rules.expected_actions import EXPECTED
from tests.workflow_rules.rules_cases import GOOD, Case
from tests.workflow_rules.rules_places import MADE, person
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.parameters import FIELDS, Text, check_fields, clean_text, fields_of, is_blank, json_schema
from workflow_rules.process.refusals import FieldError, FieldFault

ASKED: dict[Action, str] = {
    Action.REGISTER: "incomplete_reason? fields:members?",
    Action.REQUEST_INFORMATION: "question",
    Action.ADD_INFORMATION: "text",
    Action.ARCHIVE: "reason:choice note",
    Action.MERGE: "into",
    Action.APPROVE_CHECK: "fields:members?",
    Action.REPORT: "note?",
    Action.APPROVE: "note?",
    Action.DIRECT: "agencies:codes lead instruction urgency:choice field_visit:flag route:choice",
    Action.RELAY: "",
    Action.SEND_BACK: "note",
    Action.ACCEPT: "",
    Action.DECLINE: "reason:choice note",
    Action.DISPOSE: "instruction unit? fields:members?",
    Action.MARK_FIELD_VISIT: "reason",
    Action.SUBMIT_DRAFT: "subject body fields:members?",
    Action.INITIAL: "",
    Action.SIGN: "passphrase?",
    Action.SEND: "without_scan_reason?",
    Action.CONTINUE_WITHOUT: "agency",
    Action.DISPOSE_ANSWER: "instruction",
    Action.REPLY: "text channel:choice? proof? fields:members?",
    Action.RATE: "score:number comment?",
    Action.REOPEN: "reason",
    Action.CLOSE: "",
    Action.NOTE: "text",
    Action.ATTACH: "filename sha256 media_type size:number",
    Action.WITHDRAW: "reason",
    Action.EXPIRE_QUESTION: "",
    Action.CORRECT: "category? district? village? location:place? classification:choice? title? confidentiality:choice?"
    " reporter:part? fields:members? reason",
    Action.CONFIRM_ANONYMITY: "",
    Action.ADD_AGENCY: "agency instruction",
    Action.DROP_AGENCY: "agency reason",
    Action.RECALL: "agency reason",
    Action.EXTEND: "agency working_days:number reason",
    Action.RETURN_LETTER: "note",
    Action.ASK_RELEASE: "reason",
    Action.RELEASE: "agency accept:flag note",
}
"""The parameters by name; text unless a kind stands after the colon, optional with a question mark."""

AGAIN = "agencies:codes lead? instruction urgency:choice? field_visit:flag? route:choice?"

LONGEST = {
    20: "merge.into",
    64: "attach.sha256",
    80: "direct.lead continue_without.agency add_agency.agency drop_agency.agency recall.agency extend.agency"
    " release.agency",
    100: "attach.media_type",
    200: "dispose.unit attach.filename correct.title",
    300: "submit_draft.subject correct.category correct.district correct.village",
    500: "sign.passphrase",
    1000: "reply.proof",
    20_000: "add_information.text reply.text",
    50_000: "submit_draft.body",
    4000: "archive.note report.note approve.note direct.instruction send_back.note decline.note dispose.instruction"
    " dispose_answer.instruction note.text add_agency.instruction return_letter.note release.note",
}
"""The most characters of each text; all others, the reasons among them, have 2000."""

LONG = "a" * 200_000
BLANKS = ("", "   ", "\n\t", "\u200b\u200d\ufeff", "\u00a0\u2003", "\u3164\uffa0", "\u2800", "\u202e\u2066")
NO_TEXT: tuple[Any, ...] = (5, True, 1.5, [], ["a"], {}, b"a")

BAD: dict[str, tuple[tuple[Any, FieldFault], ...]] = {
    "text": (
        *((value, FieldFault.WRONG_TYPE) for value in NO_TEXT),
        *((value, FieldFault.BLANK) for value in BLANKS),
        (LONG, FieldFault.TOO_LONG),
        ("a\x00b", FieldFault.CONTROL_CHARACTERS),
        ("\x1b[2J", FieldFault.CONTROL_CHARACTERS),
        ("a\ud800", FieldFault.CONTROL_CHARACTERS),
    ),
    "choice": (
        *((value, FieldFault.WRONG_TYPE) for value in NO_TEXT),
        *((value, FieldFault.NOT_ALLOWED) for value in (*BLANKS, LONG, "a\x00", "\ud800", "OTHER", "other ")),
    ),
    "flag": tuple((value, FieldFault.WRONG_TYPE) for value in (0, 1, "true", "", [], {}, LONG)),
    "number": (
        *((value, FieldFault.WRONG_TYPE) for value in ("3", 3.5, True, [], {}, "", LONG)),
        *((value, FieldFault.OUT_OF_RANGE) for value in (0, -1, 20_000_001, 10**30)),
    ),
    # A text stands for the text of a place; other members are checked where they can be looked up.
    "place": (*((value, FieldFault.WRONG_TYPE) for value in (5, True, 1.5, [], ["a"], b"a")),),
    "part": (*((value, FieldFault.WRONG_TYPE) for value in ("Aminah", 5, True, 1.5, [], ["a"], b"a")),),
    # The members are the office's: they are checked with its definitions.
    "members": (*((value, FieldFault.WRONG_TYPE) for value in ("tiang", 5, True, 1.5, [], ["a"], b"a")),),
    "codes": (
        *((value, FieldFault.WRONG_TYPE) for value in ("dishub", 5, True, {}, {"dishub"}, [1], ["dishub", None])),
        ([], FieldFault.REQUIRED),
        (["dishub", "dishub"], FieldFault.DUPLICATE),
        ([f"a{n}" for n in range(200_000)], FieldFault.TOO_LONG),
    ),
}

SCHEMA_IS_SILENT = (FieldFault.BLANK, FieldFault.CONTROL_CHARACTERS)
"""JSON Schema cannot say these; the empty text it can."""


def good(action: Action) -> dict[str, Any]:
    more = {"unit": "Bidang Lalu Lintas", "passphrase": "rahasia", "channel": "web", "proof": "Tanda terima"}
    more |= {"incomplete_reason": "Tidak ada alamat", "comment": "Cepat", "note": "Mendesak"}
    more |= {"without_scan_reason": "Asli dengan kurir", "district": "Paringin", "village": "Paringin Kota"}
    more |= {"location": {"text": "Jl. Contoh"}, "classification": "complaint", "title": "Lampu padam"}
    more |= {"fields": {"pole": "PJU-12"}, "confidentiality": "secret", "reporter": {"phone": "0800-0000-0007"}}
    return {**{name: more[name] for name in more if name in FIELDS[action]}, **GOOD[action]}


def fields(spec: str) -> Iterator[tuple[str, str, bool]]:
    for word in spec.split():
        name, _, kind = word.rstrip("?").partition(":")
        yield name, kind or "text", not word.endswith("?")


EVERY_FIELD = [(action, *field) for action, spec in ASKED.items() for field in fields(spec)]


def faults(action: Action, params: Any, again: bool = False) -> set[tuple[str, FieldFault]]:
    cleaned, errors = check_fields(fields_of(action, again), params)
    named = [e.field for e in errors]
    assert len(named) == len(set(named))
    assert all(cleaned.get(name) is None for name in named)
    return {(e.field, e.fault) for e in errors}


def schema_accepts(action: Action, params: Any, again: bool = False) -> bool:
    schema = json_schema(action, again)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).is_valid(params)


def test_every_action_asks_for_what_the_contract_says() -> None:
    assert set(ASKED) == set(Action) == set(FIELDS)
    for action, spec in ASKED.items():
        assert {(n, f.required) for n, f in fields_of(action).items()} == {(n, r) for n, _, r in fields(spec)}
    assert set(json_schema(Action.DIRECT)["required"]) == set(good(Action.DIRECT))
    again = fields_of(Action.DIRECT, again=True)
    assert {(n, f.required) for n, f in again.items()} == {(n, r) for n, _, r in fields(AGAIN)}
    assert fields_of(Action.NOTE, again=True) == fields_of(Action.NOTE)


@pytest.mark.parametrize("action", Action)
def test_good_parameters_are_taken_whole_and_without_the_optional_ones(action: Action) -> None:
    whole = good(action)
    least = {name: whole[name] for name, _, required in fields(ASKED[action]) if required}
    for params in (whole, least):
        assert check_fields(fields_of(action), params) == (params, ())
        assert schema_accepts(action, params)


@pytest.mark.parametrize(("action", "name", "kind", "required"), EVERY_FIELD)
def test_a_parameter_left_out(action: Action, name: str, kind: str, required: bool) -> None:
    without = {k: v for k, v in good(action).items() if k != name}
    assert faults(action, without) == ({(name, FieldFault.REQUIRED)} if required else set())
    assert faults(action, {**without, name: None}) == ({(name, FieldFault.REQUIRED)} if required else set())
    assert schema_accepts(action, without) is not required


@pytest.mark.parametrize(("action", "name", "kind", "required"), EVERY_FIELD)
def test_a_parameter_with_a_bad_value(action: Action, name: str, kind: str, required: bool) -> None:
    for value, fault in BAD[kind]:
        params = {**good(action), name: value}
        assert faults(action, params) == {(name, fault)}, repr(value)[:80]
        if fault not in SCHEMA_IS_SILENT or value == "":
            assert not schema_accepts(action, params), repr(value)[:80]


@pytest.mark.parametrize("name", ["lead", "urgency", "field_visit", "route", "agencies"])
def test_a_direction_given_again_checks_what_it_is_given(name: str) -> None:
    kind = {n: k for n, k, _ in fields(AGAIN)}[name]
    for value, fault in BAD[kind]:
        params = {"agencies": ["dinkes"], "instruction": "Tindak lanjuti", name: value}
        assert faults(Action.DIRECT, params, again=True) == {(name, fault)}
    least = {"agencies": ["dinkes"], "instruction": "Tindak lanjuti"}
    assert faults(Action.DIRECT, least, again=True) == set()
    assert schema_accepts(Action.DIRECT, least, again=True)
    assert not schema_accepts(Action.DIRECT, least)


@pytest.mark.parametrize("action", Action)
def test_an_unknown_parameter_and_no_object_at_all(action: Action) -> None:
    params = {**good(action), "status": "closed"}
    assert faults(action, params) == {("status", FieldFault.UNKNOWN_FIELD)}
    assert not schema_accepts(action, params)
    for strange in (None, [], "x", 5, True, [good(action)]):
        assert faults(action, strange) == {("params", FieldFault.WRONG_TYPE)}
        assert not schema_accepts(action, strange)


def test_all_faults_are_named_at_once() -> None:
    params = {"agencies": [], "lead": "\u200b", "urgency": "soon", "field_visit": "no", "steps": 1, "cycle": 2}
    assert faults(Action.DIRECT, params) == {
        ("agencies", FieldFault.REQUIRED),
        ("lead", FieldFault.BLANK),
        ("instruction", FieldFault.REQUIRED),
        ("urgency", FieldFault.NOT_ALLOWED),
        ("field_visit", FieldFault.WRONG_TYPE),
        ("route", FieldFault.REQUIRED),
        ("steps", FieldFault.UNKNOWN_FIELD),
        ("cycle", FieldFault.UNKNOWN_FIELD),
    }


@pytest.mark.parametrize("limit", [(a, n) for a, n, kind, _ in EVERY_FIELD if kind == "text"])
def test_a_text_may_have_exactly_the_length_of_the_table(limit: tuple[Action, str]) -> None:
    action, name = limit
    longest = next((n for n, names in LONGEST.items() if f"{action.value}.{name}" in names.split()), 2000)
    assert json_schema(action)["properties"][name]["maxLength"] == longest
    for length, fits in ((longest, True), (longest + 1, False)):
        params = {**good(action), name: "a" * length}
        assert (faults(action, params) == set()) is schema_accepts(action, params) is fits


@pytest.mark.parametrize(
    ("action", "name", "most"),
    [(Action.RATE, "score", 5), (Action.ATTACH, "size", 20_000_000), (Action.EXTEND, "working_days", 365)],
)
def test_a_number_may_be_from_one_to_its_most(action: Action, name: str, most: int) -> None:
    for number, fits in ((0, False), (1, True), (most, True), (most + 1, False)):
        params = {**good(action), name: number}
        assert (faults(action, params) == set()) is schema_accepts(action, params) is fits


@pytest.mark.parametrize("count", [40, 41])
def test_a_direction_names_at_most_forty_agencies(count: int) -> None:
    params = {**good(Action.DIRECT), "agencies": [f"opd{n}" for n in range(count)]}
    assert (faults(Action.DIRECT, params) == set()) is schema_accepts(Action.DIRECT, params) is (count == 40)


@pytest.mark.parametrize("name", EXPECTED)
def test_bad_input_at_every_allowed_action_is_refused_and_changes_nothing(name: str) -> None:
    case: Case = MADE[name]()
    for who, verb, agency in EXPECTED[name].allowed:
        action = Action(verb)
        params = {**GOOD[action], **({"agency": agency} if action is Action.CONTINUE_WITHOUT else {})}
        bad = [({**params, "x": LONG}, ("x", "unknown_field"))]
        again = action is Action.DIRECT and agency is not None
        for field in fields_of(action, again):
            bad.append(({**params, field: object()}, (field, "wrong_type")))
        for given, fault in bad:
            request = ActionRequest(action, agency, given, case.known)
            assert case.faults_of(request, person(who)) == [fault]
        strange = ActionRequest(action, agency, [], case.known)  # type: ignore[arg-type]
        assert case.faults_of(strange, person(who)) == [("params", "wrong_type")]


def test_what_is_no_object_is_refused_where_a_parameter_could_name_the_agency() -> None:
    case = MADE["direct again"]()
    for strange in ([], "dishub", None, 5):
        request = ActionRequest(Action.CONTINUE_WITHOUT, None, strange, case.known)  # type: ignore[arg-type]
        case.faults_of(request, person("office_head"))


def test_text_is_kept_as_written_but_for_its_edges_and_its_form() -> None:
    assert clean_text("text", " \n a\r\nb \t", 10) == ("a\nb", None)
    assert clean_text("text", "cafe\u0301", 4) == ("caf\u00e9", None)
    assert clean_text("text", "👩\u200d👩 di jalan", 20) == ("👩\u200d👩 di jalan", None)


def test_marks_that_reorder_what_is_shown_are_left_out() -> None:
    assert clean_text("filename", "surat\u202egpj.exe", 30) == ("suratgpj.exe", None)
    assert clean_text("text", "\u2068+62 812\u2069 \u202a0812\u202c", 30) == ("+62 812 0812", None)


@pytest.mark.parametrize("blank", BLANKS)
def test_what_nobody_can_see_is_blank(blank: str) -> None:
    assert is_blank(blank)
    assert not is_blank(f"{blank}a")


@pytest.mark.parametrize(
    "mark", ["\ufe00", "\ufe0f", "\u180b", "\u180f", "\u034f", "\u17b4", "\U000e0100", "\U000e01ef"]
)
def test_marks_that_show_nothing_by_themselves_are_blank(mark: str) -> None:
    assert is_blank(mark)
    assert is_blank(f" {mark}")


def test_letters_of_any_script_are_not_blank() -> None:
    assert not any(is_blank(text) for text in ("a", "ä", "안", "ب", "।", "0", "-", "👍", "\u180a", "\u1810", "\ufe10"))


def test_a_text_may_have_to_be_as_long_as_a_reason() -> None:
    fields = {"reason": Text(shortest=10)}
    assert check_fields(fields, {"reason": " sembilan. "})[1] == (FieldError("reason", FieldFault.TOO_SHORT, "10"),)
    assert check_fields(fields, {"reason": "sepuluh..."}) == ({"reason": "sepuluh..."}, ())


def test_the_schema_of_a_part_has_its_members_and_no_others() -> None:
    wish = {"reason": "Salah tulis.", "reporter": {"name": "Contoh Pelapor"}}
    assert schema_accepts(Action.CORRECT, wish)
    assert not schema_accepts(Action.CORRECT, {**wish, "reporter": {"planet": "Mars"}})


def test_a_place_may_be_a_text_alone_and_a_person_may_not() -> None:
    place = fields_of(Action.CORRECT)["location"]
    assert place.clean("location", "Depan sekolah") == ({"text": "Depan sekolah"}, None)
    assert place.clean("location", {"text": "Depan sekolah"}) == ({"text": "Depan sekolah"}, None)
    _, error = fields_of(Action.CORRECT)["reporter"].clean("reporter", "Aminah")
    assert error is not None
    assert error.fault.value == "wrong_type"
