"""An archive is whole or refused: cut, changed, exchanged, opened with another phrase, or holding what it must not."""

import io
import resource
import stat
import tarfile
from pathlib import Path

import pytest

from app.backup import sealed_stream
from app.backup.archive import members_of, read_manifest, writing
from app.backup.exceptions import BackupFault, Damaged, WrongPassphrase
from app.backup.private_file import new_private_file
from app.backup.sealed_stream import PIECE, TAG, OpeningReader, SealingWriter, read_passphrase

PHRASE = b"kunci yang panjang"
HEAD = 48


def sealed(content: bytes) -> bytes:
    out = io.BytesIO()
    writer = SealingWriter(out, PHRASE)
    for start in range(0, len(content), 300_000):
        writer.write(content[start : start + 300_000])
    writer.close()
    return out.getvalue()


def opened(kept: bytes, phrase: bytes = PHRASE) -> bytes:
    return OpeningReader(io.BytesIO(kept), phrase).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_what_was_sealed_opens_again_and_shows_nothing(size: int) -> None:
    content = (b"RAHASIA" * (size // 7 + 1))[:size]
    kept = sealed(content)
    assert opened(kept) == content
    assert b"RAHASIA" not in kept
    assert len(kept) == HEAD + size + TAG * max(1, -(-size // PIECE))


def test_another_phrase_is_said_to_be_another_phrase() -> None:
    with pytest.raises(WrongPassphrase, match="does not open"):
        opened(sealed(b"x"), b"kunci yang lain sekali")


@pytest.mark.parametrize("place", [HEAD, HEAD + PIECE, HEAD + PIECE + TAG, -1])
def test_one_changed_bit_is_found(place: int) -> None:
    kept = bytearray(sealed(b"a" * (PIECE + 100)))
    kept[place] ^= 1
    with pytest.raises(Damaged, match="changed or cut off"):
        opened(bytes(kept))


@pytest.mark.parametrize("length", [HEAD - 1, HEAD, HEAD + 5, HEAD + PIECE + TAG, -1])
def test_a_cut_at_any_place_is_found(length: int) -> None:
    """At the end of a piece too: the last one is sealed as the last."""
    kept = sealed(b"a" * (PIECE + 100))
    with pytest.raises(Damaged):
        opened(kept[:length])


def test_exchanged_repeated_and_added_pieces_are_found() -> None:
    kept = sealed(b"a" * PIECE + b"b" * PIECE + b"c")
    head, one, two, end = kept[:HEAD], *(kept[HEAD + i * (PIECE + TAG) :][: PIECE + TAG] for i in range(3))
    for wrong in (two + one + end, one + one + two + end, one + end, one + two + end + end, two + end):
        with pytest.raises(Damaged):
            opened(head + wrong)


def test_a_guesser_pays_for_each_try() -> None:
    """128 MiB and half a second: 2^17 by OWASP's advice, written down in the head of each archive."""
    assert sealed_stream.COST == 17


def test_a_head_that_asks_for_all_memory_is_refused() -> None:
    kept = bytearray(sealed(b"x"))
    kept[8] = 30
    with pytest.raises(Damaged, match="more memory"):
        opened(bytes(kept))


def test_a_head_that_asks_for_no_work_at_all_is_damaged() -> None:
    kept = bytearray(sealed(b"x"))
    kept[8] = 0
    with pytest.raises(Damaged, match="head of the archive was changed"):
        opened(bytes(kept))


def test_a_short_passphrase_is_refused() -> None:
    assert read_passphrase("dua belas hu\n") == b"dua belas hu"
    with pytest.raises(BackupFault, match="shorter than 12"):
        read_passphrase("sebelas huru\n"[1:])


def an_archive(path: Path, phrase: bytes | None = None) -> Path:
    with path.open("wb") as file, writing(file, phrase) as archive:
        archive.add_bytes("database/00001", b"dump" * 1000)
        archive.add_bytes("files/papers/a.pdf", b"%PDF" * 5000)
        archive.finish({"head": "0001"})
    return path


def test_an_archive_reads_back_with_the_hash_of_every_member(tmp_path: Path) -> None:
    manifest = read_manifest(an_archive(tmp_path / "a", PHRASE), PHRASE)
    assert manifest["members"] == {
        "database/00001": [4000, "2983efbf3c9bd7801faf7e8a1237d0c3cf9780129aa50c17e6380fc3ba06dc50"],
        "files/papers/a.pdf": [20000, "41ebd72133f1f7c7320f753debfce0182bf4ea3ef02fd9addfec8b9f94836af2"],
    }


def test_a_sealed_archive_asks_for_its_phrase(tmp_path: Path) -> None:
    with pytest.raises(WrongPassphrase, match="--passphrase-file"):
        read_manifest(an_archive(tmp_path / "a", PHRASE), None)


def test_one_changed_byte_of_a_plain_archive_is_named(tmp_path: Path) -> None:
    path = an_archive(tmp_path / "a")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"dumpdump", b"dumpDump", 1))
    with pytest.raises(Damaged, match="database/00001"):
        read_manifest(path, None)
    path.write_bytes(content.replace(b'"head": "0001"', b'"head": "0002"', 1))
    with pytest.raises(Damaged, match="manifest"):
        read_manifest(path, None)


@pytest.mark.parametrize("length", [3, 700, 4096, 20_000, 26_000])
def test_a_plain_archive_that_is_cut_is_refused(tmp_path: Path, length: int) -> None:
    path = an_archive(tmp_path / "a")
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(Damaged):
        read_manifest(path, None)


@pytest.mark.parametrize("name", ["files/../../etc/cron.d/x", "/etc/passwd", "files//x", "files/./x"])
def test_a_name_that_leads_out_of_the_store_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a"
    with tarfile.open(path, "w") as tar:
        head = tarfile.TarInfo(name)
        head.size = 1
        tar.addfile(head, io.BytesIO(b"x"))
    with pytest.raises(Damaged, match="no backup of ours"):
        list(members_of(path, None))


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with tarfile.open(path, "w") as tar:
        head = tarfile.TarInfo("files/x")
        head.type, head.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(head)
    with pytest.raises(Damaged, match="no backup of ours"):
        list(members_of(path, None))


def test_something_else_than_an_archive_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"not a tar at all" * 100)
    with pytest.raises(Damaged):
        read_manifest(tmp_path / "a", None)
    with pytest.raises(BackupFault, match="cannot be read"):
        read_manifest(tmp_path / "none", None)
    with pytest.raises(BackupFault, match="cannot be read"):
        read_manifest(tmp_path, None)


def test_a_new_file_is_its_owners_alone_and_takes_no_other_files_place(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    with new_private_file(path) as file:
        file.write(b"one")
        assert stat.S_IMODE((tmp_path / "a.backup.part").stat().st_mode) == 0o600
        assert not path.exists()
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(BackupFault, match="is there already"), new_private_file(path) as file:
        file.write(b"two")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.backup"]
    assert path.read_bytes() == b"one"


def test_a_file_that_appears_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    with pytest.raises(BackupFault, match="appeared meanwhile"), new_private_file(path):
        path.write_bytes(b"somebody else's")
    assert path.read_bytes() == b"somebody else's"
    assert not (tmp_path / "a.backup.part").exists()


def test_two_backups_to_one_name_do_not_mix_and_a_killed_one_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    (tmp_path / "a.backup.part").write_bytes(b"left by a killed one, and longer")
    with new_private_file(path) as file:
        file.write(b"mine")
        with pytest.raises(BackupFault, match="Another backup is writing"), new_private_file(path):
            pass
    assert path.read_bytes() == b"mine"


def test_a_full_disk_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the write fails in the same call."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limits[1]))
    try:
        with (
            pytest.raises(BackupFault, match="cannot be written: File too large"),
            new_private_file(tmp_path / "a") as file,
        ):
            file.write(b"x" * 2_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupFault, match="cannot be written: No such file"), new_private_file(tmp_path / "no" / "a"):
        pass
