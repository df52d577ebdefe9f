"""Exceptions that end a start or a command with a message for the administrator."""

from __future__ import annotations


class LaunchRefused(Exception):
    """Raised when the program cannot start; the message says what to do, and no traceback is shown. Exit code 2."""


class ServerFailed(Exception):
    """Raised when a database or queue server did not start or answer; the message holds the reason or the end of its
    log. Exit code 1.
    """


class StopRequested(BaseException):
    """Raised when SIGINT, SIGTERM or SIGHUP arrived and everything must be stopped in order. A BaseException, so that
    `except Exception` does not catch it.
    """
