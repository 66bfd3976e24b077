"""An item in work is kept, and work on one that is not ours any more stops."""

import re
import threading
from datetime import timedelta
from typing import BinaryIO

import pytest
from sqlalchemy import select, update

from app.db import Database
from app.files.models import CacheEntry
from app.jobs import recovery, service
from app.jobs.models import Job
from app.jobs.values import ApiVersion
from app.observability.multiprocess import render_metrics
from devtools.tenant_data import LEASE
from devtools.waiting import WAIT_SECONDS, until
from tests.integration.worker.parsing.reading import readers
from tests.integration.worker.pipeline_environment import INVOICE, Parser, PipelineEnvironment
from worker.parsing.document import Document
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import SandboxedParser
from worker.runtime import lease
from worker.runtime.lease import Lease, LeaseLost

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "CHECK_SECONDS", 0.05)


class Slow(Parser):
    """A parser that reads until it is told to go on."""

    def __init__(self) -> None:
        super().__init__(INVOICE)
        self.reads, self.may_go_on = threading.Event(), threading.Event()
        self.is_aborted = threading.Event()

    def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
        self.reads.set()
        assert self.may_go_on.wait(WAIT_SECONDS)
        return super().parse(file, name, request)

    def abort(self) -> None:
        self.is_aborted.set()


class Watched:
    """A real parser that records whether it read a file to its end."""

    def __init__(self, parser: SandboxedParser) -> None:
        self._parser = parser
        self.reads = threading.Event()
        self.has_read_all = False

    def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
        self.reads.set()
        document = self._parser.parse(file, name, request)
        self.has_read_all = True
        return document

    def abort(self) -> None:
        self._parser.abort()


def lost(held: Lease) -> bool:
    try:
        held.check()
    except LeaseLost:
        return True
    return False


def wait_until_lost(held: Lease) -> None:
    until(lambda: lost(held), "the loss to be noticed")


def counted_timeouts() -> float:
    series = re.search(
        rb'^pigeonhole_file_errors_total{code="timeout"} (.+)$', render_metrics(), re.MULTILINE
    )
    return float(series[1]) if series else 0


def test_a_long_file_keeps_its_lease(pipeline_env: PipelineEnvironment) -> None:
    # It is renewed after a third of it; the rest is for a busy machine.
    tenants, length = pipeline_env.tenants, timedelta(seconds=6)
    job_id = tenants.job([pipeline_env.file()])
    claim = tenants.claim(lease=length)
    first = pipeline_env.outcome(job_id).lease_until

    with Lease(tenants.database, claim, length, HOUR) as held:
        until(lambda: pipeline_env.outcome(job_id).lease_until != first, "a renewed lease")
        assert recovery.requeue_expired(tenants.database, max_attempts=3) == 0
        assert not lost(held)

    assert not [thread for thread in threading.enumerate() if thread.name == "lease"]


def test_a_lease_that_somebody_else_got_is_known_as_lost(pipeline_env: PipelineEnvironment) -> None:
    tenants = pipeline_env.tenants
    job_id = tenants.job([pipeline_env.file()])

    with Lease(tenants.database, tenants.claim("slow"), LEASE, HOUR) as held:
        recovery.requeue_all(tenants.database, max_attempts=3)
        tenants.claim("quicker")
        wait_until_lost(held)

    assert pipeline_env.outcome(job_id).worker == "quicker"


def test_a_file_that_takes_too_long_ends_although_its_worker_hangs(
    pipeline_env: PipelineEnvironment,
) -> None:
    tenants = pipeline_env.tenants
    job_id = tenants.job([pipeline_env.file()])
    before = counted_timeouts()

    with Lease(tenants.database, tenants.claim(), LEASE, timedelta(seconds=0.1)) as held:
        wait_until_lost(held)

    assert counted_timeouts() == before + 1
    item = pipeline_env.outcome(job_id)
    assert (item.status, item.error_code, item.attempt) == ("failed", "timeout", 1)
    assert tenants.read_job(job_id).status == "ERROR"


@pytest.mark.parametrize("end", ["cancel", "deadline", "delete"])
def test_work_for_a_job_that_has_ended_stops(
    pipeline_env: PipelineEnvironment, caplog: pytest.LogCaptureFixture, end: str
) -> None:
    """After the file is read, it is not classified, recorded or cached."""
    caplog.set_level("INFO", logger="worker")
    tenants, parser = pipeline_env.tenants, Slow()
    job_id = tenants.job([pipeline_env.file()])

    def end_it() -> None:
        assert parser.reads.wait(WAIT_SECONDS)
        if end == "deadline":
            with tenants.database.write() as session:
                session.execute(update(Job).values(deadline_at=Job.created_at))
            recovery.end_overdue(tenants.database)
        else:
            with tenants.database.write() as session:
                service.cancel(session, tenants.first, job_id, ApiVersion.V1)
        if end == "delete":
            with tenants.database.write() as session:
                service.remove(session, tenants.first, job_id, ApiVersion.V1)
        assert parser.is_aborted.wait(WAIT_SECONDS)
        parser.may_go_on.set()

    thread = threading.Thread(target=end_it)
    thread.start()
    assert pipeline_env.run(parser=parser)
    thread.join()

    assert "lease lost or job ended" in caplog.text
    if end != "delete":
        expected = {"cancel": "cancelled", "deadline": "deadline_exceeded"}[end]
        assert pipeline_env.outcome(job_id).error_code == expected
    with tenants.database.read() as session:
        assert session.scalars(select(CacheEntry)).all() == []
    assert pipeline_env.claims[-1] is None, "the worker is free again"


def test_a_file_of_a_cancelled_job_is_not_read_to_its_end(
    pipeline_env: PipelineEnvironment, parser: SandboxedParser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="worker")
    tenants = pipeline_env.tenants
    job_id = tenants.job([pipeline_env.file("<!doctype html>" + "<b>x</b>y&amp;z\n" * 3_000_000)])

    watched = Watched(parser)

    def cancel() -> None:
        assert watched.reads.wait(WAIT_SECONDS)
        until(lambda: parser.server_pid and readers(parser), "a process that reads the file")
        with tenants.database.write() as session:
            service.cancel(session, tenants.first, job_id, ApiVersion.V1)

    thread = threading.Thread(target=cancel)
    thread.start()
    assert pipeline_env.run(parser=watched)
    thread.join()

    assert not watched.has_read_all
    assert "lease lost or job ended" in caplog.text
    assert pipeline_env.outcome(job_id).error_code == "cancelled"


def test_a_lease_survives_a_database_that_is_away(
    pipeline_env: PipelineEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    tenants = pipeline_env.tenants
    tenants.job([pipeline_env.file()])
    claim = tenants.claim()

    with Lease(Database("sqlite:////nowhere/at/all.db"), claim, LEASE, HOUR) as held:
        until(lambda: "checking a lease failed" in caplog.text, "a failed check")
        assert not lost(held)
