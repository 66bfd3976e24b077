"""What is kept of a file between jobs, on both databases."""

import logging
from typing import BinaryIO
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.errors import FileError, FileErrorCode
from app.files import service as files
from app.files.models import CacheEntry, CacheKind
from app.jobs.pages import PageSelection
from app.jobs.queue import Claim
from app.jobs.values import Rule
from tests.integration.worker.plumbing import INVOICE, Parser, Plumbing
from worker.parsing.document import Document
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import SandboxedParser


class TestCaches:
    """The second job with a file reads and embeds nothing, and its verdict is the same."""

    OTHER_RULES = (
        Rule("letter", "A letter from one person to another."),
        Rule("bill", "It asks for money for goods or services."),
        Rule("other", "Anything else."),
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
        plumbing.run(reader=plumbing.reader(parser, max_bytes=0))

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
        plumbing.run(reader=plumbing.reader(Parser(INVOICE), max_pages=1))

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
                update(CacheEntry)
                .where(CacheEntry.kind == kind)
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
            assert session.scalars(select(CacheEntry.kind)).all() == []

    def test_a_file_without_text_is_kept_too(
        self, plumbing: Plumbing, log: pytest.LogCaptureFixture
    ) -> None:
        file_id = plumbing.file()
        for _ in range(2):
            plumbing.world.job([file_id])
            plumbing.run(parser=Parser(" "))

        assert self.origins(log) == [("fresh", None), ("cached", None)]
