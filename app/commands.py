"""What the command line does to the database: migrate it, fill it for a demonstration, check its record."""

from typing import Any

from flask import Flask
from flask_migrate import upgrade

from app.clock import utc_now
from app.demo.build import build_demo
from app.operations.load_reference import load_reference_data
from app.operations.audit import audit_all
from app.security.sync_roles import sync_roles


def migrate_database(app: Flask) -> None:
    """Bring the tables to the newest revision, the roles to their table, and fill empty reference data."""
    with app.app_context():
        upgrade(directory=f"{app.root_path}/../migrations")
        sync_roles()
        load_reference_data(utc_now())


def make_demo(app: Flask) -> dict[str, Any]:
    """Demo accounts and invented complaints, made through the operations; done again it changes nothing."""
    with app.app_context():
        return build_demo(utc_now())


def verify_audit(app: Flask) -> bool:
    """Recompute every chain and replay every case; False, with a line a finding, when something does not hold."""
    with app.app_context():
        findings = audit_all()
    for finding in findings:
        print(f"{finding.number}: {finding.fault}")
    print("The record holds." if not findings else f"{len(findings)} complaints do not hold.")
    return not findings
