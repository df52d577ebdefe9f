"""What the command line does to the database: migrate it, fill it for a demonstration, check its record."""

import json
import os
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from app.clock import utc_now
from app.demo.build import build_demo
from app.operations.audit import audit_all
from app.operations.index_reporters import index_reporters
from app.operations.load_reference import load_reference_data
from app.security.sync_roles import sync_roles


def migrate_database(app: Flask) -> None:
    """Bring the tables to the newest revision, the roles to their table, and fill empty reference data and indexes."""
    with app.app_context():
        upgrade(directory=f"{app.root_path}/../migrations")
        sync_roles()
        load_reference_data(utc_now())
        index_reporters()


def make_demo(app: Flask) -> dict[str, Any]:
    """Demo accounts and invented complaints, made through the operations and written down in `demo.json`.

    Done again it keeps what is there; only the integration's key is made anew, since its old text is not stored.
    """
    path = Path(app.config["LAPOR_HOME"]) / "demo.json"
    with app.app_context():
        demo = build_demo(utc_now())
    if not demo["tracking"] and path.exists():
        demo["tracking"] = json.loads(path.read_text("utf-8")).get("tracking", [])
    _write_private(path, json.dumps(demo, indent=2, ensure_ascii=False))
    return demo


def _write_private(path: Path, text: str) -> None:
    """A file that only this account can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def verify_audit(app: Flask) -> bool:
    """Recompute every chain and replay every case; False, with a line a finding, when something does not hold."""
    with app.app_context():
        findings = audit_all()
    for finding in findings:
        print(f"{finding.number}: {finding.fault}")
    print("The record holds." if not findings else f"{len(findings)} complaints do not hold.")
    return not findings
