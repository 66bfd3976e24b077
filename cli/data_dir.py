"""The data directory: closed to other users of the machine."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from app.errors import StartupError
from app.settings import Settings

log = logging.getLogger(__name__)

# The rights of users who are neither the owner nor in the group.
OTHERS = 0o007


def prepare_data_dir(settings: Settings) -> None:
    """Create the data directory, and close it and the directory of the files to other users.

    What this process creates from now on belongs to its user alone. Raises StartupError when the
    directory cannot be created.
    """
    use_private_umask()
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StartupError(
            f"PIGEONHOLE_DATA_DIR: the directory cannot be created ({error.strerror})"
        ) from None
    close_to_others(settings.data_dir)
    if settings.s3_bucket is None and settings.blob_dir.is_dir():
        close_to_others(settings.blob_dir)


def use_private_umask() -> None:
    """Make new files 0600 and new directories 0700, in this process and its children."""
    os.umask(0o077)


def close_to_others(directory: Path) -> None:
    """Remove the rights of others from a directory and from all that this user owns in it.

    Rights of the group stay, except those of the directory itself: volumes of Kubernetes are
    shared by a group. A directory that is closed already is not searched: others cannot enter it.
    """
    found = directory.stat()
    is_open = bool(found.st_mode & OTHERS)
    if is_open and found.st_uid == os.geteuid():
        directory.chmod(0o700)
        log.warning(
            "data directory was open to other users; changed its mode to 0700",
            extra={"directory": str(directory)},
        )
    elif is_open:
        log.warning(
            "data directory is open to other users and has another owner; close it with chmod o=",
            extra={"directory": str(directory)},
        )
    closed = sum(_close(path, mode) for path, mode in _find_open(directory))
    if closed:
        log.warning(
            "files were open to other users; removed the rights of others",
            extra={"directory": str(directory), "files": closed},
        )


def _find_open(directory: Path) -> Iterator[tuple[str, int]]:
    """Yield what others have rights to, with its mode, and search the directories among it."""
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                is_ours = found.st_uid == os.geteuid()
                if not found.st_mode & OTHERS or not is_ours or entry.is_symlink():
                    continue
                yield entry.path, found.st_mode
                if entry.is_dir(follow_symlinks=False):
                    yield from _find_open(Path(entry.path))
    except OSError as error:
        log.warning(
            "directory cannot be listed; its files may be open to other users",
            extra={"reason": str(error)},
        )


def _close(path: str, mode: int) -> bool:
    """Remove the rights of others; False for a file that is gone, such as one of a deletion."""
    try:
        Path(path).chmod(stat.S_IMODE(mode) & ~OTHERS)
    except OSError as error:
        log.warning("rights of other users cannot be removed", extra={"reason": str(error)})
        return False
    return True
