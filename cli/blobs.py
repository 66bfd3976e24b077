"""Opening the store of uploaded files, and trying it before anything depends on it.

A module of its own, because worker processes import it and must stay free of the API's parts.
"""

import logging
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

from app.errors import StartupError, StorageFull
from app.files.blobs.local import LocalBlobStore
from app.files.blobs.protocol import BlobStore
from app.settings import Settings

log = logging.getLogger(__name__)

ELSEWHERE = (
    "workers on other machines need the same files: uploaded files are in %s, which must be a "
    "directory that all of them share; or set PIGEONHOLE_BLOB_URL"
)


def open_blobs(settings: Settings) -> BlobStore:
    """Return the store that the settings name.

    One in a bucket has threads: a process that forks uses `require_blobs` instead.
    """
    if settings.s3_bucket is None:
        return LocalBlobStore(settings.blob_dir)
    # Here, because the client library is large and few need it.
    from app.files.blobs.s3 import Bucket, S3BlobStore  # noqa: PLC0415
    from app.files.blobs.s3_signing import SigningKey  # noqa: PLC0415

    key = SigningKey(settings.s3_access_key, settings.s3_secret_key.get_secret_value())
    name, prefix = settings.s3_bucket
    bucket = Bucket(
        name=name,
        prefix=prefix,
        region=settings.s3_region,
        endpoint=settings.s3_endpoint,
        key=key if settings.s3_credentials == "keys" else None,
        is_path_style=settings.s3_addressing == "path",
        read_timeout=timedelta(seconds=settings.s3_seconds),
        public_endpoint=settings.s3_public_endpoint,
    )
    # On the disk, because a temporary directory in memory would hold each upload there.
    return S3BlobStore(bucket, settings.data_dir / "spool")


def open_tried_blobs(settings: Settings) -> BlobStore:
    """Return the store after a blob was written, read and deleted; raises StartupError.

    A full disk is no reason not to start: results can be read, and files deleted.
    """
    name = "PIGEONHOLE_BLOB_URL" if settings.blob_url else "PIGEONHOLE_DATA_DIR"
    try:
        blobs = open_blobs(settings)
        _try_store(blobs)
    except StorageFull as error:
        log.warning("%s", error)
    except OSError as error:
        raise StartupError(f"{name}: uploaded files cannot be kept: {error}") from None
    return blobs


def require_blobs(settings: Settings) -> None:
    """Raise StartupError unless the store works; for processes that fork afterwards."""
    if settings.s3_bucket is None:
        _try_blobs(settings)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        pool.submit(_try_blobs, settings).result()


def tell_where_blobs_are(settings: Settings) -> None:
    """Say in the log, in production, that a directory which nobody chose must be shared."""
    if not settings.is_embedded and not settings.blob_url:
        log.warning(ELSEWHERE, settings.blob_dir.resolve())


def _try_blobs(settings: Settings) -> None:
    open_tried_blobs(settings)


def _try_store(blobs: BlobStore) -> None:
    """Write, read and delete a blob of a few bytes; raises OSError or StorageFull."""
    blobs.check()
    writer = blobs.create()
    try:
        writer.write(b"Can be deleted: a trial at the start.")
        blob = writer.commit()
    except BaseException:
        writer.discard()
        raise
    try:
        blobs.open(blob.key).close()
    finally:
        blobs.delete(blob.key)
