"""Indonesian texts of the invariants and of their violations; they never contain a reporter's data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from app.access.process_rows import STEPS
from app.core.clock import office_time
from app.vocabulary.words import Labels

PROMISES: Labels = {
    "I1": _("Tidak ada aduan yang hilang"),
    "I2": _("Tidak ada yang tercatat dua kali"),
    "I3": _("Setiap aduan berjalan menurut SOP"),
    "I4": _("Setiap tindakan terjadi tepat satu kali"),
    "I5": _("Setiap keterlambatan dilaporkan"),
    "I6": _("Setiap pesan sampai pada akhirnya"),
    "I7": _("Pesan sesuai dengan kejadian"),
    "I8": _("Jejak audit tidak terputus"),
    "I9": _("Berkas sesuai dengan catatannya"),
    "I10": _("Pembatasan data antar-OPD terjaga"),
    "I11": _("Identitas pelapor terjaga"),
    "I12": _("Sejalan dengan SP4N"),
    "I13": _("Surat dan nomornya utuh"),
    "I14": _("Waktu tercatat benar"),
    "I15": _("Antrean, koneksi, ruang simpan, cadangan, dan sertifikat terjaga"),
    "I16": _("Halaman kesehatan sistem sesuai keadaan"),
}

SENTENCES: Labels = {
    "not_checked": _("Tidak dapat diperiksa (%(subject)s). Alasannya ada di log proses latar."),
    "number_without_case": _("Nomor %(subject)s sudah diberikan, tetapi aduannya tidak ada."),
    "answer_without_case": _("Aduan %(subject)s sudah dinyatakan diterima pada %(day)s, tetapi tidak ada."),
    "report_without_case": _("Laporan SP4N %(subject)s sudah diambil, tetapi aduannya tidak ada."),
    "number_twice": _("Nomor aduan %(subject)s ada %(times)s kali."),
    "report_twice": _("Laporan SP4N %(subject)s ada %(times)s kali."),
    "answer_twice": _("Permintaan %(subject)s dijawab %(times)s kali."),
    "message_twice": _("Pesan SP4N %(subject)s ada %(times)s kali."),
    "step_out_of_order": _("Aduan %(subject)s: kejadian ke-%(event)s (%(kind)s) tidak mungkin menurut SOP."),
    "log_not_readable": _("Aduan %(subject)s: kejadian ke-%(event)s tidak dapat dibaca."),
    "log_missing": _("Aduan %(subject)s tidak mempunyai satu pun kejadian."),
    "rows_differ": _("Aduan %(subject)s: keadaannya bukan yang dihasilkan oleh kejadiannya (%(parts)s)."),
    "two_open_steps": _("Aduan %(subject)s: dua langkah terbuka pada jalur yang sama."),
    "version_differs": _("Aduan %(subject)s: versi %(version)s, tetapi %(acts)s tindakan."),
    "event_twice": _("Aduan %(subject)s: kejadian ke-%(event)s ada lebih dari satu kali."),
    "step_closed_twice": _("Aduan %(subject)s: langkah %(step)s tercatat dua kali."),
    "signed_twice": _("Aduan %(subject)s: %(letters)s surat bertanda tangan dari %(acts)s tindakan tanda tangan."),
    "limit_differs": _(
        "Aduan %(subject)s, langkah %(step)s: batas waktu tercatat %(due_at)s, menurut hitungan kedua %(reckoned)s."
    ),
    "limit_not_reckoned": _("Aduan %(subject)s, langkah %(step)s: batas waktunya tidak dapat dihitung."),
    "allowance_differs": _("Aduan %(subject)s, langkah %(step)s: waktu baku %(held)s, menurut SOP %(wanted)s."),
    "breach_unreported": _("Aduan %(subject)s, langkah %(step)s: lewat batas %(due_at)s dan tidak dilaporkan."),
    "breach_without_reason": _("Aduan %(subject)s, langkah %(step)s: dilaporkan terlambat, padahal tidak."),
    "breach_not_in_log": _("Aduan %(subject)s: %(reports)s keterlambatan dilaporkan, %(events)s tercatat di jejak."),
    "message_waits_unseen": _("Pesan %(subject)s (%(channel)s) menunggu tanpa dicoba sejak %(since)s."),
    "message_without_end": _("Pesan %(subject)s: keadaannya (%(state)s, %(attempts)s kali dicoba) tidak mungkin."),
    "told_twice": _("Pemberitahuan %(subject)s (%(kind)s) ada %(times)s kali."),
    "notice_not_sent": _("Pemberitahuan %(subject)s (%(kind)s) tidak pernah dikirim."),
    "message_about_nothing": _("Pesan %(subject)s (%(channel)s) tidak berisi apa pun."),
    "reporter_told_of_nothing": _("Aduan %(subject)s: pelapor diberi tahu (%(told)s) tentang yang tidak terjadi."),
    "reporter_not_told": _("Aduan %(subject)s: pelapor tidak diberi tahu (%(kind)s)."),
    "alarm_without_report": _("Aduan %(subject)s: petugas diberi peringatan (%(kind)s) yang tidak tercatat."),
    "chain_broken": _("Aduan %(subject)s: rantai kejadiannya terputus."),
    "book_differs": _("Aduan %(subject)s: buku waktunya bukan yang dihasilkan oleh kejadiannya."),
    "events_gone": _("%(subject)s kejadian hilang sejak pemeriksaan terakhir (%(before)s, kini %(left)s)."),
    "guard_missing": _("Pelindung (trigger) tabel %(subject)s di basis data tidak terpasang."),
    "change_possible": _("Basis data tidak menolak perubahan pada %(subject)s."),
    "register_changed": _("Laporan harian %(subject)s (%(day)s) tidak lagi seperti saat dibuat."),
    "checkpoint_differs": _("Jejak audit tidak cocok dengan sidik pada laporan harian %(subject)s (%(day)s)."),
    "file_missing": _("Berkas %(subject)s tidak ada (%(kind)s nomor %(row)s)."),
    "file_unreadable": _("Berkas %(subject)s tidak dapat dibaca (%(kind)s, %(why)s)."),
    "file_changed": _("Berkas %(subject)s bukan lagi yang dicatat (%(kind)s nomor %(row)s)."),
    "files_without_row": _("%(count)s berkas tidak dikenal oleh catatan mana pun, yang pertama %(subject)s."),
    "seen_but_not_sent": _("Aduan %(subject)s terlihat oleh %(agency)s, padahal tidak pernah dikirim ke sana."),
    "sent_but_not_seen": _("Aduan %(subject)s dikirim ke %(agency)s, tetapi tidak terlihat di sana."),
    "searched_elsewhere": _(
        "Indeks pencarian mencatat aduan %(subject)s dikirim ke: %(agency)s; catatan pengiriman berbeda."
    ),
    "told_beyond_the_wall": _("Petugas %(agency)s diberi tahu tentang aduan %(subject)s yang bukan milik instansinya."),
    "counts_differ": _("%(subject)s melihat %(seen)s aduan, padahal %(sent)s yang dikirim ke sana."),
    "anonymous_with_identity": _("Aduan anonim %(subject)s menyimpan identitas."),
    "identity_left_behind": _("Kiriman %(subject)s (%(state)s) masih menyimpan isi yang seharusnya sudah dihapus."),
    "code_left_behind": _("Pesan %(subject)s masih menyimpan kode pelacakan."),
    "secret_named": _("Aduan rahasia %(subject)s: pelapor disebut (%(what)s) di tempat yang dibaca OPD (%(where)s)."),
    "event_not_in_feed": _("Aduan %(subject)s: kejadian ke-%(event)s (%(kind)s) tidak ada di umpan perubahan."),
    "feed_without_event": _("Aduan %(subject)s: umpan perubahan menyebut %(kind)s yang tidak terjadi."),
    "feed_place_twice": _("Nomor urut %(subject)s di umpan perubahan dipakai %(times)s kali."),
    "feed_out_of_order": _("Aduan %(subject)s: perubahannya tidak berurutan di umpan perubahan (nomor %(position)s)."),
    "reader_ahead": _("%(subject)s tercatat sudah membaca sampai %(position)s, lebih dari yang ada."),
    "feed_behind_case": _("Aduan %(subject)s: umpan perubahan tidak menyebut keadaannya yang sekarang."),
    "letter_number_twice": _("Nomor surat %(subject)s dipakai %(times)s kali."),
    "number_book_gap": _("Buku nomor %(subject)s: nomor terakhir %(last)s, tetapi %(entered)s yang tercatat."),
    "letter_not_in_book": _("Surat %(subject)s tidak sesuai dengan buku nomor."),
    "letter_content_changed": _("Isi surat %(subject)s bukan lagi yang ditandatangani."),
    "letter_file_changed": _("Berkas surat %(subject)s bukan lagi yang ditandatangani."),
    "letter_signature_unsound": _("Tanda tangan elektronik surat %(subject)s tidak sah."),
    "log_runs_backwards": _("Aduan %(subject)s: kejadian ke-%(event)s lebih awal daripada yang sebelumnya."),
    "negative_time": _("Aduan %(subject)s, langkah %(step)s: waktunya negatif."),
    "ahead_of_the_clock": _("%(subject)s: tercatat pada waktu yang belum tiba (%(at)s)."),
    "instant_without_zone": _("Kolom %(subject)s menyimpan waktu tanpa zona."),
    "redis_away": _("%(subject)s tidak menjawab."),
    "queue_deep": _("Antrean %(subject)s berisi %(depth)s pekerjaan."),
    "queue_old": _("Antrean %(subject)s: pekerjaan tertua menunggu sejak %(since)s."),
    "connections_many": _("%(subject)s: %(used)s dari %(most)s koneksi terpakai."),
    "connections_idle": _("%(subject)s: %(count)s transaksi dibiarkan terbuka."),
    "disk_full": _("%(subject)s: ruang simpan tinggal %(percent)s %%."),
    "backup_never": _("%(subject)s: belum pernah ada cadangan yang berhasil."),
    "backup_late": _("%(subject)s: cadangan terakhir yang berhasil dari %(since)s."),
    "archive_late": _("%(subject)s: log basis data sudah %(minutes)s menit tidak sampai di tempat kedua."),
    "certificate_ends": _("%(subject)s: sertifikat alamat publik berakhir %(at)s."),
    "beat_untrue": _("Waktu aktif terakhir penjadwal (%(at)s) tidak benar."),
    "worker_untrue": _("Proses latar %(subject)s tercatat aktif, padahal prosesnya (%(pid)s) tidak ada."),
    "look_unfinished": _("Pemeriksaan malam %(subject)s tidak pernah selesai."),
}


_INSTANTS = frozenset({"at", "due_at", "reckoned", "since"})


def sentence_of(sentence: str, subject: str, particulars: Mapping[str, Any]) -> str:
    """Return the text of one violation in the current language, with step names and instants in office time.

    `sentence` is a key of SENTENCES; `subject` and `particulars` are the values in it.
    """
    values = {**particulars, "subject": subject}
    for name, value in particulars.items():
        if name == "step":
            values[name] = str(STEPS.get(value, value))
        elif name in _INSTANTS:
            values[name] = f"{office_time(datetime.fromisoformat(value)):%d-%m-%Y %H.%M}"
    return str(SENTENCES[sentence]) % values
