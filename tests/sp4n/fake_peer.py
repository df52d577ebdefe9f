"""The fake SP4N behind a real HTTP server, the program told where it is, and both ledgers side by side."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from app.core.extensions import db
from app.demo.fake_sp4n.run import settings_for
from app.demo.fake_sp4n.server import create_fake
from app.demo.fake_sp4n.store import FakeSp4n, held_of
from app.models import Complaint, SyncLedger, SyncPeer
from app.sp4n.peer.report_state import _hash_of, state_hash

KEY = "kunci-uji"
REPORTER = {"nama": "Aminah", "alamat": "Jl. Contoh No. 7", "telepon": "0800-0000-0007"}


@dataclass
class Peer:
    """A running fake: its memory, its address, and its door for tests."""

    store: FakeSp4n
    url: str

    def trouble(self, **how: Any) -> None:
        """Misbehave from now on; nothing ends it."""
        self._post("/uji/gangguan", how)

    def set_back(self, until: str) -> None:
        self._post("/uji/mundur", {"sampai": until})

    def report(self, number: str, title: str = "Lampu jalan mati", **more: Any) -> None:
        """A report, or a revision of it, of an invented person."""
        parts = {"isi": "Sudah tiga malam gelap.", "kerahasiaan": "terbuka", "pelapor": REPORTER, **more}
        self.store.put(number, judul=title, **parts)

    def told(self, number: str) -> list[tuple[str, int]]:
        """What the office told of a report, in order."""
        return [(news.get("kejadian", ""), news["versi"]) for news in self.store.find(number)["perkembangan"]]

    def hashes(self) -> dict[str, str]:
        """A hash of what the fake believes of each report, by the same rule as ours."""
        rows = [held_of(report) for report in self.store.reports().values()]
        return {r["nomor"]: _hash_of(r["nomor"], r["revisi"], r["versi"], r["status"]) for r in rows}

    def _post(self, path: str, body: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {KEY}"}
        requests.post(self.url + path, json=body, headers=headers, timeout=10).raise_for_status()


@contextmanager
def running_fake(app: Flask) -> Iterator[Peer]:
    """The fake on a free port, and the program set up for it."""
    store = FakeSp4n()
    server = make_server("127.0.0.1", 0, create_fake(store, KEY), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    before = app.config.get("SP4N_PEER")
    app.config["SP4N_PEER"] = {**settings_for(url, KEY), "timeout_seconds": 2}
    try:
        yield Peer(store, url)
    finally:
        app.config["SP4N_PEER"] = before
        server.shutdown()
        server.server_close()


def our_hashes() -> dict[str, str]:
    """What we hold of each report that SP4N knows."""
    linked = select(Complaint).where(Complaint.sp4n_tracking_id.is_not(None))
    return {str(row.sp4n_tracking_id): state_hash(row) for row in db.session.scalars(linked)}


def ledger(tracking_id: str) -> SyncLedger:
    db.session.expire_all()
    return db.session.scalars(select(SyncLedger).where(SyncLedger.tracking_id == tracking_id)).one()


def the_peer_row() -> SyncPeer:
    db.session.expire_all()
    return db.session.scalars(select(SyncPeer)).one()


def as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
