"""Why a start did not happen, in a sentence for the person at the keyboard."""

from __future__ import annotations


class LaunchRefused(Exception):
    """The program does not start; the message says what to do, and no traceback is shown. Exit code 2."""


class ServerFailed(Exception):
    """A database or queue server did not come up; the message names its log. Exit code 1."""


class StopRequested(BaseException):
    """Ctrl-C or SIGTERM arrived: everything is to be stopped in order. No Exception, so that no handler of errors
    swallows it.
    """
