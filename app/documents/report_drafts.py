"""Where a report is written before it is put away: a folder of its own, gone afterwards and at the next attempt."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app


@contextmanager
def draft_of(job_id: int, ending: str) -> Iterator[Path]:
    """A path in an empty folder; what a killed worker left there of this report is taken away first."""
    folder = Path(current_app.config["LAPOR_HOME"]) / "drafts" / f"report-{job_id}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder / f"report.{ending}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
