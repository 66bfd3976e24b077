"""One file's way from a claim to its recorded outcome, on both databases."""

import errno
import threading
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from sqlalchemy.exc import OperationalError

from app.db import Database
from app.errors import FileError, FileErrorCode
from app.files import service as files
from app.jobs import queue, recovery
from app.jobs.queue import Claim
from app.jobs.values import Example
from app.previews import requests
from devtools.postgres import PostgresServer
from devtools.tenant_data import VERDICT
from tests.integration.worker.pipeline_environment import INVOICE, Parser, PipelineEnvironment
from worker.parsing.document import Document
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import ParserUnavailable, SandboxedParser
from worker.preview_renderer import PreviewRenderer
from worker.runtime.tasks import TIMEOUTS, Turn


def test_without_items_nothing_is_claimed(pipeline_env: PipelineEnvironment) -> None:
    assert not pipeline_env.run()
    assert pipeline_env.claims == []


def test_a_file_is_read_classified_and_recorded(
    pipeline_env: PipelineEnvironment, parser: SandboxedParser
) -> None:
    job_id = pipeline_env.tenants.job([pipeline_env.file()])

    assert pipeline_env.run(parser=parser)

    assert pipeline_env.outcome(job_id).status == "done"
    assert pipeline_env.tenants.read_job(job_id).status == "SUCCESS"
    assert pipeline_env.result(job_id).engine_version == pipeline_env.pipeline.engine.version
    claimed, ended = pipeline_env.claims
    assert (claimed and claimed.job_id, ended) == (job_id, None)


def test_the_parser_is_asked_for_what_the_job_says(pipeline_env: PipelineEnvironment) -> None:
    pipeline_env.tenants.job([pipeline_env.file()])
    parser = Parser(INVOICE)

    pipeline_env.run(parser=parser)

    (request,) = parser.requests
    assert (request.lang, request.mode, request.selection.max_pages) == (None, "FAST", 5)


@pytest.mark.parametrize(
    ("happens", "code", "sentence"),
    [
        (FileError(FileErrorCode.CORRUPT, "the file is damaged"), "corrupt", "damaged"),
        (FileError(FileErrorCode.CORRUPT, "a \0 and a \ud800"), "corrupt", "a  and a ?"),
        (SoftTimeLimitExceeded(), "timeout", "took too long"),
        (MemoryError(), "out_of_memory", "too much memory"),
        (ZeroDivisionError("a bug"), "internal", "unexpected error"),
    ],
)
def test_whatever_happens_to_a_file_is_its_outcome(
    pipeline_env: PipelineEnvironment, happens: Exception, code: str, sentence: str
) -> None:
    job_id = pipeline_env.tenants.job([pipeline_env.file()])

    assert pipeline_env.run(parser=Parser(happens), timeouts=TIMEOUTS)

    item = pipeline_env.outcome(job_id)
    assert (item.status, item.error_code) == ("failed", code)
    assert sentence in str(item.error_message)
    assert pipeline_env.tenants.read_job(job_id).status == "ERROR"
    assert pipeline_env.claims[-1] is None, "the worker is free again"


def test_a_bug_is_told_to_the_log_and_not_to_the_client(
    pipeline_env: PipelineEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = pipeline_env.tenants.job([pipeline_env.file()])

    pipeline_env.run(parser=Parser(ZeroDivisionError("a bug")))

    assert "ZeroDivisionError: a bug" in caplog.text
    assert "bug" not in str(pipeline_env.outcome(job_id).error_message)


def test_a_file_deleted_before_its_turn_fails_and_others_go_on(
    pipeline_env: PipelineEnvironment,
) -> None:
    doomed, kept = pipeline_env.file(), pipeline_env.file()
    job_id = pipeline_env.tenants.job([doomed, kept])
    with pipeline_env.tenants.database.write() as session:
        (blob_key,) = files.remove(session, pipeline_env.tenants.first, doomed)
    pipeline_env.blobs.delete(blob_key)

    while pipeline_env.run():
        pass

    items = pipeline_env.tenants.items(job_id)
    assert [item.error_code for item in items] == ["file_deleted", None]
    assert pipeline_env.tenants.read_job(job_id).status == "PARTIAL_SUCCESS"


def test_a_file_deleted_between_claim_and_reading(pipeline_env: PipelineEnvironment) -> None:
    file_id = pipeline_env.file()
    job_id = pipeline_env.tenants.job([file_id])

    def delete(claim: Claim | None) -> None:
        if claim is not None:
            with pipeline_env.tenants.database.write() as session:
                (blob_key,) = files.remove(session, pipeline_env.tenants.first, file_id)
            pipeline_env.blobs.delete(blob_key)

    pipeline_env.pipeline.run_next("w", on_claim=delete)

    assert pipeline_env.outcome(job_id).error_code == "file_deleted"


def test_lost_bytes_are_not_called_deleted(pipeline_env: PipelineEnvironment) -> None:
    job_id = pipeline_env.tenants.job([pipeline_env.file()])

    def lose(claim: Claim | None) -> None:
        if claim is not None:
            assert claim.blob_key is not None
            pipeline_env.blobs.delete(claim.blob_key)

    pipeline_env.pipeline.run_next("w", on_claim=lose)

    item = pipeline_env.outcome(job_id)
    assert (item.error_code, "lost the bytes" in str(item.error_message)) == ("internal", True)


@pytest.mark.parametrize(
    "trouble",
    [
        ParserUnavailable("no process could be started"),
        OSError(errno.ENOSPC, "No space left"),
        TimeoutError(errno.ETIMEDOUT, "a network's directory does not answer"),
    ],
)
def test_a_file_is_given_back_when_the_machine_is_at_fault(
    pipeline_env: PipelineEnvironment, trouble: Exception
) -> None:
    job_id = pipeline_env.tenants.job([pipeline_env.file()])

    with pytest.raises(type(trouble)):
        pipeline_env.run(parser=Parser(trouble))

    item = pipeline_env.outcome(job_id)
    assert (item.status, item.attempt, item.lease_token) == ("queued", 0, None)
    assert pipeline_env.run(), "the next worker takes it"
    assert pipeline_env.tenants.read_job(job_id).status == "SUCCESS"


def test_a_file_is_given_back_when_the_database_is_away_from_its_examples(
    pipeline_env: PipelineEnvironment, tmp_path: Path
) -> None:
    job_id = pipeline_env.tenants.job(
        [pipeline_env.file()], examples=(Example("invoice", text=INVOICE),)
    )
    away = Database(f"sqlite:///{tmp_path / 'no directory' / 'a.db'}")

    with pytest.raises(OperationalError):
        pipeline_env.run(examples=replace(pipeline_env.pipeline.examples, database=away))

    item = pipeline_env.outcome(job_id)
    assert (item.status, item.attempt) == ("queued", 0)
    assert pipeline_env.run(), "the next worker takes it"
    assert pipeline_env.tenants.read_job(job_id).status == "SUCCESS"


def test_an_outcome_that_came_too_late_is_dropped(
    pipeline_env: PipelineEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    """The lease expired while the file was read, and another worker ended the file."""
    tenants = pipeline_env.tenants
    job_id = tenants.job([pipeline_env.file()])

    class Overtaken(Parser):
        def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
            recovery.requeue_all(tenants.database, max_attempts=3)
            queue.finish(tenants.database, tenants.claim("quicker"), VERDICT)
            return super().parse(file, name, request)

    assert pipeline_env.run(parser=Overtaken(FileError(FileErrorCode.CORRUPT, "too late")))

    item = pipeline_env.outcome(job_id)
    assert (item.status, item.worker) == ("done", "quicker")
    assert "lease lost; discarding the outcome" in caplog.text


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_an_outcome_is_kept_in_hand_while_the_database_is_away(
    postgres_server: PostgresServer, pipeline_env: PipelineEnvironment
) -> None:
    class Outage(Parser):
        def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
            postgres_server.halt()
            back = threading.Timer(0.4, postgres_server.start_again)
            back.start()
            return super().parse(file, name, request)

    job_id = pipeline_env.tenants.job([pipeline_env.file()])

    assert pipeline_env.run(parser=Outage(INVOICE))

    item = pipeline_env.outcome(job_id)
    assert (item.status, item.attempt) == ("done", 1)


class TestTurn:
    """A task takes file after file, until one of three things ends its turn."""

    def turn(self, pipeline_env: PipelineEnvironment, stop_after: int) -> Turn:
        """Return a turn that must stop after so many files."""
        parser = Parser(FileError(FileErrorCode.EMPTY, "the file has no bytes"))
        pipeline = replace(pipeline_env.pipeline, reader=pipeline_env.reader(parser))
        return Turn("w", pipeline, lambda: len(parser.requests) >= stop_after)

    def test_nothing_is_left(self, pipeline_env: PipelineEnvironment) -> None:
        job_id = pipeline_env.tenants.job([pipeline_env.file()] * 3)

        assert self.turn(pipeline_env, stop_after=99).run() is False
        assert pipeline_env.tenants.read_job(job_id).status == "ERROR"

    def test_the_worker_stops(self, pipeline_env: PipelineEnvironment) -> None:
        job_id = pipeline_env.tenants.job([pipeline_env.file()] * 3)

        assert self.turn(pipeline_env, stop_after=2).run() is True, "items are left"

        statuses = [item.status for item in pipeline_env.tenants.items(job_id)]
        assert statuses == ["failed", "failed", "queued"]


@pytest.mark.parametrize("is_due", [False, True])
def test_previews_wait_for_files_but_not_for_long(
    pipeline_env: PipelineEnvironment,
    parser: SandboxedParser,
    is_due: bool,
) -> None:
    database = pipeline_env.tenants.database
    file_id = pipeline_env.file()
    job_id = pipeline_env.tenants.job([file_id])
    with database.read() as session:
        file = files.get_linked(session, file_id)
    requests.ask(database, file, 0, 400)
    reader = pipeline_env.reader(parser)
    previews = PreviewRenderer(database, reader, look_seconds=-1 if is_due else 3600)

    def waiting() -> tuple[str, int]:
        with database.read() as session:
            return pipeline_env.outcome(job_id).status, requests.count_open(session, 10)

    assert pipeline_env.run(previews=previews)
    assert waiting() == (("queued", 0) if is_due else ("done", 1))
    assert pipeline_env.run(previews=previews)
    assert waiting() == ("done", 0)
    assert not pipeline_env.run(previews=previews)
