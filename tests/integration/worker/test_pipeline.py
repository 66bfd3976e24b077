"""One file's way from a claim to its recorded outcome, on both databases."""

import errno
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy.exc import OperationalError

from app.db import Database
from app.errors import FileError, FileErrorCode
from app.files import service as files
from app.jobs import queue, recovery
from app.jobs.queue import Claim
from app.jobs.values import Example
from devtools.postgres import PostgresServer
from devtools.world import VERDICT
from tests.integration.worker.plumbing import INVOICE, Parser, Plumbing
from worker.parsing.document import Document
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import ParserUnavailable, SandboxedParser
from worker.runtime.tasks import TOO_LONG, Turn


def test_nothing_to_do(plumbing: Plumbing) -> None:
    assert not plumbing.run()
    assert plumbing.claims == []


def test_a_file_is_read_classified_and_recorded(
    plumbing: Plumbing, parser: SandboxedParser
) -> None:
    job_id = plumbing.world.job([plumbing.file()])

    assert plumbing.run(parser=parser)

    assert plumbing.outcome(job_id).status == "done"
    assert plumbing.world.read_job(job_id).status == "SUCCESS"
    assert plumbing.result(job_id).engine_version == plumbing.pipeline.engine.version
    claimed, ended = plumbing.claims
    assert (claimed and claimed.job_id, ended) == (job_id, None)


def test_the_parser_is_asked_for_what_the_job_says(plumbing: Plumbing) -> None:
    plumbing.world.job([plumbing.file()])
    parser = Parser(INVOICE)

    plumbing.run(parser=parser)

    (request,) = parser.requests
    assert (request.lang, request.mode, request.selection.max_pages) == ("en", "FAST", 5)


@pytest.mark.parametrize(
    ("happens", "code", "sentence"),
    [
        (FileError(FileErrorCode.CORRUPT, "the file is damaged"), "corrupt", "damaged"),
        (FileError(FileErrorCode.CORRUPT, "a \0 and a \ud800"), "corrupt", "a  and a ?"),
        (TOO_LONG(), "timeout", "took too long"),
        (MemoryError(), "out_of_memory", "too much memory"),
        (ZeroDivisionError("a bug"), "internal", "unexpected error"),
    ],
)
def test_whatever_happens_to_a_file_is_its_outcome(
    plumbing: Plumbing, happens: Exception, code: str, sentence: str
) -> None:
    job_id = plumbing.world.job([plumbing.file()])

    assert plumbing.run(parser=Parser(happens), too_long=(TOO_LONG,))

    item = plumbing.outcome(job_id)
    assert (item.status, item.error_code) == ("failed", code)
    assert sentence in str(item.error_message)
    assert plumbing.world.read_job(job_id).status == "ERROR"
    assert plumbing.claims[-1] is None, "the worker is free again"


def test_a_bug_is_told_to_the_log_and_not_to_the_client(
    plumbing: Plumbing, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = plumbing.world.job([plumbing.file()])

    plumbing.run(parser=Parser(ZeroDivisionError("a bug")))

    assert "ZeroDivisionError: a bug" in caplog.text
    assert "bug" not in str(plumbing.outcome(job_id).error_message)


def test_a_file_deleted_before_its_turn_fails_and_others_go_on(plumbing: Plumbing) -> None:
    doomed, kept = plumbing.file(), plumbing.file()
    job_id = plumbing.world.job([doomed, kept])
    with plumbing.world.database.write() as session:
        (blob_key,) = files.remove(session, plumbing.world.here, doomed)
    plumbing.blobs.delete(blob_key)

    while plumbing.run():
        pass

    items = plumbing.world.items(job_id)
    assert [item.error_code for item in items] == ["file_deleted", None]
    assert plumbing.world.read_job(job_id).status == "PARTIAL_SUCCESS"


def test_a_file_deleted_between_claim_and_reading(plumbing: Plumbing) -> None:
    file_id = plumbing.file()
    job_id = plumbing.world.job([file_id])

    def delete(claim: Claim | None) -> None:
        if claim is not None:
            with plumbing.world.database.write() as session:
                (blob_key,) = files.remove(session, plumbing.world.here, file_id)
            plumbing.blobs.delete(blob_key)

    plumbing.pipeline.run_next("w", on_claim=delete)

    assert plumbing.outcome(job_id).error_code == "file_deleted"


def test_lost_bytes_are_not_called_deleted(plumbing: Plumbing) -> None:
    job_id = plumbing.world.job([plumbing.file()])

    def lose(claim: Claim | None) -> None:
        if claim is not None:
            assert claim.blob_key is not None
            plumbing.blobs.delete(claim.blob_key)

    plumbing.pipeline.run_next("w", on_claim=lose)

    item = plumbing.outcome(job_id)
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
    plumbing: Plumbing, trouble: Exception
) -> None:
    job_id = plumbing.world.job([plumbing.file()])

    with pytest.raises(type(trouble)):
        plumbing.run(parser=Parser(trouble))

    item = plumbing.outcome(job_id)
    assert (item.status, item.attempt, item.lease_token) == ("queued", 0, None)
    assert plumbing.run(), "the next worker takes it"
    assert plumbing.world.read_job(job_id).status == "SUCCESS"


def test_a_file_is_given_back_when_the_database_is_away_from_its_examples(
    plumbing: Plumbing, tmp_path: Path
) -> None:
    job_id = plumbing.world.job([plumbing.file()], examples=(Example("invoice", text=INVOICE),))
    away = Database(f"sqlite:///{tmp_path / 'no directory' / 'a.db'}")

    with pytest.raises(OperationalError):
        plumbing.run(examples=replace(plumbing.pipeline.examples, database=away))

    item = plumbing.outcome(job_id)
    assert (item.status, item.attempt) == ("queued", 0)
    assert plumbing.run(), "the next worker takes it"
    assert plumbing.world.read_job(job_id).status == "SUCCESS"


def test_an_outcome_that_came_too_late_is_dropped(
    plumbing: Plumbing, caplog: pytest.LogCaptureFixture
) -> None:
    """The lease ran out while the file was read, and somebody else has ended the file."""
    world = plumbing.world
    job_id = world.job([plumbing.file()])

    class Overtaken(Parser):
        def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
            recovery.requeue_all(world.database, max_attempts=3)
            queue.finish(world.database, world.claim("quicker"), VERDICT)
            return super().parse(file, name, request)

    assert plumbing.run(parser=Overtaken(FileError(FileErrorCode.CORRUPT, "too late")))

    item = plumbing.outcome(job_id)
    assert (item.status, item.worker) == ("done", "quicker")
    assert "lease lost; discarding the outcome" in caplog.text


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_an_outcome_is_kept_in_hand_while_the_database_is_away(
    postgres_server: PostgresServer, plumbing: Plumbing
) -> None:
    class Outage(Parser):
        def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
            postgres = postgres_server._own_process()
            postgres.signal(signal.SIGINT)
            postgres.wait()
            back = threading.Timer(0.4, postgres_server._run)
            back.start()
            return super().parse(file, name, request)

    job_id = plumbing.world.job([plumbing.file()])

    assert plumbing.run(parser=Outage(INVOICE))

    item = plumbing.outcome(job_id)
    assert (item.status, item.attempt) == ("done", 1)


class TestTurn:
    """A task takes file after file, until one of three things ends its turn."""

    def turn(self, plumbing: Plumbing, stop_after: int) -> Turn:
        """Return a turn that must stop after so many files."""
        parser = Parser(FileError(FileErrorCode.EMPTY, "the file has no bytes"))
        pipeline = replace(plumbing.pipeline, reader=plumbing.reader(parser))
        return Turn("w", pipeline, lambda: len(parser.requests) >= stop_after)

    def test_nothing_is_left(self, plumbing: Plumbing) -> None:
        job_id = plumbing.world.job([plumbing.file()] * 3)

        assert self.turn(plumbing, stop_after=99).run() is False
        assert plumbing.world.read_job(job_id).status == "ERROR"

    def test_the_worker_stops(self, plumbing: Plumbing) -> None:
        job_id = plumbing.world.job([plumbing.file()] * 3)

        assert self.turn(plumbing, stop_after=2).run() is True, "items are left"

        statuses = [item.status for item in plumbing.world.items(job_id)]
        assert statuses == ["failed", "failed", "queued"]
