"""`make mutants-map`: one run of the suite that records which test runs what, into .cache/mutation/map.

TESTS names a part (tests that were added or changed); without it the whole suite is recorded, and what was recorded
earlier is removed. AT_ONCE says how many processes run (2).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutation.coverage_map import FOLDER_VARIABLE, MAP, store_recording

ROOT = Path(__file__).parents[2]


def main() -> int:
    tests, at_once = os.environ.get("TESTS", ""), os.environ.get("AT_ONCE", "2")
    with tempfile.TemporaryDirectory(prefix="lapor-map-") as raw:
        command = [sys.executable, "-m", "pytest", "-q", "-n", at_once, "--dist", "worksteal", "-p", "no:cacheprovider"]
        command += ["-p", "tests.mutation.recording", "--timeout=600", "--ignore=tests/mutation", *tests.split()]
        code = subprocess.run(command, cwd=ROOT, env={**os.environ, FOLDER_VARIABLE: raw}).returncode
        if code > 1:
            return code
        if not tests:
            shutil.rmtree(ROOT / MAP, ignore_errors=True)
        store_recording(ROOT, Path(raw), time.strftime("%Y%m%d-%H%M%S"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
