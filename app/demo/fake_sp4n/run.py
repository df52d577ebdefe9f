"""The command `run.py fake-sp4n`: serves the fake and writes the settings file that connects our program to it."""

import secrets
from pathlib import Path
from typing import Any

from werkzeug.serving import run_simple

from app.demo.fake_sp4n.server import SAYS, create_fake
from app.demo.fake_sp4n.store import FakeSp4n
from app.servers.data_folder import write_private

SETTINGS_FILE = "fake-sp4n.json"


PAGED = {"query": {"sesudah": "{cursor}", "banyak": "{limit}"}, "next": "berikut", "more": "lagi"}
FIELDS = {
    "tracking_id": "nomor",
    "echo": "kunci_terakhir",
    "revision": "revisi",
    "submitted_at": "dikirim",
    "title": "judul",
    "body": "isi",
    "classification": "klasifikasi",
    "category": "kategori",
    "confidentiality": "kerahasiaan",
    "occurred_on": "tanggal",
    "location.text": "/lokasi/teks",
    "location.district": "/lokasi/kecamatan",
    "location.village": "/lokasi/desa",
    "reporter.name": "pelapor.nama",
    "reporter.phone": "pelapor.telepon",
    "reporter.email": "pelapor.surel",
    "reporter.address": "pelapor.alamat",
}
HELD = {"tracking_id": "nomor", "revision": "revisi", "version": "versi", "status": "status"}
NEWS = {
    "kunci": "{key}",
    "kejadian": "{kind}",
    "status": "{status}",
    "versi": "{version}",
    "revisi": "{revision}",
    "nomor_aduan": "{number}",
    "pada": "{at}",
    "jawaban": "{answer}",
}


def settings_for(base_url: str, key: str) -> dict[str, Any]:
    """Return a dict, the content of the file that SP4N_PEER names, for a fake at `base_url` with this API key; an
    example for the settings of another peer too.
    """
    return {
        "name": "SP4N palsu",
        "base_url": base_url,
        "auth": {"kind": "bearer", "token": key},
        "timeout_seconds": 10,
        "poll": {"path": "/tiruan/laporan", "items": "laporan", **PAGED},
        "one": {"path": "/tiruan/laporan/{tracking_id}", "item": "laporan"},
        "list": {"path": "/tiruan/rekap", "items": "rekap", **PAGED, "fields": HELD},
        "push": {
            "path": "/tiruan/laporan/{tracking_id}/perkembangan",
            "body": NEWS,
            "echo": {"kunci": "{key}"},
        },
        "fields": FIELDS,
        "values": {"confidentiality": {"terbuka": "open", "rahasia": "secret", "anonim": "anonymous"}},
    }


def run_fake(settings_path: Path, port: int) -> int:
    """Write the peer settings to `settings_path`, serve a fake SP4N on 127.0.0.1 until it is interrupted, and return
    the exit code 0. Its reports are in memory only.
    """
    key = secrets.token_urlsafe(24)
    settings_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(settings_path, settings_for(f"http://127.0.0.1:{port}", key))
    print(SAYS)
    print(f"http://127.0.0.1:{port}/ shows what it holds. Let the program find it with SP4N_PEER={settings_path}")
    run_simple("127.0.0.1", port, create_fake(FakeSp4n(adopts=True), key), threaded=True)
    return 0
