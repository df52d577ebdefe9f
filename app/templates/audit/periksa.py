"""Memeriksa bundel bukti aduan Lapor Balangan; hanya membaca, tidak mengekstrak dan tidak menjalankan apa pun.

Pakai: python periksa.py [bundel.zip | folder]. Cukup Python 3.9 tanpa tambahan. Kode akhir: 0 semua cocok, 1 ada yang
tidak cocok, 3 tidak ada yang salah tetapi sebagian kejadian tidak dapat diperiksa seluruhnya.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zipfile
from typing import Any, BinaryIO

FORMATS = tuple(f"lapor-balangan/bundel-bukti/{number}" for number in (1, 2, 3))
GENESIS = "0" * 64
SALTED = ":2"
FIELDS = {"complaint", "seq", "kind", "step", "agency", "actor", "officer", "on_behalf_of", "delegation"}
FIELDS |= {"delegation_kind", "at", "address", "data"}
FIELD_PARTS = ("value", "commitment", "definition")
ANCHORS = {"data.draft_hash", "data.sha256", "data.sent_sha256", "data.values", "data.personal", "data.definitions"}
MANIFEST = "manifest.json"
LARGEST_TEXT = 256 * 1024 * 1024
PIECE = 1024 * 1024
BROKEN = (KeyError, TypeError, ValueError, AttributeError, RecursionError, OSError, RuntimeError, zipfile.BadZipFile)


class ZipBundle:
    """Bundel sebagai satu berkas zip."""

    def __init__(self, path: str) -> None:
        self.archive = zipfile.ZipFile(path)
        self.names = [info.filename for info in self.archive.infolist()]

    def size(self, name: str) -> int:
        return self.archive.getinfo(name).file_size

    def open(self, name: str) -> Any:
        return self.archive.open(name)


class FolderBundle:
    """Bundel yang sudah diekstrak; tautan ke tempat lain tidak diikuti."""

    def __init__(self, path: str) -> None:
        self.root = path
        self.names = sorted(self._walk())

    def _walk(self) -> Any:
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name != "__pycache__"]
            linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            for name in [*files, *linked]:
                yield os.path.relpath(os.path.join(folder, name), self.root).replace(os.sep, "/")

    def _path(self, name: str) -> str:
        path = os.path.join(self.root, *name.split("/"))
        if os.path.islink(path) or not os.path.isfile(path):
            raise OSError("bukan berkas biasa")
        return path

    def size(self, name: str) -> int:
        return os.path.getsize(self._path(name))

    def open(self, name: str) -> BinaryIO:
        return open(self._path(name), "rb")


class Report:
    """Apa yang benar dan apa yang tidak."""

    def __init__(self) -> None:
        self.faults = 0
        self.partly: list[str] = []

    def right(self, sentence: str) -> None:
        print("BENAR    " + sentence)

    def note(self, sentence: str) -> None:
        print("CATATAN  " + sentence)

    def partial(self, number: str, sentence: str) -> None:
        self.partly.append(number)
        print("SEBAGIAN " + sentence)

    def wrong(self, sentence: str) -> None:
        self.faults += 1
        print("SALAH    " + sentence)

    def result(self, before: int, sentence: str) -> None:
        """Satu kalimat benar bila tidak ada yang salah sejak `before`."""
        if self.faults == before:
            self.right(sentence)


def safe(name: Any) -> bool:
    """Apakah nama itu tetap di dalam bundel."""
    if not isinstance(name, str) or not name or any(sign in name for sign in ("\\", ":", "\0")):
        return False
    return not name.startswith("/") and all(part not in ("", ".", "..") for part in name.split("/"))


def read(bundle: Any, name: str) -> bytes:
    if bundle.size(name) > LARGEST_TEXT:
        raise ValueError("terlalu besar")
    with bundle.open(name) as file:
        return bytes(file.read(LARGEST_TEXT + 1))


def read_json(bundle: Any, name: str) -> Any:
    return parsed(read(bundle, name).decode("utf-8"))


def parsed(text: str) -> Any:
    """JSON yang tidak memuat satu nama dua kali: pembaca lain dapat melihat yang pertama, kami yang terakhir."""
    return json.loads(text, object_pairs_hook=_without_doubles)


def _without_doubles(pairs: Any) -> Any:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("nama ganda")
    return found


def digest_of(bundle: Any, name: str, size: int) -> str:
    """SHA-256 tanpa memuat seluruh berkas, paling banyak `size` bita dan satu lagi."""
    digest, left = hashlib.sha256(), size + 1
    with bundle.open(name) as file:
        while left > 0 and (piece := file.read(min(PIECE, left))):
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()


def hash_of(value: Any, before: str | None = None) -> str:
    """SHA-256 dari JSON berbentuk baku, untuk rantai didahului hash sebelumnya."""
    body = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return _sha256(body if before is None else before + "\n" + body)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def check_names(bundle: Any, report: Report) -> None:
    """Nama berbahaya dan nama ganda."""
    before, seen = report.faults, set()
    for name in bundle.names:
        if not safe(name):
            report.wrong(ascii(name) + ": nama berkas berbahaya, tidak dibaca")
        elif name in seen:
            report.wrong(name + ": ada lebih dari satu berkas dengan nama ini")
        seen.add(name)
    report.result(before, "Nama semua berkas aman dan tidak ganda.")


def check_files(bundle: Any, manifest: Any, report: Report) -> None:
    """Setiap berkas terhadap manifest, dan tidak ada yang ditambahkan."""
    before = report.faults
    for item in manifest["files"]:
        _check_file(bundle, item["name"], int(item["size"]), item["sha256"], report)
    for item in manifest["missing"]:
        report.wrong(str(item["name"]) + ": sudah tidak tersimpan di kantor ketika bundel dibuat")
    known = {item["name"] for item in manifest["files"]} | {MANIFEST}
    for name in bundle.names:
        if name not in known and safe(name):
            report.wrong(name + ": tidak tercantum dalam manifest, berkas ini ditambahkan")
    report.result(before, f"{len(manifest['files'])} berkas sama dengan manifest.")


def _check_file(bundle: Any, name: Any, size: int, sha256: str, report: Report) -> None:
    if not safe(name):
        report.wrong(ascii(name) + ": nama berbahaya dalam manifest, tidak dibaca")
    elif name not in bundle.names:
        report.wrong(name + ": tercantum dalam manifest tetapi tidak ada")
    else:
        try:
            same = bundle.size(name) == size and digest_of(bundle, name, size) == sha256
        except BROKEN:
            same = False
        if not same:
            report.wrong(name + ": isinya berubah (SHA-256 atau ukurannya tidak sama dengan manifest)")


def check_chain(bundle: Any, manifest: Any, report: Report) -> list[Any]:
    """Rantai dan urutan kejadian; mengembalikan catatan-catatannya."""
    before, previous, last_at = report.faults, GENESIS, ""
    lines = [parsed(line) for line in read(bundle, "kejadian.jsonl").decode("utf-8").split("\n") if line]
    for place, line in enumerate(lines, 1):
        record = line["record"]
        which = f"kejadian.jsonl: kejadian ke-{place} (nomor {record.get('seq')})"
        if record.get("seq") != place:
            report.wrong(f"{which}: urutannya tidak benar, seharusnya nomor {place}")
        if record.get("complaint") != manifest["complaint"]:
            report.wrong(which + ": bukan kejadian aduan ini")
        if line["previous_hash"] != previous:
            report.wrong(which + ": tidak menyambung pada kejadian sebelumnya")
        try:
            check_event(line, which, report)
        except BROKEN:
            report.wrong(which + ": bentuknya tidak dikenal")
        if record["at"] < last_at:
            report.wrong(which + ": waktunya mendahului kejadian sebelumnya")
        previous, last_at = line["hash"], record["at"]
    _check_ends(lines, manifest, previous, report)
    whole = len(lines) - len(report.partly)
    report.result(before, f"Rantai {len(lines)} kejadian menyambung dan berurutan, kepala {previous}.")
    report.result(before, f"{whole} dari {len(lines)} kejadian terperiksa utuh terhadap hash-nya.")
    return [line["record"] for line in lines]


def check_event(line: Any, which: str, report: Report) -> None:
    """Isi satu kejadian terhadap hash-nya."""
    withheld = line.get("withheld", {})
    if line.get("format", 1) not in (1, 2) or (line.get("format") == 2) != str(line["hash"]).endswith(SALTED):
        report.wrong(which + ": bentuk catatannya tidak sama dengan bentuk hash-nya")
    elif not _may_be_withheld(withheld, line["record"]):
        report.wrong(which + ": bagian yang ditahan tidak boleh ditahan, atau justru ditampilkan")
    elif line.get("format") == 2:
        _check_salted(line, withheld, which, report)
    elif withheld:
        names = ", ".join(ascii(name)[1:-1] for name in withheld)
        report.partial(str(line["record"]["seq"]), which + f": sebagian terperiksa; {names} ditahan, bentuk lama")
    elif hash_of(line["record"], line["previous_hash"]) != line["hash"]:
        report.wrong(which + ": isinya tidak cocok dengan hash-nya")


def _may_be_withheld(withheld: Any, record: Any) -> bool:
    """Hanya alamat jaringan dan rincian tindakan; siapa, apa, kapan, isian kantor, dan hash berkas selalu tampak."""
    names, shown = set(withheld), dict(fields_of(record))
    if set(record) | (names & {"address"}) != FIELDS or names & ANCHORS:
        return False
    return not names & set(shown) and all(name == "address" or name.startswith("data.") for name in names)


def fields_of(record: Any) -> Any:
    """Setiap bagian catatan dengan namanya; rincian tindakan satu per satu."""
    outer = [(name, value) for name, value in record.items() if name != "data"]
    return [*outer, *(("data." + name, value) for name, value in record["data"].items())]


def _check_salted(line: Any, withheld: Any, which: str, report: Report) -> None:
    """Bentuk 2: hash dari sidik setiap bagian; yang ditahan diwakili sidiknya, jadi tetap terperiksa."""
    shown, salts = dict(fields_of(line["record"])), line["salts"]
    if set(shown) != set(salts):
        report.wrong(which + ": ada bagian tanpa garam, atau garam tanpa bagian")
        return
    committed = {name: hash_of(value, salts[name]) for name, value in shown.items()}
    committed.update(withheld)
    digests = sorted(_sha256(name + "\n" + inner) for name, inner in committed.items())
    if hash_of(digests, line["previous_hash"]) + SALTED != line["hash"]:
        report.wrong(which + ": isinya tidak cocok dengan hash-nya")
    elif withheld:
        names = ", ".join(ascii(name)[1:-1] for name in sorted(withheld))
        report.note(which + f": {names} ditahan; hash-nya tetap terperiksa utuh")


def _check_ends(lines: list[Any], manifest: Any, head: str, report: Report) -> None:
    if not lines or lines[0]["record"].get("kind") not in ("received", "imported"):
        report.wrong("kejadian.jsonl: tidak dimulai dengan penerimaan aduan")
    if len(lines) != manifest["events"]:
        report.wrong(f"kejadian.jsonl: ada {len(lines)} kejadian, menurut manifest {manifest['events']}")
    if head != manifest["head"]:
        report.wrong("kejadian.jsonl: kepala rantai tidak sama dengan manifest")


def check_papers(bundle: Any, report: Report) -> None:
    """Isi kertas yang dibekukan, dan berkas PDF-nya."""
    before, papers = report.faults, read_json(bundle, "kertas.json")
    for place, paper in enumerate(papers, 1):
        which = f"kertas.json: kertas ke-{place} ({paper['key']})"
        if hash_of(paper["frozen"]) != paper["content_hash"]:
            report.wrong(which + ": isinya tidak sama dengan ketika dibekukan")
        name = paper["file"]
        if name is not None and not _same(bundle, name, paper["file_hash"]):
            report.wrong(which + ": berkas " + ascii(name) + " tidak sama dengan yang dibuat dari kertas ini")
    report.result(before, f"{len(papers)} kertas cocok dengan hash isinya.")


def check_letters(bundle: Any, events: list[Any], report: Report) -> None:
    """Surat yang ditandatangani terhadap kertas yang membekukannya, dan terhadap rantai."""
    before, letters = report.faults, read_json(bundle, "surat.json")
    papers = {paper["key"]: paper["frozen"] for paper in read_json(bundle, "kertas.json")}
    signed = [letter for letter in letters if letter["paper"] is not None]
    acts = [record for record in events if record.get("kind") == "sign"]
    chained = {(record["agency"], record["data"].get("draft_hash")) for record in acts}
    for letter in signed:
        which = "surat.json: surat " + str(letter["number"])
        words = {name: letter[name] for name in ("revision", "subject", "body")}
        if not chained & {(letter["agency_code"], hash_of(words)), (letter["agency_code"], None)}:
            report.wrong(which + ": isinya bukan yang ditandatangani menurut rantai")
        frozen = papers.get(letter["paper"])
        if frozen is None:
            report.wrong(which + ": kertasnya tidak ada")
        elif any(frozen[name] != letter[name] for name in ("number", "subject", "body", "verification_code")):
            report.wrong(which + ": isinya tidak sama dengan ketika ditandatangani")
    report.result(before, f"{len(signed)} surat sama dengan ketika ditandatangani.")


def check_attachments(bundle: Any, events: list[Any], report: Report) -> None:
    """Lampiran terhadap hash yang disimpan, dan hash ketika diterima terhadap yang ada dalam rantai."""
    before, files = report.faults, read_json(bundle, "lampiran.json")
    looked = [record["data"] for record in events if record.get("kind") == "file_checked"]
    checked = [[data.get("sent_sha256"), data.get("sha256")] for data in looked]
    for item in files:
        if item["file"] is None:
            report.note("lampiran.json: " + ascii(item["filename"]) + " ditahan atau belum diperiksa, tidak disertakan")
        elif not _same(bundle, item["file"], item["sha256"]):
            report.wrong("lampiran.json: " + ascii(item["file"]) + " tidak sama dengan yang dicatat ketika diterima")
        elif [item.get("sent_sha256", item["sha256"]), item["sha256"]] not in checked:
            report.wrong("lampiran.json: " + ascii(item["file"]) + " bukan berkas yang diperiksa menurut rantai")
    kept = {item.get("sent_sha256", item["sha256"]) for item in files}
    for record in events:
        if record.get("kind") == "attach" and record["data"].get("sha256") not in kept:
            report.wrong(f"lampiran.json: lampiran dari kejadian nomor {record['seq']} tidak ada")
    report.result(before, f"{len(files)} lampiran sama dengan yang dicatat ketika diterima.")


def check_fields(bundle: Any, events: list[Any], report: Report) -> None:
    """Isian tambahan kantor terhadap rantai; data pribadi hanya sebagai sidiknya."""
    before, items, chained = report.faults, read_json(bundle, "isian.json"), _chained_fields(events)
    told = {item["code"]: {name: item[name] for name in item if name in FIELD_PARTS} for item in items}
    for code in sorted({*chained, *told}):
        if hash_of(told.get(code)) != hash_of(chained.get(code)):
            report.wrong("isian.json: " + ascii(code) + " bukan yang tercatat dalam rantai")
    if len(told) != len(items):
        report.wrong("isian.json: ada isian yang tercantum lebih dari sekali")
    report.result(before, f"{len(items)} isian tambahan sama dengan yang tercatat dalam rantai.")


def _chained_fields(events: list[Any]) -> Any:
    """Isian menurut kejadian; data pribadi berakhir bersama identitas pelapor."""
    found: dict[str, Any] = {}
    for record in events:
        data = record["data"]
        for part, name in (("values", "value"), ("personal", "commitment")):
            for code, value in data.get(part, {}).items():
                found[code] = {name: value, "definition": data["definitions"][code]}
        secrecy = data.get("confidentiality") or (data.get("after") or {}).get("confidentiality")
        if record.get("kind") == "identity_removed" or secrecy == "anonymous":
            found = {code: one for code, one in found.items() if "value" in one}
    return {code: one for code, one in found.items() if one.get("value", one.get("commitment")) is not None}


def _same(bundle: Any, name: Any, sha256: Any) -> bool:
    return safe(name) and name in bundle.names and digest_of(bundle, name, bundle.size(name)) == sha256


def check(bundle: Any, report: Report) -> None:
    """Semua pemeriksaan; yang tidak terbaca disebut, lalu pemeriksaan berikutnya berjalan."""
    check_names(bundle, report)
    try:
        manifest = read_json(bundle, MANIFEST)
        if manifest["format"] not in FORMATS:
            raise ValueError("format lain")
        print("Bundel bukti aduan " + ascii(manifest["complaint"])[1:-1])
    except BROKEN:
        report.wrong(MANIFEST + ": tidak ada atau tidak dapat dibaca")
        return
    events: list[Any] = []
    steps = (
        (MANIFEST, lambda: check_files(bundle, manifest, report)),
        ("kejadian.jsonl", lambda: events.extend(check_chain(bundle, manifest, report))),
        ("kertas.json", lambda: check_papers(bundle, report)),
        ("surat.json", lambda: check_letters(bundle, events, report)),
        ("lampiran.json", lambda: check_attachments(bundle, events, report)),
        ("isian.json", lambda: check_fields(bundle, events, report)),
    )
    for name, step in steps[: -1 if manifest["format"] in FORMATS[:2] else None]:
        try:
            step()
        except BROKEN:
            report.wrong(name + ": tidak ada atau bentuknya tidak dikenal")


def main(arguments: list[str]) -> int:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    report = Report()
    try:
        check(FolderBundle(path) if os.path.isdir(path) else ZipBundle(path), report)
    except BROKEN:
        report.wrong(ascii(path) + ": bukan bundel yang dapat dibaca")
    if report.faults:
        print(f"HASIL: ada {report.faults} yang tidak cocok.")
        return 1
    if report.partly:
        numbers = ", ".join(report.partly)
        print(f"HASIL: sebagian terperiksa. Tidak ada yang salah, tetapi kejadian nomor {numbers} ditulis dalam bentuk")
        print("lama dan sebagian isinya ditahan: isinya tidak terbukti dari bundel ini. Minta kantor memeriksanya.")
        return 3
    print("HASIL: semua cocok.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
