"""Puts a file at a path where nothing is, durably: linking, renaming, copying.

Nothing here replaces a file, whoever else writes into the folder at the same time.
"""

import ctypes
import errno
import hashlib
import os
import shutil
import stat
import sys
from contextlib import suppress
from pathlib import Path

from app.files.blobs.local import fsync_directory
from cli.sorting.errors import SourceChanged
from cli.sorting.journal import Identity

_CHUNK = 1 << 20
# What file systems without hard links answer (FAT, exFAT, some network shares).
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL})
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1


def identify(path: Path) -> Identity | None:
    """Return the identity of a regular file; None for anything else and for nothing."""
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return None
    return Identity.of(status) if stat.S_ISREG(status.st_mode) else None


def copy_file(source: Path, target: Path, expected: Identity) -> tuple[Identity, bytes]:
    """Copy a file with its times and rights; returns the copy's identity and SHA-256.

    `target` must not exist. Raises SourceChanged unless the source is, before and after, what
    was `expected`; the copy is removed then. Raises OSError.
    """
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        with os.fdopen(descriptor, "rb") as reader, target.open("xb") as writer:
            _require(expected, os.fstat(reader.fileno()))
            digest = hashlib.sha256()
            while chunk := reader.read(_CHUNK):
                writer.write(chunk)
                digest.update(chunk)
            writer.flush()
            with suppress(PermissionError):  # of shares that keep no rights
                shutil.copystat(source, target, follow_symlinks=False)
            os.fsync(writer.fileno())
            _require(expected, os.fstat(reader.fileno()))
            copied = Identity.of(os.fstat(writer.fileno()))
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return copied, digest.digest()


def hash_file(path: Path) -> bytes:
    """Return the SHA-256 of a file. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as reader:
        return hashlib.file_digest(reader, "sha256").digest()


def link_file(source: Path, target: Path) -> None:
    """Give a file a second name. Raises FileExistsError, and OSError."""
    os.link(source, target, follow_symlinks=False)
    fsync_directory(target.parent)


def move_file(source: Path, target: Path) -> None:
    """Rename a file within a file system. Raises FileExistsError, and OSError.

    Where there are no hard links it is one step, elsewhere the file has both names for a moment.
    """
    try:
        link_file(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        rename_without_replacing(source, target)
        fsync_directory(target.parent)
    else:
        source.unlink()
    fsync_directory(source.parent)


def rename_without_replacing(source: Path, target: Path) -> None:
    """Rename a file unless the target exists: renameat2(2). Raises FileExistsError, and OSError."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None or sys.platform != "linux":
        raise OSError(errno.EOPNOTSUPP, "this file system has no hard links", str(target))
    arguments = (_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target))
    if rename(*arguments, _RENAME_NOREPLACE) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


def remove_if_empty(folder: Path) -> None:
    """Remove a folder without anything in it; leaves every other one."""
    with suppress(OSError):
        folder.rmdir()


def _require(expected: Identity, status: os.stat_result) -> None:
    if Identity.of(status) != expected:
        raise SourceChanged("it changed while it was read")
