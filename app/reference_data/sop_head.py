"""The head of the printed SOP sheet; each line of a text is one numbered entry."""

LEGAL_BASIS = """Undang-Undang Nomor 40 Tahun 1999 tentang Pers
Undang-Undang Nomor 14 Tahun 2008 tentang Keterbukaan Informasi Publik
Kode Etik Jurnalistik Dewan Pers
Peraturan Daerah Kabupaten Balangan Nomor 19 Tahun 2020 tentang Penyelenggaraan Keterbukaan Informasi Publik
Peraturan Bupati Balangan Nomor 51 Tahun 2017 tentang Kelompok Informasi Masyarakat"""
QUALIFICATIONS = """Pendidikan S1, D3 (Teknologi Informatika, Ilmu Komunikasi, Hukum, Sosial)
Pengetahuan bidang pelayanan publik, teknologi informasi, dan kehumasan"""
EQUIPMENT = "Pedoman, ATK, komputer, telepon, faksimile, internet"
WARNINGS = "Kelambanan dalam menanggapi aduan dan permasalahan masyarakat akan menyebabkan buruknya citra pemerintah"
RECORDS = """Laporan Monitoring Permasalahan Harian
Laporan Identifikasi Permasalahan Bulanan"""
