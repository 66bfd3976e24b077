"""The user's cache of what is computed from files: their texts and vectors, never their bytes.

One file an entry, in a directory that only the user can read. A name is a digest of the file's
bytes and of the entry's key; nothing in the cache tells where a file lay or what it was called.
"""

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.files.cache import NewCacheEntry
from app.files.models import CacheKind

_DIGEST_BYTES = hashlib.sha256().digest_size
# Entries that one eviction leaves room for, so that not every one must list the directory.
_TARGET = 0.9


def cache_directory(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the directory of the cache, None where the user has no home.

    XDG Base Directory Specification: a relative XDG_CACHE_HOME is ignored.
    """
    given = environment.get("XDG_CACHE_HOME", "")
    if given.startswith("/"):
        return Path(given) / "pigeonhole"
    with contextlib.suppress(RuntimeError):
        return Path.home() / ".cache" / "pigeonhole"
    return None


class UserCache:
    """The cache in a directory, at most `max_bytes` after `evict`; 0 switches it off.

    No function fails: without the cache everything works, only slower. Safe to share between
    processes.
    """

    def __init__(self, directory: Path | None, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._directory: Path | None = None
        if directory is not None and max_bytes > 0:
            with contextlib.suppress(OSError):
                self._directory = _private(directory / "files")

    @property
    def directory(self) -> Path | None:
        """The directory of the entries, None if nothing is kept."""
        return self._directory

    def entries(self, content: str) -> "ContentEntries":
        """Return the entries of files with these bytes, given as a digest."""
        return ContentEntries(self, content)

    def read(self, name: str) -> bytes | None:
        """Return an entry; None where there is none, or its bytes are not those written."""
        if self._directory is None:
            return None
        path = self._directory / name
        try:
            data = path.read_bytes()
            digest, content = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
            if hashlib.sha256(content).digest() != digest:
                path.unlink()
                return None
            os.utime(path)  # eviction begins with those that were not used for longest
        except OSError:
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Write an entry in one piece."""
        if self._directory is None or len(content) > self._max_bytes:
            return
        with contextlib.suppress(OSError):
            descriptor, aside = tempfile.mkstemp(dir=self._directory, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(hashlib.sha256(content).digest() + content)
                Path(aside).replace(self._directory / name)
            except BaseException:
                Path(aside).unlink(missing_ok=True)
                raise

    def remove(self, name: str) -> None:
        """Remove an entry."""
        if self._directory is not None:
            with contextlib.suppress(OSError):
                (self._directory / name).unlink()

    def evict(self) -> None:
        """Remove the entries that were not used for longest, while the cache is too large."""
        if self._directory is None:
            return
        with contextlib.suppress(OSError):
            found = []
            with os.scandir(self._directory) as scan:
                for entry in scan:
                    with contextlib.suppress(OSError):
                        status = entry.stat(follow_symlinks=False)
                        found.append((status.st_mtime, status.st_size, entry.path))
            total = sum(size for _, size, _ in found)
            if total <= self._max_bytes:
                return
            for _, size, path in sorted(found):
                if total <= self._max_bytes * _TARGET:
                    break
                with contextlib.suppress(OSError):
                    Path(path).unlink()
                total -= size


@dataclass(frozen=True, slots=True)
class ContentEntries:
    """The entries of files with the same bytes."""

    cache: UserCache
    content: str

    def get(self, kind: CacheKind, key: str) -> bytes | None:
        """Return an entry's bytes as they were stored; None when there is no such entry."""
        return self.cache.read(self._name(kind, key))

    def put(self, entries: Sequence[NewCacheEntry]) -> None:
        """Store new entries."""
        for entry in entries:
            self.cache.write(self._name(entry.kind, entry.key), entry.data)

    def remove(self, kind: CacheKind, key: str) -> None:
        """Remove an entry that the caller cannot read."""
        self.cache.remove(self._name(kind, key))

    def _name(self, kind: CacheKind, key: str) -> str:
        return hashlib.sha256(f"{self.content} {kind.value} {key}".encode()).hexdigest()


def _private(directory: Path) -> Path | None:
    """Return the directory, which only the user can read, or None if it belongs to another."""
    directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.mkdir(mode=0o700, exist_ok=True)
    for each in (directory.parent, directory):
        status = each.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            return None
        if stat.S_IMODE(status.st_mode) != 0o700:
            each.chmod(0o700)
    return directory
