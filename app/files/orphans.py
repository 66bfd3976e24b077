"""Blobs that no row knows: what a crash between a commit of bytes and that of a row leaves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from sqlalchemy import select

from app.db import Database
from app.files.blobs.protocol import BlobStore
from app.files.models import BlobDeletion, CacheEntry, File

# The row of a blob is written within seconds, or never. A day is beyond all doubt.
OLD_ENOUGH = timedelta(days=1)
BATCH = 500


@dataclass(slots=True)
class Findings:
    """How many old blobs were looked at, and the keys of those that no row knows."""

    seen: int = 0
    orphans: list[str] = field(default_factory=list)

    @property
    def is_plausible(self) -> bool:
        """Whether rows and blobs belong together: where no blob at all is known, they may not.

        Then the database may be another one, or an empty one.
        """
        return len(self.orphans) < self.seen or not self.orphans


def find_orphans(
    database: Database,
    blobs: BlobStore,
    limit: int,
    older_than: timedelta = OLD_ENOUGH,
    batch_size: int = BATCH,
) -> Findings:
    """Look through the store, `batch_size` at a time, until `limit` orphans or its end."""
    findings = Findings()
    for batch in _batches(blobs.keys(older_than), batch_size):
        known = _known(database, batch)
        findings.seen += len(batch)
        findings.orphans += [key for key in batch if key not in known]
        if len(findings.orphans) >= limit:
            del findings.orphans[limit:]
            break
    return findings


def _known(database: Database, keys: Sequence[str]) -> set[str]:
    with database.read() as session:
        return {
            *session.scalars(select(File.blob_key).where(File.blob_key.in_(keys))),
            *session.scalars(select(CacheEntry.blob_key).where(CacheEntry.blob_key.in_(keys))),
            *session.scalars(select(BlobDeletion.blob_key).where(BlobDeletion.blob_key.in_(keys))),
        }


def _batches(keys: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(keys)
    while batch := list(islice(rest, size)):
        yield batch
