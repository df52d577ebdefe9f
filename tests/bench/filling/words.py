"""Invented complaints in Indonesian: by topic, place and season, seeded, and marked as examples in their own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

MARK = "(Contoh, bukan aduan sungguhan.)"


@dataclass(frozen=True)
class Topic:
    """What is complained of: category, agency, what it is called, what was seen, and what is asked for."""

    category: str
    agency: str
    things: tuple[str, ...]
    seen: tuple[str, ...]
    asked: tuple[str, ...]


def _topic(category: str, agency: str, things: str, seen: str, asked: str) -> Topic:
    parts = [tuple(part.strip() for part in text.split("|")) for text in (things, seen, asked)]
    return Topic(category, agency, *parts)


TOPICS = (
    _topic(
        *("jalan_berlubang", "dpuprperkim"),
        "Jalan berlubang | Aspal mengelupas | Bahu jalan amblas | Jalan rusak parah",
        "Lubangnya dalam dan tergenang bila hujan | Sudah dua pengendara terjatuh | Truk sawit lewat siang malam",
        "ditambal sebelum musim hujan | dipasang tanda peringatan | diperbaiki dengan aspal yang layak",
    ),
    _topic(
        *("jembatan", "dpuprperkim"),
        "Jembatan gantung lapuk | Papan jembatan patah | Pagar jembatan roboh",
        "Anak sekolah menyeberang satu per satu | Baut penyangga berkarat | Kendaraan roda empat tidak berani lewat",
        "diganti papannya | diperiksa kekuatannya | dibatasi muatannya",
    ),
    _topic(
        *("drainase", "dpuprperkim"),
        "Selokan tersumbat | Gorong-gorong ambruk | Drainase meluap",
        "Air masuk ke teras rumah | Endapan lumpur setinggi lutut | Bau menyengat sepanjang hari",
        "dikeruk | dibuatkan saluran baru | dibersihkan bersama warga",
    ),
    _topic(
        *("lampu_penerangan_jalan_umum", "dishub"),
        "Lampu jalan padam | Tiang lampu miring | Penerangan jalan berkedip",
        "Malam hari gelap gulita | Sudah tiga minggu tidak menyala | Warga takut melintas selepas isya",
        "diganti lampunya | ditegakkan kembali | dipasang lampu tenaga surya",
    ),
    _topic(
        *("parkir_liar", "dishub"),
        "Parkir liar | Juru parkir memungut dua kali | Kendaraan menutup trotoar",
        "Pejalan kaki turun ke badan jalan | Karcis tidak pernah diberikan | Macet setiap hari pasar",
        "ditertibkan | dipasang rambu larangan | diberi karcis resmi",
    ),
    _topic(
        *("pengelolaan_sampah", "dplh"),
        "Sampah menumpuk | Bak sampah penuh | Pembuangan liar",
        "Tidak diangkut sejak pekan lalu | Lalat masuk ke warung makan | Asap pembakaran menyesakkan",
        "diangkut terjadwal | ditambah kontainer | diberi papan larangan",
    ),
    _topic(
        *("pencemaran_lingkungan", "dplh"),
        "Air sungai keruh | Limbah dapur dibuang ke parit | Debu batu bara beterbangan",
        "Ikan keramba mati | Sumur berbau dan berminyak | Anak-anak batuk berkepanjangan",
        "diuji mutu airnya | ditegur pemiliknya | disiram jalannya setiap pagi",
    ),
    _topic(
        *("ktp", "disdukcapil"),
        "KTP belum tercetak | Perekaman KTP gagal | Data KTP keliru",
        "Blangko katanya habis | Sudah empat kali datang | Nama ibu tertulis salah",
        "dicetak segera | diperbaiki datanya | diumumkan jadwal pencetakannya",
    ),
    _topic(
        *("kartu_keluarga", "disdukcapil"),
        "Kartu keluarga tidak sinkron | Pengurusan kartu keluarga lambat",
        "Anak bungsu belum tercatat | Berkas dikembalikan tanpa alasan | Antrean daring selalu penuh",
        "disinkronkan | dijelaskan syaratnya | dibuka layanan keliling",
    ),
    _topic(
        *("antrian_lama", "dinkes"),
        "Antrean puskesmas lama | Loket berobat tutup lebih awal | Obat kosong",
        "Pasien lansia menunggu empat jam | Petugas hanya satu orang | Resep harus dibeli di luar",
        "ditambah petugas | dibuka loket khusus lansia | dipenuhi persediaan obatnya",
    ),
    _topic(
        *("banjir", "bpbd"),
        "Banjir merendam rumah | Tanggul bocor | Peringatan banjir tidak sampai",
        "Air naik setengah meter semalam | Perahu karet hanya satu | Ternak hanyut",
        "dikirim tenda dan logistik | ditambal tanggulnya | dipasang sirene",
    ),
    _topic(
        *("bansos_daerah", "dinsos"),
        "Bantuan sosial salah sasaran | Nama penerima bantuan hilang | Beras bantuan berkutu",
        "Warga mampu malah menerima | Janda tua tidak terdata | Pembagian tidak diumumkan",
        "didata ulang | diperiksa daftarnya | diganti berasnya",
    ),
    _topic(
        *("pupuk", "dkppp"),
        "Pupuk bersubsidi langka | Harga pupuk di atas ketentuan | Kartu tani ditolak kios",
        "Padi sudah menguning | Kios hanya melayani kenalan | Musim tanam hampir lewat",
        "ditambah jatahnya | diawasi kiosnya | dibuka nomor pengaduan",
    ),
    _topic(
        *("biaya_sekolah", "disdikbud"),
        "Pungutan di sekolah | Sumbangan diwajibkan | Seragam harus dibeli di sekolah",
        "Orang tua keberatan | Rapor ditahan | Tidak ada kuitansi",
        "dihentikan | dikembalikan uangnya | dijelaskan dasarnya",
    ),
    _topic(
        *("gangguan_layanan_penyaluran_air", "perumda_air_minum"),
        "Air ledeng mati | Air ledeng berwarna cokelat | Tagihan air melonjak",
        "Hanya mengalir tengah malam | Meteran berputar tanpa dipakai | Pipa bocor di tepi jalan",
        "diperiksa meterannya | disambung pipanya | dikirim mobil tangki",
    ),
    _topic(
        *("ketenteraman_ketertiban_dan_pelindungan", "satpolpp"),
        "Musik keras larut malam | Balap liar | Ternak berkeliaran",
        "Bayi tidak bisa tidur | Terjadi setiap malam Minggu | Tanaman warga dirusak",
        "dipatroli | ditegur | dipanggil pemiliknya",
    ),
    _topic(
        *("jaringan_internet", "kec_paringin"),
        "Sinyal telepon hilang | Wifi balai desa mati | Menara belum menyala",
        "Siswa belajar di atas bukit | Pelayanan desa terhenti | Gangguan setiap hujan",
        "diperbaiki perangkatnya | dipasang penguat sinyal | dijadwalkan perbaikannya",
    ),
)
SPOTS = (
    *("depan sekolah dasar", "simpang tiga", "dekat pasar", "samping langgar", "belakang kantor desa", "tepi sungai"),
    *("tanjakan kebun karet", "depan puskesmas", "gang buntu", "tikungan makam", "lapangan bola", "jembatan kecil"),
    *("warung kopi", "penggilingan padi"),
)
SINCE = ("sejak kemarin", "sejak pekan lalu", "sudah sebulan", "hampir setahun", "setiap hujan deras", "setiap malam")
DETAILS = [
    f"{part} {tree}"
    for part in ("blok", "petak", "lorong", "jalur", "kavling")
    for tree in ("cempaka", "meranti", "ulin", "jelutung", "gaharu")
]
FIRST_NAMES = ("Aminah", "Bahrudin", "Citra", "Darmawan", "Erlina", "Gusti", "Hasanah", "Ilham", "Jumiati", "Khairul")
LAST_NAMES = ("Cempaka", "Merbau", "Kapuk", "Sengon", "Jambu", "Langsat", "Kuini", "Rambai", "Binjai", "Ramania")


@dataclass(frozen=True)
class Told:
    """One complaint in words."""

    title: str
    body: str
    place: str


def tell(topic: Topic, village: str, random: Random) -> Told:
    """A complaint about a topic in a village; the same random numbers tell the same."""
    thing, spot, when = random.choice(topic.things), random.choice(SPOTS), random.choice(SINCE)
    street = f"RT {random.randrange(1, 31):02} {random.choice(DETAILS)}"
    first, second = random.choice(topic.seen), random.choice(topic.seen)
    seen = first if first == second else f"{first}. {second}"
    body = (
        f"{thing} di {spot} {village} {when}. {seen}, sekitar {random.randrange(2, 400)} warga terdampak. "
        f"Mohon agar {random.choice(topic.asked)}. {MARK}"
    )
    return Told(f"{thing} di {spot} {village}", body, f"{street}, {village}")


def reporters(count: int, random: Random) -> Sequence[dict[str, str]]:
    """Invented reporters whose numbers can belong to nobody."""
    return [
        {
            "name": f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)} {random.choice(LAST_NAMES)}",
            "phone": f"0800-{n // 10_000:04}-{n % 10_000:04}",
            "email": f"warga{n}@pelapor.example",
            "address": f"Jl. Contoh No. {n}",
            "nik": f"631107{1 + n // 10_000 % 28:02}0190{n % 10_000:04}",
        }
        for n in range(1, count + 1)
    ]
