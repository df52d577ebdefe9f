"""What can be wrong with a backup, as one sentence for whoever runs the command."""


class BackupFault(Exception):
    """A backup cannot be made, read or restored; the text says why, and what to do where there is something to do."""


class WrongPassphrase(BackupFault):
    """The archive is sealed with another passphrase, or none was given."""


class Damaged(BackupFault):
    """The archive is cut off, changed or incomplete; nothing in it may be trusted."""
