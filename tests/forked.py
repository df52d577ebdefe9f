"""Processes of tests that call the program's functions: forked from one that has imported it, which takes seconds."""

import multiprocessing
import os
from multiprocessing.context import ForkServerContext, SpawnContext

PRELOADED = ["tests.conftest", "run", "app.application", "views.screens_and_menu"]


def process_context() -> ForkServerContext | SpawnContext:
    """Return the multiprocessing context of the test processes. A recording for `make mutants` measures a process from
    its start, so there each one is started by itself.
    """
    if "COVERAGE_PROCESS_START" in os.environ:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context
