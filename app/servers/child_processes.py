"""Parent and child process links that also hold when a process is killed (Linux `prctl(2)`)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

# Loaded at import: between fork and exec an import or allocation could deadlock on a lock held by another thread.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, sign: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send `sign` to this process when its parent dies; exit at once if `parent` is already dead."""
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def die_with_me(sign: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` that makes a child receive `sign` when the calling process dies."""
    parent = os.getpid()
    return lambda: die_with_parent(parent, sign)


def adopt_orphans() -> None:
    """Make this process the parent of orphaned descendants (subreaper), so that it can stop them."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
