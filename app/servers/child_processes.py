"""Ties between processes that hold even when one of them is killed without a chance to tidy up (Linux `prctl(2)`)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

# Loaded here and not between fork and exec, where nothing may be imported or allocated that another thread could hold.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, sign: signal.Signals = signal.SIGTERM) -> None:
    """Asks the kernel to send `sign` to this process when its parent dies; leaves at once if that has
    happened already.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def tie_to_me(sign: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` for a child of the calling process."""
    parent = os.getpid()
    return lambda: die_with_parent(parent, sign)


def adopt_orphans() -> None:
    """Makes this process the parent of grandchildren whose own parent dies, so that none can be lost sight of."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
