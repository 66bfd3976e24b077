"""The user's cache: private, bounded, and never in the way."""

import os
import stat
from pathlib import Path

import pytest

from app.files.cache import NewCacheEntry
from app.files.models import CacheKind
from cli.classification.user_cache import UserCache, cache_directory

DOCUMENT = CacheKind.DOCUMENT


def test_the_cache_is_where_xdg_says_otherwise_in_the_home() -> None:
    assert cache_directory({"XDG_CACHE_HOME": "/x"}) == Path("/x/pigeonhole")
    assert cache_directory({"XDG_CACHE_HOME": "x"}) == Path.home() / ".cache/pigeonhole"


def test_entries_belong_to_bytes_and_keys(tmp_path: Path) -> None:
    entries = UserCache(tmp_path / "cache", 10_000).entries("digest")
    entries.put([NewCacheEntry(DOCUMENT, "key", b"text")])

    again = UserCache(tmp_path / "cache", 10_000)
    assert again.entries("digest").get(DOCUMENT, "key") == b"text"
    assert again.entries("other").get(DOCUMENT, "key") is None
    assert again.entries("digest").get(DOCUMENT, "other") is None
    assert again.entries("digest").get(CacheKind.VECTORS, "key") is None
    again.entries("digest").remove(DOCUMENT, "key")
    assert entries.get(DOCUMENT, "key") is None


def test_only_its_user_can_read_it(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir(mode=0o755)
    UserCache(tmp_path / "cache", 100).write("name", b"text")
    for path in (tmp_path / "cache", tmp_path / "cache/files"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "cache/files/name").stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 100])
def test_a_broken_entry_is_discarded(tmp_path: Path, damage: bytes) -> None:
    cache = UserCache(tmp_path / "cache", 1000)
    cache.write("name", b"text")
    path = tmp_path / "cache/files/name"
    path.write_bytes(damage)
    assert cache.read("name") is None
    assert not path.exists()


def test_the_oldest_go_first(tmp_path: Path) -> None:
    cache = UserCache(tmp_path / "cache", 1000)
    for number in range(10):
        cache.write(str(number), b"x" * 200)
        os.utime(tmp_path / "cache/files" / str(number), (number, number))
    assert cache.read("0") is not None  # used just now
    cache.evict()
    kept = {path.name for path in (tmp_path / "cache/files").iterdir()}
    assert kept == {"0", "8", "9"}


def test_without_a_directory_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "link").symlink_to(tmp_path)
    for cache in (
        UserCache(None, 100),
        UserCache(tmp_path / "cache", 0),
        UserCache(tmp_path / "file", 100),
        UserCache(tmp_path / "link", 100),
    ):
        cache.write("name", b"text")
        cache.remove("name")
        cache.evict()
        assert cache.read("name") is None
        assert cache.directory is None
