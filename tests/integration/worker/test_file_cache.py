"""Cached documents and vectors of files, on both databases."""

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
from tests.integration.worker.pipeline_environment import INVOICE, Parser, PipelineEnvironment
from worker.parsing.document import Document
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import SandboxedParser

# Long enough that the small model is sure under both sets of rules.
SURE_INVOICE = (
    "INVOICE No. 2026-118\nAcme Office Supplies Ltd, 4 Mill Lane, Leeds\n"
    "Bill to: Jones & Partners, 12 High Street, York\nInvoice date: 3 May 2026\n"
    "Quantity Description Unit price Amount\n2 Desk lamp 30.00 60.00\n5 Paper, box 8.40 42.00\n"
    "Subtotal 102.00\nVAT 20% 20.40\nTotal due 122.40 GBP\n"
    "Please pay within 30 days by bank transfer and quote the invoice number.\n"
)


class TestCaches:
    """A second job with a file neither reads nor embeds it and has the same verdict."""

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

    def verdict(
        self, pipeline_env: PipelineEnvironment, job_id: UUID
    ) -> tuple[str | None, float, str]:
        result = pipeline_env.result(job_id)
        return result.type, result.confidence, result.reasoning

    def test_a_file_under_new_rules(
        self,
        pipeline_env: PipelineEnvironment,
        parser: SandboxedParser,
        log: pytest.LogCaptureFixture,
    ) -> None:
        file_id = pipeline_env.file(SURE_INVOICE)
        pipeline_env.tenants.job([file_id])
        pipeline_env.run(parser=parser)

        again = pipeline_env.tenants.job([file_id], rules=self.OTHER_RULES)
        pipeline_env.run(parser=parser)
        anew = pipeline_env.tenants.job([file_id], rules=self.OTHER_RULES)
        pipeline_env.run(reader=pipeline_env.reader(parser, max_bytes=0))

        assert self.origins(log) == [("fresh", "fresh"), ("cached", "cached"), ("fresh", "fresh")]
        assert self.verdict(pipeline_env, again) == self.verdict(pipeline_env, anew), (
            "to the last bit"
        )

    def test_the_bytes_are_not_even_opened(self, pipeline_env: PipelineEnvironment) -> None:
        parser = Parser(INVOICE)
        file_id = pipeline_env.file()
        jobs = []
        for _ in range(2):
            jobs.append(pipeline_env.tenants.job([file_id]))
            pipeline_env.run(parser=parser)

        assert len(parser.requests) == 1
        assert self.verdict(pipeline_env, jobs[0]) == self.verdict(pipeline_env, jobs[1])

    def test_other_pages_and_limits_are_another_reading(
        self, pipeline_env: PipelineEnvironment, log: pytest.LogCaptureFixture
    ) -> None:
        file_id = pipeline_env.file()
        pipeline_env.tenants.job([file_id])
        pipeline_env.run()
        pipeline_env.tenants.job([file_id], pages=PageSelection(target_pages=(0,)))
        pipeline_env.run()
        pipeline_env.tenants.job([file_id])
        pipeline_env.run(reader=pipeline_env.reader(Parser(INVOICE), max_pages=1))

        # The same text again has the same vectors.
        assert self.origins(log) == [("fresh", "fresh"), ("fresh", "cached"), ("fresh", "cached")]

    def test_the_same_bytes_elsewhere_are_unknown(
        self, pipeline_env: PipelineEnvironment, log: pytest.LogCaptureFixture
    ) -> None:
        other_scope = pipeline_env.tenants.add("Elsewhere")
        pipeline_env.tenants.job([pipeline_env.file()])
        pipeline_env.tenants.job([pipeline_env.file()])
        pipeline_env.tenants.job([pipeline_env.file(scope=other_scope)], scope=other_scope)
        while pipeline_env.run():
            pass

        assert self.origins(log) == [("fresh", "fresh")] * 3

    def test_errors_are_not_kept(
        self, pipeline_env: PipelineEnvironment, log: pytest.LogCaptureFixture
    ) -> None:
        file_id = pipeline_env.file()
        failed = pipeline_env.tenants.job([file_id])
        pipeline_env.run(parser=Parser(FileError(FileErrorCode.CORRUPT, "the file is damaged")))
        job_id = pipeline_env.tenants.job([file_id])
        pipeline_env.run()

        assert self.origins(log) == [(None, None), ("fresh", "fresh")]
        assert pipeline_env.outcome(failed).error_code == "corrupt"
        assert pipeline_env.outcome(job_id).status == "done"

    @pytest.mark.parametrize(
        ("kind", "origins"),
        [(CacheKind.DOCUMENT, ("fresh", "cached")), (CacheKind.VECTORS, ("cached", "fresh"))],
    )
    def test_an_invalid_cache_entry_is_replaced(
        self,
        pipeline_env: PipelineEnvironment,
        log: pytest.LogCaptureFixture,
        kind: CacheKind,
        origins: tuple[str, str],
    ) -> None:
        """An entry with the right checksum whose content cannot be decoded."""
        file_id = pipeline_env.file()
        pipeline_env.tenants.job([file_id])
        pipeline_env.run()
        writer = pipeline_env.blobs.create()
        writer.write(b"of another program")
        strange = writer.commit()
        with pipeline_env.tenants.database.write() as session:
            session.execute(
                update(CacheEntry)
                .where(CacheEntry.kind == kind)
                .values(blob_key=strange.key, size=strange.size, sha256=strange.sha256)
            )
        for _ in range(2):
            pipeline_env.tenants.job([file_id])
            pipeline_env.run()

        assert self.origins(log) == [("fresh", "fresh"), origins, ("cached", "cached")]

    def test_a_deleted_file_is_not_classified_from_its_caches(
        self, pipeline_env: PipelineEnvironment
    ) -> None:
        file_id = pipeline_env.file()
        pipeline_env.tenants.job([file_id])
        pipeline_env.run()
        job_id = pipeline_env.tenants.job([file_id])

        def delete(claim: Claim | None) -> None:
            if claim is not None:
                with pipeline_env.tenants.database.write() as session:
                    blob_keys = files.remove(session, pipeline_env.tenants.first, file_id)
                for blob_key in blob_keys:
                    pipeline_env.blobs.delete(blob_key)

        pipeline_env.pipeline.run_next("w", on_claim=delete)

        assert pipeline_env.outcome(job_id).error_code == "file_deleted"

    def test_nothing_is_kept_of_a_file_deleted_while_it_was_read(
        self, pipeline_env: PipelineEnvironment
    ) -> None:
        file_id = pipeline_env.file()
        job_id = pipeline_env.tenants.job([file_id])

        class Deleting(Parser):
            def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
                with pipeline_env.tenants.database.write() as session:
                    files.remove(session, pipeline_env.tenants.first, file_id)
                return super().parse(file, name, request)

        pipeline_env.run(parser=Deleting(INVOICE))

        assert pipeline_env.outcome(job_id).status == "done"
        with pipeline_env.tenants.database.read() as session:
            assert session.scalars(select(CacheEntry.kind)).all() == []

    def test_a_file_without_text_is_kept_too(
        self, pipeline_env: PipelineEnvironment, log: pytest.LogCaptureFixture
    ) -> None:
        file_id = pipeline_env.file()
        for _ in range(2):
            pipeline_env.tenants.job([file_id])
            pipeline_env.run(parser=Parser(" "))

        assert self.origins(log) == [("fresh", None), ("cached", None)]
