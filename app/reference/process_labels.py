"""Texts of the check of the process and of the screens of its roles."""

from flask_babel import lazy_gettext as _

from app.vocabulary.words import Labels

PARTS: Labels = {
    "steps": _("susunan langkah"),
    "id": _("kode"),
    "actor": _("pelaksana"),
    "allowance": _("waktu baku"),
    "status": _("status aduan"),
    "act": _("tindakan"),
    "back_to": _("dikembalikan ke"),
    "side_actions": _("tindakan lain yang boleh"),
    "superior": _("atasan"),
    "code": _("kode"),
    "fast_track": _("jalur cepat"),
    "from_steps": _("jalur cepat dari langkah"),
    "powers": _("hak atas tindakan"),
    "extended_draft": _("batas langkah menyusun tanggapan yang diperpanjang"),
    "silence": _("masa menunggu pelapor"),
    "question": _("masa menunggu jawaban pelapor"),
    "warning_percent": _("peringatan setelah sekian persen waktu"),
    "alarm_days": _("jarak antartingkat eskalasi"),
}

FAULTS: Labels = {
    "missing_step": _("tambahkan langkah %(value)s, karena tanpanya aduan tidak dapat selesai"),
    "duplicate": _("hapus %(value)s, karena sudah ada"),
    "wrong_id": _("ganti kode %(value)s, karena dipakai untuk jenis langkah lain"),
    "wrong_order": _("pindahkan %(value)s ke tempatnya dalam alur"),
    "unknown_actor": _("pilih pelaksana yang ada; %(value)s tidak dikenal"),
    "wrong_organisation": _("pilih pelaksana dari organisasi yang mengerjakannya; %(value)s bukan"),
    "no_allowance": _("isi waktu baku"),
    "not_positive": _("isi angka 1 atau lebih"),
    "out_of_range": _("isi angka di antara %(value)s"),
    "wrong_act": _("tindakan %(value)s bukan milik jenis langkah ini"),
    "wrong_status": _("pilih status yang sesuai dengan letak langkah ini"),
    "wrong_return": _("pilih langkah sebelumnya pada bagian yang sama; %(value)s bukan"),
    "side_action_not_possible": _("hapus centang %(value)s, karena tidak mungkin pada langkah ini"),
    "not_leading": _("pilih langkah sebelum atau pada pemberian arahan; %(value)s bukan"),
    "no_line_to_the_top": _("pilih atasan yang tidak berputar kembali ke peran ini"),
    "nobody_may": _("pilih paling sedikit satu pelaksana"),
    "no_way_to_agencies": _("perbolehkan jalur cepat dari %(value)s, karena tidak ada langkah yang meneruskan arahan"),
}
