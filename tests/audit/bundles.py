"""Bundles to be broken: a case's bundle as bytes, changed copies of it, and the verifier's word on each."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.audit.evidence_bundle import bundle_of
from app.casefile.case import load_case
from app.core.clock import utc_now
from app.demo.accounts import demo_person

PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer << >>\n%%EOF\n"
VERIFIER = Path(__file__).parents[2] / "app" / "templates" / "audit" / "periksa.py"
Files = dict[str, bytes]


def bundle_bytes(case_id: int, username: str = "kadis") -> bytes:
    return b"".join(bundle_of(load_case(case_id, demo_person(username), utc_now())).stream())


def files_of(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Files, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def judged(path: Path, verifier: Path = VERIFIER, *arguments: str) -> tuple[int, str]:
    """The verifier's exit code and words: another process, isolated from this program and its packages."""
    command = [sys.executable, "-I", str(verifier), *(arguments or (str(path),))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def faults(words: str) -> list[str]:
    return [line.removeprefix("SALAH    ") for line in words.splitlines() if line.startswith("SALAH")]


def relisted(files: Files) -> Files:
    """The same files with a manifest that fits them again, as a forger would write it."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = [
        {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
        if name != "manifest.json"
    ]
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def with_events(files: Files, change: Callable[[list[Any]], list[Any]]) -> Files:
    """The events changed, and a manifest that fits."""
    lines = [json.loads(line) for line in files["kejadian.jsonl"].decode().splitlines()]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in change(lines))
    return relisted({**files, "kejadian.jsonl": text.encode()})
