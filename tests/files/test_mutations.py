"""Hundreds of damaged files: the process that takes them in never dies, and what is served never leaks a place."""

import json
import os
import subprocess
import sys
from pathlib import Path

COUNT = int(os.environ.get("UPLOAD_MUTATIONS", "120"))
SEED = int(os.environ.get("UPLOAD_SEED", "20261126"))


def test_no_damaged_file_kills_the_parent_or_leaks() -> None:
    """UPLOAD_MUTATIONS=2000 for more."""
    command = [sys.executable, "-m", "tests.files.mutations", str(COUNT), str(SEED)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    print(told)
    found = told["found"]
    assert sum(found.values()) == COUNT
    assert set(told["whole"]) == {"clean"}
    assert {"leaked", "active"} & set(found) == set(), told
    assert found["clean"] > COUNT // 10
    assert found["failed"] + found["refused"] > COUNT // 10
    assert told["peak_mb"] < 150
    assert told["own_mb"] < 150
