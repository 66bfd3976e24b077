"""One file's way from a claim to its recorded outcome, on both databases."""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.db import Database
from app.errors import FileError, FileErrorCode
from app.files import service as files
from app.files.blobs import LocalBlobStore
from app.files.caches import FileCaches
from app.files.models import CacheKind, FileCache
from app.files.service import NewFile
from app.jobs import recovery, transitions
from app.jobs.models import Item, Result
from app.jobs.pages import PageSelection
from app.jobs.transitions import Claim
from app.projects.service import Scope
from tests.integration.app.world import VERDICT, World
from tests.support.postgres import PostgresServer
from worker.caching import Caching
from worker.classification.engine import Engine
from worker.parsing.document import Document, Page
from worker.parsing.limits import ParserLimits
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox import ParserUnavailable, SandboxedParser
from worker.pipeline import Lease, Pipeline
from worker.tasks import WorkerChild

INVOICE = "INVOICE 7\nTotal to pay: 12.00 by bank transfer"


class Parser:
    """A parser to whom something happens, or that finds a text."""

    def __init__(self, happens: BaseException | str) -> None:
        self._happens = happens
        self.requests: list[ParseRequest] = []

    def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
        assert file.read(1) is not None
        assert name
        self.requests.append(request)
        if isinstance(self._happens, BaseException):
            raise self._happens
        return Document("txt", (Page(0, self._happens),), 1)

    def close(self) -> None:
        pass


class Plumbing:
    """A world with blobs and a pipeline over them."""

    def __init__(self, world: World, blobs: LocalBlobStore, engine: Engine) -> None:
        self.world = world
        self.blobs = blobs
        self.pipeline = Pipeline(
            database=world.database,
            blobs=blobs,
            parser=Parser(INVOICE),
            engine=engine,
            caching=self.caching(),
            lease=timedelta(minutes=1),
        )
        self.claims: list[Claim | None] = []

    def caching(self, max_bytes: int = 1_000_000, **limits: int) -> Caching:
        caches = FileCaches(self.world.database, self.blobs, max_bytes)
        return Caching(caches, ParserLimits(**limits))

    def file(self, content: str = INVOICE, scope: Scope | None = None) -> UUID:
        writer = self.blobs.create()
        writer.write(content.encode())
        blob = writer.commit()
        with self.world.database.write() as session:
            new = NewFile("a.txt", "txt")
            return files.create(session, scope or self.world.here, new, blob).id

    def run(self, **parts: object) -> bool:
        pipeline = replace(self.pipeline, **parts)  # type: ignore[arg-type]
        return pipeline.run_next("w", on_claim=self.claims.append)

    def outcome(self, job_id: UUID) -> Item:
        (item,) = self.world.items(job_id)
        return item

    def result(self, job_id: UUID) -> Result:
        with self.world.database.read() as session:
            return session.get_one(Result, self.outcome(job_id).id)


@pytest.fixture
def plumbing(world: World, blobs: LocalBlobStore, engine: Engine) -> Plumbing:
    return Plumbing(world, blobs, engine)


@pytest.fixture
def parser() -> Iterator[SandboxedParser]:
    with closing(SandboxedParser()) as parser:
        yield parser


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
        (TimeoutError(), "timeout", "took too long"),
        (MemoryError(), "out_of_memory", "too much memory"),
        (ZeroDivisionError("a bug"), "internal", "unexpected error"),
    ],
)
def test_whatever_happens_to_a_file_is_its_outcome(
    plumbing: Plumbing, happens: Exception, code: str, sentence: str
) -> None:
    job_id = plumbing.world.job([plumbing.file()])

    assert plumbing.run(parser=Parser(happens))

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
    "trouble", [ParserUnavailable("no process could be started"), OSError(28, "No space left")]
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


def test_an_outcome_that_came_too_late_is_dropped(
    plumbing: Plumbing, caplog: pytest.LogCaptureFixture
) -> None:
    """The lease ran out while the file was read, and somebody else has ended the file."""
    world = plumbing.world
    job_id = world.job([plumbing.file()])

    class Overtaken(Parser):
        def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
            recovery.take_back(world.database, max_attempts=3, everything=True)
            transitions.finish(world.database, world.claim("quicker"), VERDICT)
            return super().parse(file, name, request)

    assert plumbing.run(parser=Overtaken(FileError(FileErrorCode.CORRUPT, "too late")))

    item = plumbing.outcome(job_id)
    assert (item.status, item.worker) == ("done", "quicker")
    assert "the lease was lost meanwhile" in caplog.text


def test_a_long_file_keeps_its_lease(plumbing: Plumbing) -> None:
    world, length = plumbing.world, timedelta(seconds=0.3)
    world.job([plumbing.file()])
    claim = world.claim(lease=length)

    with Lease(world.database, claim, length):
        time.sleep(0.7)
        assert recovery.take_back(world.database, max_attempts=3) == 0
    time.sleep(0.35)

    assert recovery.take_back(world.database, max_attempts=3) == 1


def test_an_outcome_is_kept_in_hand_while_the_database_is_away(
    postgres_server: PostgresServer, postgres_url: str, blobs: LocalBlobStore, engine: Engine
) -> None:
    class Outage(Parser):
        def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
            postgres = postgres_server._own_process()
            postgres.signal(signal.SIGINT)
            postgres.wait()
            back = threading.Timer(0.4, postgres_server._run)
            back.start()
            return super().parse(file, name, request)

    with closing(Database(postgres_url)) as database:
        plumbing = Plumbing(World(database), blobs, engine)
        job_id = plumbing.world.job([plumbing.file()])

        assert plumbing.run(parser=Outage(INVOICE))

        item = plumbing.outcome(job_id)
        assert (item.status, item.attempt) == ("done", 1)


class TestCaches:
    """The second job with a file reads and embeds nothing, and its verdict is the same."""

    OTHER_RULES = (
        ("letter", "A letter from one person to another."),
        ("bill", "It asks for money for goods or services."),
        ("other", "Anything else."),
    )

    @pytest.fixture(autouse=True)
    def log(self, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
        caplog.set_level(logging.INFO, logger="worker.pipeline")
        return caplog

    def origins(self, log: pytest.LogCaptureFixture) -> list[tuple[str | None, str | None]]:
        """Return how each file that ended came to its text and its vectors."""
        ended = [vars(record) for record in log.records if record.message == "file ended"]
        return [(values.get("parsed"), values.get("embedded")) for values in ended]

    def verdict(self, plumbing: Plumbing, job_id: UUID) -> tuple[str | None, float, str]:
        result = plumbing.result(job_id)
        return result.type, result.confidence, result.reasoning

    def test_a_file_under_new_rules(
        self, plumbing: Plumbing, parser: SandboxedParser, log: pytest.LogCaptureFixture
    ) -> None:
        file_id = plumbing.file()
        plumbing.world.job([file_id])
        plumbing.run(parser=parser)

        again = plumbing.world.job([file_id], rules=self.OTHER_RULES)
        plumbing.run(parser=parser)
        anew = plumbing.world.job([file_id], rules=self.OTHER_RULES)
        plumbing.run(parser=parser, caching=plumbing.caching(max_bytes=0))

        assert self.origins(log) == [("fresh", "fresh"), ("cached", "cached"), ("fresh", "fresh")]
        assert self.verdict(plumbing, again) == self.verdict(plumbing, anew), "to the last bit"

    def test_the_bytes_are_not_even_opened(self, plumbing: Plumbing) -> None:
        parser = Parser(INVOICE)
        file_id = plumbing.file()
        jobs = []
        for _ in range(2):
            jobs.append(plumbing.world.job([file_id]))
            plumbing.run(parser=parser)

        assert len(parser.requests) == 1
        assert self.verdict(plumbing, jobs[0]) == self.verdict(plumbing, jobs[1])

    def test_other_pages_and_limits_are_another_reading(
        self, plumbing: Plumbing, log: pytest.LogCaptureFixture
    ) -> None:
        file_id = plumbing.file()
        plumbing.world.job([file_id])
        plumbing.run()
        plumbing.world.job([file_id], pages=PageSelection(target_pages=(0,)))
        plumbing.run()
        plumbing.world.job([file_id])
        plumbing.run(caching=plumbing.caching(max_pages=1))

        # The same text again has the same vectors.
        assert self.origins(log) == [("fresh", "fresh"), ("fresh", "cached"), ("fresh", "cached")]

    def test_the_same_bytes_elsewhere_are_unknown(
        self, plumbing: Plumbing, log: pytest.LogCaptureFixture
    ) -> None:
        stranger = plumbing.world.tenant("Elsewhere")
        plumbing.world.job([plumbing.file()])
        plumbing.world.job([plumbing.file()])
        plumbing.world.job([plumbing.file(scope=stranger)], scope=stranger)
        while plumbing.run():
            pass

        assert self.origins(log) == [("fresh", "fresh")] * 3

    def test_errors_are_not_kept(self, plumbing: Plumbing, log: pytest.LogCaptureFixture) -> None:
        file_id = plumbing.file()
        failed = plumbing.world.job([file_id])
        plumbing.run(parser=Parser(FileError(FileErrorCode.CORRUPT, "the file is damaged")))
        job_id = plumbing.world.job([file_id])
        plumbing.run()

        assert self.origins(log) == [(None, None), ("fresh", "fresh")]
        assert plumbing.outcome(failed).error_code == "corrupt"
        assert plumbing.outcome(job_id).status == "done"

    @pytest.mark.parametrize(
        ("kind", "origins"),
        [(CacheKind.DOCUMENT, ("fresh", "cached")), (CacheKind.VECTORS, ("cached", "fresh"))],
    )
    def test_what_is_kept_but_makes_no_sense_is_made_anew(
        self,
        plumbing: Plumbing,
        log: pytest.LogCaptureFixture,
        kind: CacheKind,
        origins: tuple[str, str],
    ) -> None:
        """As an entry of another program would be: its bytes are whole, and mean nothing."""
        file_id = plumbing.file()
        plumbing.world.job([file_id])
        plumbing.run()
        writer = plumbing.blobs.create()
        writer.write(b"of another program")
        strange = writer.commit()
        with plumbing.world.database.write() as session:
            session.execute(
                update(FileCache)
                .where(FileCache.kind == kind)
                .values(blob_key=strange.key, size=strange.size, sha256=strange.sha256)
            )
        for _ in range(2):
            plumbing.world.job([file_id])
            plumbing.run()

        assert self.origins(log) == [("fresh", "fresh"), origins, ("cached", "cached")]

    def test_a_deleted_file_is_not_classified_from_its_caches(self, plumbing: Plumbing) -> None:
        file_id = plumbing.file()
        plumbing.world.job([file_id])
        plumbing.run()
        job_id = plumbing.world.job([file_id])

        def delete(claim: Claim | None) -> None:
            if claim is not None:
                with plumbing.world.database.write() as session:
                    blob_keys = files.remove(session, plumbing.world.here, file_id)
                for blob_key in blob_keys:
                    plumbing.blobs.delete(blob_key)

        plumbing.pipeline.run_next("w", on_claim=delete)

        assert plumbing.outcome(job_id).error_code == "file_deleted"

    def test_nothing_is_kept_of_a_file_deleted_while_it_was_read(self, plumbing: Plumbing) -> None:
        file_id = plumbing.file()
        job_id = plumbing.world.job([file_id])

        class Deleting(Parser):
            def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
                with plumbing.world.database.write() as session:
                    files.remove(session, plumbing.world.here, file_id)
                return super().parse(file, name, request)

        plumbing.run(parser=Deleting(INVOICE))

        assert plumbing.outcome(job_id).status == "done"
        with plumbing.world.database.read() as session:
            assert session.scalars(select(FileCache.id)).all() == []

    def test_a_file_without_text_is_kept_too(
        self, plumbing: Plumbing, log: pytest.LogCaptureFixture
    ) -> None:
        file_id = plumbing.file()
        for _ in range(2):
            plumbing.world.job([file_id])
            plumbing.run(parser=Parser(" "))

        assert self.origins(log) == [("fresh", None), ("cached", None)]


class TestTurn:
    """A task takes file after file, until one of three things ends its turn."""

    def child(self, plumbing: Plumbing, stop_after: int) -> WorkerChild:
        """Return a child that is told to stop when it has begun so many files."""
        parser = Parser(FileError(FileErrorCode.EMPTY, "the file has no bytes"))
        pipeline = replace(plumbing.pipeline, parser=parser)
        return WorkerChild("w", pipeline, lambda: len(parser.requests) >= stop_after)

    def test_nothing_is_left(self, plumbing: Plumbing) -> None:
        job_id = plumbing.world.job([plumbing.file()] * 3)

        assert self.child(plumbing, stop_after=99).work() is False
        assert plumbing.world.read_job(job_id).status == "ERROR"

    def test_the_worker_stops(self, plumbing: Plumbing) -> None:
        job_id = plumbing.world.job([plumbing.file()] * 3)

        assert self.child(plumbing, stop_after=2).work() is True, "somebody else must go on"

        statuses = [item.status for item in plumbing.world.items(job_id)]
        assert statuses == ["failed", "failed", "queued"]
