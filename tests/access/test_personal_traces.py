"""What may tell who wrote a text: found where it stands, covered whole, and nothing found that is none."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.access.personal_data import COVER, KINDS, personal_traces, without_traces
from app.core.identifiers import identifier_kind, masked, normal_identifier


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NIK saya 6311014502900001.", [("nik", "6311014502900001")]),
        ("NIK 6311 0145 0290 0001", [("nik", "6311 0145 0290 0001")]),
        ("Lahir 29 Februari 2000: 6311012902000001", [("nik", "6311012902000001")]),
        (
            "Hubungi 0812 3456 7890 atau +62 812-3456-7890",
            [("phone", "0812 3456 7890"), ("phone", "+62 812-3456-7890")],
        ),
        ("Kantor (0526) 2021234", [("phone", "(0526) 2021234")]),
        ("surel a.b+c@contoh.id!", [("email", "a.b+c@contoh.id")]),
        ("Mobil DA 1234 XY menabrak", [("plate", "DA 1234 XY")]),
        ("motor da 4321 zz", [("plate", "da 4321 zz")]),
        ("Nama saya Siti Aminah, warga Paringin", [("name", "Siti Aminah")]),
        ("nama saya siti aminah tinggal di sini", [("name", "siti aminah")]),
        ("Perkenalkan saya Budi", [("name", "Budi")]),
        ("Nama saya Dian, bukan Diana", [("name", "Dian")]),
    ],
)
def test_what_tells_of_a_person_is_found_where_it_stands(text: str, found: list[tuple[str, str]]) -> None:
    assert [(kind, text[begin:end]) for kind, begin, end in personal_traces(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "RT 05 RW 02, buka jam 08.00-12.00 dan 13.00-16.00",
        "Surat 050/123/DISHUB/2026 tanggal 12-11-2026",
        "Anggaran Rp 1.250.000.000 tahun 2026",
        "Kode 6311019913900001 bukan NIK: bulannya 13",
        "Jalan A. Yani KM 12, lubang 30 cm",
        "nama saya ••• dan alamat saya",
        "Mohon nama saya dirahasiakan.",
        "Nama saya jangan disebut kepada lurah, dan nama kami tidak perlu ditulis.",
        "Saya melapor atas nama saya sendiri",
        "nama sayap pesawat",
    ],
)
def test_what_tells_of_nobody_is_left_alone(text: str) -> None:
    assert personal_traces(text) == []
    assert without_traces(text) == text


_TELLING = st.sampled_from(
    ["6311014502900001", "0812 3456 7890", "+6281234567890", "warga@contoh.id", "DA 1234 XY", "Nama saya Siti Aminah"]
)
_TEXT = st.text(st.sampled_from("abc DAXY 0123456789 .,-+@()nama saya "), max_size=60)


@settings(max_examples=150, deadline=None)
@given(_TEXT, _TELLING, _TEXT)
def test_places_lie_in_order_inside_the_text_and_covered_nothing_is_left(before: str, telling: str, after: str) -> None:
    text = f"{before} | {telling} | {after}"
    found = personal_traces(text)
    assert [begin for _, begin, _ in found] == sorted(begin for _, begin, _ in found)
    assert all(0 <= begin < end <= len(text) and kind in KINDS for kind, begin, end in found)
    assert all(one[2] <= other[1] for one, other in pairwise(found))
    place = text.index(f"| {telling} |") + 2
    assert any(begin < place + len(telling) and end > place for _, begin, end in found)
    covered = without_traces(text)
    assert telling not in covered
    assert personal_traces(covered) == []
    assert without_traces(covered) == covered
    assert COVER in covered


@pytest.mark.parametrize(
    ("kind", "written", "plain"),
    [
        ("phone", "+62 812-3456-7890", "081234567890"),
        ("phone", "0062 812 3456 7890", "081234567890"),
        ("phone", "62081234567890", "081234567890"),
        ("phone", "0812.3456.7890", "081234567890"),
        ("phone", "81234567890", "081234567890"),
        ("phone", "0812", ""),
        ("email", " Siti@Contoh.ID ", "siti@contoh.id"),
        ("email", "siti", ""),
        ("nik", "6311 0145 0290 0001", "6311014502900001"),
        ("nik", "0311014502900001", ""),
        ("nik", "631101450290000", ""),
    ],
)
def test_one_spelling_for_each_number_and_address(kind: str, written: str, plain: str) -> None:
    assert normal_identifier(kind, written) == plain


def test_what_somebody_types_is_known_for_what_it_is() -> None:
    typed = ("0812 3456 7890", "a@b.id", "6311014502900001", "Aminah", "12")
    assert [identifier_kind(text) for text in typed] == ["phone", "email", "nik", None, None]


def test_a_mask_tells_no_more_than_it_must() -> None:
    assert masked("phone", "+62 812 3456 7812") == "08••••12"
    assert masked("email", "siti@contoh.id") == "s••••@••••"
    assert masked("nik", "6311014502900001") == masked("address", "Jl. Contoh 7") == "••••"
