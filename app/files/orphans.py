"""Search for blobs without a row, which a crash between storing bytes and row leaves behind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from sqlalchemy import select

from app.db import Database
from app.files.blobs.protocol import BlobStore
from app.files.models import BlobDeletion, CacheEntry, File

# A blob gets its row within seconds: one of this age without a row is an orphan.
MIN_AGE = timedelta(days=1)
BATCH = 500


@dataclass(slots=True)
class OrphanSearch:
    """How many old blobs were checked, and the keys of those without a row."""

    checked: int = 0
    orphans: list[str] = field(default_factory=list)

    @property
    def is_plausible(self) -> bool:
        """Whether any blob has a row; if none has, the database may be the wrong one."""
        return len(self.orphans) < self.checked or not self.orphans


def find_orphans(
    database: Database,
    blobs: BlobStore,
    limit: int,
    older_than: timedelta = MIN_AGE,
    batch_size: int = BATCH,
) -> OrphanSearch:
    """Check the blobs of the store, `batch_size` at a time, until `limit` orphans are found."""
    search = OrphanSearch()
    for batch in _split(blobs.keys(older_than), batch_size):
        known = _known(database, batch)
        search.checked += len(batch)
        search.orphans += [key for key in batch if key not in known]
        if len(search.orphans) >= limit:
            del search.orphans[limit:]
            break
    return search


def _known(database: Database, keys: Sequence[str]) -> set[str]:
    with database.read() as session:
        return {
            *session.scalars(select(File.blob_key).where(File.blob_key.in_(keys))),
            *session.scalars(select(CacheEntry.blob_key).where(CacheEntry.blob_key.in_(keys))),
            *session.scalars(select(BlobDeletion.blob_key).where(BlobDeletion.blob_key.in_(keys))),
        }


def _split(keys: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(keys)
    while batch := list(islice(rest, size)):
        yield batch
