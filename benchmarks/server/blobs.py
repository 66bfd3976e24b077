"""What storing and opening a file costs: a directory, a bare write, a bucket of moto's server.

    make bench-blobs

moto is written in Python and keeps everything in memory: its rows show what our side costs, and
that memory does not grow with a file, not what a real store does.
"""

import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import BinaryIO

import psutil

from app.files.blobs.local import LocalBlobStore
from app.files.blobs.protocol import BlobStore
from app.files.blobs.s3 import Bucket, S3BlobStore
from app.files.blobs.s3_signing import SigningKey
from devtools.reaper import reaper
from devtools.s3 import ACCESS_KEY, SECRET_KEY, S3Server

MIB = 1024 * 1024
OBJECTS = 40
ROUNDS = 3
LARGE = 200


@dataclass(frozen=True, slots=True)
class Cost:
    """One operation: how many a second, and milliseconds of this process's CPU for one."""

    per_second: float
    cpu_ms: float


def main() -> None:
    """Print the table."""
    data = os.urandom(MIB)
    with tempfile.TemporaryDirectory(dir=".") as folder, s3() as server:
        root = Path(folder)
        rows: list[tuple[str, Cost, Cost]] = [
            ("bare write and read", *_bare(root / "bare", data)),
            ("directory (SHA-256, fsync)", *_store(LocalBlobStore(root / "blobs"), data)),
        ]
        bucket = Bucket(
            server.fresh_bucket(),
            "",
            "us-east-1",
            server.endpoint,
            SigningKey(ACCESS_KEY, SECRET_KEY),
        )
        store = S3BlobStore(bucket, root / "spool")
        rows.append(("bucket of moto's server", *_store(store, data)))
        print(f"Objects of 1 MiB, medians of {ROUNDS} rounds of {OBJECTS}")
        print(f"{'':28}{'put/s':>8}{'CPU ms':>8}{'get/s':>8}{'CPU ms':>8}")
        for name, put, get in rows:
            print(
                f"{name:28}{put.per_second:8.0f}{put.cpu_ms:8.1f}"
                f"{get.per_second:8.0f}{get.cpu_ms:8.1f}"
            )
        _large(store)


@contextmanager
def s3() -> Iterator[S3Server]:
    """Run moto's server for as long as the block."""
    server = S3Server()
    try:
        server.start()
        yield server
    finally:
        server.stop()
        reaper.close()


def _store(store: BlobStore, data: bytes) -> tuple[Cost, Cost]:
    keys: list[str] = []

    def put() -> None:
        writer = store.create()
        writer.write(data)
        keys.append(writer.commit().key)

    def get() -> None:
        with store.open(keys.pop()) as file:
            file.read()

    return _cost(put), _cost(get)


def _bare(folder: Path, data: bytes) -> tuple[Cost, Cost]:
    folder.mkdir()
    paths: list[Path] = []

    def put() -> None:
        paths.append(folder / str(len(paths)))
        paths[-1].write_bytes(data)

    return _cost(put), _cost(lambda: paths.pop().read_bytes())


def _cost(operation: Callable[[], object]) -> Cost:
    rounds = []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(OBJECTS):
            operation()
        rounds.append((time.perf_counter() - wall, time.process_time() - cpu))
    return Cost(
        OBJECTS / median(wall for wall, _ in rounds),
        1000 * median(cpu for _, cpu in rounds) / OBJECTS,
    )


def _large(store: BlobStore) -> None:
    """Send and fetch one large object, and print by how much this process has grown."""
    piece = os.urandom(MIB)
    process = psutil.Process()
    before = process.memory_info().rss
    peak = before
    began = time.perf_counter()
    writer = store.create()
    for _ in range(LARGE):
        writer.write(piece)
    with _watching(process) as seen:
        blob = writer.commit()
    peak = max(peak, *seen)
    sent = time.perf_counter()
    with _watching(process) as seen, store.open(blob.key) as file:
        digest = _digest(file)
    peak = max(peak, *seen)
    fetched = time.perf_counter()
    assert digest == blob.sha256, "what came back is something else"
    print(
        f"\n{LARGE} MiB: sent in {sent - began:.1f} s, fetched in {fetched - sent:.1f} s; this "
        f"process had {before / MIB:.0f} MiB and {(peak - before) / MIB:.0f} MiB more at its peak"
    )


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(MIB):
        digest.update(piece)
    return digest.hexdigest()


@contextmanager
def _watching(process: psutil.Process) -> Iterator[list[int]]:
    """Note the memory in use every 10 ms while the block runs, from a thread."""
    seen = [process.memory_info().rss]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            seen.append(process.memory_info().rss)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


if __name__ == "__main__":
    main()
