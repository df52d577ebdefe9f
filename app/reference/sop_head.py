"""The head of the printed SOP sheet; each line of a text is one numbered entry, what is blank is absent."""

LEGAL_BASIS = """Undang-undang Nomor 40 Tahun 1999 tentang Pers
Undang-undang Nomor 14 Tahun 2008 tentang Keterbukaan Informasi Publik
Kode Etik Jurnalistik Dewan Pers
Peraturan Daerah Kabupaten Balangan Nomor 19 Tahun 2020 tentang Penyelenggaraan Keterbukaan Informasi Publik
Peraturan Bupati Balangan Nomor 51 Tahun 2017 tentang Kelompok Informasi Masyarakat"""
QUALIFICATIONS = """Pendidikan S1, D3 (Teknologi Informatika, Ilmu Komunikasi, Hukum, Sosial)
Pengetahuan Bidang Pelayanan Publik, Teknologi Informasi, dan Kehumasan"""
EQUIPMENT = "Pedoman, ATK, Komputer, Telepon, Faksimile, Internet"
WARNINGS = "1. Kelambanan dalam menanggapi aduan dan permasalahan masyarakat akan menyebabkan buruknya citra pemerintah"
RECORDS = """Laporan Monitoring permasalahan harian
Laporan identifikasi permasalahan bulanan"""

PRINTED = {
    "approved_by": "Kepala Dinas Komunikasi, Informatika, Statistik dan Persandian",
    "approver_capacity": "plt",
    "approver_name": "MUHAMMAD NOR, S.SOS, MM",
    "approver_nip": "197108231993031005",
    "flow_heading": 'Bagian Alur Pengelolaan Aspirasi dan Pengaduan "Lapor Balangan" pada SP4N LAPOR!',
    "office_heading": "Bidang Informasi dan Komunikasi Publik",
    "agency_heading": "OPD/Instansi/BUMD Terkait",
    "actor_headings": """Admin Layanan Aduan
Kepala Seksi Komunikasi Publik dan Pelayanan Pengaduan
Kepala Bidang Informasi dan Komunikasi Publik
Kepala Dinas
Admin Layanan Aduan OPD/Instansi/BUMD
Sekretaris
Kepala OPD/Instansi/BUMD""",
    "legend": "jalur cepat distribusi pengaduan ke OPD/Instansi/BUMD",
}
"""Who approved it and its headings, in correct spelling; number, dates and rank are blank on the printed sheet."""
