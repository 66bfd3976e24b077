"""A file that used up a limit of its reader is not read again for a while."""

import pytest
from sqlalchemy import update

from app.errors import FileError, FileErrorCode
from app.files.models import CacheEntry, CacheKind
from app.jobs.pages import PageSelection
from tests.integration.worker.pipeline_environment import Parser, PipelineEnvironment
from worker.document_reader import DocumentReader
from worker.file_cache import pack_failure, unpack_failure

CPU = FileError(FileErrorCode.TIMEOUT, "reading the file used more than 30 seconds of CPU time")
MEMORY = FileError(FileErrorCode.OUT_OF_MEMORY, "reading the file needs more than the memory limit")
EARLIER = " (the result of an earlier try with the same settings; it was not read again)"


def remembering(env: PipelineEnvironment, parser: Parser, **limits: int) -> DocumentReader:
    reader = env.reader(parser, **limits)
    return DocumentReader(
        reader.database, reader.blobs, parser, reader.cache, reader.limits, reader.ocr, 600.0
    )


@pytest.mark.parametrize("error", [CPU, MEMORY])
def test_the_error_is_remembered_for_file_and_settings(
    pipeline_env: PipelineEnvironment, error: FileError
) -> None:
    env, parser = pipeline_env, Parser(error)
    reader = remembering(env, parser)
    file_id, same_bytes = env.file(), env.file()
    jobs = [env.tenants.job([file_id]) for _ in range(2)]
    jobs.append(env.tenants.job([file_id], pages=PageSelection(max_pages=1)))
    jobs.append(env.tenants.job([same_bytes]))

    while env.run(reader=reader):
        pass

    outcomes = [env.outcome(job_id) for job_id in jobs]
    assert [item.error_code for item in outcomes] == [error.code] * 4
    assert [item.error_message for item in outcomes] == [
        error.sentence,
        error.sentence + EARLIER,
        error.sentence,
        error.sentence,
    ]
    assert len(parser.requests) == 3


def test_it_is_forgotten_and_read_again(pipeline_env: PipelineEnvironment) -> None:
    env, parser = pipeline_env, Parser(MEMORY)
    file_id = env.file()
    for _ in range(3):
        env.tenants.job([file_id])
    reader = remembering(env, parser)
    env.run(reader=reader)
    old = env.blobs.create()
    old.write(pack_failure(MEMORY, until=0))
    blob = old.commit()
    with env.tenants.database.write() as session:
        session.execute(
            update(CacheEntry)
            .where(CacheEntry.kind == CacheKind.FAILURE)
            .values(blob_key=blob.key, size=blob.size, sha256=blob.sha256)
        )

    env.run(reader=reader)
    env.run(reader=reader)

    assert len(parser.requests) == 2, "forgotten once, then remembered again"


@pytest.mark.parametrize(
    ("error", "limits"),
    [
        # Wall time: the parser took longer than its limit of nothing.
        (FileError(FileErrorCode.TIMEOUT, "reading the file took longer"), {"wall_seconds": 0}),
        (FileError(FileErrorCode.CORRUPT, "the file is damaged"), {}),
    ],
)
def test_other_errors_are_not_remembered(
    pipeline_env: PipelineEnvironment, error: FileError, limits: dict[str, int]
) -> None:
    env, parser = pipeline_env, Parser(error)
    env.tenants.job([env.file()] * 2)
    reader = remembering(env, parser, **limits)

    while env.run(reader=reader):
        pass

    assert len(parser.requests) == 2


def test_nothing_is_remembered_where_the_setting_is_0(pipeline_env: PipelineEnvironment) -> None:
    env, parser = pipeline_env, Parser(MEMORY)
    env.tenants.job([env.file()] * 2)

    while env.run(parser):
        pass

    assert len(parser.requests) == 2


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"code": "?", "sentence": "", "until": 1}'])
def test_other_bytes_are_no_failure(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # all that callers know of it
        unpack_failure(data)
