"""In headless Chromium: one complaint through all eleven steps at a desk, one on the fast track on a phone."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from app.demo.read import load_people
from tests.story.browser import Desk, Turn, chromium
from tests.story.live import LiveProgram, live_program, wait_until

# A hundred and fifty pages on two busy cores take longer than the suite's limit for one test.
pytestmark = pytest.mark.timeout(600)

NAMES = {row.username: f"{row.first_name} {row.last_name}" for row in load_people()}
AGENCIES = {
    "dpuprperkim": "Dinas Pekerjaan Umum, Penataan Ruang, Perumahan Rakyat dan Kawasan Permukiman",
    "dishub": "Dinas Perhubungan",
    "dinkes": "Dinas Kesehatan",
    "dplh": "Dinas Perlindungan Lingkungan Hidup",
}
LETTER = {"Hal": "Tanggapan lampu lalu lintas", "Isi surat tanggapan": "Lampu sudah diganti.\n\nTerima kasih."}


@pytest.fixture(scope="module")
def live(session_app: Flask, worker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProgram]:
    """The program as served; `session_app` has filled the template that its database is copied from."""
    with live_program("story", worker, tmp_path_factory.mktemp("live") / "home") as program:
        program.start("web")
        program.start("worker")
        program.wait_until_served()
        yield program
        assert program.tracebacks() == []


@pytest.fixture(scope="module")
def browser(live: LiveProgram) -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def desk(browser: Browser, live: LiveProgram) -> Iterator[Desk]:
    at = Desk(browser, live.url, 1280, "desk")
    yield at
    at.close()


@pytest.fixture
def phone(browser: Browser, live: LiveProgram) -> Iterator[Desk]:
    at = Desk(browser, live.url, 390, "phone")
    yield at
    at.close()


def take_in(desk: Desk, channel: str, title: str) -> tuple[str, str]:
    """Write a complaint down by the intake form; returns its number and the address of its page."""
    desk.press(desk.seen("link", "Catat aduan"))
    form = desk.page.get_by_role("main")
    place = {"Tempat kejadian": "Simpang empat pasar", "Kecamatan": "Paringin"}
    reporter = {"Nama": "Aminah Contoh", "Telepon": "0800-0000-0007", "Alamat": "Jl. Contoh No. 7"}
    desk.fill(form, {"Saluran": channel, "Judul": title, "Isi aduan": "Lampu lalu lintas mati sejak Senin."})
    desk.fill(form, {**place, **reporter})
    desk.press(desk.seen("button", "Simpan aduan"))
    found = re.search(r"LB-\d{4}-\d{6}", desk.page.get_by_role("main").inner_text())
    assert found, desk.page.url
    desk.press(desk.seen("link", "Buka aduan"))
    return found.group(), urlsplit(desk.page.url).path


def test_like_complaints_are_named_while_the_form_is_being_filled_in(desk: Desk) -> None:
    with desk.officer("admin.aduan"):
        number, _ = take_in(desk, "Telepon", "Jembatan gantung putus")
        desk.press(desk.seen("link", "Catat aduan"))
        # What the reporter before has said is not in the next one's form.
        expect(desk.page.get_by_label("Isi aduan")).to_have_value("")
        desk.fill(desk.page.get_by_role("main"), {"Judul": "Jembatan gantung di desa putus", "Kecamatan": "Paringin"})
        hint = desk.page.locator("[data-serupa]")
        expect(hint.get_by_role("link", name=number)).to_be_visible()
        expect(hint).to_contain_text("Kecamatan sama, kata hampir sama, hari ini")
        desk.fill(desk.page.get_by_role("main"), {"Judul": "Antrean loket"})
        expect(hint).to_contain_text("Belum ada aduan serupa")
        desk.inspect()


def take_turn(desk: Desk, number: str, turn: Turn) -> None:
    with desk.officer(turn.username):
        if turn.first:
            desk.act(number, turn)
        else:
            desk.act_otherwise(number, turn)


def assert_told(desk: Desk, turns: Sequence[Turn]) -> None:
    """The timeline names every act and its officer, in order, from the intake on."""
    older = desk.page.locator("#linimasa summary")
    if older.count():
        older.click()
    entries = desk.page.locator("#linimasa").get_by_role("listitem").all_inner_texts()
    wanted = [("Aduan diterima", "admin.aduan"), *((turn.told, turn.username) for turn in turns)]
    found = [
        (told in entry and f"oleh {NAMES[officer]}" in entry)
        for entry, (told, officer) in zip(reversed(entries), wanted, strict=True)
    ]
    assert all(found), list(zip(found, reversed(entries), strict=True))


def assert_stepped(desk: Desk, officers: Sequence[Sequence[str]]) -> None:
    """Each of the eleven steps stands as done, with the officers who did it; the fourth has two lines via the Admin."""
    lines = desk.page.get_by_role("complementary", name="Alur SOP").get_by_role("listitem").all_inner_texts()
    steps = [" ".join(line for line in lines if line.startswith(f"{number}.")) for number in range(1, 12)]
    assert sum(map(len, steps)) >= sum(map(len, lines))
    for step, usernames in zip(steps, officers, strict=True):
        assert ", selesai" in step
        assert [name for name in usernames if NAMES[name] not in step] == [], step


def download_letters(desk: Desk, count: int) -> list[str]:
    """The words of every signed letter, once the worker has drawn them, by the links on the page."""
    links = desk.page.get_by_role("link", name="Unduh PDF")

    def unfolded() -> int:
        folded = desk.page.locator("#surat > details:not([open]) > summary")
        while folded.count():
            folded.first.click()
        return links.count()

    def drawn() -> bool:
        desk.reload()
        return unfolded() == count

    if unfolded() < count:
        wait_until(drawn, "the worker draws the letters")
    return [words_of(desk.download(links.nth(n))) for n in range(count)]


def words_of(pdf: bytes) -> str:
    assert pdf.startswith(b"%PDF-")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def house_of(letter: str) -> str:
    """The agency in the number of a letter, as in 500.11/002/DISHUB-BLG/2026."""
    found = re.search(r"/([A-Z]+)-BLG/", letter)
    return found.group(1) if found else ""


def never_seen_by(desk: Desk, usernames: Sequence[str], number: str, address: str) -> None:
    """The case is neither in these officers' work nor in their list, and its address does not exist for them."""
    for username in usernames:
        with desk.officer(username):
            assert not desk.waits(number)
            assert not desk.lists(number)
            assert desk.refuses(address)


def direction(route: str, *houses: str) -> tuple[str, ...]:
    ticks = [AGENCIES[house] for house in houses]
    return (route, *ticks, f"Utama: {ticks[0]}", "Segera")


OFFICE_TURNS = [
    Turn("admin.aduan", "Registrasi", "Registrasi", "Aduan diregister"),
    Turn("kasi", "Periksa", "Setujui hasil pemeriksaan", "Hasil pemeriksaan disetujui"),
    Turn("kabid", "Laporkan", "Laporkan ke Kepala Dinas", "Aduan dilaporkan", {"Catatan": "Mohon arahan."}),
]


def directing(ticks: Sequence[str], told: str = "Arahan diberikan", find: str = "") -> Turn:
    return Turn("kadis", "Beri arahan", "Kirim arahan", told, {"Arahan": "Tindak lanjuti segera."}, ticks, find=find)


def accepting(house: str) -> Turn:
    return Turn(f"admin.{house}", "Terima", "Terima arahan", f"Arahan diterima OPD ({house.upper()})")


def disposing(house: str) -> Turn:
    fields = {"Arahan": "Siapkan tanggapan.", "Bidang yang ditugasi": "Bidang Teknis"}
    told = f"Aduan didisposisi ke bidang ({house.upper()})"
    return Turn(f"kepala.{house}", "Disposisi", "Disposisi", told, fields)


def drafting(house: str, letter: Mapping[str, str] = LETTER) -> Turn:
    told = f"Konsep surat tanggapan diajukan ({house.upper()})"
    return Turn(f"sekretaris.{house}", "Susun tanggapan", "Ajukan konsep tanggapan", told, letter)


def signing(house: str) -> Turn:
    told = f"Surat tanggapan ditandatangani ({house.upper()})"
    button, sure = "Setujui dan tanda tangani", "Ya, tanda tangani"
    return Turn(f"kepala.{house}", "Tanda tangani", button, told, sure=sure)


def sending(house: str) -> Turn:
    told = f"Surat tanggapan dikirim ke Dinas Kominfo ({house.upper()})"
    fields = {"Alasan mengirim tanpa pindaian": "Asli dikirim dengan kurir"}
    return Turn(f"admin.{house}", "Kirim ke Kominfo", "Kirim ke Dinas Kominfo", told, fields)


def sending_back(house: str) -> Turn:
    told = f"Dikembalikan ke langkah sebelumnya ({house.upper()})"
    note = {"Catatan": "Lengkapi jadwal."}
    return Turn(f"kepala.{house}", "Tanda tangani", "Kembalikan", told, note, first=False)


def declining(house: str) -> Turn:
    told, button = f"OPD menolak, bukan kewenangan ({house.upper()})", "Tolak, bukan kewenangan"
    note, reason = {"Catatan": "Urusan lingkungan hidup."}, ("Bukan kewenangan OPD kami",)
    return Turn(f"admin.{house}", "Terima", button, told, note, reason, first=False)


def disposing_answer() -> Turn:
    told = "Tanggapan didisposisi untuk dijawab"
    return Turn("kadis", "Disposisi", "Disposisi tanggapan", told, {"Arahan": "Sampaikan kepada pelapor."})


def replying(**more: str) -> Turn:
    fields = {"Jawaban kepada pelapor": "Lampu sudah menyala.", **more}
    button, told = "Kirim jawaban", "Jawaban disampaikan kepada pelapor"
    return Turn("admin.aduan", "Kirim jawaban", button, told, fields, sure="Ya, kirim jawaban")


def wait_for_letters(live: LiveProgram, number: str) -> None:
    """Return once the worker has drawn every signed letter of the case: none is sent before."""
    queued = (
        "SELECT paper.id FROM paper JOIN complaint ON complaint.id = paper.complaint_id"
        " WHERE complaint.number = %s AND paper.kind = 'answer_letter' AND paper.state <> 'ready'"
    )
    wait_until(lambda: not live.query(queued, number), "the worker draws the letters")


def test_all_eleven_steps_at_a_desk(desk: Desk, live: LiveProgram) -> None:
    with desk.officer("admin.aduan"):
        number, address = take_in(desk, "Datang langsung", "Lampu lalu lintas mati")
    before = [*OFFICE_TURNS, directing(direction("Melalui Admin IKP", "dishub"), find="perhubungan")]
    relaying = Turn("admin.aduan", "Teruskan", "Teruskan ke OPD", "Arahan diteruskan ke OPD")
    at_agency = [step("dishub") for step in (accepting, disposing, drafting, signing, sending)]
    after = [relaying, *at_agency, disposing_answer(), replying(**{"Bukti penyampaian": "Diterima pelapor."})]
    for turn in before:
        take_turn(desk, number, turn)
    never_seen_by(desk, ["admin.dishub"], number, address)
    for turn in after:
        if turn == sending("dishub"):
            wait_for_letters(live, number)
        take_turn(desk, number, turn)

    with desk.officer("admin.aduan"):
        assert not desk.waits(number)
        assert desk.lists(number)
        desk.press(desk.seen("link", "Lampu lalu lintas mati"))
        assert desk.seen("heading", "Sudah dijawab").is_visible()
        assert_told(desk, [*before, *after])
        officers = [["admin.aduan"], ["kasi"], ["kabid"], ["kadis", "admin.aduan"]]
        houses = [[f"{who}.dishub"] for who in ("admin", "kepala", "sekretaris", "kepala", "admin")]
        assert_stepped(desk, [*officers, *houses, ["kadis"], ["admin.aduan"]])
        (letter,) = download_letters(desk, 1)
    for words in ("DINAS PERHUBUNGAN", LETTER["Hal"], "Lampu sudah diganti.", number, NAMES["kepala.dishub"]):
        assert words in letter


def beside(desk: Desk, address: str, turn: Turn, agency: str = "") -> None:
    """An act on a case that waits for somebody else: by its page, not by the inbox."""
    with desk.officer(turn.username):
        desk.go(address)
        desk.act_beside(turn, agency)


def test_a_walk_in_report_is_completed_and_its_agencies_change_on_the_way(desk: Desk, live: LiveProgram) -> None:
    """Completed at step 1, a signed letter returned, an agency added, an answer's time extended."""
    with desk.officer("admin.aduan"):
        number, address = take_in(desk, "Datang langsung", "Pohon tumbang menutup jalan")
        desk.press(desk.seen("link", "Lengkapi atau perbaiki data"))
        form = desk.page.get_by_role("main")
        desk.fill(
            form, {"Kategori": "Topik Lainnya", "Surel": "aminah@contoh.id", "Alasan atau sumber perbaikan": "Di loket"}
        )
        desk.press(desk.seen("button", "Simpan lalu registrasi"))
        expect(desk.page.get_by_role("status").filter(has_text="LB-")).to_be_visible()
    for turn in (*OFFICE_TURNS[1:], directing(direction("Langsung ke OPD", "dpuprperkim", "dishub"))):
        take_turn(desk, number, turn)
    for turn in [step("dishub") for step in (accepting, disposing, drafting, signing)]:
        take_turn(desk, number, turn)
    returned = {"Alasan menarik surat": "Nomor rujukan keliru."}
    take_turn(
        desk,
        number,
        Turn(
            "admin.dishub",
            "Kirim ke Kominfo",
            "Tarik surat ke konsep",
            "",
            returned,
            sure="Ya, tarik surat",
            first=False,
        ),
    )
    added = {"OPD": AGENCIES["dplh"], "Arahan": "Angkut batang pohonnya."}
    beside(desk, address, Turn("kadis", "", "Tambah OPD", "OPD ditambahkan", added))
    for house in ("dpuprperkim", "dplh"):
        take_turn(desk, number, accepting(house))
        take_turn(desk, number, disposing(house))
    more = {"Tambahan hari kerja": "3", "Alasan": "Menunggu alat berat."}
    beside(
        desk,
        address,
        Turn("kadis", "", "Perpanjang waktu tanggapan", "Waktu tanggapan diperpanjang", more),
        "DPLH",
    )
    take_turn(desk, number, drafting("dishub", {}))
    for house in ("dpuprperkim", "dplh"):
        take_turn(desk, number, drafting(house))
    for house in ("dishub", "dpuprperkim", "dplh"):
        take_turn(desk, number, signing(house))
        wait_for_letters(live, number)
        take_turn(desk, number, sending(house))
    for turn in (disposing_answer(), replying(**{"Bukti penyampaian": "Diterima pelapor."})):
        take_turn(desk, number, turn)
    with desk.officer("kadis"):
        desk.go(address)
        assert desk.seen("heading", "Sudah dijawab").is_visible()
        older = desk.page.locator("#linimasa summary")
        if older.count():
            older.click()
        told = desk.page.locator("#linimasa").inner_text()
    for line in (
        "OPD ditambahkan",
        "Waktu tanggapan diperpanjang",
        "Surat tanggapan ditarik ke konsep, nomornya batal",
    ):
        assert line in told


def test_the_fast_track_with_three_agencies_on_a_phone(phone: Desk, live: LiveProgram) -> None:
    with phone.officer("admin.aduan"):
        number, address = take_in(phone, "Situs web", "Lampu mati di tiga tempat")
    taken: list[Turn] = []

    def take(*turns: Turn) -> None:
        for turn in turns:
            take_turn(phone, number, turn)
            taken.append(turn)

    take(*OFFICE_TURNS)
    never_seen_by(phone, ["kepala.dishub"], number, address)
    take(directing(direction("Langsung ke OPD", "dpuprperkim", "dishub", "dinkes")))
    never_seen_by(phone, ["admin.dplh"], number, address)
    take(declining("dinkes"), directing([AGENCIES["dplh"]], "Arahan diberikan (DINKES)"))
    houses = ("dpuprperkim", "dishub", "dplh")
    for house in houses:
        take(accepting(house), disposing(house), drafting(house))
    for _ in range(2):
        take(sending_back("dishub"), drafting("dishub", {}))
    for house in houses:
        with phone.officer("kadis"):
            assert not phone.waits(number)
        take(signing(house))
        wait_for_letters(live, number)
        take(sending(house))
    take(disposing_answer(), replying(**{"Bukti penyampaian": "Ditelepon, diterima sendiri."}))

    with phone.officer("admin.aduan"):
        assert phone.lists(number)
        phone.press(phone.seen("link", "Lampu mati di tiga tempat"))
        assert_told(phone, taken)
        letters = download_letters(phone, 3)
    for house, letter in zip(sorted(houses), sorted(letters, key=house_of), strict=True):
        assert house_of(letter) == house.upper()
        assert "Derajat : Segera" in letter
