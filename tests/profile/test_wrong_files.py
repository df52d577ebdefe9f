"""What is wrong in a file is said in a sentence with its line and path; nothing of the office is asked or changed."""

import re

import pytest
from flask import Flask

from app.profile.reading import MOST_FAULTS, ProfileRefused, read_profile
from app.profile.sections import SECTIONS, as_file, office_profile

FIELD = "- code: nomor_tiang\n"
# What is replaced in the exported file (once), by what, and the sentence without its line. `§` marks the line meant.
WRONG = {
    "no profile": (r"(?s).*", "§- a\n", "The file is no profile: it must begin with format: 1."),
    "empty": (r"(?s).*", "§", "The file is no profile: it must begin with format: 1."),
    "no format": ("format: 1\n", "§", "format is missing; write format: 1."),
    "a later format": ("format: 1", "§format: 2", "format must be 1, the one that this release reads."),
    "a truth value as format": ("format: 1", "§format: true", "format must be 1, the one"),
    "an unknown section": ("fields:\n", "§officers: []\nfields:\n", "officers is unknown; known are format, office,"),
    "a section less": (r"(?s)holidays:\n.*?(?=national)", "", "holidays is missing; absent rows end, so an empty"),
    "a section that is no list": ("texts:\n", "texts: {}\n§x: \n", "x is unknown; known are"),
    "a list of nothing": (r"(?s)texts:\n.*?(?=standard_texts)", "§texts: null\n", "texts must be a list; [] if there"),
    "a row that is text": (FIELD, "§- tiang\n" + FIELD, "fields[2] must have members, each with a value."),
    "an unknown member": ("  pattern: ", "§  patern: x\n  pattern: ", "fields[bahan].patern is refused: Remove"),
    "an unknown member of an agency": (
        "  paper: F4\n",
        "§  officers: 3\n  paper: F4\n",
        "agencies[bakesbangpol].officers is unknown; known are code, name, short_name,",
    ),
    "a member less": ("  name: Dinas Perhubungan\n", "", "agencies[dishub].name is missing."),
    "text where a number belongs": ("  order: 5\n", "§  order: lima\n", "fields[bahan].order is refused: "),
    "a number where text belongs": ("city: Paringin", "§city: 71611", "agencies[bakesbangpol].city must be text; put"),
    "a number as telephone": ("phone: ''", "§phone: 5262021", "agencies[bakesbangpol].phone must be text; put it in"),
    "yes for true": ("  active: true\n", "§  active: yes\n", "agencies[bakesbangpol].active must be true or false."),
    "a decimal as order": (
        "  order: 10\n",
        "§  order: 1.5\n",
        "lists[archive_reason incomplete].order must be a whole",
    ),
    "an order too large": ("  order: 10\n", "§  order: 10001\n", "order must be between 1 and 10000."),
    "an unknown kind": ("kind: opd", "§kind: dinas", "agencies[bakesbangpol].kind must be one of opd, kecamatan,"),
    "a code with a space": ("code: dishub\n", "§code: dis hub\n", "agencies[dis hub].code must be a code: small"),
    "an empty name": ("name: Dinas Perhubungan", "§name: ' '", "agencies[dishub].name must not be empty."),
    "a long name": ("name: Dinas Perhubungan", "§name: " + "x" * 301, "agencies[dishub].name is longer than 300 char"),
    "a NUL": ("name: Dinas Perhubungan", r'§name: "a\\0b"', "agencies[dishub].name holds a character that cannot be"),
    "an unknown parent": (
        r"parent: null",
        "§parent: tidak_ada",
        "agencies[bakesbangpol].parent names tidak_ada, which",
    ),
    "two agencies below each other": (
        r"(?s)parent: null(.*?- code: bapperida\n.*?)parent: null",
        r"§parent: bapperida\1parent: bakesbangpol",
        "agencies[bakesbangpol].parent is below the agency itself.",
    ),
    "too many fields": (
        "(?s)fields:\n.*?(?=texts:)",
        "§fields:\n" + "- {}\n" * 101,
        "fields has 101 rows; at most 100",
    ),
    "an agency below itself": (
        "parent: null",
        "§parent: bakesbangpol",
        "agencies[bakesbangpol].parent is below the ag",
    ),
    "a wrong number pattern": (
        "number_pattern: .*",
        "§number_pattern: '{nomor}'",
        "agencies[bakesbangpol].number_pattern must hold {nomor} and {tahun}, and no part that is unknown.",
    ),
    "a wrong picture": (
        "(?s)iVBORw0.*?\n(?=- )",
        "aGFsbw==\n",
        "agencies[dishub].emblem must be a PNG file of at most",
    ),
    "no base64": ("(?s)iVBORw0.*?\n(?=- )", "%%%\n", "agencies[dishub].emblem must be a PNG file in base64."),
    "an actor that does not initial": (
        "initials: \\[\\]",
        "§initials: [office_head]",
        "agencies[bakesbangpol].initials names office_head; possible are",
    ),
    "two agencies of one code": ("- code: dishub\n", "§- code: dinkes\n", "agencies[dinkes] is there twice."),
    "two villages of one code": (
        r"  - code: 63.11.02.\d+\n",
        "§  - code: 63.11.01.2001\n",
        "districts[63.11.02].villages[63.11.01.2001].code is the code of two villages.",
    ),
    "a place code in words": ("- code: 63.11.01\n", "§- code: awayan\n", "districts[awayan].code must be an official"),
    "a default agency that the file lacks": (
        r"default_agency: \w+\n",
        "§default_agency: dis_hub\n",
        "default_agency names dis_hub, which is not among the agencies of this file.",
    ),
    "an unknown list": ("- list: archive_reason\n", "§- list: alasan\n", "].list must be one of channel,"),
    "a flag of another list": (
        "  flags:\n  - tells_reporter\n",
        "§  flags:\n  - asks_nik\n",
        "].flags is refused: Choose only properties",
    ),
    "a flag twice": (
        "  flags:\n  - asks_nik\n",
        "§  flags: [asks_nik, asks_nik]\n",
        "lists[channel radio].flags names something tw",
    ),
    "a unit without an agency": (
        "  agency: dishub\n",
        "§  agency: null\n",
        "lists[unit lalin].agency is refused: Choose",
    ),
    "no active channel": (
        "(?s)- list: channel.*?(?=- list: decline)",
        "",
        "lists have no active entry of the list channel; it needs one.",
    ),
    "a list without a code": (
        "- list: channel\n  code: email\n",
        "§- list: channel\n",
        "code is missing.",
    ),
    "a field of an unknown type": (
        "type: choice\n",
        "§type: pilihan\n",
        "fields[bahan].type is refused: Choose one of",
    ),
    "a wrong pattern": ("  pattern: .*A-Z.*", "§  pattern: '['", "fields[nomor_tiang].pattern is refused: "),
    "a slow pattern": ("  pattern: .*A-Z.*", "§  pattern: '(a|a)+'", "fields[nomor_tiang].pattern is refused: "),
    "a category that the file lacks": (
        "  categories:\n  - ",
        "  categories:\n§  - tidak_",
        "fields[nomor_tiang].categories[1] is refused: ",
    ),
    "a condition on an unknown field": ("field: bahan", "§field: bahn", "fields[sebab].only_if.field is refused: "),
    "a value that the other field lacks": ("is: kayu", "§is: beton", "fields[sebab].only_if.is is refused: "),
    "a date of activation": (FIELD, FIELD + "§  active_from: 2026-01-01\n", "fields[nomor_tiang].active_from is unkno"),
    "an option twice": ("  - code: besi\n", "§  - code: kayu\n", "fields[bahan].options[kayu]"),
    "an unknown text": ("code: reporter.received", "§code: reporter.diterima", "texts[reporter.diterima].code must be"),
    "an unknown placeholder": (
        "{complaint.number}",
        "{complaint.nomor}",
        "texts[reporter.received].body.id is refused: Line 2, column 7",
    ),
    "a standard text with an open condition": (
        "body: Sudah {today}.",
        "§body: '{#if today}x'",
        "standard_texts[jalan].body is refused: Line 1, column 1",
    ),
    "a standard text of nobody": ("scope: office", "§scope: own", "standard_texts[jalan].scope must be one of office,"),
    "an agency's text without an agency": (
        "scope: agency\n  agency: dishub",
        "scope: agency\n§  agency: null",
        "standard_texts[halte].agency goes with the scope agency, and only with that.",
    ),
    "wrong hours": (
        "  mon: .*",
        "§  mon: 07.30-12.00",
        "].mon must be hours such as 07:30-12:00 13:00-16:00, in order.",
    ),
    "overlapping hours": ("  mon: .*", "§  mon: 07:30-12:00 11:00-16:00", "].mon must be hours such as"),
    "a week that ends before it starts": (
        "ends_on: '2027-03-09'",
        "§ends_on: '2027-01-09'",
        "2027-02-08 2027-01-09].ends_on is before the start.",
    ),
    "an office that never opens": (
        "(?s)working_weeks:\n.*?(?=holidays:)",
        "§working_weeks: []\n",
        "working_weeks leave the office closed, so that no deadline can be computed.",
    ),
    "a day that is none": ("day: '2027-04-08'", "§day: 2027-02-30", "holidays[2027-02-30 Hari Jadi Balangan].day must"),
    "a limit of no days": ("  days: 3\n", "§  days: 0\n", "national_limits[verify 2025-05-01].days must be between 1"),
    "a channel that the file lacks": (
        r"nik_channels: \[\]",
        "§nik_channels: [radio, telegram]",
        "sop.nik_channels[2] names telegram, which is not among the channels of this file.",
    ),
    "half an allowance": (
        "    allowance_unit: .*",
        "§    allowance_unit: null",
        "sop.steps[register].allowance_unit goes with allowance_value, or neither.",
    ),
    "an SOP without a step": (
        "(?s)  - step: check\n.*?(?=  - step: report)",
        "",
        "sop cannot be applied: steps[1].back_to: wrong_return check.",
    ),
    "a step of the wrong organisation": (
        "    actor: complaint_admin",
        "    actor: agency_head",
        "sop cannot be applied: steps[0].actor: wrong_organisation agency_head.",
    ),
    "a role of an unknown actor": (
        "  actor: agency_admin\n  acts",
        "§  actor: juru_bicara\n  acts",
        "roles[agency_admin].actor names juru_bicara, which is not among the actors of this file.",
    ),
    "a role that acts as nobody": (
        "  actor: agency_admin\n  acts",
        "  actor: null\n§  acts",
        "roles[agency_admin].acts needs an actor, as whom the role acts.",
    ),
    "a clerk without a name": (
        "  actor: agency_admin\n  acts: true",
        "  actor: agency_admin\n  acts: false",
        "roles[agency_admin].label is missing; only a role that acts may be named like its actor.",
    ),
    "an administrator in the process": (
        "  actor: null\n  acts: false\n  standing: administrator",
        "  actor: section_head\n  acts: false\n§  standing: administrator",
        "roles[administrator].standing is for roles without an actor.",
    ),
    "an administrator who cannot administer": (
        "  - administer\n",
        "",
        "roles[administrator].rights must hold administer, since the role is an administrator's.",
    ),
    "an unknown right": ("  - administer\n", "  - terbang\n", "roles[administrator].rights names terbang; known are"),
    "a right that a role cannot use": (
        "  - administer\n",
        "  - administer\n  - open_identities\n",
        "roles[administrator].rights names open_identities, which this role cannot use.",
    ),
    "a step twice": ("  - step: report\n", "§  - step: check\n", "sop.steps[check] is there twice."),
    "an anchor": ("- code: dishub\n", "§- code: &satu dishub\n", "must be written out: anchors (&) and aliases"),
    "a key twice": ("  phone: ''\n", "  phone: ''\n§  phone: ''\n", "agencies[1].phone is written twice."),
    "no YAML": ("texts:\n", "texts:\n§ - [\n", "is no YAML from here on: "),
}


@pytest.fixture
def exported(office: Flask) -> str:
    return as_file(office_profile()).decode()


def test_each_fault_is_said_with_its_line_and_path(exported: str) -> None:
    """One test for all rows: the office is made once, and each takes a hundredth of a second."""
    for name, (pattern, by, said) in WRONG.items():
        text, times = re.subn(pattern, by, exported, count=1)
        assert times == 1, name
        line = text[: text.find("§")].count("\n") + 1 if "§" in by else None
        sentences = _refusal(text.replace("§", ""))
        meant = [s for s in sentences if said in s]
        assert meant, (name, sentences[:3])
        if line is not None and "no YAML" not in name:
            assert f"line {line}: " in meant[0], (name, line, meant[0])
        assert all(re.fullmatch(r"line \d+: \S.*\S\.", sentence) for sentence in sentences), name


def _refusal(text: str) -> list[str]:
    """The sentences that refuse a file; none when it is read."""
    try:
        read_profile(text.encode())
    except ProfileRefused as refusal:
        return refusal.sentences
    return []


def test_all_faults_are_listed_by_line_up_to_a_number(exported: str) -> None:
    wrong = exported.replace("city: Paringin", "city: 5").encode()
    times = exported.count("city: Paringin")
    with pytest.raises(ProfileRefused) as refused:
        read_profile(wrong)
    lines = [int(sentence.split(":")[0].removeprefix("line ")) for sentence in refused.value.sentences[:MOST_FAULTS]]
    assert lines == sorted(lines)
    if times > MOST_FAULTS:
        assert refused.value.sentences[MOST_FAULTS:] == [f"There are {times - MOST_FAULTS} more faults."]
    else:
        assert len(lines) == times > 10


def test_order_comments_and_style_do_not_matter_where_nothing_depends_on_them(exported: str) -> None:
    radio = re.search(r"(?s)- list: channel\n  code: radio\n.*?(?=- list)", exported)
    assert radio is not None
    moved = exported.replace(radio.group(), "").replace("lists:\n", "# Daftar\nlists:\n" + radio.group())
    moved = moved.replace("day: '2027-04-08'", "day: 2027-04-08").replace("format: 1\n", "") + "format: 1\n"
    assert read_profile(moved.encode()) == read_profile(exported.encode())


def test_a_text_in_its_original_words_counts_as_absent(exported: str) -> None:
    from app.texts.current import originals_of
    from app.texts.kinds import KINDS

    said = originals_of(KINDS["reporter.ended"])
    parts = {part: {language: said[part, language] for language in ("id", "en")} for part in ("subject", "body")}
    with_original = f"texts:\n- {{code: reporter.ended, subject: {parts['subject']!r}, body: {parts['body']!r}}}\n"
    assert read_profile(exported.replace("texts:\n", with_original, 1).encode()) == read_profile(exported.encode())


def test_a_text_may_name_a_field_that_has_ended_or_that_others_may_see(exported: str) -> None:
    """Such a field has no value when the text is rendered; every other fault of the text is told."""
    row = "standard_texts:\n- {{code: contoh_isian, title: Contoh, kind: letter, body: 'Tiang {}'}}\n"
    known = exported.replace("standard_texts:\n", row.format("{field.sudah_berakhir|date}"), 1)
    assert "sudah_berakhir" in str(read_profile(known.encode())["standard_texts"])
    for wrong in ("{fields.tiang}", "{#if field.tiang}"):
        with pytest.raises(ProfileRefused):
            read_profile(exported.replace("standard_texts:\n", row.format(wrong), 1).encode())


def test_what_is_left_out_has_its_default(exported: str) -> None:
    shorter = re.sub(r"(?m)^  (address|postcode|phone|letter_copies|initials|emblem): (''|\[\]|null)\n", "", exported)
    assert len(shorter) < len(exported) - 1000
    assert read_profile(shorter.encode()) == read_profile(exported.encode())


def test_every_section_must_be_named(exported: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        read_profile(b"format: 1\n")
    assert [sentence.split()[2] for sentence in refused.value.sentences] == [section.name for section in SECTIONS]
