"""Texts of generated forms: confirmations, errors and empty choices."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

CHOOSE = _("Pilih …")

NONE_CHOSEN = _("(tidak ada)")

CHANGED: Labels = {
    "added": _("Data baru disimpan."),
    "edited": _("Perubahan disimpan."),
    "deleted": _("Data dihapus."),
    "sop_copied": _("Konsep dibuat sebagai salinan. Ubah langkahnya, lalu aktifkan."),
    "sop_activated": _("Versi ini berlaku mulai sekarang. Aduan yang sudah teregister tetap memakai versinya."),
    "delegation_ended": _("Delegasi diakhiri."),
}

REFUSED: Labels = {
    "already_exists": _("Sudah ada. Tulis yang lain"),
    "breaks_a_rule": _("Isian ini bertentangan satu sama lain"),
    "still_named": _("Tidak dapat dihapus, karena catatan lain masih menyebutnya. Nonaktifkan saja."),
    "changed_meanwhile": _(
        "Data ini baru saja diubah orang lain. Buka lagi halaman ini dan periksa, atau simpan untuk menimpanya."
    ),
    "unreadable_characters": _("Hapus karakter yang tidak terlihat dari isian ini"),
    "bad_number_pattern": _("Pakai hanya bagian yang dikenal, dengan {nomor} dan {tahun} di dalamnya"),
    "bad_code": _("Pakai huruf kecil, angka, dan garis bawah, diawali huruf"),
    "bad_place_code": _("Tulis kode wilayah dengan angka dan titik, seperti 63.11.01"),
    "own_descendant": _("Pilih induk yang bukan bawahannya sendiri"),
    "two_levels": _("Kategori hanya bertingkat dua: pilih induk yang tidak berinduk"),
    "flag_of_other_list": _("Pilih hanya sifat yang berlaku bagi daftar ini"),
    "flag_of_program": _("Cara penyampaian oleh sistem hanya ada pada saluran bawaan dan tidak dapat diubah"),
    "last_active": _("Paling sedikit satu isi daftar ini harus tetap aktif"),
    "unit_needs_agency": _("Pilih OPD yang memiliki bidang ini"),
    "only_units": _("Kosongkan bagian ini: hanya bidang OPD yang memilikinya"),
    "not_of_agency": _("Pilih hanya petugas OPD itu"),
    "entry_stays": _("Isi daftar tidak dihapus, karena catatan menyebutnya. Nonaktifkan saja."),
    "has_units": _("Tidak dapat dihapus, karena masih membawahi unit lain."),
    "bad_nip": _("Tulis NIP dengan 18 angka"),
    "ends_before_start": _("Pilih hari terakhir yang tidak lebih awal daripada hari mulai"),
    "to_oneself": _("Pilih orang lain: delegasi tidak dapat diberikan kepada diri sendiri"),
    "own_roles": _("Peran akun sendiri diubah oleh administrator lain"),
    "no_supervisor": _(
        "Tidak ada pengawas aktif yang dapat memutuskan. Aktifkan lagi akun seorang pengawas. Bila tidak ada, minta"
        " peran Pengawas untuk seorang petugas di sini, lalu minta pengelola server menjalankan"
        " `python run.py confirm-supervisor NAMA` dengan nama pengguna petugas itu."
    ),
    "own_membership": _("OPD akun sendiri diubah oleh administrator lain"),
    "to_the_writer": _("Delegasi kepada akun sendiri dicatat oleh administrator lain"),
    "loop": _("Delegasi ini mengembalikan wewenang kepada pemberinya sendiri"),
    "overlap": _("Jabatan ini sudah didelegasikan pada masa yang bertumpuk. Akhiri dahulu delegasi itu"),
    "over": _("Delegasi ini sudah berakhir dan tidak dapat diubah lagi."),
    "already_over": _("Pilih hari terakhir yang belum lewat"),
    "used": _("Delegasi ini sudah dipakai: ubah hanya hari terakhir atau catatan, atau akhiri dan buat yang baru"),
    "delegation_stays": _("Delegasi diakhiri, tidak dihapus: isi hari terakhirnya, atau akhiri sekarang."),
    "bad_hours": _("Tulis jam seperti 07:30-12:00 13:00-16:00, berurutan dan tidak bertumpuk"),
    "never_opens": _("Dengan jadwal ini kantor tidak pernah buka, sehingga batas waktu tidak dapat dihitung"),
    "not_a_draft": _("Hanya konsep yang dapat diubah. Buat konsep sebagai salinan dari versi ini."),
    "is_draft_no_more": _("Versi ini bukan konsep lagi."),
    "no_decree": _("Isi nomor keputusan yang menetapkan SOP ini"),
    "decree_in_future": _("Pilih tanggal keputusan yang sudah lewat atau hari ini"),
    "one_heading_each": _("Tulis satu judul untuk setiap kolom pelaksana, masing-masing pada barisnya sendiri"),
    "not_an_sop": _("Langkah-langkah ini belum membentuk SOP yang lengkap"),
    "wrong_place": _("Pilih tempat sebelum pemberian arahan, atau antara disposisi tanggapan dan jawaban"),
    "step_needed": _("Langkah ini tidak dapat dihapus: tanpanya aduan tidak dapat selesai."),
    "wrong_return": _("Pilih langkah sebelumnya pada bagian yang sama"),
    "side_action_not_possible": _("Pilih hanya tindakan yang mungkin pada langkah ini"),
    "wrong_status": _("Pilih status yang sesuai dengan letak langkah ini"),
    "role_stays": _("Peran ini tidak dapat dihapus: versi SOP atau aduan menyebutnya."),
    "role_held": _(
        "Peran ini tidak dapat dihapus: ia bawaan program, dipegang seorang petugas, atau milik pelaksana SOP."
    ),
    "role_needs_name": _("Tulis nama peran"),
    "own_role": _("Hak peran yang Anda pegang sendiri diubah oleh administrator lain"),
    "unknown_right": _("Pilih hak dari daftar ini"),
    "right_not_possible": _("Peran ini tidak dapat memakai hak itu"),
    "administers_always": _("Peran administrator harus tetap dapat mengatur akun dan peran"),
    "identity_held": _(
        "Peran ini sudah dipegang petugas. Buat salinannya, beri hak itu, lalu tunjuk petugasnya: pengawas"
        " mengonfirmasi setiap penunjukan"
    ),
    "role_line": _("Pilih atasan yang ada di atasnya, bukan bawahannya sendiri"),
    "wrong_actor": _("Langkah ini tidak dapat diberikan kepada pelaksana itu"),
    "no_role": _("Pilih satu peran dari daftar ini"),
    "role_not_given": _("Pilih paling sedikit satu peran dari daftar ini"),
    "officer_name": _("Tulis nama petugas, paling banyak 64 huruf untuk nama depan dan sisanya"),
    "position_too_long": _("Tulis jabatan paling banyak 300 karakter"),
    "rank_too_long": _("Tulis pangkat paling banyak 60 karakter"),
    "asked_by_nobody": _(
        "Peran ini membuka identitas pelapor: daftarkan petugasnya di layar, agar seorang pengawas mengonfirmasinya"
    ),
    "bad_username": _("Tulis 2 sampai 64 huruf, angka, titik, atau garis, tanpa spasi"),
    "username_taken": _("Sudah ada akun dengan nama ini: pilih yang lain, atau kosongkan"),
    "nip_taken": _("NIP ini sudah milik petugas lain. Periksa apakah petugas itu sudah terdaftar"),
    "unknown_agency": _("Pilih OPD dari daftar ini"),
    "agency_needed": _("Pilih OPD: peran ini bekerja pada satu OPD"),
    "address_needed": _("Isi surel atau nomor telepon, agar tautan kata sandi dapat sampai"),
    "bad_email": _("Tulis alamat surel seperti nama@contoh.go.id"),
    "email_taken": _("Sudah ada akun dengan alamat ini"),
    "bad_phone": _("Tulis nomor telepon dengan 7 sampai 15 angka"),
    "unknown_part": _("Bagian ini tidak dikenal: hapus, atau periksa ejaannya"),
    "not_a_text": _("Tulis teks di antara tanda kutip"),
    "unreadable": _("Hapus karakter yang tidak terlihat, lalu tulis kembali"),
    "too_many_days": _("Tulis paling banyak 365 hari kerja"),
    "no_allowance": _("Isi waktu baku dan satuannya"),
    "nobody_may": _("Pilih paling sedikit satu pelaksana"),
    "agency_of_scope": _("Pilih OPD bila teks ini untuk petugas satu OPD, dan kosongkan bila untuk semua"),
    "wrong_password": _("Kata sandi sekarang tidak cocok"),
}
