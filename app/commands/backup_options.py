"""What may be said behind `backup`, `restore`, `drill` and `release`."""

import argparse
from pathlib import Path

FILE = "the archive"
PHRASE = "a file with the passphrase that seals the archive (12 characters or more)"


def add_backup_options(name: str, command: argparse.ArgumentParser) -> None:
    """The options of one of these four commands; nothing for any other."""
    if name in ADDED:
        ADDED[name](command)


def _of_backup(command: argparse.ArgumentParser) -> None:
    _file_and_passphrase(command)
    command.add_argument("--without-files", action="store_true", help="the database alone")
    command.add_argument(
        "--keys", type=Path, metavar="FILE", help="write the keys, sealed, into this file of their own"
    )


def _of_restore(command: argparse.ArgumentParser) -> None:
    _file_and_passphrase(command)
    command.add_argument("--keys", type=Path, metavar="FILE", help="the file of keys that `backup --keys` wrote")
    group = command.add_mutually_exclusive_group()
    group.add_argument("--replace", action="store_true", help="move what is in the database into a schema aside")
    group.add_argument("--into-empty-only", action="store_true", help="refuse a database that is not empty (default)")


def _of_drill(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, nargs="?", metavar="FILE", help="an archive; without it one is made")
    command.add_argument("--passphrase-file", type=Path, metavar="FILE", help=PHRASE)


def _of_release(command: argparse.ArgumentParser) -> None:
    group = command.add_mutually_exclusive_group()
    group.add_argument("--send-all", action="store_true", help="send everything that waits, however old")
    group.add_argument("--drop-older-than", metavar="AGE", help="set aside what is older than 90m, 24h or 3d")


def _file_and_passphrase(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help=FILE)
    command.add_argument("--passphrase-file", type=Path, metavar="FILE", help=PHRASE)


ADDED = {"backup": _of_backup, "restore": _of_restore, "drill": _of_drill, "release": _of_release}
