"""Exceptions of backup and restore; the message is shown to the operator."""


class BackupFault(Exception):
    """Raised when a backup cannot be made, read or restored; the message says why, and what to do."""


class WrongPassphrase(BackupFault):
    """Raised when an encrypted archive is opened with the wrong passphrase or none."""


class Damaged(BackupFault):
    """Raised when an archive is cut off, changed or incomplete; nothing in it can be trusted."""
