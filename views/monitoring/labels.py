"""Labels of the health page."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

PARTS: Labels = {
    "database": _("Basis data"),
    "migrations": _("Susunan tabel"),
    "wall": _("Pembatasan data antar-OPD"),
    "redis": _("Redis (antrean)"),
    "scheduler": _("Penjadwal"),
    "workers": _("Proses latar"),
    "waiting": _("Pesan yang menunggu"),
    "failed": _("Pesan gagal"),
    "queues": _("Antrean pekerjaan"),
    "alarms": _("Peringatan batas waktu"),
    "holidays": _("Hari libur tahun depan"),
    "peer": _("Pertukaran dengan SP4N"),
    "webhooks": _("Penerima webhook"),
    "scanner": _("Pemeriksa virus"),
    "files": _("Pemeriksaan lampiran"),
    "papers": _("Surat dan dokumen"),
    "store": _("Penyimpanan berkas"),
    "invariants": _("Pemeriksaan catatan"),
    "capacity": _("Antrean, koneksi, ruang simpan, cadangan, dan sertifikat terjaga"),
    "hold": _("Salinan yang dipulihkan"),
    "backup": _("Cadangan"),
    "disk": _("Ruang simpan"),
    "clock": _("Jam mesin"),
    "certificate": _("Sertifikat alamat publik"),
    "signers": _("Sertifikat tanda tangan"),
    "archive": _("Tempat kedua (arsip log basis data)"),
}

QUEUES: Labels = {
    "alarms": _("Peringatan dan penjadwalan"),
    "notices": _("Pesan"),
    "documents": _("Surat dan berkas"),
    "sync": _("SP4N"),
    "webhooks": _("Webhook"),
    "reports": _("Laporan"),
}

STATES: Labels = {"ok": _("Baik"), "warn": _("Perlu dilihat"), "broken": _("Rusak"), "unknown": _("Tidak diketahui")}

TO_DO: Labels = {
    "database": _("Periksa server PostgreSQL dan DATABASE_URL. Tanpa basis data tidak ada halaman yang dapat dibuka."),
    "migrations": _("Jalankan `python run.py migrate` dengan versi program yang terpasang, lalu mulai ulang program."),
    "wall": _(
        "Jalankan `python run.py migrate`. Bila akun basis data tidak boleh membuat peran lapor_walled, pesannya memuat"
        " perintah untuk pengelola server."
    ),
    "redis": _(
        "Periksa server Redis atau Valkey dan REDIS_URL. Aduan tetap dapat dikerjakan; pesan dan surat menyusul"
        " setelah Redis kembali."
    ),
    "scheduler": _(
        "Mulai ulang `python run.py scheduler`. Selama penjadwal tidak berjalan, peringatan batas waktu dan pesan"
        " tertunda, tetapi tidak hilang."
    ),
    "workers": _(
        "Mulai ulang `python run.py worker` dan lihat lognya. Pekerjaan yang terputus dilanjutkan sendiri. Bila jumlah"
        " proses memang diubah, sesuaikan WORKERS."
    ),
    "waiting": _("Periksa proses latar dan server surel; alasan tiap percobaan ada di log proses latar."),
    "failed": _("Buka “Pesan gagal”, baca alasannya, perbaiki alamat atau servernya, lalu kirim lagi."),
    "mail": _("Isi SMTP_URL dan mulai ulang program. Sampai itu dilakukan, petugas hanya diberi tahu di lonceng."),
    "gateway_away": _(
        "Periksa servernya dan SMTP_URL atau GATEWAY_URL. Program membiarkannya sebentar, mencoba lagi sendiri, dan"
        " mengirim semua yang tertunda begitu ia menjawab. Surat, SP4N, dan webhook tetap jalan."
    ),
    "queues": _(
        "Periksa proses latar dan jumlahnya (WORKERS). Setiap antrean dilayani bergiliran; yang menunggu tidak hilang."
    ),
    "alarms": _("Periksa penjadwal dan proses latar. Begitu keduanya jalan, yang tertunda dikejar sendiri."),
    "holidays": _(
        "Isi hari libur dan cuti bersama tahun itu di “Hari libur” begitu keputusannya terbit. Tanpa itu batas waktu"
        " yang melewati pergantian tahun terlalu awal."
    ),
    "peer": _(
        "Buka “SP4N” dan lihat apa yang menunggu. Bila sistem mitra memang berhenti, gunakan impor CSV; begitu ia"
        " kembali, yang tertinggal dikejar sendiri."
    ),
    "peer_denied": _(
        "Minta token baru pada pengelola SP4N, tulis pada berkas SP4N_PEER, lalu mulai ulang program. Tidak ada yang"
        " hilang: yang tertinggal dikejar sendiri begitu tokennya diterima."
    ),
    "webhooks": _(
        "Buka “Webhook”, baca alasan kegagalannya, hubungi pengelola penerimanya, lalu kirim lagi pesan yang gagal."
    ),
    "scanner": _("Periksa clamd dan CLAMAV_URL. Begitu ia menjawab, yang menunggu diperiksa sendiri dalam satu menit."),
    "papers": _(
        "Buka dokumennya pada aduan, baca alasannya, dan buat lagi; Admin OPD-nya sudah diberi tahu. Surat bertanda"
        " tangan elektronik yang hilang dipulihkan dari cadangan, atau dikembalikan dan ditandatangani lagi."
    ),
    "files": _(
        "Periksa proses latar dan pemeriksa virus. Lampiran yang ditahan terlihat pada aduannya; minta pengirim"
        " mengirimnya dalam bentuk lain."
    ),
    "store": _(
        "Periksa apakah basis data dan STORAGE_URL memang sepasang, misalnya setelah pemulihan cadangan. Pembersihan"
        " berjalan lagi sendiri setelah itu benar."
    ),
    "invariants": _(
        "Jangan perbaiki catatan dengan tangan. Jalankan `python run.py check-invariants`, simpan hasilnya, dan"
        " bandingkan dengan cadangan terakhir."
    ),
    "capacity": _(
        "Perbaiki bagian yang disebut; baris bagian itu sendiri mengatakan caranya. Keadaan ini dilihat pada"
        " pemeriksaan malam dan hilang pada pemeriksaan berikutnya."
    ),
    "hold": _(
        "Periksa salinan ini dan pastikan sistem asalnya sudah dihentikan, lalu jalankan `python run.py release`."
        " Sampai itu dilakukan, surel, webhook, dan pertukaran dengan SP4N tertahan; lonceng tetap jalan."
    ),
    "backup": _(
        "Periksa BACKUP_FOLDER dan lognya, atau jalankan `python run.py backup BERKAS`. Coba pulihkan dengan"
        " `python run.py drill`."
    ),
    "disk": _(
        "Cari yang membesar (`df -h`, `du`), lalu beri ruang: kurangi BACKUP_KEEP, pindahkan cadangan, atau besarkan"
        " disknya. Jangan menghapus berkas penyimpanan dengan tangan."
    ),
    "clock": _("Samakan jam mesin program dan mesin basis data dengan satu server waktu (chrony), lalu mulai ulang."),
    "certificate": _(
        "Perbarui sertifikat pada proksi (`certbot renew`, lalu muat ulang), dan periksa alamat publik dari luar"
        " jaringan. Diperiksa lagi sendiri tiap enam jam."
    ),
    "signers": _("Minta petugasnya mengurus sertifikat baru dan memasangnya di “Akun saya”."),
    "archive": _(
        "Jalankan `pgbackrest --stanza=lapor check` sebagai postgres dan pulihkan tempat kedua. Yang menunggu dikirim"
        " sendiri; jangan menghapus isi pg_wal."
    ),
    "unknown": _("Pulihkan Redis dahulu; status proses ini disimpan di sana."),
}
